"""Files and the contents behind them: equal contents of a space are stored once."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, ForeignKeyConstraint, Index, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from kanwerk.comments.models import Comment
from kanwerk.core import clock
from kanwerk.core.ids import new_id
from kanwerk.core.problems import Conflict, Forbidden
from kanwerk.core.rows import add_up
from kanwerk.core.storage import Incoming, Storage
from kanwerk.core.tables import Base, Key, Named, Owned, in_space, key
from kanwerk.core.text import fold
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.duplication import COPIES, Copying
from kanwerk.tasks.models import Task

ALONE = timedelta(days=1)
SWEPT_AT_ONCE = 500
# What says that a content is still wanted; packages above that keep contents without a file add to it.
HELD: list[ColumnElement[bool]] = []


class Blob(Base):
    """A content, by its hash. Its row comes before what is stored, so that nothing is forgotten."""

    __tablename__ = "blobs"
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    content_type: Mapped[str]
    stored: Mapped[bool] = mapped_column(default=False)
    thumbnail: Mapped[bool] = mapped_column(default=False)
    wanted_at: Mapped[datetime] = mapped_column(index=True)


class File(Named, Owned, Base):
    """A file with its name; on its own it is its uploader's, attached it belongs to one record."""

    __tablename__ = "files"
    __table_args__ = (
        ForeignKeyConstraint(
            ["space_id", "sha256"], ["blobs.space_id", "blobs.sha256"], name="fk_files_sha256"
        ),
        in_space("uploader_id", "users"),
        in_space("task_id", "tasks", ondelete="CASCADE"),
        in_space("comment_id", "comments", ondelete="CASCADE"),
        in_space("of_project_id", "projects", ondelete="CASCADE"),
        in_space("client_id", "clients", ondelete="CASCADE"),
        Index("ix_files_sha256", "space_id", "sha256"),
        Index("ix_files_task_id", "space_id", "task_id", "id"),
        Index("ix_files_comment_id", "space_id", "comment_id", "id"),
        Index("ix_files_of_project_id", "space_id", "of_project_id", "id"),
        Index("ix_files_client_id", "space_id", "client_id", "id"),
        Index("ix_files_updated_at", "space_id", "updated_at", "id"),
        CheckConstraint(
            "CASE WHEN task_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN comment_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN of_project_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN client_id IS NULL THEN 0 ELSE 1 END <= 1",
            name="one_record",
        ),
    )
    noun = "file"
    sha256: Mapped[str]
    uploader_id: Mapped[str | None] = key()
    task_id: Mapped[str | None] = key()
    comment_id: Mapped[str | None] = key()
    of_project_id: Mapped[str | None] = key()
    client_id: Mapped[str | None] = key()

    @property
    def project_id(self) -> str | None:
        """The project it belongs to in the end, for the log."""
        session = object_session(self)
        assert session is not None  # noqa: S101 (loaded)
        if self.task_id is not None:
            return session.get_one(Task, (self.space_id, self.task_id)).project_id
        if self.comment_id is not None:
            return session.get_one(Comment, (self.space_id, self.comment_id)).project_id
        return self.of_project_id

    @property
    def attached(self) -> bool:
        """Whether it belongs to a record."""
        return any((self.task_id, self.comment_id, self.of_project_id, self.client_id))

    def attach(self, db: Write, column: str, record_id: str, *, by: Me) -> None:
        """Attach it to a record; again to the same changes nothing, to another is a ``Conflict``."""
        if getattr(self, column) == record_id:
            return
        if self.attached:
            message = "This file belongs to another record; upload it again, it is stored once."
            raise Conflict(message, code="attached")
        if self.uploader_id != (by.id or None) and not by.admin:
            message = "Only who uploaded a file attaches it."
            raise Forbidden(message)
        changes = self.set(**{column: record_id})
        self.record("file.attached", by=by.actor, changes=changes)
        if self.task_id is not None:
            add_up(db, Task, self.task_id, file_count=1)

    def detach(self, db: Write, *, by: Me) -> None:
        """Take it off its record: it is its uploader's again, and gone after a day."""
        task_id, project_id = self.task_id, self.project_id
        changes = self.set(task_id=None, comment_id=None, of_project_id=None, client_id=None)
        if changes:
            db.record("file.detached", self, by=by.actor, changes=changes, project_id=project_id)
        if task_id is not None:
            add_up(db, Task, task_id, file_count=-1)


