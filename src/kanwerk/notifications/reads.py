"""Notifications: the one SELECT behind the list, what each may still see of them, and how many are unread."""

from itertools import product
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select, true
from sqlalchemy.orm import aliased

from kanwerk.clients.models import Client
from kanwerk.comments.models import Comment
from kanwerk.core.addresses import address_of
from kanwerk.core.db import Db
from kanwerk.core.listing import Filter, Read
from kanwerk.core.reads import Query, Shape
from kanwerk.notifications.models import Notification
from kanwerk.notifications.shapes import NotificationData, NotificationKind, NotificationRecordData
from kanwerk.people.models import User
from kanwerk.projects.members import MINE, VISIBLE
from kanwerk.projects.models import Project
from kanwerk.tasks.models import Task

MOST_COUNTED = 100  # of the unread ones: "99+" says enough

_N = Notification
_ME = bindparam("me_id", type_=_N.user_id.type)
SOURCE = (
    _N.__table__.outerjoin(
        Comment.__table__, (Comment.space_id == _N.space_id) & (Comment.id == _N.comment_id)
    )
    .outerjoin(
        Task.__table__,
        (_N.record_kind == "task") & (Task.space_id == _N.space_id) & (Task.id == _N.record_id),
    )
    .outerjoin(
        Project.__table__,
        (Project.space_id == _N.space_id)
        & (Project.id == case((_N.record_kind == "project", _N.record_id), else_=Task.project_id)),
    )
    .outerjoin(
        Client.__table__,
        (_N.record_kind == "client") & (Client.space_id == _N.space_id) & (Client.id == _N.record_id),
    )
)
_VIEWER = aliased(User)
_OWN_CLIENT = Client.id.in_(
    select(_VIEWER.client_id).where(_VIEWER.space_id == bindparam("space_id"), _VIEWER.id == _ME)
)
_NEVER = _N.id.is_(None)
_INSIDE: dict[str, Any] = {"admin": true(), "staff": VISIBLE, "guest": MINE, "tax_advisor": _NEVER}
_OF_CLIENTS: dict[str, Any] = {"guest": _OWN_CLIENT}
# A line that holds several comments stays when the newest of them is deleted, without its words.
_SAID = Comment.id.is_not(None) & (Comment.trashed_at.is_(None) | (_N.count > 1))


def _seen(who: str, *, tasks: bool, comments: bool, clients: bool) -> Any:
    """Return what of somebody's notifications they may see now, by their part and by what they may read."""
    in_project = and_(
        or_(_N.record_kind == "task", _N.record_kind == "project"),
        Project.id.is_not(None),
        Project.trashed_at.is_(None),
        Task.trashed_at.is_(None),
        _INSIDE[who],
    )
    of_client = and_(Client.id.is_not(None), Client.trashed_at.is_(None), _OF_CLIENTS.get(who, true()))
    said = _SAID & (Comment.visibility == "external") if who in ("guest", "tax_advisor") else _SAID
    about = [_N.record_kind == "webhook"] if who == "admin" else []
    if tasks:
        about.append(_N.comment_id.is_(None) & in_project)
    if comments:
        somewhere = or_(in_project, of_client) if clients else in_project
        about.append(_N.comment_id.is_not(None) & said & somewhere)
    return or_(*about) if about else _NEVER


_PARTS = [*product(_INSIDE, (False, True), (False, True), (False, True))]


def _name(who: str, *may: bool) -> str:
    return " ".join((who, *(str(int(each)) for each in may)))


SEEN: dict[str, Any] = {
    _name(who, *may): _seen(who, tasks=may[0], comments=may[1], clients=may[2]) for who, *may in _PARTS
}


def fence_of(me: Any) -> str:
    """Return the name of the fence, one of ``SEEN``, around what the caller may still see."""
    who = "admin" if me.admin else me.type if me.type in _INSIDE else "staff"
    of_clients = me.may("clients:details") or (who == "guest" and me.may("clients:read"))
    return _name(who, me.may("tasks:read"), me.may("comments:read"), of_clients)


_MEMBERS: dict[str, Any] = {
    "record": Shape(
        NotificationRecordData,
        {"kind": _N.record_kind, "id": _N.record_id, "key": _N.record_key, "title": _N.title},
    ),
    "project_id": Project.id,
    "snippet": case((Comment.trashed_at.is_(None), _N.snippet)),
    "due_date": _N.day,
}
NOTIFICATION: Shape[NotificationData] = Shape(
    NotificationData,
    {
        name: _MEMBERS[name] if name in _MEMBERS else getattr(_N, name)
        for name in NotificationData.__struct_fields__
        if name != "url"
    },
)
_MINE = (_N.user_id == _ME) & _N.in_app.is_(True)
NOTIFICATIONS: Read[NotificationData, NotificationData] = Read(
    _N,
    SOURCE,
    item=NOTIFICATION,
    full=NOTIFICATION,
    filters={
        "unread": Filter(_N.read_at.is_(None), bool, "Only unread, or only read ones", many=False),
        "kind": Filter(_N.kind, NotificationKind, "Only these kinds"),
    },
    fences={name: _MINE & seen for name, seen in SEEN.items()},
    default_sort="-id",
)


def _add_addresses(db: Db, found: list[NotificationData]) -> None:
    me: Any = db.me
    for each in found:
        about = each.record
        each.url = address_of(me.space_slug, about.kind, about.id, about.key)


NOTIFICATIONS.always.append(_add_addresses)

_UNREAD = {
    name: Query(
        select(func.count()).select_from(
            select(_N.id)
            .select_from(SOURCE)
            .where(_N.space_id == bindparam("space_id"), _MINE, _N.read_at.is_(None), seen)
            .limit(MOST_COUNTED)
            .subquery()
        )
    )
    for name, seen in SEEN.items()
}


def unread(db: Db) -> int:
    """Return how many unread notifications the caller has, ``MOST_COUNTED`` at most."""
    found: int = db.rows(_UNREAD[fence_of(db.me)])[0][0]
    return found
