"""Projects: the table that clients show, and what becomes of projects when their client goes."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.business_fields.models import BusinessField
from kanwerk.clients.models import Client, has_projects
from kanwerk.core.archive import archive as put_away
from kanwerk.core.ids import new_id
from kanwerk.core.problems import Conflict
from kanwerk.core.tables import (
    Archivable,
    Base,
    External,
    Named,
    Owned,
    Trashable,
    external_index,
    in_space,
    key,
)
from kanwerk.core.trash import DEPENDANTS, put, take_out, thrown_with
from kanwerk.core.writes import Write
from kanwerk.people.access import Me


class Project(Named, External, Trashable, Archivable, Owned, Base):
    """Work for a client, or for the space itself."""

    __tablename__ = "projects"
    __table_args__ = (
        external_index("projects"),
        in_space("client_id", "clients"),
        in_space("business_field_id", "business_fields"),
        Index("ix_projects_name", "space_id", "name_fold", "id"),
        Index("ix_projects_updated_at", "space_id", "updated_at", "id"),
        Index("ix_projects_client_id", "space_id", "client_id"),
        Index("ix_projects_business_field_id", "space_id", "business_field_id"),
        Index("uq_projects_shortcode", "space_id", "shortcode", unique=True),
        CheckConstraint("status IN ('planned', 'active', 'on_hold', 'completed')", name="status"),
    )
    kind = "project"
    shortcode: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="active")
    client_id: Mapped[str | None] = key()
    business_field_id: Mapped[str | None] = key()
    start_date: Mapped[date | None]
    due_date: Mapped[date | None]
    origin_space_id: Mapped[str | None] = key()


def create_project(db: Write, members: dict[str, Any], *, by: Me) -> Project:
    """Add a project; its members are checked already."""
    project = Project(id=new_id(), space_id=db.space_id, status="active")
    project.set(**members)
    db.add(project)
    project.record("project.created", by=by.actor)
    return project


class _Dependants:
    """Projects as they depend on a record of another noun, through one column."""

    name = "projects"

    def __init__(self, column: str) -> None:
        self.column = column

    def all(self, db: Write, record: Client | BusinessField) -> list[Project]:
        """Return the projects that point at the record and are not in the trash."""
        wanted = select(Project).where(
            Project.space_id == db.space_id,
            getattr(Project, self.column) == record.id,
            Project.trashed_at.is_(None),
        )
        return list(db.session.execute(wanted.with_for_update()).scalars())

    def trash(self, db: Write, one: Project, trash_id: str, by: Me) -> None:  # noqa: ARG002 (the protocol's)
        """Throw a project away in the same delete."""
        put(one, trash_id, by=by)

    def detach(self, db: Write, one: Project, by: Me) -> None:  # noqa: ARG002
        """Leave a project without the record."""
        one.record("project.updated", by=by.actor, changes=one.set(**{self.column: None}))

    def hand_over(self, db: Write, one: Project, other: Client | BusinessField, by: Me) -> None:  # noqa: ARG002
        """Let a project point at another record instead."""
        one.record("project.updated", by=by.actor, changes=one.set(**{self.column: other.id}))

    def restore(self, db: Write, trash_id: str, by: Me) -> None:
        """Bring back the projects that went along."""
        for project in thrown_with(db, Project, trash_id):
            take_out(project, by=by)


class _OfClient:
    """What a client asks of its projects before it is archived."""

    def settle(self, db: Write, client: Client, *, archive: bool, by: Me) -> None:
        """Archive the projects not completed, or refuse."""
        wanted = select(Project).where(
            Project.space_id == db.space_id,
            Project.client_id == client.id,
            Project.trashed_at.is_(None),
            Project.archived_at.is_(None),
            Project.status != "completed",
        )
        going_on = list(db.session.execute(wanted.with_for_update()).scalars())
        if going_on and not archive:
            message = f"{len(going_on)} projects are not completed; say projects=archive to archive them too."
            raise Conflict(message, code="active_projects", dependants={"projects": len(going_on)})
        for project in going_on:
            put_away(project, by=by)


DEPENDANTS.setdefault("client", []).insert(0, _Dependants("client_id"))
DEPENDANTS.setdefault("business_field", []).append(_Dependants("business_field_id"))
has_projects(_OfClient())
