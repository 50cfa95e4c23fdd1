"""Files: the one SELECT behind them, and who sees which."""

from typing import Any

from sqlalchemy import bindparam, case, or_, select
from sqlalchemy.orm import aliased

from kanwerk.clients.models import Client
from kanwerk.comments.models import Comment
from kanwerk.comments.shapes import COMMENTS
from kanwerk.core.db import Db
from kanwerk.core.events import EventPrivate, Kind, register
from kanwerk.core.listing import Read
from kanwerk.core.reads import Among, Query, Shape
from kanwerk.core.secrets import signing_key
from kanwerk.files.links import SMALL, WHOLE, link
from kanwerk.files.models import Blob, File
from kanwerk.people.models import Space, User
from kanwerk.people.reads import user_data
from kanwerk.projects.members import MINE, VISIBLE
from kanwerk.projects.models import Project
from kanwerk.projects.reads import readable
from kanwerk.tasks.models import Task
from kanwerk.tasks.reads import TASKS, gather
from kanwerk.tasks.shapes import CommentData, FileData, TaskFullData

_UPLOADER, _SPACE = aliased(User), aliased(Space)
_PROJECT_ID = case(
    (File.task_id.is_not(None), Task.project_id),
    (
        File.comment_id.is_not(None),
        select(Task.project_id)
        .where(Task.space_id == Comment.space_id, Task.id == Comment.task_id)
        .correlate(Comment)
        .scalar_subquery(),
    ),
    else_=File.of_project_id,
)
_MEMBERS: dict[str, Any] = {
    "id": File.id,
    "name": File.name,
    "content_type": Blob.content_type,
    "size": Blob.size,
    "sha256": File.sha256,
    "uploader": user_data(_UPLOADER, _SPACE, nullable=True),
    "created_at": File.created_at,
    "thumbnail_url": case((Blob.thumbnail.is_(True), SMALL), else_=None),
}
FILE: Shape[FileData] = Shape(FileData, _MEMBERS)
_SOURCE = (
    File.__table__.join(Blob.__table__, (Blob.space_id == File.space_id) & (Blob.sha256 == File.sha256))
    .outerjoin(Task.__table__, (Task.space_id == File.space_id) & (Task.id == File.task_id))
    .outerjoin(Comment.__table__, (Comment.space_id == File.space_id) & (Comment.id == File.comment_id))
    .outerjoin(
        Project.__table__,
        (Project.space_id == File.space_id)
        & or_(Project.id == _PROJECT_ID, Project.id == Comment.of_project_id),
    )
    .outerjoin(
        Client.__table__,
        (Client.space_id == File.space_id) & or_(Client.id == File.client_id, Client.id == Comment.client_id),
    )
    .outerjoin(_UPLOADER, (_UPLOADER.space_id == File.space_id) & (_UPLOADER.id == File.uploader_id))
    .join(_SPACE, _SPACE.id == File.space_id)
)
_ME = bindparam("me_id", type_=File.uploader_id.type)
_ALONE = (
    File.task_id.is_(None)
    & File.comment_id.is_(None)
    & File.of_project_id.is_(None)
    & File.client_id.is_(None)
)
_MINE_ALONE = _ALONE & (File.uploader_id == _ME)
_OF_CLIENT = File.client_id.is_not(None) | Comment.client_id.is_not(None)
_EXTERNAL = Comment.visibility == "external"
_OWN_CLIENT = Comment.client_id.in_(
    select(User.client_id).where(User.space_id == bindparam("space_id"), User.id == _ME)
)
_PARTS = {
    "task": File.task_id,
    "comment": File.comment_id,
    "project": File.of_project_id,
    "client": File.client_id,
}
_TALKED_ABOUT = aliased(Task)
_GONE = (
    select(_TALKED_ABOUT.id)
    .where(
        _TALKED_ABOUT.space_id == Comment.space_id,
        _TALKED_ABOUT.id == Comment.task_id,
        _TALKED_ABOUT.trashed_at.is_not(None),
    )
    .correlate(Comment)
    .exists()
)
_THERE = (
    Task.trashed_at.is_(None)
    & Project.trashed_at.is_(None)
    & Comment.trashed_at.is_(None)
    & Client.trashed_at.is_(None)
    & ~_GONE
)
FENCES: dict[str, Any] = {
    "staff": _THERE & or_(_MINE_ALONE, _OF_CLIENT, VISIBLE & ~_ALONE),
    "guest": _THERE & or_(File.uploader_id == _ME, _EXTERNAL & or_(MINE, _OWN_CLIENT)),
    "tax_advisor": _THERE
    & or_(_MINE_ALONE, File.client_id.is_not(None), _EXTERNAL & Comment.client_id.is_not(None)),
    "admin": _THERE & or_(_MINE_ALONE, ~_ALONE),
    **{name: column == bindparam("about", type_=File.task_id.type) for name, column in _PARTS.items()},
}
FILES: Read[FileData, FileData] = Read(
    File,
    _SOURCE,
    item=FILE,
    full=FILE,
    sorts={"updated_at": File.updated_at},
    search=File.name_fold,
    fences=FENCES,
)


def fence_of(me: Any) -> str:
    """Return the fence around the files that the caller sees."""
    if me.admin:
        return "admin"
    return me.type if me.type in ("guest", "tax_advisor") else "staff"


def _add_links(db: Db, files: list[FileData]) -> None:
    key = signing_key(db.database, "links") if files else b""
    for file in files:
        file.url = link(key, db.space_id, file.id, WHOLE)
        if file.thumbnail_url is not None:
            file.thumbnail_url = link(key, db.space_id, file.id, SMALL)


FILES.always.append(_add_links)


def _readable(db: Db, events: list[EventPrivate]) -> set[str]:
    me: Any = db.me
    rows = db.rows(FILES.record_select(fence_of(me), many=True), ids=[each.record_id for each in events])
    seen = {row[-3] for row in rows}
    if me.type in ("guest", "tax_advisor"):
        return seen
    return seen | readable(db, [event for event in events if event.project_id is not None])


register(
    "file", Kind(FILES, "files:read", ("uploaded", "updated", "attached", "detached", "deleted"), _readable)
)


def _of(column: Any) -> Query:
    return Query(
        select(column, *FILE.columns())
        .select_from(_SOURCE)
        .where(File.space_id == bindparam("space_id"), Among(column, "tasks"))
        .order_by(File.id)
    )


_OF_TASKS, _OF_COMMENTS = _of(File.task_id), _of(File.comment_id)


def _add_to_comments(db: Db, comments: list[CommentData]) -> None:
    gather(db, _OF_COMMENTS, FILE, comments, "files")
    for comment in comments:
        _add_links(db, comment.files)


def _add_to_tasks(db: Db, tasks: list[TaskFullData]) -> None:
    db.me.need("files:staff")
    gather(db, _OF_TASKS, FILE, tasks, "files")
    for task in tasks:
        assert isinstance(task.files, list)  # noqa: S101 (just gathered)
        _add_links(db, task.files)


COMMENTS.always.append(_add_to_comments)
TASKS.includes["files"] = _add_to_tasks

CONTENT = Query(
    select(File.name, File.sha256, Blob.size, Blob.content_type, Blob.thumbnail)
    .join(Blob, (Blob.space_id == File.space_id) & (Blob.sha256 == File.sha256))
    .where(File.space_id == bindparam("space_id"), File.id == bindparam("id"))
)
