"""The checklist of a task, on its page."""

from typing import Any

from kanwerk.core import bodies
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Pages, Redirect, View
from kanwerk.core.problems import invalid
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.tasks.panel_pages import address, again
from kanwerk.tasks.writing import open_task
from kanwerk.todos.models import (
    Todo,
    convert_todo,
    create_todo,
    delete_todo,
    load_todo,
    move_todo,
    restore_todo,
)
from kanwerk.todos.shapes import CreateTodoData, UpdateTodoData

pages = Pages()
_LINE = "/{space}/tasks/{key}/todos/{id}"


def _line(db: Write, me: Me, key: str, id: str, *, trashed: bool = False) -> Todo:
    """Return a line of this very task's checklist; 404 for one of another's."""
    task = open_task(db, key, me)
    todo = load_todo(db, id, me, trashed=trashed)
    if todo.task_id != task.id:
        raise invalid("/todo", Phrase("This line belongs to another task."))
    return todo


@pages.post("/{space}/tasks/{key}/todos", needs="tasks:write", again=again)
def add_todo(db: Write, me: Me, view: View, key: str) -> Answer:
    """Add a line at the end."""
    task = open_task(db, key, me)
    title = view.form.text("todo")
    if not title:
        raise invalid("/todo", Phrase("Say what is to be done."))
    create_todo(db, task, bodies.sent(bodies.convert({"title": title}, CreateTodoData)), by=me)
    return Redirect(f"{address(me, key)}#checklist")


@pages.post(f"{_LINE}/set", needs="tasks:write", again=again)
def set_todo(db: Write, me: Me, view: View, key: str, id: str) -> Answer:
    """Change what the form holds: done or not, title, who, until when."""
    todo, form = _line(db, me, key, id), view.form
    given: dict[str, Any] = form.members("assignee_id", "due_date")
    if "title" in form and form.text("title"):
        given["title"] = form.text("title")
    if "done" in form:
        given["done"] = form.text("done") == "true"
    todo.change(db, bodies.sent(bodies.convert(given, UpdateTodoData)), by=me)
    return Redirect(f"{address(me, key)}#checklist")


@pages.post(f"{_LINE}/move", needs="tasks:write", again=again)
def place_todo(db: Write, me: Me, view: View, key: str, id: str) -> Answer:
    """Put a line before or after another, or at the end."""
    todo, form = _line(db, me, key, id), view.form
    before, after = form.text("before_id") or None, form.text("after_id") or None
    if any(each is not None and not is_id(each) for each in (before, after)):
        raise invalid("/todo", Phrase("There is no such line any more."))
    move_todo(db, todo, before_id=before, after_id=after, by=me)
    return Redirect(f"{address(me, key)}#checklist")


@pages.post(f"{_LINE}/delete", needs="tasks:write", again=again)
def remove_todo(db: Write, me: Me, key: str, id: str) -> Answer:
    """Take a line off the checklist."""
    delete_todo(db, _line(db, me, key, id), by=me)
    here = address(me, key)
    return Redirect(f"{here}#checklist", Phrase("Line deleted."), f"{here}/todos/{id}/restore")


@pages.post(f"{_LINE}/restore", needs="tasks:write", again=again)
def bring_back_todo(db: Write, me: Me, key: str, id: str) -> Answer:
    """Bring a line back."""
    restore_todo(db, _line(db, me, key, id, trashed=True), by=me)
    return Redirect(f"{address(me, key)}#checklist", Phrase("The line is back."))


@pages.post(f"{_LINE}/convert", needs="tasks:write", again=again)
def make_subtask(db: Write, me: Me, key: str, id: str) -> Answer:
    """Make a subtask of a line."""
    convert_todo(db, _line(db, me, key, id), by=me)
    return Redirect(f"{address(me, key)}#subtasks", Phrase("The line is a subtask now."))
