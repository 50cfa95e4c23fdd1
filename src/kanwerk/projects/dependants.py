"""Projects as they depend on clients and business fields, and what becomes of them."""

from sqlalchemy import select

from kanwerk.business_fields.models import BusinessField
from kanwerk.clients.models import Client, has_projects
from kanwerk.core.archive import archive as put_away
from kanwerk.core.problems import Conflict
from kanwerk.core.trash import DEPENDANTS, bring_back, go_along, thrown_with
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.members import refuse_if_not_managed
from kanwerk.projects.models import Project


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

    def trash(self, db: Write, one: Project, trash_id: str, by: Me) -> None:
        """Throw a project away in the same delete, with its tasks; only who manages it may."""
        refuse_if_not_managed(db, one, by)
        go_along(db, one, trash_id, by=by)

    def detach(self, db: Write, one: Project, by: Me) -> None:  # noqa: ARG002 (the protocol's)
        """Leave a project without the record."""
        one.record("project.updated", by=by.actor, changes=one.set(**{self.column: None}))

    def hand_over(self, db: Write, one: Project, other: Client | BusinessField, by: Me) -> None:  # noqa: ARG002
        """Let a project point at another record instead."""
        one.record("project.updated", by=by.actor, changes=one.set(**{self.column: other.id}))

    def take_back(self, db: Write, ids: list[str], record: Client | BusinessField, by: Me) -> None:
        """Let those of the projects point at the record again that point at none."""
        if not ids:
            return
        wanted = select(Project).where(
            Project.space_id == db.space_id,
            Project.id.in_(ids),
            getattr(Project, self.column).is_(None),
            Project.trashed_at.is_(None),
        )
        for project in db.session.execute(wanted.with_for_update()).scalars():
            self.hand_over(db, project, record, by)

    def restore(self, db: Write, trash_id: str, by: Me) -> None:
        """Bring back the projects that went along."""
        for project in thrown_with(db, Project, trash_id):
            bring_back(db, project, by=by)


class _OfClient:
    """What a client asks of its projects before it is archived."""

    def settle(self, db: Write, client: Client, *, archive: bool, by: Me) -> list[str]:
        """Archive the client's projects too; refuse if some are not completed, unless so wished."""
        wanted = select(Project).where(
            Project.space_id == db.space_id,
            Project.client_id == client.id,
            Project.trashed_at.is_(None),
            Project.archived_at.is_(None),
        )
        projects = list(db.session.execute(wanted.with_for_update()).scalars())
        going_on = [project for project in projects if project.status != "completed"]
        if going_on and not archive:
            message = f"{len(going_on)} projects are not completed; say projects=archive to archive them too."
            raise Conflict(message, code="active_projects", dependants={"projects": len(going_on)})
        for project in projects:
            put_away(project, by=by)
        return [project.id for project in projects]

    def reopen(self, db: Write, client: Client, ids: list[str], *, by: Me) -> None:
        """Bring those of the client's projects back from the archive."""
        wanted = select(Project).where(
            Project.space_id == db.space_id, Project.client_id == client.id, Project.id.in_(ids)
        )
        for project in db.session.execute(wanted.with_for_update()).scalars():
            if project.trashed_at is None:
                project.unarchive(db, by=by)


DEPENDANTS.setdefault("client", []).insert(0, _Dependants("client_id"))
DEPENDANTS.setdefault("business_field", []).append(_Dependants("business_field_id"))
has_projects(_OfClient())
