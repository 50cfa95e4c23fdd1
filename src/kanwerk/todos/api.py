"""Todos, through the API."""

from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.bodies import sent
from kanwerk.core.db import Db
from kanwerk.core.groups import Group
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_of
from kanwerk.tasks.numbers import KEY, id_of
from kanwerk.tasks.reads import TASKS
from kanwerk.tasks.shapes import TaskFullData, TodoData
from kanwerk.tasks.writing import open_task
from kanwerk.todos.models import (
    convert_todo,
    create_todo,
    load_todo,
    move_todo,
    restore_todo,
)
from kanwerk.todos.models import delete_todo as throw_away
from kanwerk.todos.shapes import TODOS, CreateTodoData, MoveTodoData, UpdateTodoData

todos = Group("Todos", "The checklist of a task.")


@todos.get("/tasks/{id}/todos", needs="tasks:activity", read=TODOS, key=KEY)
def list_todos(db: Db, me: Me, id: str, query: ListQuery) -> Page[TodoData]:
    """List the checklist of a task, in its order."""
    task_id = db.one(TASKS, id_of(db, id), fence=fence_of(me)).id
    db.version = None
    return db.page(TODOS, query, fence="of_task", of_task=task_id)


@todos.post("/tasks/{id}/todos", needs="tasks:write", may_create=True, key=KEY)
def create_todo_(db: Write, me: Me, id: str, body: CreateTodoData) -> TodoData:
    """Add a line at the end of a task's checklist."""
    return db.full(TODOS, create_todo(db, open_task(db, id, me), sent(body), by=me))


@todos.get("/todos/{id}", needs="tasks:activity", read=TODOS)
def get_todo(db: Db, me: Me, id: str, query: RecordQuery) -> TodoData:
    """Show a line of a checklist."""
    return db.one(TODOS, id, query, fence=fence_of(me))


@todos.patch("/todos/{id}", needs="tasks:write")
def update_todo(db: Write, me: Me, id: str, body: UpdateTodoData) -> TodoData:
    """Change a line, check it off or open it again."""
    todo = load_todo(db, id, me)
    todo.change(db, sent(body), by=me)
    return db.full(TODOS, todo)


@todos.delete("/todos/{id}", needs="tasks:write")
def delete_todo(db: Write, me: Me, id: str) -> None:
    """Move a line to the trash."""
    throw_away(db, load_todo(db, id, me), by=me)


@todos.post("/todos/{id}/restore", needs="tasks:write")
def restore_todo_(db: Write, me: Me, id: str) -> TodoData:
    """Bring a line back from the trash."""
    todo = load_todo(db, id, me, trashed=True)
    restore_todo(db, todo, by=me)
    return db.full(TODOS, todo)


@todos.post("/todos/{id}/move", needs="tasks:write")
def move_todo_(db: Write, me: Me, id: str, body: MoveTodoData) -> TodoData:
    """Move a line beside another of its checklist, or to the end."""
    todo = load_todo(db, id, me)
    move_todo(db, todo, by=me, **sent(body))
    return db.full(TODOS, todo)


@todos.post("/todos/{id}/convert", needs="tasks:write", may_create=True)
def convert_todo_(db: Write, me: Me, id: str) -> TaskFullData:
    """Make a subtask of a line of the checklist; the line goes to the trash."""
    return db.full(TASKS, convert_todo(db, load_todo(db, id, me), by=me))
