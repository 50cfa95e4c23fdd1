"""Taking back what somebody's write did to columns and to the places of tasks, as the log tells it."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from kanwerk.core.archive import refuse_archived
from kanwerk.core.events import Event
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Invalid
from kanwerk.core.trash import Fate, throw_away
from kanwerk.core.writes import Write
from kanwerk.labels.models import Label
from kanwerk.people.access import Me
from kanwerk.projects.columns import Column, bring_back_column
from kanwerk.projects.members import project_of
from kanwerk.projects.models import Project
from kanwerk.tasks.labelling import labels_of
from kanwerk.tasks.models import Task, TaskAlias, TaskLabel
from kanwerk.tasks.moves import leave, put_into, take_along, tell_completion
from kanwerk.tasks.writing import load_task

MOST = 100_000  # events of one write


def take_back(db: Write, first: int, last: int, *, about: str, by: Me) -> None:
    """Take back the caller's own events from ``first`` to ``last``, what one write left.

    A column that was deleted comes back as it was; a task that was moved goes back to its place, its column,
    its project and number there, unless somebody has moved it since; one that was completed and repeats has
    its rule again. ``Invalid`` when the record of the id ``about`` is not among them or cannot come back.
    """
    mine = _written(db, first, last, by)
    back: dict[str, Column | Task] = {}
    for event in mine:
        if event.type == "column.deleted" and (column := bring_back_column(db, event.data, by=by)):
            back[column.id] = column
    done_at = {
        each.record_id: each.changes["completed_at"]["from"] for each in mine if each.type == "task.reopened"
    }
    moved = {event.record_id: event for event in mine if event.type == "task.moved"}
    for event in moved.values():
        returned = _put_back(db, event, done_at.get(event.record_id), last, moved, back, by)
        if returned is not None:
            back[returned.id] = returned
    if about not in back:
        raise Invalid(Phrase("This has been changed since; nothing was taken back."))
    for record_id, event in moved.items():
        if "project_id" in event.changes and isinstance(task := back.get(record_id), Task):
            take_along(db, task, db.session.get_one(Project, (db.space_id, task.project_id)), by=by)
    _repeat_again(db, mine, back, last, by)


def _written(db: Write, first: int, last: int, by: Me) -> list[Event]:
    """Return the caller's own events of that stretch; ``Invalid`` for one that no single write leaves."""
    if last - first > MOST:
        raise Invalid(Phrase("This has been changed since; nothing was taken back."))
    types = ("column.deleted", "task.moved", "task.reopened", "task.updated", "task.created")
    wanted = (
        select(Event)
        .where(Event.space_id == db.space_id, Event.sequence.between(first, last), Event.type.in_(types))
        .order_by(Event.sequence)
    )
    return [event for event in db.session.execute(wanted).scalars() if event.actor.get("id") == by.id]


def _put_back(
    db: Write,
    event: Event,
    done_at: str | None,
    last: int,
    moved: dict[str, Event],
    back: dict[str, Column | Task],
    by: Me,
) -> Task | None:
    task = db.find(Task, event.record_id, lock=True, trashed=True)
    there = {name: each for name, each in event.changes.items() if name in ("project_id", "column_id")}
    if task is None or any(getattr(task, name) != each["to"] for name, each in there.items()):
        return None
    if _moved_since(db, task, last) or (task.parent_id in moved and task.parent_id not in back):
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


def _moved_since(db: Write, task: Task, last: int) -> bool:
    later = select(Event.sequence).where(
        Event.space_id == db.space_id,
        Event.kind == "task",
        Event.record_id == task.id,
        Event.sequence > last,
        Event.type == "task.moved",
    )
    return db.session.execute(later.limit(1)).first() is not None


def _repeat_again(db: Write, mine: list[Event], back: dict[str, Column | Task], last: int, by: Me) -> None:
    """Give tasks their rule again that went to the next one; that one goes, if nobody touched it."""
    task: Task | None = None
    for event in mine:
        if event.type == "task.updated" and "recurrence" in event.changes:
            found = back.get(event.record_id)
            task = found if isinstance(found, Task) and found.recurrence is None else None
            if task is not None:
                changes = task.set(recurrence=event.changes["recurrence"]["from"])
                task.record("task.updated", by=by.actor, changes=changes)
                db.flush()
        elif event.type == "task.created" and task is not None:
            following = db.find(Task, event.record_id, lock=True)
            if following is not None and following.version <= last:
                throw_away(db, following, fate=Fate.TRASH, by=by)
            task = None


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
