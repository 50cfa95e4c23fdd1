"""What lies in the trash: of every kind, what somebody may see and bring back, the newest first."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from kanwerk.business_fields.models import BusinessField
from kanwerk.clients.models import Client
from kanwerk.comments.models import Comment
from kanwerk.comments.shapes import COMMENTS
from kanwerk.comments.shapes import fence_of as fence_of_comments
from kanwerk.core import clock
from kanwerk.core.db import Db
from kanwerk.core.events import Event
from kanwerk.core.reads import Among, Query
from kanwerk.core.trash import KEPT
from kanwerk.labels.models import Label
from kanwerk.people.access import Me
from kanwerk.people.models import User
from kanwerk.projects.members import VISIBLE, ProjectMember
from kanwerk.projects.models import Project
from kanwerk.tasks.models import Task
from kanwerk.todos.models import Todo

SHOWN, LONGEST = 50, 300
_ME = bindparam("me_id", type_=User.id.type)
_OPEN = Project.trashed_at.is_(None) & Project.archived_at.is_(None)
_PARENT = aliased(Task)


def _of(model: Any, title: Any, about: Any, source: Any, *conditions: Any) -> Select[Any]:
    return (
        select(
            cast(literal(model.noun), String).label("kind"),
            model.id.label("id"),
            func.substr(title, 1, LONGEST).label("title"),
            cast(about, String).label("about"),
            model.trashed_at.label("at"),
            model.trash_id.label("trash_id"),
        )
        .select_from(source)
        .where(model.space_id == bindparam("space_id"), model.trashed_at.is_not(None), *conditions)
    )


def _beside(model: Any, other: Any, column: Any, *, outer: bool = False) -> Any:
    return model.__table__.join(
        other.__table__, (other.space_id == model.space_id) & (other.id == column), isouter=outer
    )


def _seen(who: str) -> Any:
    return true() if who == "admin" else VISIBLE


def _clients(_: str) -> Select[Any]:
    return _of(Client, Client.name, null(), Client.__table__)


def _fields(_: str) -> Select[Any]:
    return _of(BusinessField, BusinessField.name, null(), BusinessField.__table__)


def _projects(who: str) -> Select[Any]:
    managed = select(ProjectMember.project_id).where(
        ProjectMember.space_id == bindparam("space_id"),
        ProjectMember.user_id == _ME,
        ProjectMember.role == "manager",
    )
    mine = true() if who == "admin" else or_(Project.lead_id == _ME, Project.id.in_(managed))
    alone = or_(Client.id.is_(None), Client.trash_id.is_(None), Client.trash_id != Project.trash_id)
    source = _beside(Project, Client, Project.client_id, outer=True)
    return _of(Project, Project.name, Client.name, source, alone, mine)


def _tasks(who: str) -> Select[Any]:
    source: Any = _beside(Task, Project, Task.project_id).outerjoin(
        _PARENT, (_PARENT.space_id == Task.space_id) & (_PARENT.id == Task.parent_id)
    )
    alone = or_(_PARENT.id.is_(None), _PARENT.trash_id.is_(None), _PARENT.trash_id != Task.trash_id)
    key = Project.shortcode + "-" + cast(Task.number, String)
    return _of(Task, Task.title, key, source, _OPEN, alone, _seen(who))


def _todos(who: str) -> Select[Any]:
    source = _beside(Todo, Task, Todo.task_id).join(
        Project.__table__, (Project.space_id == Task.space_id) & (Project.id == Task.project_id)
    )
    return _of(Todo, Todo.title, Task.title, source, Task.trashed_at.is_(None), _OPEN, _seen(who))


def _labels(who: str) -> Select[Any]:
    source = _beside(Label, Project, Label.project_id, outer=True)
    inside = or_(Label.project_id.is_(None), and_(_OPEN, _seen(who)))
    return _of(Label, Label.name, Project.name, source, inside)


def _comments(who: str) -> Select[Any]:
    about = func.coalesce(Task.title, Project.name, Client.name)
    writable = Project.archived_at.is_(None) & Client.archived_at.is_(None)
    mine = true() if who == "admin" else Comment.author_id == _ME
    return _of(Comment, Comment.body, about, COMMENTS.source, COMMENTS.fences[who], writable, mine)


# In the order in which several are brought back: first what others are in.
KINDS: dict[str, tuple[str, Callable[[str], Select[Any]]]] = {
    "client": ("clients:write", _clients),
    "business_field": ("business-fields:write", _fields),
    "project": ("projects:write", _projects),
    "label": ("labels:write", _labels),
    "task": ("tasks:write", _tasks),
    "todo": ("tasks:write", _todos),
    "comment": ("comments:write", _comments),
}


@cache
def _all(who: str, kinds: tuple[str, ...]) -> Any:
    return union_all(*(KINDS[kind][1](who) for kind in kinds)).subquery("thrown")


@cache
def _page(who: str, kinds: tuple[str, ...], *, further: bool) -> Query:
    found = _all(who, kinds)
    statement = select(found).order_by(found.c.at.desc(), found.c.id.desc()).limit(bindparam("limit"))
    if further:
        last = [
            bindparam("before_at", type_=Task.trashed_at.type),
            bindparam("before_id", type_=Task.id.type),
        ]
        statement = statement.where(tuple_(found.c.at, found.c.id) < tuple_(*last))
    return Query(statement)


@cache
def _counts(who: str, kinds: tuple[str, ...]) -> Query:
    found = _all(who, kinds)
    return Query(select(found.c.kind, func.count()).group_by(found.c.kind))


def _along(model: Any, name: str) -> Select[Any]:
    return (
        select(literal(name).label("kind"), model.trash_id, cast(func.count(), BigInteger))
        .where(
            model.space_id == bindparam("space_id"),
            Among(model.trash_id, "trash_ids"),
            *([model.trashed_at.is_not(None)] if hasattr(model, "trashed_at") else []),
        )
        .group_by(model.trash_id)
    )


_ALONG = Query(union_all(_along(Project, "project"), _along(Task, "task"), _along(User, "user")))
_DELETES = Query(
    select(Event.record_id, Event.actor)
    .where(
        Event.space_id == bindparam("space_id"),
        Among(Event.kind, "kinds"),
        Among(Event.record_id, "ids"),
        Event.type == Event.kind + ".deleted",
    )
    .order_by(Event.sequence)
)


class Thrown(Struct):
    """Something in the trash: who threw it there, what went with it, how many days it stays."""

    kind: str
    id: str
    title: str
    about: str | None
    at: datetime
    by: str | None
    days_left: int
    along: dict[str, int]


def kinds_for(me: Me) -> tuple[str, ...]:
    """Return the kinds that somebody may bring back."""
    return tuple(kind for kind, (right, _) in KINDS.items() if me.may(right))


def thrown(
    db: Db, me: Me, kinds: tuple[str, ...], before: tuple[datetime, str] | None = None
) -> tuple[list[Thrown], bool]:
    """Return what lies there, one line for each delete, and whether there is more."""
    who, values = fence_of_comments(me), {"limit": SHOWN + 1}
    if before is not None:
        values |= {"before_at": before[0], "before_id": before[1]}  # type: ignore[dict-item]
    rows = db.rows(_page(who, kinds, further=before is not None), **values)
    more, rows = len(rows) > SHOWN, rows[:SHOWN]
    ids = [str(row[1]) for row in rows]
    by = {
        str(record_id): msgspec.json.decode(actor)["name"]
        for record_id, actor in db.rows(_DELETES, kinds=list(kinds), ids=ids)
    }
    along: dict[str, dict[str, int]] = {}
    for kind, trash_id, count in db.rows(_ALONG, trash_ids=[str(row[5]) for row in rows if row[5]]):
        along.setdefault(str(trash_id), {})[kind] = count
    return [_line(row, by, along) for row in rows], more


def _line(row: tuple[Any, ...], by: dict[str, str], along: dict[str, dict[str, int]]) -> Thrown:
    kind, record_id, title, about, at, trash_id = row
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    with_it = dict(along.get(str(trash_id), {}))
    if kind in with_it:
        with_it[kind] -= 1
    left = moment + KEPT - clock.now()
    return Thrown(
        kind=kind,
        id=str(record_id),
        title=title,
        about=about,
        at=moment,
        by=by.get(str(record_id)),
        days_left=max(0, -(-left // timedelta(days=1))),
        along={name: count for name, count in with_it.items() if count},
    )


def counts(db: Db, me: Me) -> dict[str, int]:
    """Return how many of each kind lie there."""
    found = dict(db.rows(_counts(fence_of_comments(me), kinds_for(me))))
    return {kind: found[kind] for kind in kinds_for(me) if kind in found}
