"""One thing about a task, changed where a list shows it."""

from typing import Any
from urllib.parse import urlencode

from kanwerk.core.db import Db
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import NotFound, invalid
from kanwerk.core.writes import Write
from kanwerk.fields.models import PREFIX
from kanwerk.people.access import Me
from kanwerk.tasks.edit_pages import give, sent_members, sent_text
from kanwerk.tasks.models import PRIORITIES
from kanwerk.tasks.numbers import key_of
from kanwerk.tasks.panel_pages import address
from kanwerk.tasks.panel_reads import PRIORITY_NAMES, beside, project_around, task_at
from kanwerk.tasks.wording import estimate
from kanwerk.tasks.writing import open_task

pages = Pages()
CELLS = ("title", "column", "priority", "start_date", "due_date", "estimate_seconds", "assignees")
SEVERAL = "several"  # assignees: those there are


@pages.get("/{space}/tasks/{key}/cell", needs="tasks:write")
def show_cell(db: Db, me: Me, view: View, key: str) -> Answer:
    """Show the form of one cell; to whoever comes without a list, the task."""
    if not view.partial:
        return Redirect(address(me, key))
    name = view.query.text("name")
    task = task_at(db, me, key)
    version = str(db.version)
    project = project_around(db, me, task)
    around = beside(db, me, task, project)
    field = next((each for each in around["fields"] if PREFIX + each["key"] == name), None)
    if name not in CELLS and field is None:
        raise NotFound
    context = {
        "name": name,
        "task": task,
        "columns": project.columns,
        "people": [each for each in around["people"] if not each["guest"]],
        "field": field,
        "here": address(me, task.key),
        "version": version,
        "estimate": estimate(task.estimate_seconds),
        "priorities": [(each, PRIORITY_NAMES[each]) for each in reversed(PRIORITIES)],
        "several": SEVERAL,
    }
    return Html("tasks/cell.html", context)


@pages.post("/{space}/tasks/{key}/cell", needs="tasks:write")
def change_cell(db: Write, me: Me, view: View, key: str) -> Answer:
    """Change what the form of a cell holds, and go back to its list."""
    task = open_task(db, key, me)
    came_from = task.column_id
    given: dict[str, Any] = sent_members(db, me, view.form)
    if "title" in view.form:
        given["title"] = sent_text(db, task, view.form, "title")
    chosen = view.form.text("assignees")
    if "assignees" in view.form and chosen != SEVERAL:
        given["assignee_ids"] = [chosen] if chosen else []
    if not given and chosen != SEVERAL:
        raise invalid("", Phrase("Say what is to be done."))
    give(db, task, given, force=bool(view.form.text("force")), by=me)
    back = view.within(view.form.text("back"), address(me, key))
    if task.column_id == came_from:
        return Redirect(back)
    undo = f"{address(me, key_of(db, task))}/undo?events={{events}}&{urlencode({'back': back})}"
    return Redirect(back, Phrase("Moved %(key)s.", key=key_of(db, task)), undo)
