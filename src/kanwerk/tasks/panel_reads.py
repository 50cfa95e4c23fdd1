"""What the page of a task shows beside the task: who and what it can be given, and what has changed since."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, or_, select

from kanwerk.clients.pages import activity
from kanwerk.core.asked import RecordQuery
from kanwerk.core.db import Db
from kanwerk.core.events import Event
from kanwerk.core.languages import Phrase
from kanwerk.core.reads import Query
from kanwerk.fields.shapes import FIELDS
from kanwerk.labels.shapes import fitting
from kanwerk.people.access import Me
from kanwerk.people.models import User
from kanwerk.projects.framing import projects_of
from kanwerk.projects.members import ProjectMember, fence_of
from kanwerk.projects.models import Project
from kanwerk.projects.shapes import ProjectFullData
from kanwerk.tasks.history import told
from kanwerk.tasks.models import Task
from kanwerk.tasks.numbers import id_of
from kanwerk.tasks.reads import TASKS, TASKS_FOR_GUESTS
from kanwerk.tasks.shapes import TaskFullData

_PROJECT = bindparam("project", type_=Project.id.type)
_MEMBER = (
    select(ProjectMember.user_id)
    .where(
        ProjectMember.space_id == User.space_id,
        ProjectMember.project_id == _PROJECT,
        ProjectMember.user_id == User.id,
    )
    .exists()
)
_SEES_ALL = or_(
    Project.visibility == "space", User.role == "owner", User.role == "admin", Project.lead_id == User.id
)
_PEOPLE = Query(
    select(User.id, User.first_name, User.last_name, User.type)
    .join(Project, Project.space_id == User.space_id)
    .where(
        User.space_id == bindparam("space_id"),
        Project.id == _PROJECT,
        User.active.is_(True),
        or_(
            (User.type == "user") & _SEES_ALL,
            or_(User.type == "user", User.type == "guest") & _MEMBER,
        ),
    )
    .order_by(User.name_fold, User.id)
    .limit(500)
)
_PARENT = Query(
    select(Task.number, Project.shortcode, Task.title)
    .join(Project, (Project.space_id == Task.space_id) & (Project.id == Task.project_id))
    .where(Task.space_id == bindparam("space_id"), Task.id == bindparam("id"))
)
_CHANGED = Query(
    select(Event.changes).where(
        Event.space_id == bindparam("space_id"),
        Event.kind == "task",
        Event.record_id == bindparam("id", type_=Event.record_id.type),
        Event.sequence > bindparam("after"),
    )
)
PRIORITY_NAMES = {
    "none": Phrase("No priority"),
    "low": Phrase("Low"),
    "medium": Phrase("Medium"),
    "high": Phrase("High"),
    "urgent": Phrase("Urgent"),
}
WHOLE = ("todos", "comments", "files", "relations", "watchers", "subtasks")
FOR_GUESTS = ("comments", "relations", "subtasks")


def task_at(db: Db, me: Me, key: str, *include: str, trashed: bool = False) -> TaskFullData:
    """Return the task that has this key or had it, any case, or this id; 404 where there is none to see."""
    read = TASKS_FOR_GUESTS if me.type == "guest" else TASKS
    return db.one(read, id_of(db, key), RecordQuery(include=include, trashed=trashed), fence=fence_of(me))


def project_around(db: Db, me: Me, task: TaskFullData) -> ProjectFullData:
    """Return the project of a task, with its columns."""
    return db.one(projects_of(me), task.project_id, RecordQuery(include=("columns",)), fence=fence_of(me))


def beside(db: Db, me: Me, task: TaskFullData, project: ProjectFullData) -> dict[str, Any]:
    """Return whom and what a task can be given, and what happened to it, as templates take it."""
    staff = me.may("tasks:activity")
    people = [
        {"id": row[0], "name": f"{row[1]} {row[2]}".strip(), "guest": row[3] == "guest"}
        for row in db.rows(_PEOPLE, project=project.id)
        if staff
    ]
    labels = fitting(db, project.id)
    assert isinstance(project.columns, list)  # noqa: S101 (just read)
    parent = db.rows(_PARENT, id=task.parent_id) if task.parent_id else []
    names = {
        **{column.id: column.name for column in project.columns},
        **{label.id: label.name for label in labels},
        **{each["id"]: each["name"] for each in people},
        project.id: project.name,
        **{each.task.id: f"{each.task.key} {each.task.title}" for each in listed(task.relations)},
    }
    if parent and task.parent_id:
        names[task.parent_id] = f"{parent[0][1]}-{parent[0][0]} {parent[0][2]}"
    events = activity(db, me, fence="record", of_kind="task", of_record=task.id) if staff else []
    return {
        "people": people,
        "labels": labels,
        "fields": _fields(db) if me.may("fields:read") else [],
        "parent": {"key": f"{parent[0][1]}-{parent[0][0]}", "title": parent[0][2]} if parent else None,
        "events": told(events, names),
        "names": names,
    }


def listed(value: Any) -> list[Any]:
    """Return what was included, or nothing where it was not asked for."""
    return value if isinstance(value, list) else []


def _fields(db: Db) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = msgspec.to_builtins(
        db.all(FIELDS, applies_to="task", sort="name"), builtin_types=(msgspec.Raw,)
    )
    for field in found:
        if isinstance(field["options"], msgspec.Raw):
            field["options"] = msgspec.json.decode(field["options"])
    return found


def changed_since(db: Db, task_id: str, version: str, member: str) -> bool:
    """Whether a member of a task has changed after the version that somebody read; a strange one is old."""
    after = int(version) if version.isascii() and version.isdigit() and len(version) < 19 else 0  # noqa: PLR2004
    rows = db.rows(_CHANGED, id=task_id, after=after)
    return any(member in msgspec.json.decode(row[0]) for row in rows)
