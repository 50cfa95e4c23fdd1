"""The calendar: a month of tasks on the days they are due, moved by hand; of one project or of all."""

from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from kanwerk.core.db import Db
from kanwerk.core.formats import first_weekday
from kanwerk.core.pages import Answer, Html, Pages, View
from kanwerk.people.access import Me
from kanwerk.tasks.asking import today_of
from kanwerk.tasks.dates_pages import kept, scope
from kanwerk.tasks.days import dated, day_of, next_month
from kanwerk.tasks.shapes import TaskData

pages = Pages()
WEEK = 7


class Day(NamedTuple):
    """A day of the grid. ``inside``: it is of the month that is looked at."""

    day: date
    inside: bool
    tasks: list[TaskData]


def grid(month: date, first_of_week: int) -> tuple[date, date]:
    """Return the first and the last day of the whole weeks (0 is Monday) that show a month."""
    first = month.replace(day=1)
    first -= timedelta(days=(first.weekday() - first_of_week) % WEEK)
    last = next_month(month) - timedelta(days=1)
    last += timedelta(days=(first_of_week - 1 - last.weekday()) % WEEK)
    return first, last


def _context(db: Db, me: Me, view: View, code: str | None) -> dict[str, Any]:
    context = scope(db, me, view, code, "/calendar")
    today = today_of(me)
    month = (day_of(f"{view.query.text('month')}-01") or today).replace(day=1)
    with view.written():
        begins = first_weekday()
    first, last = grid(month, begins)
    found = dated(db, me, context["asked"], context["only"], (first, last), "due_before")
    on: dict[str, list[TaskData]] = {}
    for task in found.tasks:
        on.setdefault(str(task.due_date or task.start_date), []).append(task)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    filters = kept(view, context["filters"], context["project"])

    def url(of: date, **more: str) -> str:
        named = {} if of == today.replace(day=1) else {"month": of.strftime("%Y-%m")}
        asked = urlencode({**filters, **named, **more})
        return f"{context['url']}?{asked}" if asked else str(context["url"])

    return {
        **context,
        "month": month,
        "days": [Day(each, each.month == month.month, on.get(str(each), [])) for each in days],
        "names": [(begins + number) % WEEK for number in range(WEEK)],
        "before_url": url((month - timedelta(days=1)).replace(day=1)),
        "after_url": url(next_month(month)),
        "today_url": url(today.replace(day=1)),
        "here_url": url(month),
        "add_url": url(month, add=""),
        "adding": view.query.text("add"),
        "month_set": "" if month == today.replace(day=1) else month.strftime("%Y-%m"),
        "found": found,
    }


@pages.get("/{space}/projects/{code}/calendar", needs="tasks:read")
def show_project_calendar(db: Db, me: Me, view: View, code: str) -> Answer:
    """Show a month of a project."""
    return Html("tasks/calendar.html", _context(db, me, view, code))


@pages.get("/{space}/calendar", needs="tasks:read")
def show_calendar(db: Db, me: Me, view: View) -> Answer:
    """Show a month of all projects."""
    return Html("tasks/calendar.html", _context(db, me, view, None))
