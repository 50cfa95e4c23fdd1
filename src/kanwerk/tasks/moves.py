"""Moving tasks: within a column, to another, to another project. One row changes."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, func, select

from kanwerk.core import clock
from kanwerk.core.archive import refuse_archived
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Conflict, invalid
from kanwerk.core.writes import Write
from kanwerk.labels.models import Label
from kanwerk.people.access import Me
from kanwerk.projects.columns import Column, columns_of, has_tasks
from kanwerk.projects.members import project_of
from kanwerk.projects.models import Project
from kanwerk.tasks.models import ORDER, Task, TaskAlias, TaskLabel
from kanwerk.tasks.numbers import next_number

COMPLETED: list[Callable[[Write, Task, Me], None]] = []  # what follows when a task is completed


def put_into(task: Task, column: Column) -> dict[str, Any]:
    """Put a task into a column; one of the kind ``done`` completes it, any other opens it again."""
    completed = task.completed_at
    if column.kind == "done" and completed is None:
        completed = clock.now()
    elif column.kind != "done":
        completed = None
    return task.set(column_id=column.id, completed_at=completed)


def move(
    db: Write,
    task: Task,
    *,
    by: Me,
    column_id: str | None = None,
    before_id: str | None = None,
    after_id: str | None = None,
    project_id: str | None = None,
    force: bool = False,
) -> None:
    """Move a task beside another, or to the end of a column; to the end of its own it goes without one named.

    ``Conflict`` ``wip_limit`` when the column it comes to is full, unless forced.
    """
    refuse_archived(db.session.get_one(Project, (db.space_id, task.project_id)))
    if project_id is not None and project_id != task.project_id:
        project = project_of(db, project_id, by, "/project_id")
        column = _target(db, project.id, column_id)
        _place(db, task, column, before_id, after_id, force=force, project=project, by=by)
        return
    column = _target(db, task.project_id, column_id or task.column_id)
    _place(db, task, column, before_id, after_id, force=force, project=None, by=by)


def first_open(db: Write, project_id: str) -> Column:
    """Return the column that new tasks of a project go to: the first ``unstarted`` one, else the first."""
    columns = columns_of(db, project_id)
    return next((column for column in columns if column.kind == "unstarted"), columns[0])


def _target(db: Write, project_id: str, column_id: str | None) -> Column:
    column_id = column_id or first_open(db, project_id).id
    column = db.find(Column, column_id, lock=True)
    if column is None or column.project_id != project_id:
        raise invalid("/column_id", "There is no such column in this project.", "not_found")
    return column


def _place(
    db: Write,
    task: Task,
    column: Column,
    before_id: str | None,
    after_id: str | None,
    *,
    force: bool,
    project: Project | None,
    by: Me,
) -> None:
    came_from = task.column_id
    if column.id != came_from and not force:
        _keep_the_limit(db, column)
    position = _position(db, task, column, before_id, after_id)
    changes: dict[str, Any] = {}
    if project is not None:
        changes |= leave(db, task, project, next_number(db, project.id))
    changes |= put_into(task, column)
    completed = changes.pop("completed_at", None)
    changes |= task.set(position=position)
    if not changes:
        return
    task.record("task.moved", by=by.actor, changes=changes)
    if completed is not None:
        _complete(db, task, completed, by)
    if project is not None:
        take_along(db, task, project, by=by)


def tell_completion(task: Task, change: Any, by: Me) -> None:
    """Record that the task was completed, or reopened."""
    verb = "completed" if task.completed_at is not None else "reopened"
    task.record(f"task.{verb}", by=by.actor, changes={"completed_at": change})


def _complete(db: Write, task: Task, change: Any, by: Me) -> None:
    """Record it, and let follow what follows."""
    tell_completion(task, change, by)
    if task.completed_at is not None:
        db.flush()
        for follow in COMPLETED:
            follow(db, task, by)


def _position(db: Write, task: Task, column: Column, before_id: str | None, after_id: str | None) -> int:
    neighbour_id = before_id or after_id
    if neighbour_id is None:
        stays = task.column_id == column.id and _is_last(db, task)
        return task.position if stays else ORDER.last(db, column_id=column.id)
    pointer = "/before_id" if before_id else "/after_id"
    if before_id and after_id:
        raise invalid("/after_id", "Say before_id or after_id, not both.")
    neighbour = db.find(Task, neighbour_id)
    if neighbour is None or neighbour.column_id != column.id:
        raise invalid(pointer, "There is no such task in this column.", "not_found")
    if neighbour.id == task.id:
        return task.position
    return ORDER.beside(db, neighbour, after=before_id is None, but=task.id, column_id=column.id)


def _is_last(db: Write, task: Task) -> bool:
    beyond = select(Task.id).where(
        Task.space_id == db.space_id, Task.column_id == task.column_id, Task.position > task.position
    )
    return db.session.execute(beyond.limit(1)).first() is None


def _keep_the_limit(db: Write, column: Column) -> None:
    if column.wip_limit is None:
        return
    count = db.session.execute(
        select(func.count()).where(
            Task.space_id == db.space_id, Task.column_id == column.id, Task.trashed_at.is_(None)
        )
    ).scalar_one()
    if count >= column.wip_limit:
        raise Conflict(
            Phrase(
                "%(column)s is meant to hold %(num)s task at most.",
                "%(column)s is meant to hold %(num)s tasks at most.",
                column=column.name,
                num=column.wip_limit,
            ),
            code="wip_limit",
        )


def leave(db: Write, task: Task, project: Project, number: int) -> dict[str, Any]:
    """Give a task a number in another project; its old key keeps leading to it. Its parent and the labels of
    its project stay behind.
    """
    db.session.add(
        TaskAlias(space_id=db.space_id, project_id=task.project_id, number=task.number, task_id=task.id)
    )
    of_projects = select(Label.id).where(
        Label.space_id == db.space_id, Label.project_id.is_not(None), Label.project_id != project.id
    )
    mine = (TaskLabel.space_id == db.space_id, TaskLabel.task_id == task.id)
    carried = select(TaskLabel.label_id).where(*mine)
    before = sorted(db.session.execute(carried).scalars())
    db.session.execute(delete(TaskLabel).where(*mine, TaskLabel.label_id.in_(of_projects)))
    after = sorted(db.session.execute(carried).scalars())
    labels = {"label_ids": {"from": before, "to": after}} if before != after else {}
    parent = db.find(Task, task.parent_id, trashed=True) if task.parent_id else None
    parent_id = parent.id if parent is not None and parent.project_id == project.id else None
    task.client_id = project.client_id
    return {**task.set(project_id=project.id, number=number, parent_id=parent_id), **labels}


def take_along(db: Write, task: Task, project: Project, *, by: Me) -> None:
    """Move a task's subtasks after it, each to a column of the kind it was in."""
    db.flush()
    subtasks = select(Task).where(
        Task.space_id == db.space_id, Task.parent_id == task.id, Task.project_id != project.id
    )
    columns = columns_of(db, project.id)
    for subtask in db.session.execute(subtasks.order_by(Task.position, Task.id)).scalars():
        kind = db.session.get_one(Column, (db.space_id, subtask.column_id)).kind
        column = next((each for each in columns if each.kind == kind), columns[0])
        _place(db, subtask, column, None, None, force=True, project=project, by=by)


class _InColumns:
    """Tasks as columns ask of them."""

    def count(self, db: Write, column: Column) -> int:
        """Return how many tasks are in the column, those in the trash too."""
        counting = select(func.count()).where(Task.space_id == db.space_id, Task.column_id == column.id)
        return db.session.execute(counting).scalar_one()

    def move_all(self, db: Write, column: Column, other: Column, *, by: Me) -> None:
        """Move the column's tasks to the end of another, in their order."""
        for task in self._all(db, column):
            db.flush()
            _place(db, task, other, None, None, force=True, project=None, by=by)
        db.flush()

    def settle(self, db: Write, column: Column, *, by: Me) -> None:
        """Complete or reopen the column's tasks after its kind has changed."""
        for task in self._all(db, column):
            if task.trashed_at is not None:
                continue
            changes = put_into(task, column)
            if changes:
                _complete(db, task, changes["completed_at"], by)

    def _all(self, db: Write, column: Column) -> list[Task]:
        wanted = select(Task).where(Task.space_id == db.space_id, Task.column_id == column.id)
        ordered = wanted.order_by(Task.position, Task.id).with_for_update()
        return list(db.session.execute(ordered).scalars())


has_tasks(_InColumns())
