"""The hub: one for each worker. It reads each space's log once and tells it to all who look at that space."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from kanwerk.core.db import Db, encode
from kanwerk.core.events import EVENT, EVENTS_BETWEEN, EventPrivate, readable
from kanwerk.core.problems import Problem
from kanwerk.core.signals import Mark, mark_of
from kanwerk.core.web import Request, Runtime

log = structlog.get_logger()
WINDOW, BEHIND = 200, 1_000  # events looked at at once; over so many missed, a page had better load anew
ROOM = 256  # messages that wait for a browser; over it the stream ends, and the browser comes back
RETRY_SECONDS = 5.0
AT_ONCE, TURN_SECONDS = 10, 0.001  # streams told before requests have their turn, and how long it is
# What those from outside are told of at all, if they may read the record.
KINDS_OUTSIDE = {
    "guest": frozenset({"project", "column", "task", "comment", "file", "label"}),
    "tax_advisor": frozenset({"client", "business_field", "comment", "file"}),
}
# What is told to single people beside the log: the messages for each of them after a notice's number.
Notices = Callable[[Runtime, str, int, int], dict[str, bytes]]
NOTICES: list[Notices] = []


class Looker:
    """One browser that looks at a space: who it is, and the messages that wait to be sent."""

    def __init__(self, request: Request, me: Any) -> None:
        """Take the request, which is asked again whether its session still holds."""
        self.request, self.me = request, me
        self.messages: asyncio.Queue[bytes | None] = asyncio.Queue(ROOM)
        self.full = False

    def send(self, message: bytes | None) -> None:
        """Put a message behind those that wait; None ends the stream."""
        try:
            self.messages.put_nowait(message)
        except asyncio.QueueFull:
            self.full = True

    def stays(self) -> bool:
        """Ask again who this is: when the session ended or the user was deactivated, the stream ends."""
        people = self.request.runtime.people(self.request)
        me = next((each for each in people if each.space_id == self.me.space_id), None)
        if me is None:
            self.send(message("gone", b"{}"))
            self.send(None)
            return False
        self.me = me
        return True


class Room:
    """A space that somebody looks at: reads its log while they do."""

    def __init__(self, runtime: Runtime, space_id: str, mark: Mark) -> None:
        """Begin behind the mark."""
        self.runtime, self.space_id, self.mark = runtime, space_id, mark
        self.lookers: set[Looker] = set()
        self.task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Tell what happens until nobody looks or the server stops."""
        while self.lookers and not self.runtime.stopping:
            mark = await self.runtime.signals.wait(self.space_id, self.mark, RETRY_SECONDS)
            try:
                while self.mark.sequence < mark.sequence:
                    await self._tell(min(mark.sequence, self.mark.sequence + WINDOW))
                await self._notices(mark)
            except Problem as problem:
                log.warning("live", error=problem.detail)
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as error:
                log.exception("live", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
        for looker in self.lookers:
            looker.send(None)

    async def _tell(self, until: int) -> None:
        lookers = list(self.lookers)
        events = between(self.runtime, lookers[0].me, self.mark.sequence, until) if lookers else []
        self.mark = self.mark._replace(sequence=until)
        people = {event.record_id for event in events if event.kind == "user"}
        told: dict[Any, list[bytes]] = {}
        for number, looker in enumerate(lookers):
            if looker.me.id in people and not looker.stays():
                continue
            who = (looker.me.id, looker.me.who)
            if who not in told:
                told[who] = messages(self.runtime, looker.me, events)
            for each in told[who]:
                looker.send(each)
            if number % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(TURN_SECONDS)

    async def _notices(self, mark: Mark) -> None:
        before, now = self.mark.notice or 0, mark.notice or 0
        self.mark = self.mark._replace(notice=now)
        if now <= before:
            return
        for notices in NOTICES:
            found = notices(self.runtime, self.space_id, before, now)
            for looker in self.lookers:
                if looker.me.id in found:
                    looker.send(found[looker.me.id])


def enter(request: Request, me: Any) -> Looker:
    """Let a browser look at a space, from now on."""
    rooms: dict[str, Room] = request.runtime.state.setdefault("rooms", {})
    looker, room = Looker(request, me), rooms.get(me.space_id)
    if room is None or room.task is None or room.task.done():
        room = rooms[me.space_id] = Room(
            request.runtime, me.space_id, mark_of(request.runtime.database, me.space_id)
        )
    room.lookers.add(looker)
    if room.task is None:
        room.task = asyncio.create_task(room.run())
    return looker


def leave(looker: Looker) -> None:
    """Let a browser look no more."""
    room: Room | None = looker.request.runtime.state["rooms"].get(looker.me.space_id)
    if room is not None:
        room.lookers.discard(looker)


def between(runtime: Runtime, me: Any, after: int, until: int) -> list[EventPrivate]:
    """Return a part of the log."""
    db = Db(runtime.database, me)
    rows = db.rows(EVENTS_BETWEEN, after=after, until=until, limit=until - after)
    build = EVENT.builder(runtime.database.dialect)
    return [build(row) for row in rows]


def messages(runtime: Runtime, me: Any, events: list[EventPrivate]) -> list[bytes]:
    """Return what one person is told of these events: which record changed and how, never its content."""
    kinds = KINDS_OUTSIDE.get(me.type)
    if kinds is not None:
        events = [event for event in events if event.kind in kinds]
    if not me.unbounded:
        events = readable(Db(runtime.database, me), events)
    return [_message(event) for event in events]


class _Whose(Struct):
    """What a record says of the task that it is part of."""

    task_id: str | None = None
    kind: str | None = None
    record_id: str | None = None


_WHOSE = msgspec.json.Decoder(_Whose)


def _message(event: EventPrivate) -> bytes:
    data = {
        "sequence": event.sequence,
        "type": event.type,
        "kind": event.kind,
        "id": event.record_id,
        "project_id": event.project_id,
    }
    if event.kind in ("todo", "comment", "file"):  # a card shows how many there are
        whose = _WHOSE.decode(event.data)
        data["task_id"] = whose.task_id or (whose.record_id if whose.kind == "task" else None)
    return message("change", encode(data), event.sequence)


def message(name: str, data: bytes, number: int | None = None) -> bytes:
    """Return a message of a stream (HTML Living Standard, 9.2): its name, its data, maybe its number."""
    numbered = b"" if number is None else b"id: %d\n" % number
    return numbered + b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"
