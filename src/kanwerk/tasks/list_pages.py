"""Lists of tasks: of one project, and of everything that is mine or anybody's."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from kanwerk.core.db import Db
from kanwerk.core.forms import Form
from kanwerk.core.languages import Phrase
from kanwerk.core.listing import MOST
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.fields.models import PREFIX
from kanwerk.people.access import Me
from kanwerk.projects.framing import framed, project_at
from kanwerk.projects.shapes import ProjectFullData
from kanwerk.tasks import showing
from kanwerk.tasks.asking import DUE, PLACES, filters_of, today_of
from kanwerk.tasks.board_pages import choices_of
from kanwerk.tasks.grouping import SEVERAL
from kanwerk.tasks.lists import FIRST_DESCENDING, ROWS, SORTS, asked_of, listed
from kanwerk.tasks.models import PRIORITIES

pages = Pages()
DIGITS = 7
NAMES = {
    "column": Phrase("By column"),
    "kind": Phrase("By state"),
    "assignee": Phrase("By assignee"),
    "label": Phrase("By label"),
    "priority": Phrase("By priority"),
    "due_date": Phrase("By due day"),
    "project": Phrase("By project"),
    "client": Phrase("By client"),
    "none": Phrase("Not grouped"),
}
OF_PROJECT = ("column", "assignee", "label", "priority", "due_date", "none")
OF_ALL = ("none", "kind", "assignee", "label", "priority", "due_date", "project", "client")


def _number(form: Form, name: str, least: int, most: int) -> int:
    told = form.text(name)
    known = told.isascii() and told.isdigit() and len(told) < DIGITS
    return min(max(int(told), least), most) if known else least


def _context(
    db: Db, me: Me, view: View, here: str, project: ProjectFullData | None, filters: dict[str, str]
) -> dict[str, Any]:
    """Return what a list shows."""
    groups, usual = (OF_PROJECT, "position") if project else (OF_ALL, "due_date")
    sort, by = view.query.text("sort"), view.query.text("group_by")
    sort = sort if sort.removeprefix("-") in SORTS else usual
    by = by if by in NAMES else groups[0]
    folded = {each for each in view.query.text("folded").split(",") if each}
    fields = showing.fields_for(db, me)
    columns = showing.chosen(view, me, fields)
    told = {
        **{
            name: value
            for name, value in view.query.items()
            if name in ("view", "columns", "folded") and value
        },
        **({"sort": sort} if sort != usual else {}),
        **({"group_by": by} if by != groups[0] else {}),
    }
    kept = {**filters_of(view.query, *PLACES), **told}
    if view.query.text("assignee") == "all" and project is None:
        kept["assignee"] = "all"

    def url(**more: str) -> str:
        asked = urlencode({name: value for name, value in {**kept, **more}.items() if value})
        return f"{here}?{asked}" if asked else here

    turned = {}
    for name in SORTS:
        first = f"-{name}" if name in FIRST_DESCENDING else name
        turned[name] = url(sort=(name if first != name else f"-{name}") if sort == first else first)
    only = {"project_id": project.id} if project else {}
    if project is None and "completed" not in filters:
        only["completed"] = "false"
    found = listed(
        db,
        me,
        asked_of(filters, me, sort, **only),
        by,
        folded=folded,
        start=_number(view.query, "from", 0, 10**DIGITS),
        rows=_number(view.query, "rows", ROWS, MOST),
        columns=list(project.columns or ()) if project else None,
        full=showing.full(columns),
    )
    tasks = [task for part in found.parts for task in part.tasks]
    shown_fields = {PREFIX + field.key: field for field in fields if PREFIX + field.key in columns}
    return {
        "filters": filters,
        "list_url": here,
        "sort": sort,
        "usual_sort": usual,
        "group": by,
        "usual_group": groups[0],
        "groups": [(name, NAMES[name]) for name in dict.fromkeys((*groups, by))],
        "several": by in SEVERAL,
        "kept": urlencode(kept),
        "told": told,
        "sort_urls": turned,
        "fold_urls": {
            part.group.key: url(folded=",".join(sorted(folded ^ {part.group.key}))) for part in found.parts
        },
        "more_url": url(**{"from": str(found.next)}) if found.next is not None else None,
        "listed": found,
        "shown": columns,
        "offered": showing.offered(me, fields),
        "fields": shown_fields,
        "names": showing.people(db, me, list(shown_fields.values())),
        "under": showing.under(db, columns, tasks),
        "today": str(today_of(me)),
        "dues": DUE,
        "priorities": PRIORITIES[::-1],
    }


@pages.get("/{space}/projects/{code}/list", needs="tasks:read")
def show_list(db: Db, me: Me, view: View, code: str) -> Answer:
    """Show a project's tasks as a list, or the next ones."""
    project = project_at(db, me, code, "columns", "members")
    here = f"/{me.space_slug}/projects/{project.shortcode}/list"
    context = framed(
        me, project, **_context(db, me, view, here, project, filters_of(view.query, "column_id"))
    )
    context["editable"] = me.may("tasks:write") and project.archived_at is None
    context["columns"] = project.columns
    if view.partial and "from" in view.query:
        return Html("tasks/list.html", context, block="rows")
    return Html("tasks/list.html", {**context, **choices_of(db, project)})


@pages.get("/{space}/tasks", needs="tasks:read")
def show_tasks(db: Db, me: Me, view: View) -> Answer:
    """Show the open tasks of all projects; those that are mine unless others are asked for."""
    filters = filters_of(view.query, *PLACES)
    everybody = view.query.text("assignee") == "all"
    if not everybody:
        filters.setdefault("assignee", "me")
    context = _context(db, me, view, f"/{me.space_slug}/tasks", None, filters)
    if everybody:
        context["filters"] = {**filters, "assignee": "all"}
    context |= {"editable": me.may("tasks:write"), "columns": [], "labels": [], "people": []}
    if view.partial and "from" in view.query:
        return Html("tasks/all.html", context, block="rows")
    return Html("tasks/all.html", context)


@pages.post("/{space}/tasks/columns", needs="tasks:read")
def choose_columns(me: Me, view: View) -> Answer:
    """Choose what a list shows of its tasks: in its address, and for the lists that this browser opens."""
    columns = [] if view.form.text("usual") else [each for each in view.form.all("columns") if each]
    address, _, query = view.within(view.form.text("back"), f"/{me.space_slug}/tasks").partition("?")
    asked = {**dict(parse_qsl(query)), "columns": ",".join(columns)}
    kept = urlencode({name: value for name, value in asked.items() if value})
    return showing.remembering(view, me, Redirect(f"{address}?{kept}" if kept else address), columns)
