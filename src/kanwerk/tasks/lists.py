"""Lists of tasks as pages show them: in lanes, each with its first tasks and how many there are."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from kanwerk.core.db import Db
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_of
from kanwerk.projects.shapes import ColumnData, ProjectFullData
from kanwerk.tasks.asking import parameters, query, tasks_of
from kanwerk.tasks.models import PRIORITIES
from kanwerk.tasks.shapes import TaskData

ROWS = 50
SORTS = ("position", "title", "priority", "due_date", "updated_at")
FIRST_DESCENDING = frozenset({"priority", "updated_at"})  # what one wants to see of these first


class Lane(Struct):
    """A part of a list: what it holds, by the column or the priority that all of it has."""

    tasks: list[TaskData]
    total: int
    next_cursor: str | None
    column: ColumnData | None = None
    priority: str | None = None


def lane(
    db: Db,
    me: Me,
    filters: dict[str, str],
    sort: str,
    only: dict[str, str],
    cursor: str | None = None,
    limit: int = ROWS,
) -> Lane:
    """Return one page of the tasks that fit the filters and have what all of the lane have."""
    asked = {**parameters(filters, me), **only, "sort": sort, "limit": str(limit), "include_total": "true"}
    read = tasks_of(me)
    page: Any = db.page(read, query(read, "tasks", asked, cursor), fence=fence_of(me))
    return Lane(page.data, page.meta.total or 0, page.meta.next_cursor)


def _by_column(
    db: Db, me: Me, filters: dict[str, str], sort: str, project: ProjectFullData, rows: int
) -> list[Lane]:
    found = []
    for column in project.columns or ():
        each = lane(db, me, filters, sort, {"column_id": column.id}, limit=rows)
        each.column = column
        found.append(each)
    return found


def _by_priority(
    db: Db, me: Me, filters: dict[str, str], sort: str, project: ProjectFullData, rows: int
) -> list[Lane]:
    found = []
    for priority in reversed(PRIORITIES):
        only = {"project_id": project.id, "priority": priority}
        each = lane(db, me, {**filters, "priority": ""}, sort, only, limit=rows)
        each.priority = priority
        if each.total and filters.get("priority", priority) == priority:
            found.append(each)
    return found


def _in_one(
    db: Db, me: Me, filters: dict[str, str], sort: str, project: ProjectFullData, rows: int
) -> list[Lane]:
    return [lane(db, me, filters, sort, {"project_id": project.id}, limit=rows)]


GROUPS: dict[str, Callable[[Db, Me, dict[str, str], str, ProjectFullData, int], list[Lane]]] = {
    "column": _by_column,
    "priority": _by_priority,
    "none": _in_one,
}
