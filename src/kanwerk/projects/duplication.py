"""A project as a template for another: its columns, labels, people and work, with all dates shifted."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from kanwerk.core import clock
from kanwerk.core.ids import new_id
from kanwerk.core.writes import Write
from kanwerk.fields.values import copy_fields
from kanwerk.people.access import Me
from kanwerk.people.models import User
from kanwerk.projects.columns import Column, columns_of
from kanwerk.projects.creation import create_project
from kanwerk.projects.members import ProjectMember, set_member
from kanwerk.projects.models import MONEY, Project

KEPT = (
    "description",
    "client_id",
    "business_field_id",
    "visibility",
    "billing_method",
    "currency",
    "budget_seconds",
    "retainer_months",
)


class Copying(NamedTuple):
    """Both projects, the ids of the copies by those of the old parts, and by how much dates shift."""

    old: Project
    new: Project
    shift: timedelta
    ids: dict[str, str]
    tasks: bool
    assignees: bool
    by: Me

    def shifted(self, day: date | None) -> date | None:
        """Return a date of the old project as it is in the new one."""
        return None if day is None else day + self.shift


# What else a copy takes along; nouns above register themselves, with their place in the order.
COPIES: list[tuple[int, Callable[[Write, Copying], None]]] = []
BEGIN: list[Callable[[Write, Project], date | None]] = []  # the first day of what is in a project


def duplicate_project(db: Write, old: Project, wishes: dict[str, Any], *, by: Me) -> Project:
    """Make a project like another, without its time, comments and external ids; nothing of it is done yet.

    Dates shift so that it begins on ``start_date``, today when that is not given.
    """
    today = clock.now().astimezone(ZoneInfo(by.timezone)).date()
    begin = wishes.get("start_date") or today
    began = old.start_date or min((day for find in BEGIN if (day := find(db, old))), default=None)
    shift = begin - began if began is not None else timedelta()
    members = {name: getattr(old, name) for name in KEPT}
    members |= {name: wishes[name] for name in ("client_id", "shortcode") if name in wishes}
    members["name"] = wishes.get("name") or f"{old.name[:290]} (copy)"
    members["status"] = "planned" if begin > today else "active"
    members["start_date"] = begin if old.start_date is not None or "start_date" in wishes else None
    members["due_date"] = old.due_date + shift if old.due_date is not None else None
    if _is_active(db, old.lead_id):
        members["lead_id"] = old.lead_id
    new = create_project(db, members, by=by, usual_columns=False)
    for name in MONEY:
        setattr(new, name, getattr(old, name))  # in the same currency: no need to write and read it
    copy_fields(db, old, new)
    copying = Copying(old, new, shift, {}, wishes["tasks"], wishes["assignees"], by)
    _copy_columns(db, copying)
    if wishes["members"]:
        _copy_members(db, copying)
    for _, copy in sorted(COPIES, key=lambda pair: pair[0]):
        copy(db, copying)
    return new


def _is_active(db: Write, user_id: str | None) -> bool:
    user = db.find(User, user_id) if user_id is not None else None
    return user is not None and user.active


def _copy_columns(db: Write, copying: Copying) -> None:
    for old in columns_of(db, copying.old.id):
        copied = ("name", "name_fold", "color", "kind", "position", "wip_limit")
        members = {name: getattr(old, name) for name in copied}
        new = Column(id=new_id(), space_id=db.space_id, project_id=copying.new.id, **members)
        db.add(new)
        new.record("column.created", by=copying.by.actor)
        copying.ids[old.id] = new.id
    db.flush()


def _copy_members(db: Write, copying: Copying) -> None:
    wanted = select(ProjectMember).where(
        ProjectMember.space_id == db.space_id, ProjectMember.project_id == copying.old.id
    )
    for member in db.session.execute(wanted.order_by(ProjectMember.user_id)).scalars().all():
        if member.role == "guest" and copying.new.client_id != copying.old.client_id:
            continue  # guests belong to their client
        if member.user_id == copying.by.id or not _is_active(db, member.user_id):
            continue
        set_member(db, copying.new, member.user_id, member.role, by=copying.by)
