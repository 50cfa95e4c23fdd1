"""The page of a task, which the panel shows over any view, and what it asks while it is open."""

from collections import defaultdict
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from kanwerk.core.addresses import PAGE_OF
from kanwerk.core.db import Db
from kanwerk.core.forms import errors_of
from kanwerk.core.languages import Phrase
from kanwerk.core.listing import Read
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import NotFound, PreconditionFailed, Problem
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.framing import project_at, projects_of
from kanwerk.projects.members import fence_of
from kanwerk.tasks.models import PRIORITIES
from kanwerk.tasks.panel_reads import (
    FOR_GUESTS,
    PRIORITY_NAMES,
    WHOLE,
    beside,
    listed,
    project_around,
    task_at,
)
from kanwerk.tasks.presence import SHOWN, look, look_away, lookers
from kanwerk.tasks.prose import prose
from kanwerk.tasks.reads import TASKS, TASKS_FOR_GUESTS
from kanwerk.tasks.shapes import TaskFullData
from kanwerk.tasks.wording import CHOICES, CUSTOM, estimate, rule_words
from kanwerk.tasks.writing import load_task

pages = Pages()
COMPLETED_FROM = 8  # matches that the completion of a key or title offers
RELATION_NAMES = {
    "blocks": Phrase("Blocks"),
    "blocked_by": Phrase("Blocked by"),
    "relates_to": Phrase("Relates to"),
    "duplicates": Phrase("Duplicates"),
    "duplicated_by": Phrase("Duplicated by"),
}
# Fields that have a place for what is wrong with them.
BESIDE = {
    *("", "title", "description", "start_date", "due_date", "estimate", "parent", "parent_id"),
    *("recurrence", "recurrence/rule", "recurrence/when", "assignees", "labels"),
    *("todo", "subtask", "relation", "project", "file", "body"),
}
EMOJIS = ("👍", "❤️", "🎉", "😄", "👀", "🤔")


def address(me: Me, key: str) -> str:
    """Return where people see a task."""
    return f"/{me.space_slug}/tasks/{key}"


def _threads(task: TaskFullData) -> list[tuple[Any, list[Any]]]:
    """Return what was said, each with the answers to it; answers to what was deleted stand for themselves."""
    said: list[Any] = task.comments if isinstance(task.comments, list) else []
    there = {comment.id for comment in said}
    answers: dict[str, list[Any]] = {}
    for comment in said:
        if comment.parent_id in there:
            answers.setdefault(comment.parent_id, []).append(comment)
    return [(each, answers.get(each.id, [])) for each in said if each.parent_id not in there]


def shown(db: Db, me: Me, view: View, key: str, problem: Problem | None = None) -> Html:
    """Return the page of a task; with a problem, what was typed and what is wrong with it."""
    staff = me.may("tasks:activity")
    task = task_at(db, me, key, *(WHOLE if staff else FOR_GUESTS))
    version = str(db.version)
    project = project_around(db, me, task)
    archived = project.archived_at is not None
    looking = lookers(db, task.id)
    around = beside(db, me, task, project)
    context: dict[str, Any] = {
        "task": task,
        "project": project,
        "here": address(me, task.key),
        "version": version,
        "archived": archived,
        "editable": me.may("tasks:write") and not archived,
        "talks": me.may("comments:write") and not archived,
        "staff": staff,
        "lookers": looking[:SHOWN],
        "more_lookers": len(looking) - SHOWN,
        "threads": _threads(task),
        "prose": prose,
        "estimate": estimate(task.estimate_seconds),
        "recurs": rule_words(task.recurrence.rule if task.recurrence else None),
        "rules": CHOICES,
        "custom_rule": CUSTOM,
        "example_rule": "FREQ=WEEKLY;BYDAY=MO",
        "priorities": [(name, PRIORITY_NAMES[name]) for name in reversed(PRIORITIES)],
        "priority_names": PRIORITY_NAMES,
        "relation_names": RELATION_NAMES,
        "emojis": EMOJIS,
        "watching": staff and any(each.id == me.id for each in listed(task.watchers)),
        "errors": _errors(problem, {f"fields/{field['key']}" for field in around["fields"]}),
        "typed": view.form if problem else {},
        "full_column": problem is not None and problem.code == "wip_limit",
        "subtasks_too": problem is not None and problem.code == "has_dependants",
        "conflict": _conflict(view, task, problem),
        **around,
    }
    return Html("tasks/panel.html", context, block="task" if view.partial else None)


