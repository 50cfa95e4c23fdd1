"""Tasks that come again: a rule (RFC 5545, RRULE) makes the next one when a task is completed, or due.

The rule goes on with the newest: the one before keeps its place in history without it, so none is made twice.
Days that were missed are passed over; they do not pile up.
"""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from kanwerk.core import clock
from kanwerk.core.database import Database
from kanwerk.core.problems import Problem
from kanwerk.core.writes import Write
from kanwerk.fields.values import copy_fields
from kanwerk.people.access import Me, system
from kanwerk.people.models import Space
from kanwerk.projects.models import Project
from kanwerk.tasks.labelling import labels_of
from kanwerk.tasks.models import PRIORITIES, Task
from kanwerk.tasks.moves import COMPLETED
from kanwerk.tasks.rules import next_day
from kanwerk.tasks.writing import assignees_of, change_task, create_task

MADE_AT_ONCE = 200
COPIED: list[Any] = []  # what else a next task takes along, such as its checklist: (db, from, to, by)


def today(me: Me) -> date:
    """Return the day it is in the space."""
    return clock.now().astimezone(ZoneInfo(me.timezone)).date()


def come_again(db: Write, task: Task, *, by: Me) -> Task | None:
    """Make the next task of a recurring one, which recurs no more itself; None when the rule has ended."""
    rule, when = task.recurrence, task.recurs_when
    if rule is None:
        return None
    day = today(by)
    begin = task.due_date or task.start_date or day
    due = next_day(rule, begin, max(begin, day - timedelta(days=1) if when == "due" else day))
    left = _counted_down(rule)
    changes = task.set(recurrence=None)
    task.record("task.updated", by=by.actor, changes=changes)
    if due is None or left is None:
        return None
    shift = due - begin
    members: dict[str, Any] = {
        "project_id": task.project_id,
        "title": task.title,
        "description": task.description,
        "priority": PRIORITIES[task.priority],
        "estimate_seconds": task.estimate_seconds,
        "start_date": task.start_date + shift if task.start_date is not None else None,
        "due_date": due,
        "label_ids": labels_of(db, task),
        "recurrence": {"rule": left, "when": when},
    }
    parent = db.find(Task, task.parent_id) if task.parent_id else None
    if parent is not None:
        members["parent_id"] = parent.id
    made = create_task(db, members, by=by)
    people = assignees_of(db, task)
    if people:
        _assign(db, made, people, by)
    copy_fields(db, task, made)
    for copy in COPIED:
        copy(db, task, made, by)
    return made


def _assign(db: Write, task: Task, people: list[str], by: Me) -> None:
    """Assign those who still can be: somebody may have left since."""
    for user_id in people:
        try:
            change_task(db, task, {"assignee_ids": [*assignees_of(db, task), user_id]}, by=by)
        except Problem:
            continue


def _counted_down(rule: str) -> str | None:
    """Return the rule for what is left after one more; None when that was the last (``COUNT``)."""
    parts = []
    for part in rule.split(";"):
        name, _, value = part.partition("=")
        if name.upper() != "COUNT":
            parts.append(part)
        elif not value.isdigit() or int(value) <= 1:
            return None
        else:
            parts.append(f"COUNT={int(value) - 1}")
    return ";".join(parts)


def when_completed(db: Write, task: Task, by: Me) -> None:
    """Make the next task of one that was just completed."""
    if task.recurrence is not None:
        come_again(db, task, by=by)


def make_due_ones(database: Database, session: Session) -> int:
    """Make the next of tasks that are due and recur by that; return how many."""
    count = 0
    for space in list(session.execute(select(Space)).scalars()):
        me = system(space)
        wanted = (
            select(Task)
            .join(Project, (Project.space_id == Task.space_id) & (Project.id == Task.project_id))
            .where(
                Task.space_id == space.id,
                Task.recurrence.is_not(None),
                Task.recurs_when == "due",
                Task.due_date <= today(me),
                Task.trashed_at.is_(None),
                Project.archived_at.is_(None),
            )
            .order_by(Task.id)
            .limit(MADE_AT_ONCE)
        )
        db = Write(database, session, me)
        for task in session.execute(wanted).scalars():
            come_again(db, task, by=me)
            count += 1
        db.end()
    return count


COMPLETED.append(when_completed)
