"""Tasks as the pages of projects ask for them: figures for many projects at once, days, what is due."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, String, bindparam, case, func, literal, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from kanwerk.core.db import Db
from kanwerk.core.reads import Among, Query, Shape
from kanwerk.people.access import Me
from kanwerk.projects.columns import Column
from kanwerk.projects.members import fence_of
from kanwerk.projects.outlook import Day, Outlook, has_work
from kanwerk.tasks.models import Task
from kanwerk.tasks.reads import TASKS, TASKS_FOR_GUESTS

STILL_TO_DO = "backlog,unstarted,started"


class _DayOf(FunctionElement[str]):
    """The day of a moment, in UTC, as text."""

    inherit_cache = True
    type = String()


@compiles(_DayOf, "sqlite")
def _day_sqlite(element: _DayOf, compiler: SQLCompiler, **options: Any) -> str:
    return f"substr({compiler.process(element.clauses, **options)}, 1, 10)"


@compiles(_DayOf, "postgresql")
def _day_postgres(element: _DayOf, compiler: SQLCompiler, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"


_COUNTED = (Task.space_id == bindparam("space_id"), Task.trashed_at.is_(None), Column.kind != "cancelled")
_IN_COLUMN = (Column.space_id == Task.space_id) & (Column.id == Task.column_id)
_OPEN = Task.completed_at.is_(None)
_OVERDUE = _OPEN & (Task.due_date < bindparam("today", type_=Date()))
_OUTLOOK: Shape[Outlook] = Shape(
    Outlook,
    {
        "total": func.count(),
        "done": func.count(Task.completed_at),
        "overdue": func.count(case((_OVERDUE, 1))),
        "next_due": func.min(case((_OPEN, Task.due_date)), type_=Date()),
    },
)
_OUTLOOKS = Query(
    select(Task.project_id, *_OUTLOOK.columns())
    .join(Column, _IN_COLUMN)
    .where(*_COUNTED, Among(Task.project_id, "projects"))
    .group_by(Task.project_id)
)


def _days() -> Query:
    of_project = (*_COUNTED, Task.project_id == bindparam("of_project", type_=Task.project_id.type))
    added = select(_DayOf(Task.created_at).label("day"), literal(1).label("added"), literal(0).label("done"))
    done = select(_DayOf(Task.completed_at).label("day"), literal(0).label("added"), literal(1).label("done"))
    each = union_all(
        added.join_from(Task, Column, _IN_COLUMN).where(*of_project),
        done.join_from(Task, Column, _IN_COLUMN).where(*of_project, Task.completed_at.is_not(None)),
    ).subquery()
    return Query(
        select(each.c.day, func.sum(each.c.added), func.sum(each.c.done))
        .group_by(each.c.day)
        .order_by(each.c.day)
    )


_DAYS = _days()


class _Work:
    """Tasks as the pages of projects ask for them."""

    def outlooks(self, db: Db, ids: Sequence[str], today: date) -> dict[str, Outlook]:
        """Return the outlook of each of these projects that has tasks, with one statement."""
        build = _OUTLOOK.builder(db.database.dialect)
        rows = db.rows(_OUTLOOKS, projects=list(ids), today=today) if ids else []
        return {row[0]: build(row[1:]) for row in rows}

    def days(self, db: Db, project_id: str) -> list[Day]:
        """Return the days on which tasks came or were done, in order."""
        return [Day(row[0], int(row[1]), int(row[2])) for row in db.rows(_DAYS, of_project=project_id)]

    def due(self, db: Db, me: Me, project_id: str, today: date, *, overdue: bool, most: int) -> list[Any]:
        """Return open tasks by their due date: those overdue, or those that are due from today on."""
        read = TASKS_FOR_GUESTS if me.type == "guest" else TASKS
        when = f"due_before={today - timedelta(days=1)}" if overdue else f"due_after={today}"
        asked = (
            f"project_id={project_id}&completed=false&kind={STILL_TO_DO}&sort=due_date&limit={most}&{when}"
        )
        return list(db.page(read, read.parse("due", asked.encode()), fence=fence_of(me)).data)


has_work(_Work())
