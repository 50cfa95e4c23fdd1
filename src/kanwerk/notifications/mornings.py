"""What is due: told once, at eight in the morning of each person's own zone, to those who are to do it.

Today is the space's day. What became overdue is told once, when it did, not every day anew.
"""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from kanwerk.core import clock
from kanwerk.core.database import Database
from kanwerk.core.ids import new_id
from kanwerk.notifications.making import publish
from kanwerk.notifications.models import Morning, Notification
from kanwerk.notifications.schedule import MORNING
from kanwerk.notifications.settings import settings_of
from kanwerk.people.access import ADMINS
from kanwerk.people.models import Space, User
from kanwerk.people.recipients import recipients
from kanwerk.projects.members import ProjectMember
from kanwerk.projects.models import Project
from kanwerk.tasks.models import Task, TaskAssignee

LATE = timedelta(days=7)  # what is overdue for longer is nothing new
AT_ONCE = 1_000
_ZONE: Any = func.coalesce(User.timezone, Space.timezone)
_ZONES: Any = (
    select(User.space_id, _ZONE, Morning.day)
    .join(Space, Space.id == User.space_id)
    .outerjoin(Morning, and_(Morning.space_id == User.space_id, Morning.zone == _ZONE))
    .where(User.active.is_(True), User.type == "user")
    .group_by(User.space_id, _ZONE, Morning.day)
)

_SEES = or_(
    Project.visibility == "space",
    Project.lead_id == User.id,
    User.role.in_(ADMINS),
    exists().where(
        ProjectMember.space_id == Project.space_id,
        ProjectMember.project_id == Project.id,
        ProjectMember.user_id == User.id,
    ),
)


def tell(database: Database) -> int:
    """Tell all those for whom it is morning what is due; return in how many spaces and zones it was."""
    now = clock.now()
    found = database.look(lambda session: list(session.execute(_ZONES)))
    turns = [(space_id, zone) for space_id, zone, day in found if _is_morning(now, zone, day)]
    for space_id, zone in turns:
        while database.write(partial(_tell_in, database, space_id, zone)):
            pass
    return len(turns)


def _is_morning(now: datetime, zone: str, told: date | None) -> bool:
    here = now.astimezone(ZoneInfo(zone))
    return here.time() >= MORNING and (told is None or told < here.date())


def _tell_in(database: Database, space_id: str, zone: str, session: Session) -> bool:
    """Tell some of them in one transaction; return whether there may be more."""
    now = clock.now()
    morning = session.get(Morning, (space_id, zone), with_for_update=True)
    if not _is_morning(now, zone, morning.day if morning else None):
        return False
    space = session.get_one(Space, space_id)
    today = now.astimezone(ZoneInfo(space.timezone)).date()
    rows = session.execute(_due(space_id, zone, today)).all()
    people = recipients(session, space_id, [row.user_id for row in rows])
    settings = settings_of(session, space_id, people)
    lines = [_line(space_id, row, today, now) for row in rows if row.user_id in people]
    for line in lines:
        line.in_app = settings[line.user_id].wants(line.kind, "in_app")
        line.mail = settings[line.user_id].wants(line.kind, "mail")
    more = len(rows) == AT_ONCE
    if lines:  # those that nobody wants are kept as well: they were told of
        publish(database, session, lines, people, settings)
    if not more:
        day = now.astimezone(ZoneInfo(zone)).date()
        if morning is None:
            session.add(Morning(space_id=space_id, zone=zone, day=day))
        else:
            morning.day = day
    session.flush()
    return more


def _due(space_id: str, zone: str, today: date) -> Any:
    told = exists().where(
        Notification.space_id == Task.space_id,
        Notification.user_id == TaskAssignee.user_id,
        Notification.kind.in_(("due_today", "overdue")),
        Notification.record_id == Task.id,
        Notification.day == Task.due_date,
        (Notification.kind == "overdue") | (Task.due_date == today),
    )
    return (
        select(Task.id, Project.shortcode, Task.number, Task.title, Task.due_date, TaskAssignee.user_id)
        .join(Project, (Project.space_id == Task.space_id) & (Project.id == Task.project_id))
        .join(TaskAssignee, (TaskAssignee.space_id == Task.space_id) & (TaskAssignee.task_id == Task.id))
        .join(User, (User.space_id == Task.space_id) & (User.id == TaskAssignee.user_id))
        .join(Space, Space.id == Task.space_id)
        .where(
            Task.space_id == space_id,
            Task.due_date.between(today - LATE, today),
            Task.completed_at.is_(None),
            Task.trashed_at.is_(None),
            Project.trashed_at.is_(None),
            Project.archived_at.is_(None),
            User.active.is_(True),
            User.type == "user",
            zone == _ZONE,
            _SEES,
            ~told,
        )
        .order_by(Task.due_date, Task.id, TaskAssignee.user_id)
        .limit(AT_ONCE)
    )


def _line(space_id: str, row: Any, today: date, now: datetime) -> Notification:
    return Notification(
        id=new_id(),
        space_id=space_id,
        user_id=row.user_id,
        kind="due_today" if row.due_date == today else "overdue",
        record_kind="task",
        record_id=row.id,
        record_key=f"{row.shortcode}-{row.number}",
        title=row.title,
        actors=[],
        count=1,
        day=row.due_date,
        at=now,
        created_at=now,
    )