def path_of(space_id: str, sha256: str) -> str:
    """Return where a content lies in the store."""
    return f"{space_id}/{sha256[:2]}/{sha256}"


def thumbnail_of(space_id: str, sha256: str) -> str:
    """Return where the small picture of a content lies."""
    return f"{path_of(space_id, sha256)}.webp"


def want_blob(session: Session, space_id: str, incoming: Incoming, content_type: str) -> bool:
    """Note that a content is about to be stored, and return whether it is there already."""
    found = session.get(Blob, (space_id, incoming.sha256), with_for_update=True)
    if found is None:
        found = Blob(space_id=space_id, sha256=incoming.sha256, size=incoming.size, content_type=content_type)
        session.add(found)
    found.wanted_at = clock.now()
    return bool(found.stored)


def stored_blob(db: Write, incoming: Incoming, content_type: str) -> Blob:
    """Note that a content is stored, and return it."""
    want_blob(db.session, db.space_id, incoming, content_type)
    db.flush()
    blob = db.session.get_one(Blob, (db.space_id, incoming.sha256))
    blob.stored = True
    return blob


def create_file(db: Write, incoming: Incoming, content_type: str, *, thumbnail: bool | None, by: Me) -> File:
    """Make a file of a content that is stored."""
    blob = stored_blob(db, incoming, content_type)
    if thumbnail is not None:
        blob.thumbnail = thumbnail
    file = File(
        id=new_id(),
        space_id=db.space_id,
        name=incoming.name,
        name_fold=fold(incoming.name),
        sha256=incoming.sha256,
        uploader_id=by.id or None,
    )
    db.add(file)
    file.record("file.uploaded", by=by.actor)
    return file


def sweep(session: Session, storage: Storage) -> int:
    """Delete files that nobody attached for a day, and contents that no file refers to; return how many.

    A content's row stays locked while its object goes, so that an upload of the same waits and stores anew.
    """
    before = clock.now() - ALONE
    alone = (
        File.task_id.is_(None),
        File.comment_id.is_(None),
        File.of_project_id.is_(None),
        File.client_id.is_(None),
    )
    session.execute(delete(File).where(*alone, File.updated_at < before))
    unused = (
        select(Blob)
        .where(Blob.wanted_at < before, *(~held for held in HELD))
        .limit(SWEPT_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    found: list[Any] = list(session.execute(unused).scalars())
    for blob in found:
        storage.delete([path_of(blob.space_id, blob.sha256), thumbnail_of(blob.space_id, blob.sha256)])
        session.delete(blob)
    return len(found)


HELD.append(select(File.id).where(File.space_id == Blob.space_id, File.sha256 == Blob.sha256).exists())


def _copy_files(db: Write, copying: Copying) -> None:
    """Give a duplicated project and its tasks the same files; their contents are stored already."""
    targets = {("task_id", old): new for old, new in copying.ids.items()}
    targets["of_project_id", copying.old.id] = copying.new.id
    inside = select(Task.id).where(Task.space_id == db.space_id, Task.project_id == copying.old.id)
    wanted = select(File).where(
        File.space_id == db.space_id, (File.of_project_id == copying.old.id) | File.task_id.in_(inside)
    )
    for old in db.session.execute(wanted.order_by(File.id)).scalars().all():
        column = "task_id" if old.task_id is not None else "of_project_id"
        target = targets.get((column, getattr(old, column)))
        if target is None:
            continue
        new = File(id=new_id(), space_id=db.space_id, sha256=old.sha256)
        new.set(name=old.name, uploader_id=copying.by.id or None)
        db.add(new)
        new.attach(db, column, target, by=copying.by)


COPIES.append((3, _copy_files))
