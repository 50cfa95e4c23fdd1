"""How tasks bear on each other."""

from typing import NamedTuple

from sqlalchemy import select

from kanwerk.core.problems import Fault, Invalid, invalid_parameter, missing
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.tasks.models import Task, TaskRelation
from kanwerk.tasks.writing import open_task


class Way(NamedTuple):
    """A relation as its row has it, and whether the row is read from the other side."""

    kind: str
    inverse: bool


WAYS = {
    "blocks": Way("blocks", inverse=False),
    "blocked_by": Way("blocks", inverse=True),
    "relates_to": Way("relates_to", inverse=False),
    "duplicates": Way("duplicates", inverse=False),
    "duplicated_by": Way("duplicates", inverse=True),
}
INVERSES = {
    "blocks": "blocked_by",
    "blocked_by": "blocks",
    "relates_to": "relates_to",
    "duplicates": "duplicated_by",
    "duplicated_by": "duplicates",
}


def relate(db: Write, task: Task, kind: str, other_id: str, *, by: Me) -> None:
    """Relate a task to another; a second time changes nothing. Cycles of blocks are refused."""
    other = _other(db, task, kind, other_id, by)
    row = _row(task, kind, other)
    if db.session.get(TaskRelation, row) is not None:
        return
    if row[2] == "blocks":
        _refuse_cycle(db, blocker=row[1], blocked=row[3])
    space_id, task_id, stored, second = row
    db.session.add(TaskRelation(space_id=space_id, task_id=task_id, kind=stored, other_id=second))
    _tell(task, kind, other, added=True, by=by)


def unrelate(db: Write, task: Task, kind: str, other_id: str, *, by: Me) -> None:
    """End a relation; 404 when there is none."""
    other = _other(db, task, kind, other_id, by)
    found = db.session.get(TaskRelation, _row(task, kind, other))
    if found is None:
        raise missing("relation")
    db.session.delete(found)
    _tell(task, kind, other, added=False, by=by)


def _other(db: Write, task: Task, kind: str, other_id: str, by: Me) -> Task:
    if kind not in WAYS:
        raise invalid_parameter("kind", f"One of {', '.join(WAYS)} is needed.")
    matched, db.if_match = db.if_match, None  # If-Match speaks of the first
    other = open_task(db, other_id, by)
    db.if_match = matched
    if other.id == task.id:
        sentence = "A task cannot relate to itself."
        raise Invalid(sentence, errors=[Fault("cycle", sentence, parameter="other_id")])
    return other


def _row(task: Task, kind: str, other: Task) -> tuple[str, str, str, str]:
    way = WAYS[kind]
    first, second = (other.id, task.id) if way.inverse else (task.id, other.id)
    if way.kind == "relates_to":
        first, second = sorted((first, second))
    return task.space_id, first, way.kind, second


def _tell(task: Task, kind: str, other: Task, *, added: bool, by: Me) -> None:
    for one, name, another in ((task, kind, other), (other, INVERSES[kind], task)):
        value = {"from": None, "to": another.id} if added else {"from": another.id, "to": None}
        one.touch()
        one.record("task.updated", by=by.actor, changes={f"relations.{name}": value})


def _refuse_cycle(db: Write, *, blocker: str, blocked: str) -> None:
    seen, front = {blocked}, [blocked]
    while front:
        if blocker in seen:
            sentence = "This would make a circle of tasks that block each other."
            raise Invalid(sentence, errors=[Fault("cycle", sentence, parameter="other_id")])
        wanted = select(TaskRelation.other_id).where(
            TaskRelation.space_id == db.space_id,
            TaskRelation.kind == "blocks",
            TaskRelation.task_id.in_(front),
        )
        front = [each for each in db.session.execute(wanted).scalars() if each not in seen]
        seen.update(front)
