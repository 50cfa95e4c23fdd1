"""A project's settings, for people: its columns, its labels, and what ends it."""

from typing import Any

from kanwerk.core.bodies import sent
from kanwerk.core.colors import Color
from kanwerk.core.db import Db
from kanwerk.core.forms import body_of, errors_of
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Problem, invalid, missing
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.columns import Column, columns_of, create_column, load_column, reorder
from kanwerk.projects.framing import framed, load_at, managed, project_at
from kanwerk.projects.reads import COLUMNS
from kanwerk.projects.shapes import CreateColumnData, UpdateColumnData

pages = Pages()
COLORS = tuple(each.value for each in Color)
KINDS: dict[str, Phrase] = {
    "backlog": Phrase("Backlog: not planned yet"),
    "unstarted": Phrase("To do: planned"),
    "started": Phrase("In progress: begun"),
    "done": Phrase("Done: completes its tasks"),
    "cancelled": Phrase("Cancelled: does not count"),
}
LIMIT = Phrase("A whole number from 1 to 10,000, or nothing.")


def settings_page(
    db: Db, me: Me, view: View, code: str, problem: Problem | None = None, *, at: str = "", of: str = ""
) -> Html:
    """Return the page of settings; ``at`` names the form whose faults it shows, ``of`` the record's id."""
    project = project_at(db, me, code, "members", "columns", "labels")
    columns: Any = project.columns
    COLUMNS.includes["task_count"](db, columns)
    context = framed(
        me,
        project,
        columns=columns,
        labels=project.labels,
        managed=managed(me, project),
        editable=managed(me, project) and project.archived_at is None,
        kinds=KINDS,
        colors=COLORS,
        at=at,
        of=of,
        values=dict(view.form) if problem is not None else {},
        errors=_faults(problem),
    )
    return Html("projects/settings.html", context)


def _faults(problem: Problem | None) -> dict[str, str]:
    found = errors_of(problem)
    return found | ({"wip_limit": LIMIT} if "wip_limit" in found else {})


@pages.get("/{space}/projects/{code}/settings", needs="projects:write")
def show_project_settings(db: Db, me: Me, view: View, code: str) -> Answer:
    """Show a project's settings; only to read for who does not manage it."""
    return settings_page(db, me, view, code)


def _here(me: Me, shortcode: str) -> str:
    return f"/{me.space_slug}/projects/{shortcode}/settings#columns"


def _members(view: View) -> dict[str, Any]:
    found: dict[str, Any] = view.form.members("name", "color", "kind", "wip_limit")
    limit = found.get("wip_limit")
    if limit is not None and limit.isascii() and limit.isdigit() and len(limit) < 6:  # noqa: PLR2004
        found["wip_limit"] = int(limit)
    return found


def _again_new(db: Db, me: Me, view: View, code: str, problem: Problem) -> Answer:
    return settings_page(db, me, view, code, problem, at="new")


def _again_column(db: Db, me: Me, view: View, code: str, id: str, problem: Problem) -> Answer:
    return settings_page(db, me, view, code, problem, at="column", of=id)


@pages.post("/{space}/projects/{code}/columns", needs="projects:write", again=_again_new)
def add_column(db: Write, me: Me, view: View, code: str) -> Answer:
    """Add a column at the end."""
    project = load_at(db, me, code)
    column = create_column(db, project, sent(body_of(_members(view), CreateColumnData)), by=me)
    return Redirect(_here(me, project.shortcode), Phrase("Added %(name)s.", name=column.name))


def _column(db: Write, me: Me, code: str, column_id: str) -> tuple[str, Column]:
    """Return the shortcode of the project at this address, and one of its columns."""
    project = load_at(db, me, code)
    column = load_column(db, column_id, me)
    if column.project_id != project.id:
        raise missing("column")
    return project.shortcode, column


@pages.post("/{space}/projects/{code}/columns/reorder", needs="projects:write", again=_again_new)
def reorder_columns(db: Write, me: Me, view: View, code: str) -> Answer:
    """Put the columns into another order."""
    project = load_at(db, me, code)
    reorder(db, project.id, view.form.all("ids"), by=me)
    return Redirect(_here(me, project.shortcode))


@pages.post("/{space}/projects/{code}/columns/{id}", needs="projects:write", again=_again_column)
def change_column(db: Write, me: Me, view: View, code: str, id: str) -> Answer:
    """Change a column: its name, colour, kind, limit."""
    shortcode, column = _column(db, me, code, id)
    column.change(db, sent(body_of(_members(view), UpdateColumnData)), by=me)
    return Redirect(_here(me, shortcode), Phrase("Saved."))


@pages.post("/{space}/projects/{code}/columns/{id}/move", needs="projects:write", again=_again_column)
def move_column(db: Write, me: Me, view: View, code: str, id: str) -> Answer:
    """Move a column one place towards the beginning or the end."""
    shortcode, column = _column(db, me, code, id)
    ids = [each.id for each in columns_of(db, column.project_id)]
    at = ids.index(column.id)
    to = at - 1 if view.form.text("to") == "left" else at + 1
    if 0 <= to < len(ids):
        ids[at], ids[to] = ids[to], ids[at]
        reorder(db, column.project_id, ids, by=me)
    return Redirect(_here(me, shortcode))


@pages.post("/{space}/projects/{code}/columns/{id}/delete", needs="projects:write", again=_again_column)
def delete_column(db: Write, me: Me, view: View, code: str, id: str) -> Answer:
    """Delete a column; its tasks go where the form says."""
    shortcode, column = _column(db, me, code, id)
    into = view.form.text("move_to")
    if into and not is_id(into):
        raise invalid("/move_to", "Choose another column.")
    name = column.name
    column.remove(db, move_to=into or None, by=me)
    undo = f"/{me.space_slug}/projects/{shortcode}/columns/{id}/restore?events={{events}}"
    return Redirect(_here(me, shortcode), Phrase("Deleted %(name)s.", name=name), undo)
