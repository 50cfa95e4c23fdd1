"""What a calendar shows: tasks that are due, and the beginnings and ends of projects."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, select

from kanwerk.core import clock
from kanwerk.core.db import Db
from kanwerk.core.reads import Query
from kanwerk.people.access import Me
from kanwerk.projects.columns import Column
from kanwerk.projects.members import INSIDE, MINE, fence_inside
from kanwerk.projects.models import Project
from kanwerk.tasks.models import Task, TaskAssignee

MOST = 2_000
BACK, AHEAD = timedelta(days=90), timedelta(days=730)
_ME = bindparam("me_id", type_=Project.lead_id.type)
_PROJECT = Project.id == bindparam("of_project", type_=Project.id.type)
_FROM, _TO = bindparam("begin", type_=Task.due_date.type), bindparam("end", type_=Task.due_date.type)


class Due(NamedTuple):
    """A task that is due."""

    id: str
    version: int
    updated_at: Any
    shortcode: str
    number: int
    title: str
    start: Any
    due: Any
    completed_at: Any
    column: str
    column_kind: str
    project: str


class Milestones(NamedTuple):
    """When a project begins and is to end."""

    id: str
    version: int
    updated_at: Any
    name: str
    start: Any
    due: Any
    status: str


def _tasks(of: str, fence: str) -> Query:
    source: Any = Task.__table__.join(
        Project.__table__, (Project.space_id == Task.space_id) & (Project.id == Task.project_id)
    ).join(Column.__table__, (Column.space_id == Task.space_id) & (Column.id == Task.column_id))
    if of == "mine":
        source = source.join(
            TaskAssignee.__table__,
            (TaskAssignee.space_id == Task.space_id)
            & (TaskAssignee.task_id == Task.id)
            & (TaskAssignee.user_id == _ME),
        )
    return Query(
        select(
            Task.id,
            Task.version,
            Task.updated_at,
            Project.shortcode,
            Task.number,
            Task.title,
            Task.start_date,
            Task.due_date,
            Task.completed_at,
            Column.name,
            Column.kind,
            Project.name,
        )
        .select_from(source)
        .where(
            Task.space_id == bindparam("space_id"),
            Task.trashed_at.is_(None),
            Project.archived_at.is_(None),
            Task.due_date >= _FROM,
            Task.due_date <= _TO,
            INSIDE[fence],
            *([_PROJECT] if of == "project" else []),
        )
        .order_by(Task.due_date, Task.id)
        .limit(MOST)
    )


def _milestones(of: str, fence: str) -> Query:
    whose = _PROJECT if of == "project" else or_(MINE, Project.lead_id == _ME)
    return Query(
        select(
            Project.id,
            Project.version,
            Project.updated_at,
            Project.name,
            Project.start_date,
            Project.due_date,
            Project.status,
        )
        .where(
            Project.space_id == bindparam("space_id"),
            Project.archived_at.is_(None),
            or_(Project.start_date.is_not(None), Project.due_date.is_not(None)),
            INSIDE[fence],
            whose,
        )
        .order_by(Project.id)
        .limit(MOST)
    )


_TASKS = {(of, fence): _tasks(of, fence) for of in ("mine", "project") for fence in INSIDE}
_MILESTONES = {(of, fence): _milestones(of, fence) for of in ("mine", "project") for fence in INSIDE}
_NAME = {
    fence: Query(
        select(Project.name).where(Project.space_id == bindparam("space_id"), _PROJECT, INSIDE[fence])
    )
    for fence in INSIDE
}


def project_name(db: Db, me: Me, project_id: str) -> str | None:
    """Return what a project is called, to those who see it; None otherwise."""
    rows = db.rows(_NAME[fence_inside(me)], of_project=project_id)
    return rows[0][0] if rows else None


def due_in(db: Db, me: Me, kind: str, project_id: str | None) -> tuple[list[Due], list[Milestones]]:
    """Return what a feed shows to its owner now."""
    asked: dict[str, Any] = {} if project_id is None else {"of_project": project_id}
    today: date = clock.now().date()
    of = (kind, fence_inside(me))
    tasks = db.rows(_TASKS[of], **asked, begin=today - BACK, end=today + AHEAD)
    return [Due(*row) for row in tasks], [Milestones(*row) for row in db.rows(_MILESTONES[of], **asked)]
