"""Deliveries: an event on its way to a webhook; the queue that each webhook has; who works at the queues."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import BigInteger, CheckConstraint, Index, Table, delete, select, text, tuple_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from kanwerk.core import clock
from kanwerk.core.tables import Base, Key, key
from kanwerk.core.writes import Write

KEPT = timedelta(days=30)
SWEPT = 2_000
STATUSES = ("pending", "delivered", "failed", "skipped", "cancelled")
_PENDING, _FREE, _TAKEN = (
    text(each) for each in ("status = 'pending'", "claimed_by IS NULL", "claimed_by IS NOT NULL")
)


class WebhookDelivery(Base):
    """An event for a webhook, on its way or not any more. ``body`` is that of a test: events are in the log.

    No foreign key: what is left when a webhook is deleted is cleared away bit by bit.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(
            "ix_webhook_deliveries_pending",
            "space_id",
            "webhook_id",
            "next_attempt_at",
            "sequence",
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
        Index("ix_webhook_deliveries_status", "space_id", "webhook_id", "status", "id"),
        Index("ix_webhook_deliveries_type", "space_id", "webhook_id", "type", "id"),
        Index("ix_webhook_deliveries_created_at", "created_at"),
        CheckConstraint(f"status IN {STATUSES}", name="status"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    webhook_id: Mapped[str] = mapped_column(Key, primary_key=True)
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    event_id: Mapped[str] = key()
    sequence: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str]
    activation: Mapped[int] = mapped_column(BigInteger)
    replay: Mapped[bool]
    body: Mapped[str | None]
    status: Mapped[str]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime | None]  # None before the first: that one does not ask the clock
    attempted_at: Mapped[datetime | None]
    response_code: Mapped[int | None]
    response_body: Mapped[str | None]
    error: Mapped[str | None]
    duration_ms: Mapped[int | None]
    created_at: Mapped[datetime]


class WebhookQueue(Base):
    """What waits for one webhook. A dispatcher claims the queue, not each delivery, so one webhook is sent to
    by one dispatcher at a time. ``due_at`` is when there is something to do; while it is claimed, that there
    is something new. ``trusted``: it answered well and quickly the last time.
    """

    __tablename__ = "webhook_queues"
    __table_args__ = (
        Index("ix_webhook_queues_due_at", "trusted", "due_at", sqlite_where=_FREE, postgresql_where=_FREE),
        Index("ix_webhook_queues_claimed_by", "claimed_by", sqlite_where=_TAKEN, postgresql_where=_TAKEN),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    webhook_id: Mapped[str] = mapped_column(Key, primary_key=True)
    due_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = key()
    trusted: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    failing_since: Mapped[datetime | None]
    replay_after: Mapped[int | None] = mapped_column(BigInteger)
    replay_until: Mapped[int | None] = mapped_column(BigInteger)


class Dispatcher(Base):
    """A dispatcher that has claimed queues: it counts ``beats`` up, and is dead when it does not."""

    __tablename__ = "webhook_dispatchers"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    beats: Mapped[int] = mapped_column(BigInteger)


DELIVERIES, QUEUES, DISPATCHERS = (
    cast("Table", each.__table__) for each in (WebhookDelivery, WebhookQueue, Dispatcher)
)


def fresh(delivery_id: str, event: Any, webhook_id: str, activation: int, *, replay: bool) -> dict[str, Any]:
    """Return the row of an event for a webhook that nobody has tried to send yet."""
    return {
        "space_id": event.space_id,
        "webhook_id": webhook_id,
        "id": delivery_id,
        "event_id": event.id,
        "sequence": event.sequence,
        "type": event.type,
        "activation": activation,
        "replay": replay,
        "body": None,
        "status": "pending",
        "attempts": 0,
        "created_at": clock.now(),
    }


def sweep(session: Session) -> bool:
    """Forget deliveries of more than 30 days ago, so many at once, and return whether there may be more."""
    this = (DELIVERIES.c.space_id, DELIVERIES.c.webhook_id, DELIVERIES.c.id)
    old = select(*this).where(DELIVERIES.c.created_at < clock.now() - KEPT).limit(SWEPT)
    found: Any = session.execute(delete(DELIVERIES).where(tuple_(*this).in_(old)))
    return bool(found.rowcount == SWEPT)


def wake(db: Write, webhook: Any, **more: Any) -> None:
    """Have a dispatcher look at a webhook's queue."""
    this = (QUEUES.c.space_id == webhook.space_id, QUEUES.c.webhook_id == webhook.id)
    db.session.execute(update(QUEUES).where(*this).values(due_at=clock.now(), **more))
    db.notify()


def forget_failures(db: Write, webhook: Any) -> None:
    """Begin anew with a webhook that is switched on or off."""
    wake(db, webhook, failures=0, failing_since=None, trusted=False, replay_after=None, replay_until=None)
