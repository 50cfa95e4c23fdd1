"""What is added to tasks, columns and projects when it is asked for."""

from typing import Any

from sqlalchemy import bindparam, func, select

from kanwerk.core.db import Db
from kanwerk.core.reads import Among, Query
from kanwerk.projects.columns import Column
from kanwerk.projects.members import fence_of
from kanwerk.projects.reads import COLUMNS, PROJECTS
from kanwerk.projects.shapes import ColumnData, ProgressData, ProjectFullData
from kanwerk.tasks.models import Task, TaskRelation
from kanwerk.tasks.reads import TASKS, TASKS_FOR_GUESTS, USER, WATCHERS, gather
from kanwerk.tasks.relations import WAYS
from kanwerk.tasks.shapes import RelationData, TaskData, TaskFullData


def _add_watchers(db: Db, tasks: list[TaskFullData]) -> None:
    gather(db, WATCHERS, USER, tasks, "watchers")


def _add_subtasks(db: Db, tasks: list[TaskFullData]) -> None:
    me: Any = db.me
    read = TASKS_FOR_GUESTS if me.type == "guest" else TASKS
    for task in tasks:
        task.subtasks = db.all(read, fence=fence_of(me), parent_id=task.id)


_RELATIONS = Query(
    select(TaskRelation.task_id, TaskRelation.kind, TaskRelation.other_id).where(
        TaskRelation.space_id == bindparam("space_id"),
        Among(TaskRelation.task_id, "tasks") | Among(TaskRelation.other_id, "tasks"),
    )
)


def _add_relations(db: Db, tasks: list[TaskFullData]) -> None:
    me: Any = db.me
    read = TASKS_FOR_GUESTS if me.type == "guest" else TASKS
    rows = db.rows(_RELATIONS, tasks=[task.id for task in tasks])
    others = sorted({one for row in rows for one in (row[0], row[2])})
    shown: dict[str, TaskData] = {}
    for at in range(0, len(others), 100):
        query = TASKS.parse("relations", f"limit=500&ids={','.join(others[at : at + 100])}".encode())
        shown |= {task.id: task for task in db.page(read, query, fence=fence_of(me)).data}
    names = {(way.kind, way.inverse): name for name, way in WAYS.items()}
    for task in tasks:
        found = []
        for first, kind, second in rows:
            if task.id in (first, second):
                other = second if task.id == first else first
                name = names.get((kind, task.id == second), kind)
                if other in shown:
                    found.append(RelationData(name, shown[other]))
        order = list(WAYS)
        task.relations = sorted(found, key=lambda each: (order.index(each.kind), each.task.id))


TASKS.includes |= {
    "watchers": _add_watchers,
    "subtasks": _add_subtasks,
    "relations": _add_relations,
}


_IN_COLUMNS = Query(
    select(Task.column_id, func.count())
    .where(
        Task.space_id == bindparam("space_id"), Among(Task.column_id, "columns"), Task.trashed_at.is_(None)
    )
    .group_by(Task.column_id)
)


def _add_task_counts(db: Db, columns: list[ColumnData]) -> None:
    counts: dict[str, int] = dict(db.rows(_IN_COLUMNS, columns=[column.id for column in columns]))
    for column in columns:
        column.task_count = counts.get(column.id, 0)


COLUMNS.includes["task_count"] = _add_task_counts

_PROGRESS = Query(
    select(Task.project_id, func.count(), func.count(Task.completed_at))
    .join(Column, (Column.space_id == Task.space_id) & (Column.id == Task.column_id))
    .where(
        Task.space_id == bindparam("space_id"),
        Among(Task.project_id, "projects"),
        Task.trashed_at.is_(None),
        Column.kind != "cancelled",
    )
    .group_by(Task.project_id)
)


def _add_progress(db: Db, projects: list[ProjectFullData]) -> None:
    rows = db.rows(_PROGRESS, projects=[project.id for project in projects])
    counts = {row[0]: ProgressData(row[1], row[2]) for row in rows}
    for project in projects:
        project.progress = counts.get(project.id, ProgressData(0, 0))


PROJECTS.includes["progress"] = _add_progress
