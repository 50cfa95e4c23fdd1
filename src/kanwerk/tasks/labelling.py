"""The labels that tasks carry."""

from typing import Any

from sqlalchemy import delete, select

from kanwerk.core.problems import invalid, missing
from kanwerk.core.writes import Write
from kanwerk.labels.models import Label
from kanwerk.people.access import Me
from kanwerk.projects.models import Project
from kanwerk.tasks.models import Task, TaskLabel


def fitting_labels(db: Write, project: Project, ids: Any) -> list[str]:
    """Return the ids without doubles; a fault for the first that is none of the project's or the space's."""
    found = list(dict.fromkeys(ids))
    for at, label_id in enumerate(found):
        label = db.find(Label, label_id)
        if label is None or label.project_id not in (None, project.id):
            raise invalid(f"/label_ids/{at}", "There is no such label in this project.", "not_found")
    return found


def labels_of(db: Write, task: Task) -> list[str]:
    """Return the ids of the labels that a task carries."""
    wanted = select(TaskLabel.label_id).where(TaskLabel.space_id == db.space_id, TaskLabel.task_id == task.id)
    return sorted(db.session.execute(wanted).scalars())


def set_labels(db: Write, task: Task, ids: list[str]) -> dict[str, Any]:
    """Set the labels that a task carries and return what changed."""
    before = labels_of(db, task)
    if before == sorted(ids):
        return {}
    mine = (TaskLabel.space_id == db.space_id, TaskLabel.task_id == task.id)
    db.session.execute(delete(TaskLabel).where(*mine, TaskLabel.label_id.not_in(ids)))
    for label_id in set(ids) - set(before):
        db.session.add(TaskLabel(space_id=db.space_id, task_id=task.id, label_id=label_id))
    task.touch()
    return {"label_ids": {"from": before, "to": sorted(ids)}}


def add_label(db: Write, task: Task, label_id: str, *, by: Me) -> None:
    """Mark a task with a label."""
    project = db.session.get_one(Project, (db.space_id, task.project_id))
    label = db.find(Label, label_id)
    if label is None or label.project_id not in (None, project.id):
        raise missing("label")
    _relabel(db, task, {*labels_of(db, task), label_id}, by)


def remove_label(db: Write, task: Task, label_id: str, *, by: Me) -> None:
    """Take a label off a task."""
    _relabel(db, task, {*labels_of(db, task)} - {label_id}, by)


def _relabel(db: Write, task: Task, ids: set[str], by: Me) -> None:
    changes = set_labels(db, task, sorted(ids))
    if changes:
        task.record("task.updated", by=by.actor, changes=changes)