def _errors(problem: Problem | None, fields: set[str]) -> dict[str, str]:
    """Return the messages by field; one for what the page has no field for is told above all."""
    found = defaultdict(str, errors_of(problem))
    for name in list(found):
        if name not in BESIDE | fields and not name.startswith("comment-"):
            found[""] = found[""] or found[name]
    return found


def _conflict(view: View, task: TaskFullData, problem: Problem | None) -> dict[str, str] | None:
    """Return both texts of a save that was overtaken."""
    if not isinstance(problem, PreconditionFailed):
        return None
    member = "title" if "title" in view.form else "description"
    return {"member": member, "mine": view.form.get(member, ""), "theirs": getattr(task, member) or ""}


@pages.get("/{space}/tasks/{key}", needs="tasks:read")
def show_task(db: Db, me: Me, view: View, key: str) -> Answer:
    """Show a task; a key it had before leads on to the one it has, a deleted one says so."""
    try:
        page = shown(db, me, view, key)
    except NotFound:
        if not me.may("tasks:write"):
            raise
        return _deleted(db, me, view, key)
    task: TaskFullData = page.context["task"]
    return page if task.key == key else Redirect(address(me, task.key))


def _deleted(db: Db, me: Me, view: View, key: str) -> Answer:
    task = task_at(db, me, key, trashed=True)
    if task.key != key:
        return Redirect(address(me, task.key))
    project = project_around(db, me, task)
    context = {"task": task, "project": project, "here": address(me, task.key)}
    return Html("tasks/deleted.html", context, block="task" if view.partial else None)


def _offered(db: Db, me: Me, read: Read[Any, Any], asked: str, sort: str, exact: list[Any]) -> list[Any]:
    """Return what somebody types the name of: what is called exactly so, then what holds it."""
    if not asked:
        return exact
    wanted = {"q": asked, "sort": sort, "limit": COMPLETED_FROM}
    there = {each.id for each in exact}
    page = db.page(read, read.parse("complete", urlencode(wanted).encode()), fence=fence_of(me))
    return [*exact, *(each for each in page.data if each.id not in there)][:COMPLETED_FROM]


@pages.get("/{space}/tasks/complete", needs="tasks:read")
def complete_task(db: Db, me: Me, view: View) -> Answer:
    """Offer tasks whose key or title holds what somebody types after ``#``."""
    asked = view.query.text("q")[:100]
    exact: list[Any] = []
    with suppress(NotFound):
        exact = [task_at(db, me, asked.upper())]
    read = TASKS_FOR_GUESTS if me.type == "guest" else TASKS
    found = _offered(db, me, read, asked, "-updated_at", exact)
    return Html("tasks/complete.html", {"tasks": found}, block="found")


@pages.get("/{space}/tasks/complete/projects", needs="projects:read")
def complete_project(db: Db, me: Me, view: View) -> Answer:
    """Offer open projects whose name or shortcode holds what somebody types."""
    asked = view.query.text("q")[:100]
    exact: list[Any] = []
    with suppress(NotFound):
        exact = [each for each in [project_at(db, me, asked)] if each.archived_at is None]
    found = _offered(db, me, projects_of(me), asked, "name", exact)
    return Html("tasks/complete.html", {"projects": found}, block="projects")


@pages.post("/{space}/tasks/preview", needs="tasks:read", work=True)
def preview_text(view: View) -> Answer:
    """Show Markdown as it will look."""
    return Html("tasks/complete.html", {"html": prose(view.form.get("text", ""))}, block="preview")


@pages.post("/{space}/tasks/{key}/looking", needs="tasks:read")
def look_at_task(db: Write, me: Me, view: View, key: str) -> Answer:
    """Note that somebody looks, or looks away, and show who else does."""
    try:
        task = load_task(db, key, me)
    except NotFound:
        if not view.form.text("gone"):
            raise
        return Html("tasks/lookers.html", {"lookers": [], "more_lookers": 0, "here": address(me, key)})
    if view.form.text("gone"):
        look_away(db, task.id)
    else:
        look(db, task.id)
    db.flush()
    looking = lookers(db, task.id)
    context = {"lookers": looking[:SHOWN], "more_lookers": len(looking) - SHOWN, "here": address(me, key)}
    return Html("tasks/lookers.html", context)


def again(db: Db, me: Me, view: View, key: str, problem: Problem) -> Answer:
    """Show a task anew, with what was typed and what is wrong with it."""
    return shown(db, me, view, key, problem)


PAGE_OF["task"] = lambda task_id, key: f"/tasks/{key or task_id}"
