"""The tasks of a project that is duplicated: open again, their dates shifted, with their checklists."""

from datetime import date
from typing import Any

from sqlalchemy import func, select

from kanwerk.core.problems import Conflict
from kanwerk.core.writes import Write
from kanwerk.fields.values import copy_fields
from kanwerk.people.models import User
from kanwerk.projects.columns import Column, columns_of
from kanwerk.projects.duplication import BEGIN, COPIES, Copying
from kanwerk.projects.models import Project
from kanwerk.tasks.labelling import labels_of
from kanwerk.tasks.models import PRIORITIES, Task, TaskRelation
from kanwerk.tasks.recurrence import COPIED
from kanwerk.tasks.writing import assignees_of, create_task, may_see

MOST = 2_000


def _begin(db: Write, project: Project) -> date | None:
    days = select(func.min(Task.start_date), func.min(Task.due_date)).where(
        Task.space_id == db.space_id, Task.project_id == project.id, Task.trashed_at.is_(None)
    )
    return min((day for day in db.session.execute(days).one() if day is not None), default=None)


def _copy_tasks(db: Write, copying: Copying) -> None:
    if not copying.tasks:
        return
    columns = {column.id: column for column in columns_of(db, copying.old.id)}
    wanted = (
        select(Task)
        .join(Column, (Column.space_id == Task.space_id) & (Column.id == Task.column_id))
        .where(Task.space_id == db.space_id, Task.project_id == copying.old.id, Task.trashed_at.is_(None))
        .where(Column.kind != "cancelled")
        .order_by(Column.position, Task.position, Task.id)
    )
    tasks = list(db.session.execute(wanted.limit(MOST + 1)).scalars())
    if len(tasks) > MOST:
        message = f"A project of more than {MOST:,} tasks is too large for a template: say tasks false."
        raise Conflict(message)
    made = {old.id: _copy(db, copying, old, columns[old.column_id].kind) for old in tasks}
    for old in tasks:
        if old.parent_id in made:
            made[old.id].set(parent_id=made[old.parent_id].id)
    db.flush()
    _copy_relations(db, {old_id: new.id for old_id, new in made.items()})
    copying.ids.update({old_id: new.id for old_id, new in made.items()})


def _copy(db: Write, copying: Copying, old: Task, kind: str) -> Task:
    labels = [copying.ids.get(each, each) for each in labels_of(db, old)]
    members: dict[str, Any] = {
        "project_id": copying.new.id,
        "title": old.title,
        "description": old.description,
        "priority": PRIORITIES[old.priority],
        "start_date": copying.shifted(old.start_date),
        "due_date": copying.shifted(old.due_date),
        "estimate_seconds": old.estimate_seconds,
        "label_ids": labels,
    }
    if kind in ("backlog", "unstarted"):  # what was begun or done begins anew
        members["column_id"] = copying.ids[old.column_id]
    if copying.assignees:
        members["assignee_ids"] = [each for each in assignees_of(db, old) if _can_do(db, copying, each)]
    if old.recurrence is not None:
        members["recurrence"] = {"rule": old.recurrence, "when": old.recurs_when}
    new = create_task(db, members, by=copying.by)
    copy_fields(db, old, new)
    for copy in COPIED:
        copy(db, old, new, copying.by)
    return new


def _can_do(db: Write, copying: Copying, user_id: str) -> bool:
    user = db.find(User, user_id)
    return user is not None and user.active and may_see(db, copying.new, user)


def _copy_relations(db: Write, ids: dict[str, str]) -> None:
    """Relate the copies as the tasks are; what relates to another project stays there."""
    for at in range(0, len(ids), 500):
        some = list(ids)[at : at + 500]
        rows = select(TaskRelation).where(
            TaskRelation.space_id == db.space_id, TaskRelation.task_id.in_(some)
        )
        for old in db.session.execute(rows).scalars().all():
            if old.other_id in ids:
                db.session.add(
                    TaskRelation(
                        space_id=db.space_id,
                        task_id=ids[old.task_id],
                        kind=old.kind,
                        other_id=ids[old.other_id],
                    )
                )


BEGIN.append(_begin)
COPIES.append((2, _copy_tasks))
