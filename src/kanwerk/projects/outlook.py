"""How a project stands: what its pages ask of its tasks, and the health that follows from it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct

from kanwerk.core import clock
from kanwerk.core.db import Db
from kanwerk.core.languages import Phrase
from kanwerk.people.access import Me

SOON = timedelta(days=7)


class Outlook(Struct, frozen=True):
    """A project's tasks in figures, those in cancelled columns apart; overdue ones are open."""

    total: int = 0
    done: int = 0
    overdue: int = 0
    next_due: str | None = None

    @property
    def open(self) -> int:
        """How many are still to do."""
        return self.total - self.done


class Health(NamedTuple):
    """How a project does: a word, its colour, and why."""

    name: Phrase
    color: str
    icon: str
    why: Phrase


class Day(NamedTuple):
    """How many tasks came and how many were done on a day."""

    day: str
    added: int
    done: int


class Work(Protocol):
    """What the pages of projects ask of tasks, a noun that stands above them and registers itself."""

    def outlooks(self, db: Db, ids: Sequence[str], today: date) -> dict[str, Outlook]:
        """Return the outlook of each of these projects that has tasks, with one statement."""

    def days(self, db: Db, project_id: str) -> list[Day]:
        """Return the days on which tasks came or were done, in order."""

    def due(self, db: Db, me: Me, project_id: str, today: date, *, overdue: bool, most: int) -> list[Any]:
        """Return open tasks by their due date: those overdue, or those that are due from today on."""


_WORK: list[Work] = []


def has_work(work: Work) -> None:
    """Let tasks be asked."""
    _WORK[:] = [work]


def work() -> Work:
    """Return whom to ask for tasks."""
    return _WORK[0]


def today_of(me: Me) -> date:
    """Return the day it is where somebody is."""
    return clock.now().astimezone(ZoneInfo(me.zone)).date()


def health(status: str, due_date: str | None, outlook: Outlook, today: date) -> Health:
    """Return how a project does, by its status, its due date and its overdue tasks: docs/api/projects.md says
    how.
    """
    due = date.fromisoformat(due_date) if due_date is not None else None
    return _at_rest(status) or _in_trouble(due, outlook, today) or _well(status, outlook)


def _at_rest(status: str) -> Health | None:
    if status == "completed":
        return Health(Phrase("Completed"), "slate", "circle-check", Phrase("All is done."))
    if status == "on_hold":
        return Health(Phrase("On hold"), "slate", "circle-pause", Phrase("Nobody works on it now."))
    return None


def _in_trouble(due: date | None, outlook: Outlook, today: date) -> Health | None:
    late, risk = (Phrase("Late"), "red", "circle-alert"), (Phrase("At risk"), "amber", "triangle-alert")
    if due is not None and due < today and (outlook.open or not outlook.total):
        return Health(*late, Phrase("It should have been done by now."))
    if outlook.overdue * 4 > outlook.open:
        return Health(*late, Phrase("More than a quarter of its open tasks are overdue."))
    if outlook.overdue * 10 > outlook.open:
        return Health(*risk, _overdue(outlook))
    if due is not None and due - today <= SOON and outlook.open * 3 > outlook.total:
        return Health(*risk, Phrase("It is due soon, and more than a third of its tasks are open."))
    return None


def _well(status: str, outlook: Outlook) -> Health:
    if status == "planned":
        return Health(Phrase("Planned"), "blue", "circle-dashed", Phrase("It has not begun yet."))
    if outlook.total == 0:
        return Health(Phrase("No tasks yet"), "slate", "circle-dashed", Phrase("Nothing is planned yet."))
    why = Phrase("Nothing is overdue.") if outlook.open else Phrase("All its tasks are done.")
    on_track = (Phrase("On track"), "green", "circle-check")
    return Health(*on_track, _overdue(outlook) if outlook.overdue else why)


def _overdue(outlook: Outlook) -> Phrase:
    return Phrase(
        "%(num)s of %(all)s open tasks is overdue.",
        "%(num)s of %(all)s open tasks are overdue.",
        num=outlook.overdue,
        all=outlook.open,
    )
