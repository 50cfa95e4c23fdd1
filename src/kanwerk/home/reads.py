"""What home shows of tasks and projects: one statement or two for each part, however much there is."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from sqlalchemy import bindparam, or_, select, true
from sqlalchemy.orm import aliased

from kanwerk.core.asked import Page, RecordQuery
from kanwerk.core.db import Db
from kanwerk.core.listing import Read
from kanwerk.core.reads import Query
from kanwerk.people.access import Me
from kanwerk.projects.columns import Column
from kanwerk.projects.members import FENCES, MINE, fence_of
from kanwerk.projects.models import Project
from kanwerk.projects.reads import PROJECTS
from kanwerk.projects.shapes import ProjectFullData
from kanwerk.tasks.models import Task, TaskAssignee, TaskRelation
from kanwerk.tasks.reads import TASKS, TASKS_FOR_GUESTS
from kanwerk.tasks.shapes import TaskData

TO_DO = "backlog,unstarted,started"
MOST_TASKS, MOST_WAITING, MOST_PROJECTS, MOST_LATE, MOST_COMING = 60, 8, 12, 6, 8
_GOING_ON = Project.archived_at.is_(None) & Project.trashed_at.is_(None)
_SEEN: dict[str, Any] = {"all": true(), **FENCES}
OPEN = {f"going on {name}": _GOING_ON & seen for name, seen in _SEEN.items()}
TASKS.fences |= OPEN
TASKS_FOR_GUESTS.fences |= OPEN
PROJECTS.fences["own"] = _GOING_ON & or_(
    MINE, Project.lead_id == bindparam("me_id", type_=Project.lead_id.type)
)
_OWN_PROJECTS = PROJECTS.detailed()


def tasks_of(me: Me) -> Read[TaskData, Any]:
    """Return the read that shows tasks as this person may see them."""
    return TASKS_FOR_GUESTS if me.type == "guest" else TASKS


def _fence(me: Me) -> str:
    return f"going on {fence_of(me) or 'all'}"


def to_do(db: Db, me: Me, *, limit: int, total: bool = False, **asked: str) -> Page[TaskData]:
    """Return open tasks of projects that go on, by the day they are due."""
    given = {"kind": TO_DO, "completed": "false", "sort": "due_date", "limit": str(limit), **asked}
    if total:
        given["include_total"] = "true"
    read = tasks_of(me)
    return db.page(read, read.parse("home", urlencode(given).encode()), fence=_fence(me))


def _count(db: Db, me: Me, **asked: str) -> int:
    read = tasks_of(me)
    query = read.parse("home", urlencode({"kind": TO_DO, "completed": "false", **asked}).encode())
    found: int = db.rows(read.count_query(query, _fence(me)), **query.values)[0][0]
    return found


class Agenda(Struct):
    """Somebody's tasks by when they are due."""

    overdue: list[TaskData]
    today: list[TaskData]
    week: list[TaskData]
    more: bool  # whether there are others that are due this week
    count: int  # all open ones, whenever they are due


def agenda(db: Db, me: Me, today: date) -> Agenda:
    """Return what is somebody's to do until the end of the next seven days."""
    until = (today + timedelta(days=7)).isoformat()
    page = to_do(db, me, limit=MOST_TASKS, assignee_id=me.id, due_before=until)
    day = today.isoformat()
    return Agenda(
        [task for task in page.data if (task.due_date or "") < day],
        [task for task in page.data if task.due_date == day],
        [task for task in page.data if (task.due_date or "") > day],
        page.meta.next_cursor is not None,
        _count(db, me, assignee_id=me.id),
    )


def late(db: Db, me: Me, today: date) -> Page[TaskData]:
    """Return what is overdue over all, the longest first, and how much of it there is."""
    yesterday = (today - timedelta(days=1)).isoformat()
    return to_do(db, me, limit=MOST_LATE, total=True, due_before=yesterday)


def coming(db: Db, me: Me, today: date) -> list[TaskData]:
    """Return what is due next in all that somebody sees, whoever does it."""
    return to_do(db, me, limit=MOST_COMING, due_after=today.isoformat()).data


class Waiting(Struct):
    """A task that cannot go on before one of somebody's is done."""

    key: str
    title: str
    due_date: str | None
    mine_key: str
    mine_title: str


_OTHER, _OTHERS_PROJECT, _OTHERS_COLUMN = aliased(Task), aliased(Project), aliased(Column)


def _waiting(seen: Any) -> Query:
    visible: Any = _OTHER.project_id.in_(
        select(Project.id).where(Project.space_id == bindparam("space_id"), _GOING_ON, seen)
    )
    return Query(
        select(
            _OTHERS_PROJECT.shortcode,
            _OTHER.number,
            _OTHER.title,
            _OTHER.due_date,
            Project.shortcode,
            Task.number,
            Task.title,
        )
        .select_from(TaskAssignee)
        .join(Task, (Task.space_id == TaskAssignee.space_id) & (Task.id == TaskAssignee.task_id))
        .join(Project, (Project.space_id == Task.space_id) & (Project.id == Task.project_id))
        .join(Column, (Column.space_id == Task.space_id) & (Column.id == Task.column_id))
        .join(
            TaskRelation,
            (TaskRelation.space_id == Task.space_id)
            & (TaskRelation.task_id == Task.id)
            & (TaskRelation.kind == "blocks"),
        )
        .join(_OTHER, (_OTHER.space_id == Task.space_id) & (_OTHER.id == TaskRelation.other_id))
        .join(
            _OTHERS_PROJECT,
            (_OTHERS_PROJECT.space_id == _OTHER.space_id) & (_OTHERS_PROJECT.id == _OTHER.project_id),
        )
        .join(
            _OTHERS_COLUMN,
            (_OTHERS_COLUMN.space_id == _OTHER.space_id) & (_OTHERS_COLUMN.id == _OTHER.column_id),
        )
        .where(
            TaskAssignee.space_id == bindparam("space_id"),
            TaskAssignee.user_id == bindparam("me_id", type_=TaskAssignee.user_id.type),
            TaskAssignee.completed.is_(False),
            Task.completed_at.is_(None),
            Task.trashed_at.is_(None),
            Column.kind != "cancelled",
            _OTHER.completed_at.is_(None),
            _OTHER.trashed_at.is_(None),
            _OTHERS_COLUMN.kind != "cancelled",
            visible,
        )
        .order_by(_OTHER.due_date.is_(None), _OTHER.due_date, _OTHER.id)
        .limit(MOST_WAITING)
    )


_WAITING = {name: _waiting(seen) for name, seen in _SEEN.items()}


def waiting(db: Db, me: Me) -> list[Waiting]:
    """Return the tasks that wait for one of somebody's, the most pressing first."""
    return [
        Waiting(
            f"{row[0]}-{row[1]}",
            row[2],
            None if row[3] is None else str(row[3]),
            f"{row[4]}-{row[5]}",
            row[6],
        )
        for row in db.rows(_WAITING[fence_of(me) or "all"])
    ]


def own_projects(db: Db) -> list[ProjectFullData]:
    """Return the projects that somebody leads or works in and that are not completed, with their progress."""
    raw = f"status=active,planned,on_hold&sort=due_date&limit={MOST_PROJECTS}".encode()
    found = db.page(_OWN_PROJECTS, _OWN_PROJECTS.parse("home", raw), fence="own").data
    db.finish(PROJECTS, found, RecordQuery(include=("progress",)).include)
    return found
