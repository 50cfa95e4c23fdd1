"""Todos on the wire, and the one SELECT behind them."""

from datetime import date
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from kanwerk.core.db import Db
from kanwerk.core.events import Kind, register
from kanwerk.core.listing import Read
from kanwerk.core.reads import Among, Query, Shape
from kanwerk.core.text import Id, Title
from kanwerk.people.models import Space, User
from kanwerk.people.reads import user_data
from kanwerk.projects.members import FENCES
from kanwerk.projects.models import Project
from kanwerk.projects.reads import readable
from kanwerk.tasks.models import Task
from kanwerk.tasks.reads import TASKS, gather
from kanwerk.tasks.shapes import TaskFullData, TodoData
from kanwerk.todos.models import Todo


class CreateTodoData(Struct, forbid_unknown_fields=True):
    """A line to add at the end."""

    title: Title
    done: bool = False
    assignee_id: Id | None = None
    due_date: date | None = None


class UpdateTodoData(Struct, forbid_unknown_fields=True):
    """Members of a line to change."""

    title: Title | UnsetType = UNSET
    done: bool | UnsetType = UNSET
    assignee_id: Id | None | UnsetType = UNSET
    due_date: date | None | UnsetType = UNSET


class MoveTodoData(Struct, forbid_unknown_fields=True):
    """Where a line goes: beside another, or to the end."""

    before_id: Annotated[Id | None, Meta(description="The line that it goes before")] = None
    after_id: Annotated[Id | None, Meta(description="The line that it goes after")] = None


_ASSIGNEE, _SPACE = aliased(User), aliased(Space)
_MEMBERS: dict[str, Any] = {
    **{name: getattr(Todo, name) for name in ("id", "task_id", "title")},
    "done": Todo.done_at.is_not(None),
    "done_at": Todo.done_at,
    "assignee": user_data(_ASSIGNEE, _SPACE, nullable=True),
    "due_date": Todo.due_date,
    "position": Todo.position,
}
TODO_SHAPE: Shape[TodoData] = Shape(TodoData, _MEMBERS)
_SOURCE = (
    Todo.__table__.join(Task.__table__, (Task.space_id == Todo.space_id) & (Task.id == Todo.task_id))
    .join(Project.__table__, (Project.space_id == Task.space_id) & (Project.id == Task.project_id))
    .outerjoin(_ASSIGNEE, (_ASSIGNEE.space_id == Todo.space_id) & (_ASSIGNEE.id == Todo.assignee_id))
    .join(_SPACE, _SPACE.id == Todo.space_id)
)
TODOS: Read[TodoData, TodoData] = Read(
    Todo,
    _SOURCE,
    item=TODO_SHAPE,
    full=TODO_SHAPE,
    sorts={"position": Todo.position, "updated_at": Todo.updated_at},
    search=Todo.title_fold,
    fences={"of_task": Todo.task_id == bindparam("of_task", type_=Todo.task_id.type), **FENCES},
    default_sort="position",
)
register(
    "todo",
    Kind(
        TODOS,
        "tasks:activity",
        ("created", "updated", "completed", "reopened", "deleted", "restored"),
        readable,
    ),
)

_OF_TASKS = Query(
    select(Todo.task_id, *TODO_SHAPE.columns())
    .select_from(_SOURCE)
    .where(Todo.space_id == bindparam("space_id"), Among(Todo.task_id, "tasks"), Todo.trashed_at.is_(None))
    .order_by(Todo.position, Todo.id)
)


def _add_todos(db: Db, tasks: list[TaskFullData]) -> None:
    db.me.need("tasks:activity")
    gather(db, _OF_TASKS, TODO_SHAPE, tasks, "todos")


TASKS.includes["todos"] = _add_todos
