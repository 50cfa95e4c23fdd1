"""Todos: the checklist of a task, kept in order and counted on it."""

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import BigInteger, Index, Table, select
from sqlalchemy.orm import Mapped, mapped_column, object_session

from kanwerk.core import clock
from kanwerk.core.archive import refuse_archived
from kanwerk.core.ids import new_id
from kanwerk.core.ordering import Order
from kanwerk.core.problems import invalid, missing
from kanwerk.core.rows import add_up, enter
from kanwerk.core.tables import Base, Owned, Trashable, in_space, key, trash_index
from kanwerk.core.text import fold
from kanwerk.core.trash import put, take_out
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.people.models import User
from kanwerk.projects.models import Project
from kanwerk.tasks.models import Task
from kanwerk.tasks.recurrence import COPIED
from kanwerk.tasks.writing import create_task, load_task, may_see


class Todo(Trashable, Owned, Base):
    """One line of a task's checklist."""

    __tablename__ = "todos"
    __table_args__ = (
        in_space("task_id", "tasks", ondelete="CASCADE"),
        in_space("assignee_id", "users"),
        Index("ix_todos_position", "space_id", "task_id", "position", "id"),
        Index("ix_todos_updated_at", "space_id", "updated_at", "id"),
        trash_index("todos"),
        Index("ix_todos_assignee_id", "space_id", "assignee_id"),
    )
    noun = "todo"
    task_id: Mapped[str] = key()
    title: Mapped[str]
    title_fold: Mapped[str]
    done_at: Mapped[datetime | None]
    assignee_id: Mapped[str | None] = key()
    due_date: Mapped[date | None]
    position: Mapped[int] = mapped_column(BigInteger)

    @property
    def project_id(self) -> str:
        """The project of its task, for the log."""
        return task_of(self).project_id

    def set(self, **values: object) -> dict[str, dict[str, object]]:
        """Set members; the fold follows the title."""
        if isinstance(title := values.get("title"), str):
            self.title_fold = fold(title)
        return super().set(**values)

    def change(self, db: Write, members: dict[str, Any], *, by: Me) -> None:
        """Change members; ``done`` completes or reopens it, which is an event of its own."""
        members = dict(members)
        done = members.pop("done", self.done_at is not None)
        if members.get("assignee_id") not in (None, self.assignee_id):
            _check_assignee(db, self.project_id, members["assignee_id"])
        changes = self.set(**members)
        if changes:
            self.record("todo.updated", by=by.actor, changes=changes)
        if done != (self.done_at is not None):
            at = clock.now() if done else None
            verb = "completed" if done else "reopened"
            self.record(f"todo.{verb}", by=by.actor, changes=self.set(done_at=at))
            count(db, self.task_id, done=1 if done else -1)


def task_of(record: Any) -> Task:
    """Return the task that a loaded record belongs to."""
    session = object_session(record)
    assert session is not None  # noqa: S101 (loaded)
    return session.get_one(Task, (record.space_id, record.task_id))


ORDER = Order(cast("Table", Todo.__table__), "task_id")


def create_todo(db: Write, task: Task, members: dict[str, Any], *, by: Me) -> Todo:
    """Add a line at the end of a task's checklist."""
    done = members.pop("done", False)
    todo = Todo(
        id=new_id(),
        space_id=db.space_id,
        task_id=task.id,
        title=members["title"],
        title_fold=fold(members.pop("title")),
        position=ORDER.last(db, task_id=task.id),
        done_at=clock.now() if done else None,
    )
    if members.get("assignee_id") is not None:
        _check_assignee(db, task.project_id, members["assignee_id"])
    todo.set(**members)
    enter(db, todo, by=by.actor)
    count(db, task.id, lines=1, done=1 if done else 0)
    return todo


def load_todo(db: Write, todo_id: str, me: Me, *, trashed: bool = False) -> Todo:
    """Return a line to change, locked after its task; 404 where the caller does not see that, ``Conflict`` in
    an archived project.
    """
    todo = db.find(Todo, todo_id, trashed=trashed)
    if todo is None:
        raise missing()
    matched, db.if_match = db.if_match, None  # If-Match speaks of the line
    task = load_task(db, todo.task_id, me)
    db.if_match = matched
    refuse_archived(db.session.get_one(Project, (db.space_id, task.project_id)))
    return db.load(Todo, todo_id, trashed=trashed)


def move_todo(db: Write, todo: Todo, *, before_id: str | None, after_id: str | None, by: Me) -> None:
    """Move a line before or after another of its task, or to the end."""
    neighbour_id = before_id or after_id
    if before_id and after_id:
        raise invalid("/after_id", "Say before_id or after_id, not both.")
    if neighbour_id is None:
        position = ORDER.last(db, task_id=todo.task_id)
    else:
        neighbour = db.find(Todo, neighbour_id)
        if neighbour is None or neighbour.task_id != todo.task_id:
            pointer = "/before_id" if before_id else "/after_id"
            raise invalid(pointer, "There is no such todo in this task.", "not_found")
        if neighbour is todo:
            return
        position = ORDER.beside(db, neighbour, after=before_id is None, but=todo.id, task_id=todo.task_id)
    changes = todo.set(position=position)
    if changes:
        todo.record("todo.updated", by=by.actor, changes=changes)


def delete_todo(db: Write, todo: Todo, *, by: Me) -> None:
    """Move a line to the trash."""
    put(todo, new_id(), by=by)
    count(db, todo.task_id, lines=-1, done=-1 if todo.done_at is not None else 0)


def restore_todo(db: Write, todo: Todo, *, by: Me) -> None:
    """Bring a line back from the trash."""
    if todo.trashed_at is not None:
        take_out(todo, by=by)
        count(db, todo.task_id, lines=1, done=1 if todo.done_at is not None else 0)


def convert_todo(db: Write, todo: Todo, *, by: Me) -> Task:
    """Make a subtask of a line, which goes to the trash."""
    members: dict[str, Any] = {
        "project_id": todo.project_id,
        "title": todo.title,
        "parent_id": todo.task_id,
        "due_date": todo.due_date,
    }
    if todo.assignee_id is not None:
        members["assignee_ids"] = [todo.assignee_id]
    task = create_task(db, members, by=by)
    delete_todo(db, todo, by=by)
    return task


def _copy(db: Write, task: Task, made: Task, by: Me) -> None:
    """Give the next of a recurring task the checklist of the one before, nothing done."""
    wanted = select(Todo).where(
        Todo.space_id == db.space_id, Todo.task_id == task.id, Todo.trashed_at.is_(None)
    )
    for todo in list(db.session.execute(wanted.order_by(Todo.position, Todo.id)).scalars()):
        create_todo(db, made, {"title": todo.title}, by=by)


COPIED.append(_copy)


def count(db: Write, task_id: str, *, lines: int = 0, done: int = 0) -> None:
    """Keep the numbers that the task shows; they are no change of the task itself, so they leave no event."""
    add_up(db, Task, task_id, todo_count=lines, todo_done_count=done)


def _check_assignee(db: Write, project_id: str, user_id: str) -> None:
    user = db.find(User, user_id)
    project = db.session.get_one(Project, (db.space_id, project_id))
    if user is None or not user.active or user.type != "user" or not may_see(db, project, user):
        raise invalid("/assignee_id", "There is no such active user who sees this project.", "not_found")
