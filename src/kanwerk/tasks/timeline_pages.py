"""The timeline: tasks as bars along the days, moved and stretched by hand; of one project or of all."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import bindparam, select

from kanwerk.clients.models import Client
from kanwerk.core.db import Db
from kanwerk.core.languages import Phrase, gettext
from kanwerk.core.pages import Answer, Html, Pages, View
from kanwerk.core.reads import Among, Query
from kanwerk.people.access import Me
from kanwerk.projects.models import Project
from kanwerk.tasks.asking import today_of
from kanwerk.tasks.dates_pages import kept, scope
from kanwerk.tasks.days import dated, day_of
from kanwerk.tasks.models import TaskRelation
from kanwerk.tasks.shapes import TaskData
from kanwerk.tasks.timelines import ROW, SCALES, Axis, Head, bar, lines, links

pages = Pages()
USUAL = "month"
_BLOCKS = Query(
    select(TaskRelation.task_id, TaskRelation.other_id).where(
        TaskRelation.space_id == bindparam("space_id"),
        TaskRelation.kind == "blocks",
        Among(TaskRelation.task_id, "tasks"),
    )
)
_PROJECTS = Query(
    select(
        Project.id,
        Project.shortcode,
        Project.name,
        Project.start_date,
        Project.due_date,
        Client.id,
        Client.name,
    )
    .select_from(
        Project.__table__.outerjoin(
            Client.__table__, (Client.space_id == Project.space_id) & (Client.id == Project.client_id)
        )
    )
    .where(Project.space_id == bindparam("space_id"), Among(Project.id, "projects"))
    .order_by(Project.name_fold, Project.id)
)
Groups = list[tuple[Head | None, list[TaskData]]]


class _Under(NamedTuple):
    """What a task's project says of it."""

    id: str
    shortcode: str
    name: str
    start: Any
    due: Any
    client_id: str | None
    client: str | None


def _projects(db: Db, tasks: list[TaskData]) -> list[_Under]:
    ids = sorted({task.project_id for task in tasks})
    return [_Under(*row) for row in db.rows(_PROJECTS, projects=ids)] if ids else []


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _by_project(db: Db, me: Me, tasks: list[TaskData]) -> Groups:
    found: dict[str, tuple[Head, list[TaskData]]] = {}
    for under in _projects(db, tasks):
        url = f"/{me.space_slug}/projects/{under.shortcode}/timeline"
        found[under.id] = (Head(under.name, url, _day(under.start), _day(under.due)), [])
    for task in tasks:
        found[task.project_id][1].append(task)
    return list(found.values())


def _by_client(db: Db, me: Me, tasks: list[TaskData]) -> Groups:
    found: dict[str | None, tuple[Head, list[TaskData]]] = {}
    under = {each.id: each for each in _projects(db, tasks)}
    for task in tasks:
        whose = under[task.project_id]
        link = f"/{me.space_slug}/clients/{whose.client_id}" if me.may("clients:details") else None
        head = Head(whose.client or gettext("No client"), link if whose.client_id else None)
        found.setdefault(whose.client_id, (head, []))[1].append(task)
    return [found[key] for key in sorted(found, key=lambda key: (key is None, found[key][0].name.casefold()))]


GROUPS: dict[str, Callable[[Db, Me, list[TaskData]], Groups]] = {
    "project": _by_project,
    "client": _by_client,
}


def _context(db: Db, me: Me, view: View, code: str | None) -> dict[str, Any]:
    context = scope(db, me, view, code, "/timeline")
    today = today_of(me)
    scale = view.query.text("scale") if view.query.text("scale") in SCALES else USUAL
    shape = SCALES[scale]
    usual = today - timedelta(days=shape.before)
    axis = Axis(shape, day_of(view.query.text("from")) or usual - timedelta(days=usual.weekday()))
    found = dated(db, me, context["asked"], context["only"], (axis.first, axis.last), "begins_before")
    group = view.query.text("group_by") if view.query.text("group_by") in GROUPS else "project"
    groups: Groups = [(None, found.tasks)]
    if not context["project"]:
        with view.written():
            groups = GROUPS[group](db, me, found.tasks)
    if context["editable"] and found.waiting:
        groups = [*groups, (None, found.waiting)]
    rows = lines(axis, groups)
    pairs = db.rows(_BLOCKS, tasks=[task.id for task in found.tasks]) if found.tasks else []
    filters = kept(view, context["filters"], context["project"])
    shown = {"scale": scale} if scale != USUAL else {}
    grouped = {"group_by": group} if group != "project" and not context["project"] else {}

    def url(**more: str) -> str:
        asked = urlencode({**filters, **shown, **grouped, **more})
        return f"{context['url']}?{asked}" if asked else str(context["url"])

    step = timedelta(days=shape.days // 2 // 7 * 7)
    moved = {} if day_of(view.query.text("from")) is None else {"from": str(axis.first)}
    return {
        **context,
        "axis": axis,
        "today_x": axis.x(today) + shape.width // 2 if axis.first <= today <= axis.last else None,
        "rows": rows,
        "row": ROW,
        "links": links(rows, [(row[0], row[1]) for row in pairs]),
        "own": bar(axis, _day(context["project"].start_date), _day(context["project"].due_date))
        if context["project"]
        else None,
        "found": found,
        "scale": scale,
        "scales": {"week": Phrase("Weeks"), "month": Phrase("Months"), "year": Phrase("Year")},
        "scale_urls": {name: url(**moved, **({"scale": name} if name != USUAL else {})) for name in SCALES},
        "group": group,
        "before_url": url(**{"from": str(axis.first - step)}),
        "after_url": url(**{"from": str(axis.first + step)}),
        "today_url": url(),
        "here_url": url(**moved),
        "from_set": moved.get("from", ""),
    }


@pages.get("/{space}/projects/{code}/timeline", needs="tasks:read")
def show_project_timeline(db: Db, me: Me, view: View, code: str) -> Answer:
    """Show the timeline of a project."""
    return Html("tasks/timeline.html", _context(db, me, view, code))


@pages.get("/{space}/timeline", needs="tasks:read")
def show_timeline(db: Db, me: Me, view: View) -> Answer:
    """Show the timeline of all projects."""
    return Html("tasks/timeline.html", _context(db, me, view, None))
