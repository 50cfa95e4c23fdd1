"""Lists of tasks as pages show them: in groups, one after the other, each with its head and what is in it."""

from typing import Any

from msgspec import Struct

from kanwerk.core.db import Db
from kanwerk.core.listing import MOST
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_of
from kanwerk.projects.shapes import ColumnData
from kanwerk.tasks.asking import parameters, query, tasks_of
from kanwerk.tasks.grouping import Group, groups_of, placed
from kanwerk.tasks.reads import TASKS, TASKS_FOR_GUESTS

ROWS = 50
SORTS = ("position", "title", "priority", "due_date", "updated_at")
FIRST_DESCENDING = frozenset({"priority", "updated_at"})  # what one wants to see of these first
AT_ONCE = 100  # records that a list takes by their ids
_FULL = {id(TASKS): TASKS.detailed(), id(TASKS_FOR_GUESTS): TASKS_FOR_GUESTS.detailed()}
for _read in _FULL.values():
    _read.includes, _read.list_source = {}, _read.source  # whole tasks name who made them


class Part(Struct):
    """What one page shows of a group. ``begins``, ``ends``: with its head, with its end."""

    group: Group
    tasks: list[Any]
    begins: bool
    ends: bool


class Listed(Struct):
    """A page of a list: its groups as far as they reach into it, and where the next page begins."""

    parts: list[Part]
    total: int
    next: int | None


def listed(
    db: Db,
    me: Me,
    asked: dict[str, str],
    by: str,
    *,
    folded: set[str],
    start: int,
    rows: int,
    columns: list[ColumnData] | None,
    full: bool,
) -> Listed:
    """Return a page of the tasks that are asked for, from one place on.

    ``columns`` are shown without tasks too; ``full`` tells that estimates or custom fields are shown.
    """
    read, fence = tasks_of(me), fence_of(me)
    wanted = query(read, "list", asked)
    groups = groups_of(db, me, read, wanted, fence, by)
    total = sum(group.total for group in groups)
    if columns is not None and by == "column":
        groups = _with_empty(groups, columns)
    for group in groups:
        group.folded = group.key in folded
    shown = sum(group.total for group in groups if not group.folded)
    hidden = {group.key for group in groups if group.folded}
    places = placed(db, me, read, wanted, fence, by, hidden, start, rows) if shown > start else []
    tasks = _tasks(db, me, [task_id for _, task_id in places], full=full)
    end = start + rows
    return Listed(_parts(groups, places, tasks, start, end, shown), total, end if end < shown else None)


def _with_empty(groups: list[Group], columns: list[ColumnData]) -> list[Group]:
    found = {group.key: group for group in groups}
    return [
        found.get(each.id)
        or Group("column", each.id, 0, each.name, str(_plain(each.color)), str(_plain(each.kind)))
        for each in columns
    ]


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)


def _tasks(db: Db, me: Me, ids: list[str], *, full: bool) -> dict[str, Any]:
    """Return tasks by their ids: as lists have them, or with everything."""
    read: Any = _FULL[id(tasks_of(me))] if full else tasks_of(me)
    unique = list(dict.fromkeys(ids))[:MOST]
    found: dict[str, Any] = {}
    for first in range(0, len(unique), AT_ONCE):
        asked = {"ids": ",".join(unique[first : first + AT_ONCE]), "limit": str(AT_ONCE)}
        those = db.page(read, query(read, "list", asked), fence=fence_of(me)).data
        found |= {task.id: task for task in those}
    return found


def _parts(
    groups: list[Group],
    places: list[tuple[str, str]],
    tasks: dict[str, Any],
    start: int,
    end: int,
    shown: int,
) -> list[Part]:
    found, at, last = [], 0, end >= shown
    under: dict[str, list[Any]] = {}
    for key, task_id in places:
        if task_id in tasks:
            under.setdefault(key, []).append(tasks[task_id])
    for group in groups:
        first = at
        at += 0 if group.folded else group.total
        behind = first >= start if at == first else at > start
        if behind and (first < end or last):
            found.append(Part(group, under.get(group.key, []), first >= start, at <= end))
    return found


def asked_of(filters: dict[str, str], me: Me, sort: str, **only: str) -> dict[str, str]:
    """Return what the list of tasks is asked for, by filters as an address has them."""
    return {**parameters(filters, me), **only, "sort": sort}
