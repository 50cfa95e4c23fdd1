"""Tasks on days: those that calendar and timeline show, and those that have no day yet."""

from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from kanwerk.core.db import Db
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_of
from kanwerk.tasks.asking import parameters, query, tasks_of
from kanwerk.tasks.shapes import TaskData

MOST_SHOWN, MOST_WAITING = 500, 50
EARLIEST, LATEST = 1970, 2999  # years that pages go to


class Dated(Struct):
    """The tasks of a stretch of days. ``more``: there are further ones, which are not shown."""

    tasks: list[TaskData]
    more: bool
    waiting: list[TaskData]
    waiting_total: int


def day_of(value: str) -> date | None:
    """Return the day that an address names, or None."""
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return found if EARLIEST <= found.year <= LATEST else None


def next_month(day: date) -> date:
    """Return the first day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _page(db: Db, me: Me, asked: dict[str, str]) -> Any:
    read = tasks_of(me)
    return db.page(read, query(read, "tasks", asked), fence=fence_of(me))


def dated(
    db: Db, me: Me, filters: dict[str, str], only: dict[str, str], days: tuple[date, date], last: str
) -> Dated:
    """Return what is between two days: due in them or after, up to ``last``, the filter that says which day
    ends it; or only starting in them. Beside it the open tasks that have no day at all.
    """
    shared = {**parameters({**filters, "due": ""}, me), **only}
    first, end = str(days[0]), str(days[1])
    due = _page(
        db,
        me,
        {**shared, "due_after": first, last: end, "sort": "due_date", "limit": str(MOST_SHOWN)},
    )
    starting = _page(
        db,
        me,
        {
            **shared,
            "has_due_date": "false",
            "start_after": first,
            "start_before": end,
            "limit": str(MOST_SHOWN),
        },
    )
    waiting = _page(
        db,
        me,
        {
            **shared,
            "has_due_date": "false",
            "has_start_date": "false",
            "completed": "false",
            "limit": str(MOST_WAITING),
            "include_total": "true",
        },
    )
    return Dated(
        tasks=[*due.data, *starting.data],
        more=bool(due.meta.next_cursor or starting.meta.next_cursor),
        waiting=waiting.data,
        waiting_total=waiting.meta.total or 0,
    )
