"""Projects on the wire: for now inside their client."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from kanwerk.business_fields.models import BusinessField
from kanwerk.business_fields.shapes import BusinessFieldData
from kanwerk.clients.shapes import CLIENTS, ClientFullData, ProjectData
from kanwerk.core.db import Db
from kanwerk.core.events import Kind, register
from kanwerk.core.listing import Read
from kanwerk.core.reads import Among, Query, Shape
from kanwerk.people.models import Space
from kanwerk.people.reads import space_data
from kanwerk.projects.models import Project

_FROM = aliased(Space)
_RELATED: dict[str, Any] = {
    "business_field": Shape(
        BusinessFieldData, {"id": BusinessField.id, "name": BusinessField.name}, nullable=True
    ),
    "origin_space": space_data(_FROM, nullable=True),
}
PROJECT = Shape(
    ProjectData,
    {
        name: _RELATED[name] if name in _RELATED else getattr(Project, name)
        for name in ProjectData.__struct_fields__
    },
)
_SOURCE = Project.__table__.outerjoin(
    BusinessField.__table__,
    (BusinessField.space_id == Project.space_id) & (BusinessField.id == Project.business_field_id),
).outerjoin(_FROM, _FROM.id == Project.origin_space_id)
PROJECTS: Read[ProjectData, ProjectData] = Read(
    Project,
    _SOURCE,
    item=PROJECT,
    full=PROJECT,
    sorts={"name": Project.name_fold, "updated_at": Project.updated_at},
    search=Project.name_fold,
)
register(
    "project",
    Kind(PROJECTS, "projects:read", ("created", "updated", "deleted", "restored", "archived", "unarchived")),
)

PROJECTS_OF_CLIENTS = Query(
    select(*PROJECT.columns())
    .select_from(_SOURCE)
    .where(
        Project.space_id == bindparam("space_id"),
        Among(Project.client_id, "clients"),
        Project.trashed_at.is_(None),
        Project.archived_at.is_(None),
    )
    .order_by(Project.name_fold, Project.id)
)


def add_projects(db: Db, clients: list[ClientFullData]) -> None:
    """Put their projects into clients: those not archived, by name; callers without the right to projects get
    403.
    """
    db.me.need("projects:read")
    build = PROJECT.builder(db.database.dialect)
    found: dict[str | None, list[ProjectData]] = {client.id: [] for client in clients}
    for row in db.rows(PROJECTS_OF_CLIENTS, clients=list(found)):
        project = build(row)
        found[project.client_id].append(project)
    for client in clients:
        client.projects = found[client.id]


CLIENTS.includes["projects"] = add_projects
