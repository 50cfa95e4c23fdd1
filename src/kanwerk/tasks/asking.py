"""What pages ask of the list of tasks: filters as they stand in an address, made into those of the API."""

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from kanwerk.core import clock
from kanwerk.core.asked import ListQuery
from kanwerk.core.forms import Form
from kanwerk.core.languages import Phrase
from kanwerk.core.listing import Read
from kanwerk.core.problems import Invalid
from kanwerk.fields.models import PREFIX
from kanwerk.people.access import Me
from kanwerk.tasks.reads import TASKS, TASKS_FOR_GUESTS

WEEK = 7
MOST_OF_Q, MOST_OF_ANY = 300, 4_000
_NOBODY = "00000000-0000-7000-8000-000000000000"
DUE = {
    "overdue": Phrase("Overdue"),
    "today": Phrase("Due today"),
    "week": Phrase("Due in the next 7 days"),
}
NAMES = {
    "q": "q",
    "assignee": "assignee_id",
    "label": "label_id",
    "priority": "priority",
}  # as the API has them
PLACES = ("project_id", "column_id")  # a project's pages and a board's columns say these themselves
FURTHER = (*(each for each in TASKS.filters if each not in (*NAMES.values(), *PLACES)), "updated_after")
OF_PEOPLE = ("assignee_id", "creator_id")
ME = "me"  # in filters by people: whoever looks
DAY = re.compile(
    r"today(?:([+-]\d{1,4}))?"
)  # in filters by days: the day somebody looks, and those around it
_DUE = {
    "overdue": {"due_before": "today-1", "completed": "false"},
    "today": {"due_before": "today", "due_after": "today"},
    "week": {"due_before": f"today+{WEEK}", "due_after": "today"},
}


def tasks_of(me: Me) -> Read[Any, Any]:
    """Return the read that shows tasks as this person may see them."""
    return TASKS_FOR_GUESTS if me.type == "guest" else TASKS


def today_of(me: Me) -> date:
    """Return the day it is where the person is."""
    return clock.now().astimezone(ZoneInfo(me.zone)).date()


def filters_of(form: Form, *places: str) -> dict[str, str]:
    """Return the filters of an address, by their names there; what is not understood is left out, so that an
    old bookmark still opens. ``places``: those of ``PLACES`` that the page understands too.
    """
    found = {}
    for name in (*NAMES, "due", *FURTHER, *places, *(each for each in form if each.startswith(PREFIX))):
        value = form.text(name)[: MOST_OF_Q if name == "q" else MOST_OF_ANY]
        if value and _understood(name, value):
            found[name] = value
    return found


def _understood(name: str, value: str) -> bool:
    if name == "due":
        return value in DUE
    if name.startswith(PREFIX):
        return True
    member = NAMES.get(name, name)
    try:
        TASKS.parse(
            "address", urlencode({member: meant(member, value, _NOBODY, clock.now().date())}).encode()
        )
    except Invalid:
        return False
    return True


def symbolic(filters: dict[str, str]) -> dict[str, str]:
    """Return filters of an address as a saved view holds them: as the API has them, with ``me`` and days told
    from today.
    """
    found = {NAMES.get(name, name): value for name, value in filters.items() if name != "due" and value}
    return found | _DUE.get(filters.get("due", ""), {})


def spelled(filters: dict[str, str]) -> dict[str, str]:
    """Return filters of a saved view as an address has them; the way back of ``symbolic``."""
    left, found = dict(filters), {}
    for name, those in _DUE.items():
        days = {each: value for each, value in filters.items() if each in ("due_before", "due_after")}
        if (
            days == {each: those[each] for each in those if each != "completed"}
            and those.items() <= left.items()
        ):
            found["due"] = name
            left = {each: value for each, value in left.items() if each not in those}
    names = {member: name for name, member in NAMES.items()}
    return {names.get(name, name): value for name, value in left.items()} | found


def meant(name: str, value: str, me_id: str, today: date) -> str:
    """Return what a filter of a saved view asks for when this person looks on this day."""
    if name in OF_PEOPLE:
        return ",".join(me_id if each == ME else each for each in value.split(","))
    day = DAY.fullmatch(value) if name.endswith(("_before", "_after")) else None
    if day is None:
        return value
    return str(today + timedelta(days=int(day[1] or 0)))


def parameters(filters: dict[str, str], me: Me) -> dict[str, str]:
    """Return filters as the API's list of tasks takes them."""
    known, today = tasks_of(me), today_of(me)
    return {
        name: meant(name, value, me.id, today)
        for name, value in symbolic(filters).items()
        if name in known.params or (name.startswith(PREFIX) and known.further is not None)
    }


def query(read: Read[Any, Any], path: str, asked: dict[str, str], cursor: str | None = None) -> ListQuery:
    """Return a list's query; a cursor that no longer fits begins anew."""
    if cursor:
        try:
            return read.parse(path, urlencode({**asked, "cursor": cursor}).encode())
        except Invalid:
            pass
    return read.parse(path, urlencode(asked).encode())
