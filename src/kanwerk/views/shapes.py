"""Saved views on the wire, and the one SELECT behind them."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import aliased

from kanwerk.core.events import EventPrivate, Kind, register
from kanwerk.core.listing import Filter, Read
from kanwerk.core.reads import Among, Query, Shape
from kanwerk.core.text import Id, Line, Moment, Name
from kanwerk.people.models import Space, User
from kanwerk.people.reads import user_data
from kanwerk.people.shapes import UserData
from kanwerk.projects.members import INSIDE
from kanwerk.projects.models import Project
from kanwerk.views.models import View

Filters = Annotated[
    dict[str, Annotated[str, Meta(max_length=4_000)]],
    Meta(
        max_length=20,
        description="Parameters of `GET /tasks`, as its query string has them; `me` stands for whoever "
        "looks, `today`, `today+7` or `today-1` for the day it is then and days around it",
        examples=[{"assignee_id": "me", "completed": "false", "due_before": "today+7"}],
    ),
]
Sort = Annotated[str, Meta(max_length=50, examples=["-priority"])]
Grouping = Annotated[
    Line,
    Meta(
        max_length=60,
        description="column, kind, project, client, assignee, label, priority, due_date, or fields.<key>",
        examples=["assignee"],
    ),
]
ShownColumns = Annotated[
    list[Annotated[Line, Meta(max_length=60)]],
    Meta(
        max_length=50,
        description="What a list shows of its tasks beside their titles: key, labels, priority, column, "
        "start_date, due_date, assignees, project, client, estimate_seconds, fields.<key>; null: the usual",
        examples=[["key", "due_date", "assignees"]],
    ),
]


class ViewData(Struct, kw_only=True):
    """A saved view of tasks."""

    id: Id
    name: str
    owner: UserData
    shared: Annotated[bool, Meta(description="Whether everybody of the space sees it")]
    project_id: Annotated[Id | None, Meta(description="null: tasks of all projects")]
    filters: Filters
    sort: str
    group_by: str | None
    columns: ShownColumns | None
    created_at: Moment
    updated_at: Moment


class CreateViewData(Struct, forbid_unknown_fields=True, kw_only=True):
    """A view to save."""

    name: Name
    shared: bool = False
    project_id: Id | None = None
    filters: Filters = {}
    sort: Sort = "position"
    group_by: Grouping | None = None
    columns: ShownColumns | None = None


class UpdateViewData(Struct, forbid_unknown_fields=True, kw_only=True):
    """Members of a view to change."""

    name: Name | UnsetType = UNSET
    shared: bool | UnsetType = UNSET
    project_id: Id | None | UnsetType = UNSET
    filters: Filters | UnsetType = UNSET
    sort: Sort | UnsetType = UNSET
    group_by: Grouping | None | UnsetType = UNSET
    columns: ShownColumns | None | UnsetType = UNSET


_OWNER, _OWN_SPACE = aliased(User), aliased(Space)
VIEW: Shape[ViewData] = Shape(
    ViewData,
    {
        name: user_data(_OWNER, _OWN_SPACE) if name == "owner" else getattr(View, name)
        for name in ViewData.__struct_fields__
    },
)
_OPEN: Any = or_(View.shared.is_(True), View.owner_id == bindparam("me_id", type_=View.owner_id.type))
_FENCES = {name: _OPEN & (View.project_id.is_(None) | INSIDE[name]) for name in ("there", "visible")}
VIEWS: Read[ViewData, ViewData] = Read(
    View,
    View.__table__.join(_OWNER, (_OWNER.space_id == View.space_id) & (_OWNER.id == View.owner_id))
    .join(_OWN_SPACE, _OWN_SPACE.id == View.space_id)
    .outerjoin(Project.__table__, (Project.space_id == View.space_id) & (Project.id == View.project_id)),
    item=VIEW,
    full=VIEW,
    filters={
        "project_id": Filter(View.project_id, Id, "Only views of these projects"),
        "owner_id": Filter(View.owner_id, Id, "Only views that these users saved"),
        "shared": Filter(View.shared, bool, "Only shared, or only own views", many=False),
    },
    sorts={"name": View.name_fold, "updated_at": View.updated_at},
    search=View.name_fold,
    fences=_FENCES,
)

_SEEN = Query(
    select(View.id)
    .select_from(VIEWS.source)
    .where(View.space_id == bindparam("space_id"), Among(View.id, "ids"), _FENCES["visible"])
)


def _readable(db: Any, events: list[EventPrivate]) -> set[str]:
    ids = {event.record_id for event in events}
    return ids if db.me.admin else {row[0] for row in db.rows(_SEEN, ids=sorted(ids))}


register("view", Kind(VIEWS, "views:read", ("created", "updated", "deleted", "restored"), _readable))
