"""The list of projects as its page shows it: how it is arranged, and by what it can be narrowed."""

from datetime import date
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import String, bindparam, case, cast, func, literal, or_, select

from kanwerk.business_fields.models import BusinessField
from kanwerk.clients.models import Client
from kanwerk.core import selects
from kanwerk.core.asked import ListQuery, Page
from kanwerk.core.db import Db
from kanwerk.core.listing import Filter, Read
from kanwerk.core.reads import Query, Shape
from kanwerk.people.access import Me
from kanwerk.people.models import User
from kanwerk.people.shapes import UserData
from kanwerk.projects.favourites import FAVOURITES
from kanwerk.projects.members import FENCES, MINE, fence_of
from kanwerk.projects.models import Project
from kanwerk.projects.outlook import Outlook, work
from kanwerk.projects.reads import LEAD, PROJECTS
from kanwerk.projects.shapes import ProjectClientData, ProjectFullData, ProjectMemberData

STATUSES = ("active", "planned", "on_hold", "completed")
GUESTS_ASK = frozenset({"q", "status", "favourite"})
_LAST = "\U0010ffff"  # sorts behind every name
_ME = bindparam("me_id", type_=Project.id.type)


class ProjectRow(Struct):
    """A project in its list."""

    id: str
    name: str
    shortcode: str
    status: str
    due_date: str | None
    client: ProjectClientData | None
    lead: UserData | None
    members: list[ProjectMemberData] = []
    outlook: Outlook = Outlook()


_MEMBERS: dict[str, Any] = {
    **{name: getattr(Project, name) for name in ("id", "name", "shortcode", "status", "due_date")},
    "client": PROJECTS.full.members["client"],
    "lead": PROJECTS.full.members["lead"],
}
# Each way of grouping: what tells the groups apart, and their names.
GROUPS: dict[str, Any] = {"client": Client.id, "status": Project.status, "lead": LEAD.id}


def _together(of: Any) -> Any:
    """Return what sorts projects by the name of something, twins apart, and those without it last."""
    return func.coalesce(of.name_fold + literal(" ") + cast(of.id, String) + literal(" "), _LAST)


_PLACE = case(*((Project.status == status, str(place)) for place, status in enumerate(STATUSES)), else_="9")
ROWS: Read[ProjectRow, ProjectFullData] = Read(
    Project,
    PROJECTS.source,
    item=Shape(ProjectRow, _MEMBERS),
    full=PROJECTS.full,
    filters={
        **{name: PROJECTS.filters[name] for name in ("client_id", "status", "business_field_id", "lead_id")},
        "mine": Filter(or_(MINE, Project.lead_id == _ME), bool, "Only those somebody works in", many=False),
        "favourite": Filter(Project.id.in_(FAVOURITES), bool, "Only favourites", many=False),
    },
    sorts={
        "client": _together(Client) + Project.name_fold,
        "status": _PLACE + Project.name_fold,
        "lead": _together(LEAD) + Project.name_fold,
        "name": Project.name_fold,
        "due_date": Project.due_date,
    },
    search=Project.name_fold + literal(" ") + func.lower(Project.shortcode),
    fences=FENCES,
    default_sort="client",
)
_counts: dict[Any, Query] = {}


def fill(db: Db, rows: list[ProjectRow], today: date) -> None:
    """Put members and figures into the rows of a page, with two statements however many they are."""
    if not rows:
        return
    found: Any = rows
    PROJECTS.includes["members"](db, found)
    outlooks = work().outlooks(db, [row.id for row in rows], today)
    for row in rows:
        row.outlook = outlooks.get(row.id, row.outlook)


def listed(db: Db, me: Me, query: ListQuery, today: date) -> Page[ProjectRow]:
    """Return one page of the list as somebody sees it."""
    page = db.page(ROWS, query, fence=fence_of(me))
    fill(db, page.data, today)
    return page


def counted(db: Db, me: Me, query: ListQuery, by: str) -> dict[str | None, int]:
    """Return how many projects each group of the whole list has, or all of them under None."""
    fence = fence_of(me)
    key = (query.told, fence, by)
    if key not in _counts:
        group = GROUPS.get(by)
        counting = select(*([] if group is None else [group]), func.count()).select_from(ROWS.source)
        counting = counting.where(*selects.conditions_of(ROWS, query, fence))
        _counts[key] = Query(counting if group is None else counting.group_by(group))
    rows = db.rows(_counts[key], **query.values)
    return {row[0] if by in GROUPS else None: row[-1] for row in rows}


class Choice(NamedTuple):
    """Something a list can be narrowed to."""

    id: str
    name: str


_SPACE = (Project.space_id == bindparam("space_id"), Project.trashed_at.is_(None))


def _choices(fence: str | None) -> dict[str, Query]:
    seen = (*_SPACE, *([FENCES[fence]] if fence else []))
    clients = (
        select(Client.id, Client.name)
        .join(Project, (Project.space_id == Client.space_id) & (Project.client_id == Client.id))
        .where(*seen)
        .group_by(Client.id, Client.name, Client.name_fold)
        .order_by(Client.name_fold, Client.id)
    )
    leads = (
        select(User.id, User.first_name, User.last_name)
        .join(Project, (Project.space_id == User.space_id) & (Project.lead_id == User.id))
        .where(*seen)
        .group_by(User.id, User.first_name, User.last_name, User.name_fold)
        .order_by(User.name_fold, User.id)
    )
    fields = (
        select(BusinessField.id, BusinessField.name)
        .where(BusinessField.space_id == bindparam("space_id"), BusinessField.trashed_at.is_(None))
        .order_by(BusinessField.name_fold, BusinessField.id)
    )
    return {"client_id": Query(clients), "lead_id": Query(leads), "business_field_id": Query(fields)}


_CHOICES = {fence: _choices(fence) for fence in (None, "visible")}


def choices(db: Db, me: Me) -> dict[str, list[Choice]]:
    """Return what there is to narrow the list by: clients and leads of projects that one sees, fields."""
    found = _CHOICES[fence_of(me)]
    return {
        name: [Choice(row[0], " ".join(part for part in row[1:] if part)) for row in db.rows(query)]
        for name, query in found.items()
    }
