"""Who works in a project, and what that lets them do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import CheckConstraint, Index, bindparam, or_, select
from sqlalchemy.orm import Mapped, mapped_column, synonym

from kanwerk.clients.models import Client
from kanwerk.core.archive import refuse_archived
from kanwerk.core.problems import Conflict, Forbidden, invalid, missing
from kanwerk.core.reads import Query
from kanwerk.core.tables import Base, Key, in_space
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.people.models import User
from kanwerk.people.reads import USERS_FOR_GUESTS
from kanwerk.projects.models import Project


class ProjectMember(Base):
    """Somebody's place in a project: ``manager``, ``member``, or ``guest`` for a client's people."""

    __tablename__ = "project_members"
    __table_args__ = (
        in_space("project_id", "projects", ondelete="CASCADE"),
        in_space("user_id", "users"),
        Index("ix_project_members_user_id", "space_id", "user_id", "project_id"),
        CheckConstraint("role IN ('manager', 'member', 'guest')", name="role"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    project_id: Mapped[str] = mapped_column(Key, primary_key=True)
    user_id: Mapped[str] = mapped_column(Key, primary_key=True)
    id = synonym("user_id")
    role: Mapped[str]


_MINE = select(ProjectMember.project_id).where(
    ProjectMember.space_id == bindparam("space_id"),
    ProjectMember.user_id == bindparam("me_id", type_=ProjectMember.user_id.type),
)
MINE: Any = Project.id.in_(_MINE)
VISIBLE: Any = or_(
    Project.visibility == "space",
    Project.lead_id == bindparam("me_id", type_=ProjectMember.user_id.type),
    MINE,
)
FENCES = {"visible": VISIBLE, "mine": MINE}
_THERE = Project.trashed_at.is_(None)
INSIDE: dict[str, Any] = {"there": _THERE, "visible": _THERE & VISIBLE, "mine": _THERE & MINE}


def fence_of(me: Me) -> str | None:
    """Return the fence around the projects that the caller sees: none for admins, their own for guests."""
    if me.admin:
        return None
    return "mine" if me.type == "guest" else "visible"


def fence_inside(me: Me) -> str:
    """Return the fence, one of ``INSIDE``, around what is in those projects: nothing of one in the trash."""
    return fence_of(me) or "there"


def role_in(db: Write, project: Project, user_id: str) -> str | None:
    """Return somebody's role in a project."""
    found = db.session.get(ProjectMember, (db.space_id, project.id, user_id))
    return None if found is None else found.role


def sees(db: Write, project: Project, me: Me) -> bool:
    """Whether the caller sees the project."""
    if me.admin or (project.visibility == "space" and me.type != "guest") or project.lead_id == me.id:
        return True
    return role_in(db, project, me.id) is not None


def load_project(
    db: Write, project_id: str, me: Me, *, manage: bool = False, trashed: bool = False
) -> Project:
    """Return the project that the request is about, locked; 404 when the caller does not see it, 403 when
    they would have to manage it.
    """
    project = db.find(Project, project_id, lock=True, trashed=trashed)
    if project is None or not sees(db, project, me):
        raise missing()
    db.match(project)
    if manage and not manages(db, project, me):
        message = "Only those who manage this project may do that."
        raise Forbidden(message)
    return project


def project_of(db: Write, project_id: str, me: Me, pointer: str) -> Project:
    """Return the open project that a body names, locked; a fault at the pointer when there is none to see."""
    project = db.find(Project, project_id, lock=True)
    if project is None or not sees(db, project, me):
        raise invalid(pointer, "There is no such project.", "not_found")
    refuse_archived(project)
    return project


def manages(db: Write, project: Project, me: Me) -> bool:
    """Whether the caller may change the project itself: admins, its lead, its managers, integrations."""
    return (
        me.admin
        or me.type == "integration"
        or project.lead_id == me.id
        or role_in(db, project, me.id) == "manager"
    )


def refuse_if_not_managed(db: Write, project: Project, me: Me) -> None:
    """Refuse to throw a project away with something else; which one is not said, it may not even be seen."""
    if not manages(db, project, me):
        message = "It would take along projects that others manage; ask them, an admin, or let them go."
        raise Forbidden(message)


@contextmanager
def discreet(db: Write, me: Me) -> Iterator[None]:
    """Let a conflict with another project name that one only to those who see it."""
    try:
        yield
    except Conflict as problem:
        existing = problem.members.get("existing_id")
        project = db.find(Project, str(existing), trashed=True) if existing is not None else None
        if project is not None and not sees(db, project, me):
            problem.members = {}
        raise


def refuse_without_client(db: Write, project: Project) -> None:
    """Refuse to bring back a project whose client lies in the trash."""
    client = db.find(Client, project.client_id, trashed=True) if project.client_id else None
    if client is not None and client.trashed_at is not None:
        message = "Its client is in the trash: bring that back first."
        raise Conflict(message, code="in_trash")


def set_member(db: Write, project: Project, user_id: str, role: str, *, by: Me) -> None:
    """Give somebody a role in the project; the same role again changes nothing."""
    refuse_archived(project)
    before = role_in(db, project, user_id)
    if before == role:
        return
    user = db.find(User, user_id)
    if user is None or not user.active:
        raise missing("user")
    if (user.type == "guest") != (role == "guest") or user.type == "tax_advisor":
        raise invalid("/role", "Guests are guests in a project, and only they are.")
    join(db, project, user_id, role)
    changes = {f"members.{user_id}": {"from": before, "to": role}}
    verb = "member_added" if before is None else "updated"
    project.touch()
    project.record(f"project.{verb}", by=by.actor, changes=changes)


def join(db: Write, project: Project, user_id: str, role: str) -> None:
    """Write a member's role."""
    found = db.session.get(ProjectMember, (db.space_id, project.id, user_id))
    if found is None:
        db.session.add(ProjectMember(space_id=db.space_id, project_id=project.id, user_id=user_id, role=role))
    else:
        found.role = role


def remove_member(db: Write, project: Project, user_id: str, *, by: Me) -> None:
    """Take somebody out of the project; 404 when they are not in it."""
    refuse_archived(project)
    found = db.session.get(ProjectMember, (db.space_id, project.id, user_id))
    if found is None:
        raise missing("member")
    db.session.delete(found)
    changes = {f"members.{user_id}": {"from": found.role, "to": None}}
    project.touch()
    project.record("project.member_removed", by=by.actor, changes=changes)


_OF_MINE = (Project.space_id == bindparam("space_id"), Project.id.in_(_MINE), Project.trashed_at.is_(None))
_MEMBERS_OF_MINE = (
    select(ProjectMember.user_id)
    .join(Project, (Project.space_id == ProjectMember.space_id) & (Project.id == ProjectMember.project_id))
    .where(*_OF_MINE)
)
USERS_FOR_GUESTS.fences["beside"] = or_(
    USERS_FOR_GUESTS.fences["beside"],
    User.id.in_(_MEMBERS_OF_MINE),
    User.id.in_(select(Project.lead_id).where(*_OF_MINE, Project.lead_id.is_not(None))),
)

_SEEN = {
    fence: Query(
        select(Project.id).where(
            Project.space_id == bindparam("space_id"), Project.id == bindparam("id"), *conditions
        )
    )
    for fence, conditions in {None: (), "visible": (VISIBLE,), "mine": (MINE,)}.items()
}


def refuse_unseen(db: Any, project_id: str, me: Me) -> None:
    """Raise 404 for a project that the caller does not see; for reads of what is in it."""
    if not db.rows(_SEEN[fence_of(me)], id=project_id):
        raise missing()
