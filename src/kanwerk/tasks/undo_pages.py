"""Taking back what was just done to a task, or to the columns of a project."""

import re

from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Pages, Redirect, View
from kanwerk.core.problems import Invalid, Problem
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.columns import load_column
from kanwerk.projects.framing import load_at
from kanwerk.tasks.numbers import key_of
from kanwerk.tasks.panel_pages import address, again
from kanwerk.tasks.taking_back import take_back
from kanwerk.tasks.writing import load_task

pages = Pages()
EVENTS = re.compile(r"([1-9][0-9]{0,15})-([1-9][0-9]{0,15})")


def _take_back(db: Write, me: Me, view: View, about: str) -> None:
    told = EVENTS.fullmatch(view.query.text("events"))
    if told is None:
        raise Invalid(Phrase("Say what is to be taken back."))
    take_back(db, int(told[1]), int(told[2]), about=about, by=me)


@pages.post("/{space}/tasks/{key}/undo", needs="tasks:write", again=again)
def undo_task(db: Write, me: Me, view: View, key: str) -> Answer:
    """Put a task back where it was, with the key that it had there."""
    task = load_task(db, key, me)
    _take_back(db, me, view, task.id)
    key = key_of(db, task)
    here = view.within(view.query.text("back"), address(me, key))
    return Redirect(here, Phrase("%(key)s is back where it was.", key=key))


def _told(me: Me, code: str, problem: Problem) -> Answer:
    return Redirect(f"/{me.space_slug}/projects/{code}/settings", problem.detail, kind="error")


@pages.post("/{space}/projects/{code}/columns/{id}/restore", needs="projects:write", again=_told)
def restore_column(db: Write, me: Me, view: View, code: str, id: str) -> Answer:
    """Bring a column back, with the tasks that were in it."""
    project = load_at(db, me, code)
    _take_back(db, me, view, id)
    name = load_column(db, id, me).name
    return Redirect(
        f"/{me.space_slug}/projects/{project.shortcode}/settings", Phrase("%(name)s is back.", name=name)
    )
