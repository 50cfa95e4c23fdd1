"""Sending what is not news: a delivery again, the log from a number on, a test."""

from typing import Any

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from kanwerk.core import clock
from kanwerk.core.db import encode
from kanwerk.core.events import EVENT, EVENTS_BETWEEN, LAST_SEQUENCE, EventActor, EventData, EventPrivate
from kanwerk.core.ids import new_id
from kanwerk.core.problems import missing
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.webhooks.deliveries import DELIVERIES, WebhookDelivery, WebhookQueue, fresh, wake
from kanwerk.webhooks.matching import matcher
from kanwerk.webhooks.models import Webhook
from kanwerk.webhooks.shapes import (
    DELIVERY,
    TEST,
    WEBHOOKS,
    WebhookDeliveryData,
    WebhookReplayData,
)

WINDOW = 200  # events of the log that are looked at in one step


def deliver_again(db: Write, webhook: Webhook, delivery_id: str) -> WebhookDeliveryData:
    """Send a delivery's event again; ``NotFound`` without the delivery, ``Conflict`` when switched off."""
    found = db.session.get(WebhookDelivery, (db.space_id, webhook.id, delivery_id))
    if found is None:
        raise missing()
    webhook.check_active()
    row = fresh(new_id(), found, webhook.id, webhook.activation, replay=True) | {"body": found.body}
    row["event_id"] = found.event_id
    return _queued(db, webhook, row)


def deliver_test(db: Write, webhook: Webhook, *, by: Me) -> WebhookDeliveryData:
    """Send an event that tells of nothing; ``Conflict`` when the webhook is switched off."""
    webhook.check_active()
    shown: Any = db.many(WEBHOOKS, [webhook.id])[webhook.id]
    actor = EventActor(by.id or None, by.name, by.type)
    data = msgspec.json.decode(encode(shown))
    event = EventData(new_id(), TEST, clock.wire(clock.now()), db.space_id, 0, actor, data, {})
    row = fresh(new_id(), event, webhook.id, webhook.activation, replay=False)
    return _queued(db, webhook, row | {"body": encode(event).decode()})


def replay(db: Write, webhook: Webhook, after: int) -> WebhookReplayData:
    """Send the log again from behind a number to its present end; ``Conflict`` when switched off.

    One that is still going on is taken up into it.
    """
    webhook.check_active()
    last: int = db.rows(LAST_SEQUENCE)[0][0]
    queue = db.session.get(WebhookQueue, (db.space_id, webhook.id), with_for_update=True)
    after = min(after, last)
    if queue is not None and queue.replay_after is not None:
        after = min(after, queue.replay_after)
    wake(db, webhook, replay_after=after, replay_until=last)
    return WebhookReplayData(after, last)


def replay_on(database: Any, session: Session, *, space_id: str, webhook_id: str) -> bool:
    """Put the next window of a replay into the webhook's queue, and return whether another follows."""
    queue = session.get(WebhookQueue, (space_id, webhook_id), with_for_update=True)
    webhook = session.get(Webhook, (space_id, webhook_id))
    if queue is None or queue.replay_after is None or queue.replay_until is None:
        return False
    until = min(queue.replay_after + WINDOW, queue.replay_until)
    if webhook is not None and webhook.active:
        matches = matcher(tuple(webhook.event_types))
        rows = [
            fresh(new_id(), event, webhook_id, webhook.activation, replay=True)
            for event in _between(database, session, space_id, queue.replay_after, until)
            if matches(event.type)
        ]
        if rows:
            session.execute(insert(DELIVERIES), rows)
    over = until >= queue.replay_until
    queue.replay_after, queue.replay_until = (None, None) if over else (until, queue.replay_until)
    session.flush()
    return not over


def _between(database: Any, session: Session, space_id: str, after: int, until: int) -> list[EventPrivate]:
    driver: Any = session.connection().connection.driver_connection
    wanted = EVENTS_BETWEEN.on(database)
    bound = wanted.bind({"space_id": space_id, "after": after, "until": until, "limit": WINDOW})
    build = EVENT.builder(database.dialect)
    return [build(row) for row in driver.execute(wanted.sql, bound).fetchall()]


def _queued(db: Write, webhook: Webhook, row: dict[str, Any]) -> WebhookDeliveryData:
    db.flush()
    db.session.execute(insert(DELIVERIES), row)
    wake(db, webhook)
    this = (DELIVERIES.c.space_id == db.space_id, DELIVERIES.c.webhook_id == webhook.id)
    found = db.session.execute(
        select(WebhookDelivery).where(*this, DELIVERIES.c.id == row["id"])
    ).scalar_one()
    values = {name: getattr(found, name) for name in DELIVERY.members}
    values["created_at"] = clock.wire(found.created_at)
    if db.dry:
        values["id"] = None
    return WebhookDeliveryData(**values)
