"""Appending to the event log: what an event waits with for its number, and how it is written."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, cast

from msgspec import Struct
from sqlalchemy import Table, Update, bindparam, insert, update

from kanwerk.core import clock
from kanwerk.core.db import Actor, encode
from kanwerk.core.events import KINDS, Event, EventCounter, split
from kanwerk.core.ids import new_id
from kanwerk.core.tables import Recorded


class Pending(NamedTuple):
    """An event that waits for its number."""

    type: str
    record: Recorded
    actor: Actor
    changes: dict[str, Any]
    at: datetime
    project_id: str | None


def entry(space_id: str, sequence: int, pending: Pending, shown: Struct) -> dict[str, Any]:
    """Return the row of an event, with its record as it is shown."""
    record = pending.record
    changes = {name: _plain(change) for name, change in pending.changes.items()}
    data, told, private = split(KINDS[record.noun], shown, changes)
    return {
        "space_id": space_id,
        "sequence": sequence,
        "id": new_id(),
        "type": pending.type,
        "kind": record.noun,
        "record_id": record.id,
        "project_id": pending.project_id,
        "at": pending.at,
        "actor": _json(pending.actor),
        "data": _json(data),
        "changes": _json(told),
        "private": None if private is None else _json(private),
    }


_COUNTER, _LOG = cast("Table", EventCounter.__table__), cast("Table", Event.__table__)
COUNTING = (
    update(_COUNTER)
    .where(_COUNTER.c.space_id == bindparam("of_space"))
    .values(last_sequence=_COUNTER.c.last_sequence + bindparam("more"))
    .returning(_COUNTER.c.last_sequence)
)
APPENDING = insert(_LOG)


@cache
def stamping(table: Table) -> Update:
    """Return the statement that writes the number of its last event into a record."""
    space = table.c.space_id if "space_id" in table.c else table.c.id
    fits = (table.c.id == bindparam("at_id"), space == bindparam("of_space"))
    return update(table).where(*fits).values(version=bindparam("last"))


def _json(value: object) -> str:
    return encode(value).decode()


def _plain(change: Any) -> Any:
    if isinstance(change, dict):
        return {name: _plain(value) for name, value in change.items()}
    return clock.wire(change) if isinstance(change, datetime) else change
