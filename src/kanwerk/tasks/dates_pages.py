"""What calendar and timeline have in common: what they show, and giving a task its days by hand."""

from typing import Any
from urllib.parse import urlencode

from kanwerk.core import bodies
from kanwerk.core.db import Db
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Pages, Redirect, View
from kanwerk.core.problems import invalid
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.framing import framed, project_at
from kanwerk.projects.shapes import ProjectFullData
from kanwerk.tasks.asking import filters_of, today_of
from kanwerk.tasks.board_pages import choices_of
from kanwerk.tasks.models import PRIORITIES
from kanwerk.tasks.numbers import key_of
from kanwerk.tasks.shapes import UpdateTaskData
from kanwerk.tasks.writing import change_task, create_task, open_task

pages = Pages()
DAYS = ("start_date", "due_date")


def scope(db: Db, me: Me, view: View, code: str | None, path: str) -> dict[str, Any]:
    """Return what a view of days begins with: of one project, or of all with the tasks that are mine.

    ``only`` is what the list of tasks is asked besides the filters.
    """
    filters = filters_of(view.query)
    filters.pop("due", None)
    today = str(today_of(me))
    if code is not None:
        project = project_at(db, me, code, "members")
        here = f"/{me.space_slug}/projects/{project.shortcode}"
        editable = me.may("tasks:write") and project.archived_at is None
        return {
            **framed(me, project, today=today, **choices_of(db, project)),
            "filters": filters,
            "asked": filters,
            "only": {"project_id": project.id},
            "url": here + path,
            "editable": editable,
        }
    everybody = view.query.text("assignee") == "all"
    asked = filters if everybody else {"assignee": "me", **filters}
    return {
        "project": None,
        "today": today,
        "priorities": PRIORITIES[::-1],
        "filters": {**asked, "assignee": "all"} if everybody else asked,
        "asked": asked,
        "only": {},
        "url": f"/{me.space_slug}{path}",
        "editable": me.may("tasks:write"),
        "people": [],
        "labels": [],
    }


def kept(view: View, filters: dict[str, str], project: ProjectFullData | None) -> dict[str, str]:
    """Return what an address has to name: the saved view, and all filters but what is shown anyway."""
    found = {"view": view.query.text("view")} if view.query.text("view") else {}
    return found | {
        name: value for name, value in filters.items() if project or (name, value) != ("assignee", "me")
    }


def _back(me: Me, view: View, text: str = "", undo: str | None = None) -> Redirect:
    """Return to the page that the form came from."""
    form = view.form if "back" in view.form else view.query
    return Redirect(view.within(form.text("back"), f"/{me.space_slug}"), text, undo)


@pages.post("/{space}/tasks/dates", needs="tasks:write")
def set_dates(db: Write, me: Me, view: View) -> Answer:
    """Set the days of one task, those that are sent; an empty one is taken away."""
    form = view.form if "id" in view.form else view.query
    if not is_id(form.text("id")):
        raise invalid("/id", "There is nothing of that id.")
    task = open_task(db, form.text("id"), me)
    given = {name: form.text(name) or None for name in DAYS if name in form}
    before = {name: getattr(task, name) for name in given}
    change_task(db, task, bodies.sent(bodies.convert(given, UpdateTaskData)), by=me)
    after = {name: getattr(task, name) for name in given}
    if after == before:
        return _back(me, view)
    if form is view.query:
        return _back(me, view, Phrase("%(key)s is back where it was.", key=key_of(db, task)))
    text = Phrase("Rescheduled %(key)s.", key=key_of(db, task))
    old = {name: str(value or "") for name, value in before.items()}
    asked = urlencode({"id": task.id, **old, "back": form.text("back")})
    return _back(me, view, text, f"/{me.space_slug}/tasks/dates?{asked}")


@pages.post("/{space}/projects/{code}/calendar/add", needs="tasks:write")
def add_dated(db: Write, me: Me, view: View, code: str) -> Answer:
    """Add a task that is due on a day."""
    project = project_at(db, me, code)
    title = view.form.text("title")
    if not title:
        raise invalid("/title", "This is needed.")
    create_task(
        db,
        bodies.sent(bodies.convert({"due_date": view.form.text("due_date") or None}, UpdateTaskData))
        | {"project_id": project.id, "title": title},
        by=me,
    )
    return _back(me, view)
