"""Bringing back what lies in the trash, each kind by its own verb."""

from collections.abc import Callable
from typing import Any

from kanwerk.business_fields.models import BusinessField
from kanwerk.clients.models import Client
from kanwerk.comments.models import Comment, restore_comment
from kanwerk.comments.shapes import COMMENTS, fence_of
from kanwerk.core.archive import refuse_archived
from kanwerk.core.problems import missing
from kanwerk.core.trash import bring_back
from kanwerk.core.writes import Write
from kanwerk.labels.models import load_label, restore_label
from kanwerk.people.access import Me
from kanwerk.projects.members import load_project, refuse_without_client
from kanwerk.projects.models import Project
from kanwerk.tasks.writing import load_task, refuse_closed
from kanwerk.todos.models import load_todo, restore_todo


def _client(db: Write, record_id: str, me: Me) -> str:
    client = db.load(Client, record_id, trashed=True)
    bring_back(db, client, by=me)
    return client.name


def _business_field(db: Write, record_id: str, me: Me) -> str:
    field = db.load(BusinessField, record_id, trashed=True)
    bring_back(db, field, by=me)
    return field.name


def _project(db: Write, record_id: str, me: Me) -> str:
    project = load_project(db, record_id, me, manage=True, trashed=True)
    refuse_without_client(db, project)
    bring_back(db, project, by=me)
    return project.name


def _label(db: Write, record_id: str, me: Me) -> str:
    label = load_label(db, record_id, me, trashed=True)
    restore_label(db, label, by=me)
    return label.name


def _task(db: Write, record_id: str, me: Me) -> str:
    task = load_task(db, record_id, me, trashed=True)
    refuse_closed(db, task)
    bring_back(db, task, by=me)
    return task.title


def _todo(db: Write, record_id: str, me: Me) -> str:
    todo = load_todo(db, record_id, me, trashed=True)
    restore_todo(db, todo, by=me)
    return todo.title


def _comment(db: Write, record_id: str, me: Me) -> str:
    if not db.rows(COMMENTS.record_select(fence_of(me)), id=record_id):
        raise missing()
    comment = db.load(Comment, record_id, trashed=True)
    about: Any = (
        db.find(Project, comment.project_id, trashed=True)
        if comment.project_id is not None
        else db.find(Client, str(comment.client_id), trashed=True)
    )
    refuse_archived(about)
    restore_comment(db, comment, by=me)
    return comment.body


RESTORE: dict[str, Callable[[Write, str, Me], str]] = {
    "client": _client,
    "business_field": _business_field,
    "project": _project,
    "label": _label,
    "task": _task,
    "todo": _todo,
    "comment": _comment,
}
