"""The event log, through the API."""

import asyncio
from typing import Annotated

from msgspec import Meta, Struct

from kanwerk.core.db import Db
from kanwerk.core.events import (
    ACTIVITY,
    EVENTS_BETWEEN,
    EVENTS_BETWEEN_OF,
    KINDS,
    LAST_SEQUENCE,
    TYPES,
    EventData,
    readable,
    tell,
)
from kanwerk.core.groups import Group
from kanwerk.core.problems import invalid_parameter
from kanwerk.core.signals import Mark
from kanwerk.core.web import Request
from kanwerk.people.access import Me

WINDOW = 10_000

webhooks = Group(
    "Webhooks", "What happens in your space: sent to you, and the event log to read, in order and complete."
)


class EventsQuery(Struct, frozen=True):
    """Which events."""

    after: Annotated[int, Meta(ge=0, le=2**62, description="Events after this sequence")] = 0
    types: (
        Annotated[
            list[Annotated[str, Meta(pattern=r"^(\*|[a-z_]+\.(\*|[a-z_]+))$")]],
            Meta(description="Only these types; `client.*` for a family"),
        ]
        | None
    ) = None
    limit: Annotated[int, Meta(ge=1, le=500, description="Events at most")] = 50
    wait: Annotated[int, Meta(ge=0, le=60, description="Seconds to wait for an event when there is none")] = 0


class EventsMeta(Struct):
    """Where to go on."""

    next_after: Annotated[
        int, Meta(description="Send this as the next `after`; it always advances to what was looked at")
    ]
    last_sequence: Annotated[int, Meta(description="The end of the log")]


class EventsPage(Struct):
    """A part of the event log, in order."""

    data: list[EventData]
    meta: EventsMeta


@webhooks.get("/events", needs="events:read")
async def list_events(db: Db, me: Me, query: EventsQuery, request: Request) -> EventsPage:
    """List what happened, in order, deletes included; with `wait`, wait for it.

    Start with `after=0` and go on with `meta.next_after` until it equals `meta.last_sequence`. A page may be
    short or
    empty on the way, where you may not see what happened or asked for other types.
    """
    _check(query.types)
    runtime, now = request.runtime, asyncio.get_running_loop().time
    page, ends = _look(db, me, query), now() + query.wait
    while not page.data and not runtime.stopping and (left := ends - now()) > 0:
        last = page.meta.last_sequence
        if page.meta.next_after >= last:
            mark = await runtime.signals.wait(db.space_id, Mark(last), left)
            if mark.sequence == last:
                continue
        query = EventsQuery(page.meta.next_after, query.types, query.limit)
        page = _look(db, me, query)
    return page


def _last(db: Db) -> int:
    rows = db.rows(LAST_SEQUENCE)
    return int(rows[0][0]) if rows else 0


def _look(db: Db, me: Me, query: EventsQuery) -> EventsPage:
    """Look at one window of the log; its bounded width keeps a sparse filter as cheap as none."""
    last = _last(db)
    until = min(last, query.after + WINDOW)
    asked = {"after": query.after, "until": until, "limit": query.limit}
    if query.types is None or "*" in query.types:
        rows = db.rows(EVENTS_BETWEEN, **asked)
    else:
        kinds = [each.removesuffix(".*") for each in query.types if each.endswith(".*")]
        rows = db.rows(
            EVENTS_BETWEEN_OF, **asked, types=[each for each in query.types if each in TYPES], kinds=kinds
        )
    build = ACTIVITY.item.builder(db.database.dialect)
    events = [build(row) for row in rows]
    after = events[-1].sequence if len(events) == query.limit else max(until, query.after)
    shown = events if me.unbounded else readable(db, events)
    return EventsPage([tell(event, admin=me.admin) for event in shown], EventsMeta(after, last))


def _check(types: list[str] | None) -> None:
    for each in types or ():
        if each != "*" and each not in TYPES and each.removesuffix(".*") not in KINDS:
            raise invalid_parameter("types", f"There is no event {each[:64]!r}.")
