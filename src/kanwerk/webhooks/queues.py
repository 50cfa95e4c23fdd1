"""The queues as dispatchers work at them: claim, keep what became of deliveries, release, take over.

Nothing here asks whether somebody else was quicker: rows are locked, always in the order of their keys.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from kanwerk.core import clock
from kanwerk.core.database import Database
from kanwerk.core.reads import compiled_once
from kanwerk.core.tables import Moment
from kanwerk.webhooks.deliveries import DELIVERIES, DISPATCHERS, QUEUES

FAR = timedelta(hours=29)  # no attempt is put off for longer: what lies further off is a clock's mistake
CLEARED = 500  # deliveries cleared away at once
Key = tuple[str, str]  # of a queue: space, webhook


class Outcome(NamedTuple):
    """What became of a delivery, for now."""

    key: Key
    id: str
    status: str
    attempts: int
    next_attempt_at: datetime | None = None
    attempted_at: datetime | None = None
    response_code: int | None = None
    response_body: str | None = None
    error: str | None = None
    duration_ms: int | None = None


class Settled(NamedTuple):
    """A delivery that is settled without being sent."""

    key: Key
    id: str
    status: str


class Claim(NamedTuple):
    """A queue that was claimed."""

    key: Key
    standing: "Standing"
    replaying: bool


class Standing(NamedTuple):
    """How a receiver has done: failures in a row, and since when."""

    trusted: bool
    failures: int
    failing_since: datetime | None


_THIS = (DELIVERIES.c.space_id == QUEUES.c.space_id, DELIVERIES.c.webhook_id == QUEUES.c.webhook_id)
_IS_PENDING = DELIVERIES.c.status == literal_column("'pending'")
_KEPT = [
    "status",
    "attempts",
    "next_attempt_at",
    "attempted_at",
    "response_code",
    "response_body",
    "error",
    "duration_ms",
]
_ONE = update(DELIVERIES).where(
    DELIVERIES.c.space_id == bindparam("of_space"),
    DELIVERIES.c.webhook_id == bindparam("of_webhook"),
    DELIVERIES.c.id == bindparam("of_delivery"),
    _IS_PENDING,
)
_KEEPING = _ONE.values({name: bindparam(name) for name in _KEPT})
_SETTLING = _ONE.values(status=bindparam("status"), next_attempt_at=None)
_STANDING = (
    update(QUEUES)
    .where(QUEUES.c.space_id == bindparam("of_space"), QUEUES.c.webhook_id == bindparam("of_webhook"))
    .values({name: bindparam(name) for name in Standing._fields})
)
_DUE = (
    select(QUEUES.c.webhook_id)
    .where(QUEUES.c.due_at <= bindparam("now", type_=Moment()))
    .where(
        or_(
            QUEUES.c.claimed_by.is_(None),
            QUEUES.c.claimed_by == bindparam("me", type_=QUEUES.c.claimed_by.type),
        )
    )
    .limit(1)
)
_BEATS = select(DISPATCHERS.c.id, DISPATCHERS.c.beats).union(
    select(QUEUES.c.claimed_by, literal_column("-1")).where(
        QUEUES.c.claimed_by.is_not(None),
        ~exists().where(DISPATCHERS.c.id == QUEUES.c.claimed_by),
    )
)


def something_due(database: Database, me: str) -> bool:
    """Whether a free queue, or one of mine, has something to do."""
    statement = compiled_once(_DUE, database)
    return bool(database.read(statement.sql, statement.bind({"now": clock.now(), "me": me})))


def beats(database: Database) -> dict[str, int]:
    """Return how far each dispatcher has counted, -1 for one that is named by a claim alone."""
    statement = compiled_once(_BEATS, database)
    return {row[0]: row[1] for row in database.read(statement.sql, {})}


def beat(session: Session, me: str) -> bool:
    """Count on, as a sign of life of one who holds claims; return whether one was counted before."""
    counting = update(DISPATCHERS).where(DISPATCHERS.c.id == me)
    counted: Any = session.execute(counting.values(beats=DISPATCHERS.c.beats + 1))
    if not counted.rowcount:
        session.execute(insert(DISPATCHERS).values(id=me, beats=0))
    return bool(counted.rowcount)


def leave(session: Session, me: str) -> None:
    """Give no more signs of life."""
    session.execute(delete(DISPATCHERS).where(DISPATCHERS.c.id == me))


def take_over(session: Session, dead: Collection[str], but: Collection[Key] = ()) -> None:
    """Free what the dead had claimed."""
    found = session.execute(
        select(QUEUES.c.space_id, QUEUES.c.webhook_id)
        .where(QUEUES.c.claimed_by.in_(dead))
        .order_by(QUEUES.c.space_id, QUEUES.c.webhook_id)
        .with_for_update()
    ).all()
    keys = [key for row in found if (key := (row[0], row[1])) not in but]
    for at in range(0, len(keys), CLEARED):
        those = _those(keys[at : at + CLEARED])
        session.execute(update(QUEUES).where(those).values(claimed_by=None, due_at=clock.now()))
    if not but:
        session.execute(delete(DISPATCHERS).where(DISPATCHERS.c.id.in_(dead)))


def lock(session: Session, keys: Collection[Key]) -> None:
    """Lock queues, in the order of their keys: what is read of them afterwards is how they are."""
    if keys:
        order = (QUEUES.c.space_id, QUEUES.c.webhook_id)
        session.execute(
            select(QUEUES.c.webhook_id).where(_those(keys)).order_by(*order).with_for_update()
        ).all()


def keep(session: Session, outcomes: list[Outcome]) -> None:
    """Write down what became of deliveries; of one that is no more, nothing."""
    if outcomes:
        rows = [{name: getattr(each, name) for name in _KEPT} | _of(each) for each in outcomes]
        session.execute(_KEEPING, rows)


def settle(session: Session, settled: list[Settled]) -> None:
    """Write down that deliveries are not sent."""
    session.execute(_SETTLING, [{"status": each.status} | _of(each) for each in settled])


def _of(each: Outcome | Settled) -> dict[str, str]:
    return {"of_space": each.key[0], "of_webhook": each.key[1], "of_delivery": each.id}


def note(session: Session, standings: dict[Key, Standing]) -> None:
    """Write down how receivers have done."""
    if standings:
        rows = [
            {"of_space": key[0], "of_webhook": key[1], **each._asdict()} for key, each in standings.items()
        ]
        session.execute(_STANDING, rows)


def release(session: Session, me: str, keys: Collection[Key]) -> None:
    """Give queues back that hold nothing to be done at once; they are due with their next attempt."""
    if not keys:
        return
    untried = exists().where(*_THIS, _IS_PENDING, DELIVERIES.c.next_attempt_at.is_(None))
    next_one = select(func.min(DELIVERIES.c.next_attempt_at)).where(*_THIS, _IS_PENDING).scalar_subquery()
    at_once = or_(untried, QUEUES.c.replay_after.is_not(None))
    now = bindparam("now", clock.now(), type_=Moment())
    session.execute(
        update(QUEUES)
        .where(_those(keys), QUEUES.c.claimed_by == me)
        .values(claimed_by=None, due_at=case((at_once, now), else_=next_one))
    )


def claim(session: Session, me: str, limit: int, *, trusted: bool) -> list[Claim]:
    """Claim queues that are due, those that have waited longest."""
    if limit <= 0:
        return []
    found = session.execute(
        select(
            QUEUES.c.space_id,
            QUEUES.c.webhook_id,
            QUEUES.c.failures,
            QUEUES.c.failing_since,
            QUEUES.c.replay_after,
        )
        .where(QUEUES.c.claimed_by.is_(None), QUEUES.c.trusted == trusted, QUEUES.c.due_at <= clock.now())
        .order_by(QUEUES.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    claims = [Claim((row[0], row[1]), Standing(trusted, row[2], row[3]), row[4] is not None) for row in found]
    if claims:
        those = _those([each.key for each in claims])
        session.execute(update(QUEUES).where(those).values(claimed_by=me, due_at=None))
    return claims


def news(session: Session, me: str) -> list[tuple[Key, bool]]:
    """Return my queues with something new in them, and whether that is a replay."""
    found = session.execute(
        select(QUEUES.c.space_id, QUEUES.c.webhook_id, QUEUES.c.replay_after)
        .where(QUEUES.c.claimed_by == me, QUEUES.c.due_at <= clock.now())
        .order_by(QUEUES.c.space_id, QUEUES.c.webhook_id)
        .with_for_update()
    ).all()
    keys = [(row[0], row[1]) for row in found]
    if keys:
        session.execute(update(QUEUES).where(_those(keys)).values(due_at=None))
    return [(key, row[2] is not None) for key, row in zip(keys, found, strict=True)]


def clear(session: Session, key: Key, *, deleted: bool) -> bool:
    """Cancel what waits for a webhook that is switched off, delete what is left of one that is deleted;
    return whether that was all.
    """
    this = (DELIVERIES.c.space_id == key[0], DELIVERIES.c.webhook_id == key[1])
    those = select(DELIVERIES.c.id).where(*this)
    if not deleted:
        those = those.where(_IS_PENDING)
    ids = list(session.execute(those.limit(CLEARED)).scalars())
    here = (*this, DELIVERIES.c.id.in_(ids))
    if deleted:
        session.execute(delete(DELIVERIES).where(*here))
        if len(ids) < CLEARED:
            session.execute(delete(QUEUES).where(_those([key])))
    else:
        session.execute(update(DELIVERIES).where(*here).values(status="cancelled", next_attempt_at=None))
    return len(ids) < CLEARED


def mend(session: Session) -> None:
    """Put right what a clock that was wrong has put off: look at all queues, and try what is too far off."""
    now = clock.now()
    session.execute(
        update(DELIVERIES)
        .where(_IS_PENDING, DELIVERIES.c.next_attempt_at > now + FAR)
        .values(next_attempt_at=now)
    )
    session.execute(
        update(QUEUES).where(QUEUES.c.claimed_by.is_(None), QUEUES.c.due_at > now).values(due_at=now)
    )


def _those(keys: Collection[Key]) -> ColumnElement[bool]:
    return tuple_(QUEUES.c.space_id, QUEUES.c.webhook_id).in_(sorted(keys))
