"""The floor for tasks: one hand-written SELECT for them, one for who is to do them, one for their labels."""

import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request, get
from msgspec import Struct

_LIST = (
    "t.id, t.external_id, t.external_origin, p.shortcode, t.number, t.title, t.project_id, c.id, c.name,"
    " c.kind, t.priority, t.start_date, t.due_date, t.completed_at, t.parent_id, t.position, t.comment_count,"
    " t.todo_count, t.todo_done_count, t.file_count"
)
_FROM = (
    " FROM tasks t JOIN projects p ON p.space_id = t.space_id AND p.id = t.project_id"
    " JOIN columns c ON c.space_id = t.space_id AND c.id = t.column_id"
)
LIST = f"SELECT {_LIST}{_FROM} WHERE t.space_id = ? AND t.trashed_at IS NULL ORDER BY t.id LIMIT 50"
ONE = (
    f"SELECT {_LIST}, t.description, u.id, u.first_name, u.last_name, u.email, u.type, s.id, s.name,"
    " t.estimate_seconds, t.tracked_seconds, t.recurrence, t.recurs_when, t.created_at, t.updated_at,"
    " (SELECT json_group_object(f.key, json(v.value)) FROM task_fields v JOIN fields f"
    " ON f.space_id = v.space_id AND f.id = v.field_id WHERE v.space_id = t.space_id AND v.task_id = t.id)"
    f"{_FROM} LEFT JOIN users u ON u.space_id = t.space_id AND u.id = t.creator_id"
    " JOIN spaces s ON s.id = t.space_id WHERE t.space_id = ? AND t.id = ? AND t.trashed_at IS NULL"
)
PEOPLE = (
    "SELECT a.task_id, u.id, u.first_name, u.last_name, u.email, u.type, s.id, s.name FROM task_assignees a"
    " JOIN users u ON u.space_id = a.space_id AND u.id = a.user_id JOIN spaces s ON s.id = a.space_id"
    " WHERE a.space_id = ? AND a.task_id IN (SELECT value FROM json_each(?)) ORDER BY u.name_fold, u.id"
)
LABELS = (
    "SELECT x.task_id, l.id, l.name, l.color, l.project_id FROM task_labels x"
    " JOIN labels l ON l.space_id = x.space_id AND l.id = x.label_id"
    " WHERE x.space_id = ? AND x.task_id IN (SELECT value FROM json_each(?)) ORDER BY l.name_fold, l.id"
)
PRIORITIES = ("none", "low", "medium", "high", "urgent")


class SpaceData(Struct):
    id: str
    name: str


class UserData(Struct):
    id: str
    first_name: str
    last_name: str
    email: str
    type: str
    space: SpaceData


class LabelData(Struct):
    id: str
    name: str
    color: str
    project_id: str | None


class ColumnData(Struct):
    id: str
    name: str
    kind: str


class TaskData(Struct):
    id: str
    external_id: str | None
    external_origin: str | None
    key: str
    title: str
    project_id: str
    column: ColumnData
    assignees: list[UserData]
    labels: list[LabelData]
    priority: str
    start_date: str | None
    due_date: str | None
    completed_at: str | None
    parent_id: str | None
    position: int
    comment_count: int
    todo_count: int
    todo_done_count: int
    file_count: int


class TaskFullData(TaskData):
    description: str | None
    creator: UserData | None
    estimate_seconds: int | None
    tracked_seconds: int
    recurrence: dict[str, str] | None
    fields: Any
    created_at: str
    updated_at: str


class TaskPage(Struct):
    data: list[TaskData]


def handlers(held: sqlite3.Connection, known: Callable[[Any], str]) -> list[Any]:
    """Return Litestar's handlers of a list of tasks and of one."""

    @get("/tasks", sync_to_thread=False)
    def list_tasks(request: Request[Any, Any, Any]) -> TaskPage:
        return page(held, known(request))

    @get("/tasks/{task_id:str}", sync_to_thread=False)
    def get_task(request: Request[Any, Any, Any], task_id: str) -> TaskFullData:
        return record(held, known(request), task_id)

    return [list_tasks, get_task]


def page(held: sqlite3.Connection, space_id: str) -> TaskPage:
    """Return the first 50 tasks of a space."""
    rows = held.execute(LIST, (space_id,)).fetchall()
    people, labels = _beside(held, space_id, [row[0] for row in rows])
    return TaskPage([TaskData(*_plain(row, people, labels)) for row in rows])


def record(held: sqlite3.Connection, space_id: str, task_id: str) -> TaskFullData:
    """Return one task."""
    row = held.execute(ONE, (space_id, task_id)).fetchall()[0]
    people, labels = _beside(held, space_id, [task_id])
    creator = None if row[21] is None else _user(row[21:28])
    recurrence = None if row[30] is None else {"rule": row[30], "when": row[31]}
    fields = msgspec.Raw(row[34].encode())
    plain = _plain(row, people, labels)
    return TaskFullData(*(*plain, row[20], creator, row[28], row[29], recurrence, fields, row[32], row[33]))


def _user(row: Any) -> UserData:
    return UserData(row[0], row[1], row[2], row[3], row[4], SpaceData(row[5], row[6]))


def _plain(row: Any, people: dict[str, list[Any]], labels: dict[str, list[Any]]) -> tuple[Any, ...]:
    key, column = f"{row[3]}-{row[4]}", ColumnData(row[7], row[8], row[9])
    return (
        *(row[0], row[1], row[2], key, row[5], row[6], column),
        *(people[row[0]], labels[row[0]], PRIORITIES[row[10]], *row[11:20]),
    )


def _beside(held: sqlite3.Connection, space_id: str, ids: list[str]) -> Any:
    listed = msgspec.json.encode(ids).decode()
    people: dict[str, list[Any]] = {each: [] for each in ids}
    labels: dict[str, list[Any]] = {each: [] for each in ids}
    for row in held.execute(PEOPLE, (space_id, listed)):
        people[row[0]].append(_user(row[1:]))
    for row in held.execute(LABELS, (space_id, listed)):
        labels[row[0]].append(LabelData(*row[1:]))
    return people, labels
