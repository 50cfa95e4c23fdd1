"""What pages ask of the list of tasks: filters as they stand in an address, made into those of the API."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from kanwerk.core import clock
from kanwerk.core.asked import ListQuery
from kanwerk.core.forms import Form
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.listing import Read
from kanwerk.core.problems import Invalid
from kanwerk.people.access import Me
from kanwerk.tasks.models import PRIORITIES
from kanwerk.tasks.reads import TASKS, TASKS_FOR_GUESTS

WEEK = 7
DUE = {
    "overdue": Phrase("Overdue"),
    "today": Phrase("Due today"),
    "week": Phrase("Due in the next 7 days"),
}
NAMES = ("q", "assignee", "label", "priority", "due")


def tasks_of(me: Me) -> Read[Any, Any]:
    """Return the read that shows tasks as this person may see them."""
    return TASKS_FOR_GUESTS if me.type == "guest" else TASKS


def today_of(me: Me) -> date:
    """Return the day it is where the person is."""
    return clock.now().astimezone(ZoneInfo(me.zone)).date()


def filters_of(form: Form) -> dict[str, str]:
    """Return the filters of an address, by their names there; what is not understood is left out, so that an
    old bookmark still opens.
    """
    found = {name: form.text(name)[:300] for name in NAMES if form.text(name)}
    if found.get("assignee") not in (None, "me") and not is_id(found["assignee"]):
        del found["assignee"]
    if "label" in found and not is_id(found["label"]):
        del found["label"]
    if found.get("priority") not in (None, *PRIORITIES):
        del found["priority"]
    if found.get("due") not in (None, *DUE):
        del found["due"]
    return found


def parameters(filters: dict[str, str], me: Me) -> dict[str, str]:
    """Return filters as the API's list of tasks takes them."""
    found: dict[str, str] = {}
    if "q" in filters:
        found["q"] = filters["q"]
    if "assignee" in filters:
        found["assignee_id"] = me.id if filters["assignee"] == "me" else filters["assignee"]
    if "label" in filters:
        found["label_id"] = filters["label"]
    if "priority" in filters:
        found["priority"] = filters["priority"]
    today = today_of(me)
    match filters.get("due"):
        case "overdue":
            found |= {"due_before": str(today - timedelta(days=1)), "completed": "false"}
        case "today":
            found |= {"due_before": str(today), "due_after": str(today)}
        case "week":
            found |= {"due_before": str(today + timedelta(days=WEEK)), "due_after": str(today)}
    return found


def query(read: Read[Any, Any], path: str, asked: dict[str, str], cursor: str | None = None) -> ListQuery:
    """Return a list's query; a cursor that no longer fits begins anew."""
    if cursor:
        try:
            return read.parse(path, urlencode({**asked, "cursor": cursor}).encode())
        except Invalid:
            pass
    return read.parse(path, urlencode(asked).encode())
