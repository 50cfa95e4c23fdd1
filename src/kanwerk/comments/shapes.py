"""Comments on the wire, and the one SELECT behind them."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from kanwerk.clients.models import Client
from kanwerk.comments.models import Comment, CommentMention, CommentReaction
from kanwerk.core.db import Db
from kanwerk.core.events import EventPrivate, Kind, register
from kanwerk.core.listing import Filter, Read
from kanwerk.core.markdown import render
from kanwerk.core.reads import Among, Query, Shape
from kanwerk.core.text import Id, LongText
from kanwerk.people.models import Space, User
from kanwerk.people.reads import user_data
from kanwerk.projects.members import MINE, VISIBLE
from kanwerk.projects.models import Project
from kanwerk.projects.reads import readable
from kanwerk.tasks.models import Task
from kanwerk.tasks.reads import TASKS, gather
from kanwerk.tasks.shapes import CommentData, CommentVisibility, ReactionData, TaskFullData


class CreateCommentData(Struct, forbid_unknown_fields=True):
    """Something to say. Without a visibility it is internal; external for guests and tax advisors."""

    body: LongText
    visibility: CommentVisibility | UnsetType = UNSET
    parent_id: Id | None = None


class UpdateCommentData(Struct, forbid_unknown_fields=True):
    """Members of a comment to change."""

    body: LongText | UnsetType = UNSET
    visibility: CommentVisibility | UnsetType = UNSET


_AUTHOR, _SPACE = aliased(User), aliased(Space)
_PROJECT_ID = func.coalesce(Task.project_id, Comment.of_project_id)
_MEMBERS: dict[str, Any] = {
    "id": Comment.id,
    "kind": case(
        (Comment.task_id.is_not(None), "task"),
        (Comment.of_project_id.is_not(None), "project"),
        else_="client",
    ),
    "record_id": func.coalesce(Comment.task_id, Comment.of_project_id, Comment.client_id),
    "author": user_data(_AUTHOR, _SPACE, nullable=True),
    "body": Comment.body,
    "visibility": Comment.visibility,
    "parent_id": Comment.parent_id,
    "edited_at": Comment.edited_at,
    "created_at": Comment.created_at,
}
COMMENT: Shape[CommentData] = Shape(CommentData, _MEMBERS)
_SOURCE = (
    Comment.__table__.outerjoin(
        Task.__table__, (Task.space_id == Comment.space_id) & (Task.id == Comment.task_id)
    )
    .outerjoin(Project.__table__, (Project.space_id == Comment.space_id) & (Project.id == _PROJECT_ID))
    .outerjoin(Client.__table__, (Client.space_id == Comment.space_id) & (Client.id == Comment.client_id))
    .outerjoin(_AUTHOR, (_AUTHOR.space_id == Comment.space_id) & (_AUTHOR.id == Comment.author_id))
    .join(_SPACE, _SPACE.id == Comment.space_id)
)
_THERE = Task.trashed_at.is_(None) & Project.trashed_at.is_(None) & Client.trashed_at.is_(None)
_EXTERNAL = Comment.visibility == "external"
_OWN_CLIENT = Comment.client_id.in_(
    select(User.client_id).where(
        User.space_id == bindparam("space_id"), User.id == bindparam("me_id", type_=User.id.type)
    )
)
_PARTS = {"task": Comment.task_id, "project": Comment.of_project_id, "client": Comment.client_id}
FENCES: dict[str, Any] = {
    "admin": _THERE,
    "staff": _THERE & or_(Comment.client_id.is_not(None), VISIBLE),
    "guest": _THERE & _EXTERNAL & or_(_OWN_CLIENT, MINE),
    "tax_advisor": _THERE & _EXTERNAL & Comment.client_id.is_not(None),
}
for _name, _column in _PARTS.items():
    _about = _column == bindparam("about", type_=Comment.task_id.type)
    FENCES[_name] = _about
    FENCES[f"{_name} external"] = _about & _EXTERNAL
COMMENTS: Read[CommentData, CommentData] = Read(
    Comment,
    _SOURCE,
    item=COMMENT,
    full=COMMENT,
    filters={
        "visibility": Filter(Comment.visibility, CommentVisibility, "Only internal, or only external ones")
    },
    sorts={"updated_at": Comment.updated_at},
    fences=FENCES,
)


def fence_of(me: Any) -> str:
    """Return the fence around the comments that the caller sees: none of what is in the trash."""
    if me.admin:
        return "admin"
    return me.type if me.type in ("guest", "tax_advisor") else "staff"


_MENTIONS = Query(
    select(CommentMention.comment_id, *user_data().columns())
    .join(User, (User.space_id == CommentMention.space_id) & (User.id == CommentMention.user_id))
    .join(Space, Space.id == CommentMention.space_id)
    .where(CommentMention.space_id == bindparam("space_id"), Among(CommentMention.comment_id, "tasks"))
    .order_by(User.name_fold, User.id)
)
_REACTIONS = Query(
    select(CommentReaction.comment_id, CommentReaction.emoji, CommentReaction.user_id)
    .where(CommentReaction.space_id == bindparam("space_id"), Among(CommentReaction.comment_id, "tasks"))
    .order_by(CommentReaction.created_at, CommentReaction.emoji, CommentReaction.user_id)
)


def _add_reactions(db: Db, comments: list[CommentData]) -> None:
    found: dict[str, dict[str, list[str]]] = {comment.id: {} for comment in comments}
    if found:
        for comment_id, emoji, user_id in db.rows(_REACTIONS, tasks=list(found)):
            found[comment_id].setdefault(emoji, []).append(user_id)
    for comment in comments:
        comment.reactions = [ReactionData(emoji, ids) for emoji, ids in found[comment.id].items()]


def _add_html(db: Db, comments: list[CommentData]) -> None:  # noqa: ARG001 (every include's)
    for comment in comments:
        comment.body_html = render(comment.body)


COMMENTS.always += [
    lambda db, comments: gather(db, _MENTIONS, user_data(), comments, "mentions"),
    _add_reactions,
]
COMMENTS.includes["body_html"] = _add_html


def _readable(db: Db, events: list[EventPrivate]) -> set[str]:
    me: Any = db.me
    if me.type in ("guest", "tax_advisor"):
        rows = db.rows(
            COMMENTS.record_select(fence_of(me), many=True), ids=[each.record_id for each in events]
        )
        return {row[-3] for row in rows}
    of_clients = {event.record_id for event in events if event.project_id is None}
    seen = of_clients if me.may("clients:details") else set()
    return seen | readable(db, [event for event in events if event.project_id is not None])


register("comment", Kind(COMMENTS, "comments:read", ("created", "updated", "deleted", "restored"), _readable))

_OF_TASKS = {
    external: Query(
        select(Comment.task_id, *COMMENT.columns())
        .select_from(_SOURCE)
        .where(
            Comment.space_id == bindparam("space_id"),
            Among(Comment.task_id, "tasks"),
            Comment.trashed_at.is_(None),
            *([_EXTERNAL] if external else []),
        )
        .order_by(Comment.id)
    )
    for external in (False, True)
}


def _add_comments(db: Db, tasks: list[TaskFullData]) -> None:
    me: Any = db.me
    me.need("comments:read")
    gather(db, _OF_TASKS[me.type in ("guest", "tax_advisor")], COMMENT, tasks, "comments")
    for task in tasks:
        assert isinstance(task.comments, list)  # noqa: S101 (just gathered)
        for fill in COMMENTS.always:
            fill(db, task.comments)


TASKS.includes["comments"] = _add_comments
CLIENT_THERE = Query(
    select(Client.archived_at).where(
        Client.space_id == bindparam("space_id"), Client.id == bindparam("id"), Client.trashed_at.is_(None)
    )
)
