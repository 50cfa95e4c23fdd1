"""Projects, their members and columns: the one SELECT behind each shape."""

from typing import Any

from sqlalchemy import bindparam, literal, null, select
from sqlalchemy.orm import aliased

from kanwerk.business_fields.models import BusinessField
from kanwerk.business_fields.shapes import BusinessFieldData
from kanwerk.clients.models import Client
from kanwerk.clients.shapes import CLIENTS, ClientFullData, ProjectData, ProjectStatus
from kanwerk.core.db import Db
from kanwerk.core.events import EventPrivate, Kind, register
from kanwerk.core.listing import Filter, Link, Read
from kanwerk.core.money import from_minor
from kanwerk.core.reads import Among, Made, Query, Shape
from kanwerk.core.text import Id
from kanwerk.fields.filters import FieldFilters
from kanwerk.fields.values import values_of
from kanwerk.people.models import Space, User
from kanwerk.people.reads import space_data, user_data
from kanwerk.projects.columns import Column
from kanwerk.projects.members import FENCES, INSIDE, VISIBLE, ProjectMember, fence_of
from kanwerk.projects.models import Project
from kanwerk.projects.shapes import (
    ColumnData,
    ProjectClientData,
    ProjectFullData,
    ProjectMemberData,
)

_FROM, LEAD, _MEMBER = aliased(Space), aliased(User), aliased(User)
_CLIENT_COLUMNS = {"id": Client.id, "name": Client.name, "shortcode": Client.shortcode}
_RELATED: dict[str, Any] = {
    "business_field": Shape(
        BusinessFieldData, {"id": BusinessField.id, "name": BusinessField.name}, nullable=True
    ),
    "origin_space": space_data(_FROM, nullable=True),
    "client": Shape(ProjectClientData, _CLIENT_COLUMNS, nullable=True),
    "lead": user_data(LEAD, nullable=True),
    "hourly_rate": Made(from_minor, [Project.hourly_rate, Project.currency]),
    "budget_amount": Made(from_minor, [Project.budget_amount, Project.currency]),
    "fields": values_of(Project),
}
LAZY = ("members", "columns", "labels", "progress")


def _shape(struct: type[Any]) -> Shape[Any]:
    names = [name for name in struct.__struct_fields__ if name not in LAZY]
    return Shape(
        struct, {name: _RELATED[name] if name in _RELATED else getattr(Project, name) for name in names}
    )


PROJECT: Shape[ProjectData] = _shape(ProjectData)
_SOURCE = (
    Project.__table__.outerjoin(
        BusinessField.__table__,
        (BusinessField.space_id == Project.space_id) & (BusinessField.id == Project.business_field_id),
    )
    .outerjoin(_FROM, _FROM.id == Project.origin_space_id)
    .outerjoin(Client.__table__, (Client.space_id == Project.space_id) & (Client.id == Project.client_id))
    .outerjoin(LEAD, (LEAD.space_id == Project.space_id) & (LEAD.id == Project.lead_id))
    .join(Space.__table__, Space.id == Project.space_id)
)
PROJECTS: Read[ProjectData, ProjectFullData] = Read(
    Project,
    _SOURCE,
    item=PROJECT,
    full=_shape(ProjectFullData),
    filters={
        "client_id": Filter(Project.client_id, Id, "Only projects of these clients"),
        "status": Filter(Project.status, ProjectStatus, "Only projects with these statuses"),
        "business_field_id": Filter(Project.business_field_id, Id, "Only projects of these business fields"),
        "member_id": Filter(
            ProjectMember.user_id,
            Id,
            "Only projects that one of these users is a member of",
            link=Link(ProjectMember, ProjectMember.project_id, Project.id),
        ),
        "lead_id": Filter(Project.lead_id, Id, "Only projects that these users lead"),
        "external_id": Filter(Project.external_id, str, "Only projects with these external ids"),
        "external_origin": Filter(Project.external_origin, str, "Only projects that these integrations gave"),
        "shortcode": Filter(
            Project.shortcode, str, "Only projects with these shortcodes, any case", make=str.upper
        ),
    },
    sorts={
        "name": Project.name_fold,
        "due_date": Project.due_date,
        "created_at": Project.created_at,
        "updated_at": Project.updated_at,
    },
    search=Project.name_fold,
    fences=FENCES,
)
PROJECTS.further = FieldFilters(Project)

MEMBERS: Read[ProjectMemberData, ProjectMemberData] = Read(
    ProjectMember,
    ProjectMember.__table__.join(
        _MEMBER, (_MEMBER.space_id == ProjectMember.space_id) & (_MEMBER.id == ProjectMember.user_id)
    ).join(Space.__table__, Space.id == ProjectMember.space_id),
    item=Shape(ProjectMemberData, {"user": user_data(_MEMBER), "role": ProjectMember.role}),
    full=Shape(ProjectMemberData, {"user": user_data(_MEMBER), "role": ProjectMember.role}),
    search=_MEMBER.name_fold,
    fences={"of_project": ProjectMember.project_id == bindparam("of_project", type_=Project.id.type)},
)

