"""Lists of tasks: of one project, in lanes, and of everything that is mine or anybody's."""

from typing import Any
from urllib.parse import urlencode

from kanwerk.core.db import Db
from kanwerk.core.forms import Form
from kanwerk.core.ids import is_id
from kanwerk.core.listing import MOST
from kanwerk.core.pages import Answer, Html, Pages, View
from kanwerk.people.access import Me
from kanwerk.projects.framing import framed, project_at
from kanwerk.tasks.asking import DUE, filters_of, today_of
from kanwerk.tasks.board_pages import choices_of
from kanwerk.tasks.lists import FIRST_DESCENDING, GROUPS, ROWS, SORTS, lane
from kanwerk.tasks.models import PRIORITIES

pages = Pages()
DIGITS = 5


def _asked(form: Form, usual: str) -> tuple[str, str]:
    """Return the sort and the grouping of an address."""
    sort = form.text("sort")
    group = form.text("group")
    return (
        sort if sort.removeprefix("-") in SORTS else usual,
        group if group in GROUPS else "column",
    )


def _rows(form: Form) -> int:
    told = form.text("rows")
    known = told.isascii() and told.isdigit() and len(told) < DIGITS
    return min(max(int(told), ROWS), MOST) if known else ROWS


def _context(me: Me, view: View, here: str, usual: str) -> dict[str, Any]:
    filters = filters_of(view.query)
    sort, group = _asked(view.query, usual)
    kept = {
        name: value for name, value in (("sort", sort), ("group", group)) if value not in (usual, "column")
    }

    def url(**more: str) -> str:
        asked = urlencode({**filters, **kept, **more})
        return f"{here}?{asked}" if asked else here

    turned = {}
    for name in SORTS:
        first = f"-{name}" if name in FIRST_DESCENDING else name
        turned[name] = url(sort=(name if first != name else f"-{name}") if sort == first else first)
    return {
        "filters": filters,
        "list_url": here,
        "sort": sort,
        "group": group,
        "kept": urlencode({**filters, **kept}),
        "sort_urls": turned,
        "today": str(today_of(me)),
        "dues": DUE,
        "priorities": PRIORITIES[::-1],
    }


@pages.get("/{space}/projects/{code}/list", needs="tasks:read")
def show_list(db: Db, me: Me, view: View, code: str) -> Answer:
    """Show a project's tasks as a list, or the next ones of one lane."""
    project = project_at(db, me, code, "columns", "members")
    here = f"/{me.space_slug}/projects/{project.shortcode}/list"
    context = framed(me, project, **_context(me, view, here, "position"))
    context["editable"] = me.may("tasks:write") and project.archived_at is None
    column, priority = view.query.text("column"), view.query.text("lane")
    if view.partial and "cursor" in view.query:
        only = {"column_id": column} if is_id(column) else {"project_id": project.id}
        if priority in PRIORITIES:
            only["priority"] = priority
        filters = {**context["filters"], "priority": ""} if priority in PRIORITIES else context["filters"]
        context["lane"] = lane(db, me, filters, context["sort"], only, view.query.text("cursor"))
        context |= {"columns": project.columns, "lane_column": column, "lane_priority": priority}
        return Html("tasks/list.html", context, block="rows")
    context["lanes"] = GROUPS[context["group"]](
        db, me, context["filters"], context["sort"], project, _rows(view.query)
    )
    return Html("tasks/list.html", {**context, "columns": project.columns, **choices_of(db, project)})


@pages.get("/{space}/tasks", needs="tasks:read")
def show_tasks(db: Db, me: Me, view: View) -> Answer:
    """Show the open tasks of all projects; those that are mine unless others are asked for."""
    here = f"/{me.space_slug}/tasks"
    context = _context(me, view, here, "due_date")
    if not view.query.text("assignee"):
        context["filters"].setdefault("assignee", "me")
    filters = {name: value for name, value in context["filters"].items() if value != "all"}
    if view.query.text("assignee") == "all":
        filters.pop("assignee", None)
        context["filters"]["assignee"] = "all"
    cursor, rows = view.query.text("cursor"), _rows(view.query)
    found = lane(db, me, filters, context["sort"], {"completed": "false"}, cursor, rows)
    context |= {"lane": found, "lanes": [found], "editable": False, "columns": [], "labels": [], "people": []}
    if view.partial and "cursor" in view.query:
        return Html("tasks/all.html", context, block="rows")
    return Html("tasks/all.html", context)
