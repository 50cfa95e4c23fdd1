"""What is to be sent next to each webhook: as its creator may see it, now."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from sqlalchemy import bindparam, literal_column, select

from kanwerk.core import clock
from kanwerk.core.database import Database
from kanwerk.core.db import Db, encode
from kanwerk.core.events import EVENT, Event, EventPrivate, readable, tell
from kanwerk.core.reads import Among, Query
from kanwerk.core.tables import Moment
from kanwerk.people.access import Me
from kanwerk.people.callers import WHO
from kanwerk.people.models import Space, User
from kanwerk.people.reads import scopes_of
from kanwerk.webhooks.deliveries import WebhookDelivery
from kanwerk.webhooks.models import Webhook
from kanwerk.webhooks.queues import Key, Settled


class Receiver(NamedTuple):
    """Where a webhook's deliveries go, how they are signed, and who they are shown to."""

    id: str
    url: str
    active: bool
    activation: int
    secrets: list[str]
    me: Me | None  # the creator, None when deactivated


class Parcel(NamedTuple):
    """A delivery that is ready to be sent."""

    id: str
    event_id: str
    attempts: int
    body: bytes


class Want(NamedTuple):
    """How much more of a queue there is room for, and what was taken of it before."""

    room: int
    held: frozenset[str]


class Load(NamedTuple):
    """The next of a queue: where to, what, what is settled without being sent, whether there is more."""

    receiver: Receiver | None
    parcels: list[Parcel]
    settled: list[Settled]
    more: bool


_MAKE: Callable[..., Me] = Me
_RECEIVERS = Query(
    select(
        Webhook.id,
        Webhook.url,
        Webhook.active,
        Webhook.activation,
        Webhook.secret,
        Webhook.previous_secret,
        Webhook.previous_until > bindparam("now", type_=Moment()),
        Webhook.scopes,
        User.active,
        *WHO,
        User.identity_id,
    )
    .join(User, (User.space_id == Webhook.space_id) & (User.id == Webhook.creator_id))
    .join(Space, Space.id == Webhook.space_id)
    .where(Webhook.space_id == bindparam("space_id"), Among(Webhook.id, "ids"))
)
_COLUMNS = (
    WebhookDelivery.id,
    WebhookDelivery.event_id,
    WebhookDelivery.sequence,
    WebhookDelivery.attempts,
    WebhookDelivery.activation,
    WebhookDelivery.body,
)
_WAITING = select(*_COLUMNS).where(
    WebhookDelivery.space_id == bindparam("space_id"),
    WebhookDelivery.webhook_id == bindparam("webhook_id", type_=WebhookDelivery.webhook_id.type),
    WebhookDelivery.status == literal_column("'pending'"),
)
_UNTRIED = Query(
    _WAITING.where(WebhookDelivery.next_attempt_at.is_(None))
    .order_by(WebhookDelivery.sequence, WebhookDelivery.id)
    .limit(bindparam("limit"))
)
_AGAIN = Query(
    _WAITING.where(WebhookDelivery.next_attempt_at <= bindparam("now", type_=Moment()))
    .order_by(WebhookDelivery.next_attempt_at, WebhookDelivery.sequence)
    .limit(bindparam("limit"))
)
_EVENTS = Query(
    select(*EVENT.columns()).where(
        Event.space_id == bindparam("space_id"), Among(Event.sequence, "sequences")
    )
)


def load(database: Database, wants: dict[Key, Want]) -> dict[Key, Load]:
    """Return the next deliveries of each queue, those to be tried again among them."""
    found: dict[Key, Load] = {}
    by_space: dict[str, list[Key]] = {}
    for key in wants:
        by_space.setdefault(key[0], []).append(key)
    for space_id, keys in by_space.items():
        receivers = _receivers(database, space_id, [key[1] for key in keys])
        rows = {key: _rows(database, key, wants[key]) for key in keys}
        told = Told(
            database, space_id, {row[2] for those, _ in rows.values() for row in those if row[5] is None}
        )
        for key in keys:
            found[key] = _load(key, receivers.get(key[1]), rows[key][0], told, more=rows[key][1])
    return found


