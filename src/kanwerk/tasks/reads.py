"""Tasks: the one SELECT behind each shape, and what is added to it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, literal, null, select
from sqlalchemy.orm import aliased

from kanwerk.core.db import Db
from kanwerk.core.events import Kind, register
from kanwerk.core.listing import Filter, Link, Read
from kanwerk.core.reads import Among, Made, Query, Shape
from kanwerk.core.text import Id
from kanwerk.fields.filters import FieldFilters
from kanwerk.fields.values import values_of
from kanwerk.labels.models import Label
from kanwerk.labels.shapes import LABEL
from kanwerk.people.models import Space, User
from kanwerk.people.reads import user_data
from kanwerk.projects.columns import Column
from kanwerk.projects.members import FENCES
from kanwerk.projects.models import Project
from kanwerk.projects.reads import readable
from kanwerk.projects.shapes import ColumnKind
from kanwerk.tasks.models import (
    PRIORITIES,
    Task,
    TaskAssignee,
    TaskLabel,
    TaskWatcher,
)
from kanwerk.tasks.shapes import RecurrenceData, TaskColumnData, TaskData, TaskFullData, TaskPriority

_CREATOR = aliased(User)
_OWN_SPACE = aliased(Space)
LAZY = ("todos", "comments", "files", "relations", "watchers", "subtasks")


def _key(shortcode: str, number: int) -> str:
    return f"{shortcode}-{number}"


_NONE_YET = Made(list, [])  # filled by what is always added to tasks
_RELATED: dict[str, Any] = {
    "assignees": _NONE_YET,
    "labels": _NONE_YET,
    "key": Made(_key, [Project.shortcode, Task.number]),
    "column": Shape(TaskColumnData, {"id": Column.id, "name": Column.name, "kind": Column.kind}),
    "priority": Made(PRIORITIES.__getitem__, [Task.priority]),
    "recurrence": Shape(RecurrenceData, {"rule": Task.recurrence, "when": Task.recurs_when}, nullable=True),
    "creator": user_data(_CREATOR, _OWN_SPACE, nullable=True),
    "fields": values_of(Task),
}


def _shape(struct: type[Any], but: Sequence[str] = (), **instead: Any) -> Shape[Any]:
    left_out = {*LAZY, *but}
    members = {**_RELATED, **instead}
    return Shape(
        struct,
        {
            name: members[name] if name in members else getattr(Task, name)
            for name in struct.__struct_fields__
            if name not in left_out
        },
    )


_SOURCE = (
    Task.__table__.join(
        Project.__table__, (Project.space_id == Task.space_id) & (Project.id == Task.project_id)
    )
    .join(Column.__table__, (Column.space_id == Task.space_id) & (Column.id == Task.column_id))
    .outerjoin(_CREATOR, (_CREATOR.space_id == Task.space_id) & (_CREATOR.id == Task.creator_id))
    .join(_OWN_SPACE, _OWN_SPACE.id == Task.space_id)
)
_LIST_SOURCE: Any = Task.__table__.join(
    Project.__table__, (Project.space_id == Task.space_id) & (Project.id == Task.project_id)
).join(Column.__table__, (Column.space_id == Task.space_id) & (Column.id == Task.column_id))


def _day(name: str) -> Any:
    return bindparam(name, type_=Task.due_date.type)


def _until(column: Any, description: str) -> Filter:
    return Filter(column, date, description, many=False, where=lambda name, day: day <= _day(name))


def _since(column: Any, description: str) -> Filter:
    return Filter(column, date, description, many=False, where=lambda name, day: day >= _day(name))


def _any(link: Any) -> Any:
    """Return whether a task has any of these links: asked of each; EXISTS PostgreSQL would join."""
    mine = select(link.task_id).where(link.space_id == Task.space_id, link.task_id == Task.id).limit(1)
    return mine.correlate(Task).scalar_subquery().is_not(None)


def _like(link: Any) -> dict[str, Any]:
    """Return the columns of links that repeat what their tasks say."""
    return {
        "priority": link.priority,
        "due_date": link.due_date,
        "due_before": link.due_date,
        "due_after": link.due_date,
        "completed": link.completed,
    }


# Sorts in which an index holds the tasks of one project, one column or something smaller.
_IN_PROJECT = frozenset({"id", "title", "priority", "due_date", "updated_at"})
_IN_COLUMN = frozenset({"position"})
_ELSE: frozenset[str] = frozenset()
FILTERS = {
    "project_id": Filter(Task.project_id, Id, "Only tasks of these projects", narrow=_IN_PROJECT),
    "client_id": Filter(Task.client_id, Id, "Only tasks of these clients' projects"),
    "column_id": Filter(Task.column_id, Id, "Only tasks in these columns", narrow=_IN_COLUMN),
    "kind": Filter(Column.kind, ColumnKind, "Only tasks in columns of these kinds"),
    "assignee_id": Filter(
        TaskAssignee.user_id,
        Id,
        "Only tasks that one of these users is to do",
        link=Link(TaskAssignee, TaskAssignee.task_id, Task.id, _like(TaskAssignee)),
    ),
    "has_assignee": Filter(
        _any(TaskAssignee), bool, "Only tasks that somebody, or that nobody is to do", many=False
    ),
    "label_id": Filter(
        TaskLabel.label_id,
        Id,
        "Only tasks that carry one of these labels",
        link=Link(TaskLabel, TaskLabel.task_id, Task.id, _like(TaskLabel)),
    ),
    "has_label": Filter(_any(TaskLabel), bool, "Only tasks with, or only without labels", many=False),
    "creator_id": Filter(Task.creator_id, Id, "Only tasks that these users made"),
    "parent_id": Filter(Task.parent_id, Id, "Only subtasks of these tasks", narrow=_ELSE),
    "priority": Filter(Task.priority, TaskPriority, "Only tasks of these priorities", make=PRIORITIES.index),
    "due_before": _until(Task.due_date, "Due on this day or before"),
    "due_after": _since(Task.due_date, "Due on this day or after"),
    "start_before": _until(Task.start_date, "Starts on this day or before"),
    "start_after": _since(Task.start_date, "Starts on this day or after"),
    "begins_before": _until(
        func.coalesce(Task.start_date, Task.due_date),
        "Its first day, that it starts or else is due, is this one or before",
    ),
    "has_start_date": Filter(
        Task.start_date.is_not(None), bool, "Only tasks with, or only without a day to start", many=False
    ),
    "has_due_date": Filter(
        Task.due_date.is_not(None), bool, "Only tasks with, or only without a day they are due", many=False
    ),
    "completed": Filter(
        Task.completed_at.is_not(None), bool, "Only completed, or only open tasks", many=False
    ),
    "external_id": Filter(Task.external_id, str, "Only tasks with these external ids", narrow=_ELSE),
    "external_origin": Filter(Task.external_origin, str, "Only tasks that these integrations gave"),
}
SORTS: dict[str, Any] = {
    "position": Task.position,
    "title": Task.title_fold,
    "priority": Task.priority,
    "due_date": Task.due_date,
    "updated_at": Task.updated_at,
}
TASKS: Read[TaskData, TaskFullData] = Read(
    Task,
    _SOURCE,
    item=_shape(TaskData),
    full=_shape(TaskFullData),
    filters=FILTERS,
    sorts=SORTS,
    search=Task.title_fold,
    fences=FENCES,
    small_fences=("mine",),
    list_source=_LIST_SOURCE,
)
TASKS.further = FieldFilters(Task)
# What a guest sees of a task: neither times and custom fields nor what other systems call it.
_HIDDEN: dict[str, Any] = {
    "external_id": null(),
    "external_origin": null(),
    "estimate_seconds": null(),
    "tracked_seconds": literal(0),
    "fields": Made(lambda _: {}, [null()]),
}
TASKS_FOR_GUESTS: Read[TaskData, TaskFullData] = Read(
    Task,
    _SOURCE,
    item=_shape(TaskData, **_HIDDEN),
    full=_shape(TaskFullData, **_HIDDEN),
    filters={name: each for name, each in FILTERS.items() if name not in ("external_id", "external_origin")},
    sorts=SORTS,
    search=Task.title_fold,
    fences=FENCES,
    small_fences=("mine",),
    list_source=_LIST_SOURCE,
)
TASKS_FOR_GUESTS.includes, TASKS_FOR_GUESTS.always = TASKS.includes, TASKS.always


def _of_tasks(link: Any, shape: Shape[Any], source: Any, *order: Any) -> Query:
    return Query(
        select(link.task_id, *shape.columns())
        .select_from(source)
        .where(link.space_id == bindparam("space_id"), Among(link.task_id, "tasks"))
        .order_by(*order)
    )


USER = user_data()


def _people(link: Any) -> Query:
    source = link.__table__.join(
        User.__table__, (User.space_id == link.space_id) & (User.id == link.user_id)
    ).join(Space.__table__, Space.id == link.space_id)
    return _of_tasks(link, USER, source, User.name_fold, User.id)


_ASSIGNEES, WATCHERS = _people(TaskAssignee), _people(TaskWatcher)
_LABELS = _of_tasks(
    TaskLabel,
    LABEL,
    TaskLabel.__table__.join(
        Label.__table__, (Label.space_id == TaskLabel.space_id) & (Label.id == TaskLabel.label_id)
    ),
    Label.name_fold,
    Label.id,
)


def gather(db: Db, query: Query, shape: Shape[Any], tasks: Sequence[Any], name: str) -> None:
    """Put what belongs to tasks into their member, with one statement for all of them."""
    build = shape.builder(db.database.dialect)
    found: dict[str, list[Any]] = {task.id: [] for task in tasks}
    if found:
        for row in db.rows(query, tasks=list(found)):
            found[row[0]].append(build(row[1:]))
    for task in tasks:
        setattr(task, name, found[task.id])


TASKS.always += [
    lambda db, tasks: gather(db, _ASSIGNEES, USER, tasks, "assignees"),
    lambda db, tasks: gather(db, _LABELS, LABEL, tasks, "labels"),
]

register(
    "task",
    Kind(
        TASKS,
        "tasks:read",
        (
            "created",
            "updated",
            "deleted",
            "restored",
            "moved",
            "completed",
            "reopened",
            "assigned",
            "unassigned",
        ),
        readable,
    ),
)
