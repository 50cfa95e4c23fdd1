"""What came from where, so that importing the same again doubles nothing; and imports in the web app."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, delete, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from kanwerk.core import clock
from kanwerk.core.tables import Base, Json, Key, in_space
from kanwerk.files.models import HELD, Blob

KEPT = timedelta(days=30)
STATUSES = ("uploaded", "checking", "checked", "importing", "done", "stopped", "failed")
WORK = ("checking", "importing")


class ImportLink(Base):
    """A record of ours that was made from one of another system, which has no external id of its own: a
    column, a label, a line of a checklist, a comment.

    Of the kinds that end in ``seen``, ``record_id`` is a hash of what the other system's record looked like.
    """

    __tablename__ = "import_links"
    __table_args__ = (
        in_space("project_id", "projects", ondelete="CASCADE"),
        Index("ix_import_links_project_id", "space_id", "project_id"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(Key)
    project_id: Mapped[str | None] = mapped_column(Key)


class Import(Base):
    """A file that somebody imports in the web app: what it is, how far it is, what came of it.

    ``checking`` and ``importing`` wait for the background process, or are claimed by it: one at a time in
    each space, which an index sees to. It is nobody's news, and no event tells it; what it makes has its own.
    """

    __tablename__ = "imports"
    __table_args__ = (
        in_space("user_id", "users"),
        ForeignKeyConstraint(
            ["space_id", "sha256"], ["blobs.space_id", "blobs.sha256"], name="fk_imports_sha256"
        ),
        Index("ix_imports_sha256", "space_id", "sha256"),
        Index("ix_imports_created_at", "space_id", "created_at"),
        Index(
            "uq_imports_claimed",
            "space_id",
            unique=True,
            sqlite_where=text("claimed_by IS NOT NULL"),
            postgresql_where=text("claimed_by IS NOT NULL"),
        ),
        CheckConstraint(f"status IN {STATUSES}", name="status"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    user_id: Mapped[str] = mapped_column(Key)
    file_name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    source: Mapped[str]
    columns: Mapped[Any] = mapped_column(Json)
    options: Mapped[Any] = mapped_column(Json)
    status: Mapped[str] = mapped_column(default="uploaded")
    claimed_by: Mapped[str | None] = mapped_column(Key)
    beaten_at: Mapped[datetime | None]
    stopping: Mapped[bool] = mapped_column(default=False)
    what: Mapped[str] = mapped_column(default="")
    done: Mapped[int] = mapped_column(default=0)
    of: Mapped[int] = mapped_column(default=0)
    checked: Mapped[Any] = mapped_column(Json, nullable=True)
    report: Mapped[Any] = mapped_column(Json, nullable=True)
    error: Mapped[Any] = mapped_column(Json, nullable=True)
    number: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]


HELD.append(select(Import.id).where(Import.space_id == Blob.space_id, Import.sha256 == Blob.sha256).exists())


def sweep(session: Session) -> None:
    """Forget imports after 30 days; what they imported from goes with the contents that nobody wants."""
    old = (Import.created_at < clock.now() - KEPT, Import.claimed_by.is_(None))
    session.execute(delete(Import).where(*old))
