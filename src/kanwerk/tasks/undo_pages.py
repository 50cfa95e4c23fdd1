"""Taking back what was just done to a task, or to the columns of a project."""

import re

from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Pages, Redirect, View
from kanwerk.core.problems import Invalid, Problem
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.columns import Column
from kanwerk.projects.framing import load_at
from kanwerk.tasks.models import Task
from kanwerk.tasks.numbers import key_of
from kanwerk.tasks.panel_pages import address, again
from kanwerk.tasks.taking_back import take_back
from kanwerk.tasks.writing import load_task

pages = Pages()
EVENTS = re.compile(r"([1-9][0-9]{0,15})-([1-9][0-9]{0,15})")


def _take_back(db: Write, me: Me, view: View) -> Column | Task:
    told = EVENTS.fullmatch(view.query.text("events"))
    if told is None:
        raise Invalid(Phrase("Say what is to be taken back."))
    return take_back(db, int(told[1]), int(told[2]), by=me)[0]


@pages.post("/{space}/tasks/{key}/undo", needs="tasks:write", again=again)
def undo_task(db: Write, me: Me, view: View, key: str) -> Answer:
    """Put a task back where it was, with the key that it had there."""
    task = load_task(db, key, me)
    _take_back(db, me, view)
    key = key_of(db, task)
    here = view.within(view.query.text("back"), address(me, key))
    return Redirect(here, Phrase("%(key)s is back where it was.", key=key))


def _told(me: Me, code: str, problem: Problem) -> Answer:
    return Redirect(f"/{me.space_slug}/projects/{code}/settings", problem.detail, kind="error")


@pages.post("/{space}/projects/{code}/undo", needs="projects:write", again=_told)
def undo_column(db: Write, me: Me, view: View, code: str) -> Answer:
    """Bring a column back, with the tasks that were in it."""
    project = load_at(db, me, code)
    back = _take_back(db, me, view)
    name = back.name if isinstance(back, Column) else key_of(db, back)
    return Redirect(
        f"/{me.space_slug}/projects/{project.shortcode}/settings", Phrase("%(name)s is back.", name=name)
    )
