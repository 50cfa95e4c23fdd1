"""Taking back what somebody's write did to columns and to the places of tasks, as the log tells it."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from kanwerk.core.archive import refuse_archived
from kanwerk.core.events import Event
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Invalid
from kanwerk.core.writes import Write
from kanwerk.labels.models import Label
from kanwerk.people.access import Me
from kanwerk.projects.columns import Column, bring_back_column
from kanwerk.projects.members import project_of
from kanwerk.projects.models import Project
from kanwerk.tasks.labelling import labels_of
from kanwerk.tasks.models import Task, TaskAlias, TaskLabel
from kanwerk.tasks.moves import leave, put_into, tell_completion
from kanwerk.tasks.writing import load_task


def take_back(db: Write, first: int, last: int, *, by: Me) -> list[Column | Task]:
    """Take back the caller's own events from ``first`` to ``last`` and return the records that are back.

    A column that was deleted comes back as it was; a task that was moved goes back to its place, its column,
    its project and number there, unless somebody has moved it since. ``Invalid`` when nothing is left to do.
    """
    wanted = (
        select(Event)
        .where(Event.space_id == db.space_id, Event.sequence.between(first, last))
        .order_by(Event.sequence)
    )
    mine = [event for event in db.session.execute(wanted).scalars() if event.actor.get("id") == by.id]
    done_at = {
        event.record_id: event.changes["completed_at"]["from"]
        for event in mine
        if event.type == "task.reopened"
    }
    back: list[Column | Task | None] = []
    for event in sorted(mine, key=lambda each: each.type != "column.deleted"):  # else as they happened
        if event.type == "column.deleted":
            back.append(bring_back_column(db, event.data, by=by))
        elif event.type == "task.moved":
            back.append(_put_back(db, event, done_at.get(event.record_id), by))
    found = [each for each in back if each is not None]
    if not found:
        raise Invalid(Phrase("This has been changed since; nothing was taken back."))
    return found


def _put_back(db: Write, event: Event, done_at: str | None, by: Me) -> Task | None:
    task = db.find(Task, event.record_id, lock=True, trashed=True)
    moved = {name: each for name, each in event.changes.items() if name in ("project_id", "column_id")}
    if task is None or any(getattr(task, name) != each["to"] for name, each in moved.items()):
        return None
    load_task(db, task.id, by, trashed=True)
    was = {name: each["from"] for name, each in event.changes.items()}
    project = db.session.get_one(Project, (db.space_id, task.project_id))
    if "project_id" in was:
        project = project_of(db, was["project_id"], by, "/project_id")
    refuse_archived(project)
    column = db.find(Column, was.get("column_id", task.column_id), lock=True)
    if column is None or column.project_id != project.id:
        return None
    changes = _return(db, task, project, was) if "project_id" in was else {}
    changes |= put_into(task, column) | task.set(position=was.get("position", task.position))
    completed = changes.pop("completed_at", None)
    if completed is not None and task.completed_at is not None and done_at is not None:
        task.completed_at = completed["to"] = datetime.fromisoformat(done_at)
    task.record("task.moved", by=by.actor, changes=changes)
    if completed is not None:
        tell_completion(task, completed, by)
    db.flush()
    return task


def _return(db: Write, task: Task, project: Project, was: dict[str, Any]) -> dict[str, Any]:
    """Give a task back to the project it came from, with the number, parent and labels that it had there."""
    number, parent_id = was["number"], was.get("parent_id", task.parent_id)
    db.session.execute(
        delete(TaskAlias).where(
            TaskAlias.space_id == db.space_id,
            TaskAlias.project_id == project.id,
            TaskAlias.number == number,
            TaskAlias.task_id == task.id,
        )
    )
    parent = db.find(Task, parent_id) if parent_id else None
    before = labels_of(db, task)
    again = {label_id for label_id in was.get("label_ids", ()) if _fits(db, project, label_id)} - {*before}
    changes = leave(db, task, project, number)
    if parent is not None and parent.project_id == project.id:
        changes |= task.set(parent_id=parent.id)
    for label_id in again:
        db.session.add(TaskLabel(space_id=db.space_id, task_id=task.id, label_id=label_id))
    kept = changes.pop("label_ids", {"to": before})["to"]
    after = sorted({*kept, *again})
    return changes | ({"label_ids": {"from": before, "to": after}} if before != after else {})


def _fits(db: Write, project: Project, label_id: str) -> bool:
    label = db.find(Label, label_id, trashed=True)
    return label is not None and label.project_id in (None, project.id)