class Told:
    """Events of a space as each of those who may see them is told of them."""

    def __init__(self, database: Database, space_id: str, sequences: Iterable[int]) -> None:
        """Read the events."""
        self._database = database
        self._bodies: dict[tuple[int, bool], bytes] = {}
        self._seen: dict[Me, set[int]] = {}
        wanted, build = _EVENTS.on(database), EVENT.builder(database.dialect)
        numbers = sorted(sequences)
        bound = wanted.bind({"space_id": space_id, "sequences": numbers})
        rows = database.read(wanted.sql, bound) if numbers else []
        self._events: dict[int, EventPrivate] = {event.sequence: event for event in map(build, rows)}

    def body(self, sequence: int, me: Me) -> bytes | None:
        """Return the event as JSON; None for one that the caller may not see."""
        event = self._events.get(sequence)
        if event is None or sequence not in self._visible(me):
            return None
        found = self._bodies.get((sequence, me.admin))
        if found is None:
            found = self._bodies[sequence, me.admin] = encode(tell(event, admin=me.admin))
        return found

    def _visible(self, me: Me) -> set[int]:
        if me not in self._seen:
            events = list(self._events.values())
            shown = events if me.unbounded else readable(Db(self._database, me), events)
            self._seen[me] = {event.sequence for event in shown}
        return self._seen[me]


def body_of(database: Database, me: Me, sequence: int) -> bytes | None:
    """Return what is sent of an event to a webhook of this creator, now; None for what they may not see."""
    return Told(database, me.space_id, [sequence]).body(sequence, me)


def receiver_of(database: Database, key: Key) -> Receiver | None:
    """Return where a webhook's deliveries go."""
    return _receivers(database, key[0], [key[1]]).get(key[1])


def _receivers(database: Database, space_id: str, ids: list[str]) -> dict[str, Receiver]:
    wanted = _RECEIVERS.on(database)
    found = {}
    for row in database.read(wanted.sql, wanted.bind({"space_id": space_id, "ids": ids, "now": clock.now()})):
        who, identity = row[9:-1], row[-1]
        scopes = scopes_of(row[7])
        me = _MAKE(*who, "", scopes, identity) if row[8] else None
        secrets = [row[4], row[5]] if row[6] else [row[4]]
        found[row[0]] = Receiver(row[0], row[1], bool(row[2]), row[3], secrets, me)
    return found


def _rows(database: Database, key: Key, want: Want) -> tuple[list[tuple[Any, ...]], bool]:
    """Return waiting deliveries, half of them at most to be tried again while there are new ones."""
    room = want.room + len(want.held) + 1
    values = {"space_id": key[0], "webhook_id": key[1], "now": clock.now(), "limit": room}
    lists = []
    for query in (_AGAIN, _UNTRIED):
        statement = query.on(database)
        bound = statement.bind({name: values[name] for name in values if name in statement.parameters})
        rows = database.read(statement.sql, bound)
        lists.append([row for row in rows if row[0] not in want.held])
    again, untried = lists
    first = again[: max((want.room + 1) // 2, want.room - len(untried))]
    found = [*first, *untried[: want.room - len(first)]]
    return found, len(found) < len(again) + len(untried)


def _load(
    key: Key,
    receiver: Receiver | None,
    rows: list[tuple[Any, ...]],
    told: Told,
    *,
    more: bool,
) -> Load:
    parcels: list[Parcel] = []
    settled: list[Settled] = []
    if receiver is None or not receiver.active or receiver.me is None:
        return Load(receiver, parcels, settled, more)
    for delivery_id, event_id, sequence, attempts, activation, test in rows:
        body = test.encode() if test is not None else told.body(sequence, receiver.me)
        if activation != receiver.activation:
            settled.append(Settled(key, delivery_id, "cancelled"))
        elif body is None:
            settled.append(Settled(key, delivery_id, "skipped"))
        else:
            parcels.append(Parcel(delivery_id, event_id, attempts, body))
    return Load(receiver, parcels, settled, more)