# What a guest sees of a project: nothing of money and custom fields, nor what other systems call it.
_NULLS = dict.fromkeys(
    (
        "external_id",
        "external_origin",
        "business_field",
        "origin_space",
        "hourly_rate",
        "budget_seconds",
        "budget_amount",
        "retainer_months",
    ),
    null(),
)
_SHOWN: dict[str, Any] = {
    **PROJECTS.full.members,
    **_NULLS,
    "billing_method": literal("none"),
    "fields": Made(lambda _: {}, [null()]),
}
PROJECTS_FOR_GUESTS: Read[ProjectData, ProjectFullData] = Read(
    Project,
    _SOURCE,
    item=Shape(ProjectData, {name: _SHOWN[name] for name in ProjectData.__struct_fields__}),
    full=Shape(ProjectFullData, {name: _SHOWN[name] for name in PROJECTS.full.members}),
    filters={name: PROJECTS.filters[name] for name in ("status", "client_id")},
    sorts=PROJECTS.sorts,
    search=Project.name_fold,
    fences=FENCES,
)
PROJECTS_FOR_GUESTS.includes = PROJECTS.includes

_COLUMN = Shape(
    ColumnData,
    {name: getattr(Column, name) for name in ColumnData.__struct_fields__ if name != "task_count"},
)
COLUMNS: Read[ColumnData, ColumnData] = Read(
    Column,
    Column.__table__.join(
        Project.__table__, (Project.space_id == Column.space_id) & (Project.id == Column.project_id)
    ),
    item=_COLUMN,
    full=_COLUMN,
    sorts={"position": Column.position},
    search=Column.name_fold,
    fences={"of_project": Column.project_id == bindparam("of_project", type_=Project.id.type), **INSIDE},
    default_sort="position",
)


def _of_projects(select_: Any, column: Any) -> Query:
    return Query(select_.where(Among(column, "projects")))


_MEMBERS_OF = _of_projects(
    select(ProjectMember.project_id, *MEMBERS.item.columns())
    .select_from(MEMBERS.source)
    .where(ProjectMember.space_id == bindparam("space_id"))
    .order_by(_MEMBER.name_fold, _MEMBER.id),
    ProjectMember.project_id,
)
_COLUMNS_OF = _of_projects(
    select(Column.project_id, *_COLUMN.columns())
    .where(Column.space_id == bindparam("space_id"))
    .order_by(Column.position, Column.id),
    Column.project_id,
)


def _add(name: str, query: Query, shape: Shape[Any]) -> None:
    def fill(db: Db, projects: list[ProjectFullData]) -> None:
        build = shape.builder(db.database.dialect)
        found: dict[str, list[Any]] = {project.id: [] for project in projects}
        for row in db.rows(query, projects=list(found)):
            found[row[0]].append(build(row[1:]))
        for project in projects:
            setattr(project, name, found[project.id])

    PROJECTS.includes[name] = fill


_add("members", _MEMBERS_OF, MEMBERS.item)
_add("columns", _COLUMNS_OF, _COLUMN)

PROJECTS_OF_CLIENTS = {
    fence: Query(
        select(*PROJECT.columns())
        .select_from(_SOURCE)
        .where(
            Project.space_id == bindparam("space_id"),
            Among(Project.client_id, "clients"),
            Project.trashed_at.is_(None),
            Project.archived_at.is_(None),
            *([VISIBLE] if fence else []),
        )
        .order_by(Project.name_fold, Project.id)
    )
    for fence in (None, "visible")
}


def add_projects(db: Db, clients: list[ClientFullData]) -> None:
    """Put their projects into clients: those not archived that the caller sees, by name; callers without the
    right to projects get 403.
    """
    me: Any = db.me
    me.need("projects:read")
    build = PROJECT.builder(db.database.dialect)
    found: dict[str | None, list[ProjectData]] = {client.id: [] for client in clients}
    for row in db.rows(PROJECTS_OF_CLIENTS[fence_of(me)], clients=list(found)):
        project = build(row)
        found[project.client_id].append(project)
    for client in clients:
        client.projects = found[client.id]


CLIENTS.includes["projects"] = add_projects


_SEEN = {
    fence: Query(
        select(Project.id).where(
            Project.space_id == bindparam("space_id"), Among(Project.id, "ids"), FENCES[fence]
        )
    )
    for fence in FENCES
}


def readable(db: Db, events: list[EventPrivate]) -> set[str]:
    """Return the records of these events whose project the caller sees, for the log."""
    me: Any = db.me
    if me.admin:
        return {event.record_id for event in events}
    projects = sorted({event.project_id for event in events if event.project_id is not None})
    seen = {row[0] for row in db.rows(_SEEN[fence_of(me) or "visible"], ids=projects)}
    return {event.record_id for event in events if event.project_id in seen}


register(
    "project",
    Kind(
        PROJECTS,
        "projects:read",
        (
            "created",
            "updated",
            "deleted",
            "restored",
            "archived",
            "unarchived",
            "member_added",
            "member_removed",
        ),
        readable,
    ),
)
register(
    "column",
    Kind(COLUMNS, "projects:read", ("created", "updated", "deleted", "reordered"), readable),
)
