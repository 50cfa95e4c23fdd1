"""The event log: what every write leaves, gap-free in each space, and how the log is read."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import BigInteger, Index, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.core.listing import Filter, Read
from kanwerk.core.reads import Among, Query, Shape
from kanwerk.core.tables import Base, Json, Key
from kanwerk.core.text import Id, Moment


class Event(Base):
    """One thing that happened. ``private`` holds what only admins may read of ``data`` and ``changes``."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_record", "space_id", "kind", "record_id", "sequence"),
        Index("ix_events_project_id", "space_id", "project_id", "sequence"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[str] = mapped_column(Key)
    type: Mapped[str]
    kind: Mapped[str]
    record_id: Mapped[str] = mapped_column(Key)
    project_id: Mapped[str | None] = mapped_column(Key)
    at: Mapped[datetime]
    actor: Mapped[dict[str, Any]] = mapped_column(Json)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    changes: Mapped[dict[str, Any]] = mapped_column(Json)
    private: Mapped[dict[str, Any] | None] = mapped_column(Json)


class EventCounter(Base):
    """The number of a space's last event; its row is the last lock every write takes.

    ``last_notice`` counts what was made for single people from the events, such as notifications.
    """

    __tablename__ = "event_counters"
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    last_sequence: Mapped[int] = mapped_column(BigInteger)
    last_notice: Mapped[int] = mapped_column(BigInteger, default=0)


class Kind(NamedTuple):
    """A noun of the log: how its records are read, and which of them a caller may read now."""

    read: Read[Any, Any]
    needs: str
    verbs: tuple[str, ...]
    readable: "Callable[[Any, list[EventPrivate]], set[str]] | None" = None  # the ids of those records
    private: str | None = None  # changes of members that begin so are told to admins only


KINDS: dict[str, Kind] = {}
CHANNEL = "kanwerk"  # where PostgreSQL says which space's log has moved
FOLLOWERS: list[Callable[[Any, list[Any]], None]] = []  # what is kept in step, in the events' transaction
PREPARERS: list[Callable[[Any, list[Any]], None]] = []  # the same where it locks rows: before the counter's
TYPES: set[str] = set()


def register(name: str, kind: Kind) -> None:
    """Make a noun known to the log, with the events it leaves."""
    KINDS[name] = kind
    TYPES.update(f"{name}.{verb}" for verb in kind.verbs)


class EventActor(Struct):
    """Who did it; `id` is null when the system did."""

    id: Id | None
    name: str
    type: Annotated[str, Meta(examples=["integration"])]


class EventData(Struct):
    """One entry of the space's event log, as `/events` lists it and a webhook delivers it."""

    id: Id
    type: Annotated[str, Meta(examples=["client.updated"])]
    timestamp: Moment
    space_id: Id
    sequence: Annotated[int, Meta(description="Number of the event in its space, without gaps")]
    actor: EventActor
    data: Annotated[dict[str, Any], Meta(description="The full record as it was then, without lazy members")]
    changes: Annotated[
        dict[str, Any],
        Meta(
            description="`{member: {from, to}}` of the members that changed",
            examples=[{"name": {"from": "Aster", "to": "Aster Media"}}],
        ),
    ]


class EventPrivate(Struct):
    """An event as it is kept, before it is told to anybody: JSON unread, what only admins may read apart."""

    id: str
    type: str
    timestamp: str
    space_id: str
    sequence: int
    actor: Any
    data: Any
    changes: Any
    private: Any
    kind: str
    record_id: str
    project_id: str | None


_MEMBERS: dict[str, Any] = {
    "id": Event.id,
    "type": Event.type,
    "timestamp": Event.at,
    "space_id": Event.space_id,
    "sequence": Event.sequence,
    "actor": Event.actor,
    "data": Event.data,
    "changes": Event.changes,
}
EVENT = Shape(
    EventPrivate,
    {
        **_MEMBERS,
        "private": Event.private,
        "kind": Event.kind,
        "record_id": Event.record_id,
        "project_id": Event.project_id,
    },
)
_SELECT = select(*EVENT.columns()).where(
    Event.space_id == bindparam("space_id"),
    Event.sequence > bindparam("after"),
    Event.sequence <= bindparam("until"),
)
EVENTS_BETWEEN = Query(_SELECT.order_by(Event.sequence).limit(bindparam("limit")))
EVENTS_BETWEEN_OF = Query(
    _SELECT.where(Among(Event.type, "types") | Among(Event.kind, "kinds"))
    .order_by(Event.sequence)
    .limit(bindparam("limit"))
)
LAST_SEQUENCE = Query(
    select(EventCounter.last_sequence).where(EventCounter.space_id == bindparam("space_id"))
)

ACTIVITY: Read[EventPrivate, EventPrivate] = Read(
    Event,
    Event.__table__,
    item=EVENT,
    full=EVENT,
    filters={"types": Filter(Event.type, str, "Only these types of event")},
    sorts={"sequence": Event.sequence},
    fences={
        "kind": Event.kind == bindparam("of_kind", type_=Event.kind.type),
        "record": (Event.kind == bindparam("of_kind", type_=Event.kind.type))
        & (Event.record_id == bindparam("of_record", type_=Event.record_id.type)),
        "project": Event.project_id == bindparam("of_project", type_=Event.project_id.type),
    },
    default_sort="-sequence",
)


def tell(event: EventPrivate, *, admin: bool) -> EventData:
    """Return the event as a caller may read it: admins get the private members merged in."""
    data, changes = event.data, event.changes
    if admin and event.private is not None:
        private = msgspec.json.decode(event.private)
        data = msgspec.json.decode(data) | private["data"]
        changes = msgspec.json.decode(changes) | private["changes"]
    return EventData(
        event.id, event.type, event.timestamp, event.space_id, event.sequence, event.actor, data, changes
    )


def split(kind: Kind, record: Struct, changes: dict[str, Any]) -> tuple[Any, dict[str, Any], Any]:
    """Return data, changes and what of both only admins may read (None when there is none of it)."""
    private = kind.read.private
    if not private and kind.private is None:
        return record, changes, None
    hidden = {name: getattr(record, name) for name in private}
    shown = msgspec.structs.replace(record, **dict.fromkeys(private, msgspec.UNSET))
    apart = {
        name: value
        for name, value in changes.items()
        if name in private or (kind.private and name.startswith(kind.private))
    }
    kept = {name: value for name, value in changes.items() if name not in apart}
    return shown, kept, {"data": hidden, "changes": apart} if hidden or apart else None


def readable(db: Any, events: list[EventPrivate]) -> list[EventPrivate]:
    """Return the events whose record the caller may read now."""
    of_kind: dict[str, list[EventPrivate]] = {}
    for event in events:
        of_kind.setdefault(event.kind, []).append(event)
    ids: dict[str, set[str]] = {}
    for name, those in of_kind.items():
        kind = KINDS[name]
        if not db.me.may(kind.needs):
            ids[name] = set()
        elif kind.readable is not None:
            ids[name] = kind.readable(db, those)
        else:
            ids[name] = {event.record_id for event in those}
    return [event for event in events if event.record_id in ids[event.kind]]
