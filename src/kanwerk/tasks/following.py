"""What is kept beside tasks for the sake of their lists follows their events, in the same transaction."""

from typing import Any

from sqlalchemy import Table, Update, bindparam, select, update

from kanwerk.core.appending import Pending
from kanwerk.core.events import PREPARERS
from kanwerk.core.reads import Among
from kanwerk.core.writes import Write
from kanwerk.projects.models import Project
from kanwerk.tasks.models import Task, TaskAssignee, TaskLabel

_SAID = {"due_date", "priority", "completed_at", "assignee_ids", "label_ids"}


def follow(db: Write, pending: list[Pending]) -> None:
    """Let links say what their tasks say, and tasks whose client their project is for."""
    tasks = {
        event.record.id
        for event in pending
        if isinstance(event.record, Task) and _is_said(event.record, event)
    }
    if tasks:
        for statement in _LINKS:
            db.send(statement, [{"of_space": db.space_id, "tasks": sorted(tasks)}])
    projects = {
        event.record.id
        for event in pending
        if isinstance(event.record, Project) and "client_id" in event.changes
    }
    if projects:
        db.send(_TASKS, [{"of_space": db.space_id, "projects": sorted(projects)}])


def _is_said(task: Task, event: Pending) -> bool:
    if event.type == "task.created":  # links begin without a day or priority, and open
        return task.due_date is not None or task.priority > 0 or task.completed_at is not None
    return not _SAID.isdisjoint(event.changes)


def _saying(link: Any) -> Update:
    table: Table = link.__table__
    of_task = (Task.space_id == table.c.space_id) & (Task.id == table.c.task_id)

    def said(column: Any) -> Any:
        return select(column).where(of_task).scalar_subquery()

    return (
        update(table)
        .where(table.c.space_id == bindparam("of_space"), Among(table.c.task_id, "tasks"))
        .values(
            due_date=said(Task.due_date),
            priority=said(Task.priority),
            completed=said(Task.completed_at.is_not(None)),
        )
    )


_LINKS = [_saying(TaskAssignee), _saying(TaskLabel)]
_OF_TASKS: Any = Task.__table__
_TASKS = (
    update(_OF_TASKS)
    .where(_OF_TASKS.c.space_id == bindparam("of_space"), Among(_OF_TASKS.c.project_id, "projects"))
    .values(
        client_id=select(Project.client_id)
        .where(Project.space_id == _OF_TASKS.c.space_id, Project.id == _OF_TASKS.c.project_id)
        .scalar_subquery()
    )
)

PREPARERS.append(follow)
