"""A calendar as other programs read it (iCalendar, RFC 5545 and RFC 7986).

Everything is an event of whole days: most calendars overlook the to-dos that the standard has as well.
"""

from datetime import date, datetime, timedelta
from typing import Any

from kanwerk.core import clock
from kanwerk.core.languages import N_, Phrase, gettext
from kanwerk.feeds.reads import Due, Milestones

REFRESHED = timedelta(hours=1)
_DAY = timedelta(days=1)

MILESTONES = {"starts": N_("%(name)s starts"), "due": N_("%(name)s is due")}


def calendar(name: str, tasks: list[Due], projects: list[Milestones]) -> bytes:
    """Return the calendar, in the language written now; the same days and words give the same bytes."""
    from icalendar import Calendar

    found = Calendar()
    found.add("prodid", "-//Kanwerk//Kanwerk//EN")
    found.add("version", "2.0")
    found.add("name", name)
    found.add("x-wr-calname", name)
    found.add("refresh-interval", REFRESHED, parameters={"value": "DURATION"})
    found.add("x-published-ttl", REFRESHED)
    for task in tasks:
        found.add_component(_of_task(task))
    for project in projects:
        for what, day in (("starts", project.start), ("due", project.due)):
            if day is not None:
                found.add_component(_of_project(project, what, _day(day)))
    made: bytes = found.to_ical()
    return made


def _of_task(task: Due) -> Any:
    due = _day(task.due)
    start = due if task.start is None else _day(task.start)
    done, cancelled = task.completed_at is not None, task.column_kind == "cancelled"
    key = f"{task.shortcode}-{task.number}"
    title = f"{'✓ ' if done and not cancelled else ''}{task.title} ({key})"
    event = _event(f"task-{task.id}", title, start, due, task)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("description", f"{task.project}\n{task.column}")
    event.add("categories", [task.project])
    return event


def _of_project(project: Milestones, what: str, day: date) -> Any:
    done = "✓ " if project.status == "completed" else ""
    title = done + gettext(Phrase(MILESTONES[what], name=project.name))
    event = _event(f"project-{project.id}-{what}", title, day, day, project)
    event.add("status", "CONFIRMED")
    event.add("categories", [project.name])
    return event


def _event(uid: str, title: str, start: date, end: date, of: Due | Milestones) -> Any:
    from icalendar import Event

    changed = of.updated_at if isinstance(of.updated_at, datetime) else datetime.fromisoformat(of.updated_at)
    changed = datetime.fromisoformat(clock.wire(changed)).replace(microsecond=0)
    event = Event()
    event.add("uid", f"{uid}@kanwerk")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", of.version)
    event.add("summary", title)
    event.add("dtstart", start)
    event.add("dtend", end + _DAY)
    event.add("transp", "TRANSPARENT")
    return event


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
