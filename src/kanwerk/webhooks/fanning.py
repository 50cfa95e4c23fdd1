"""From the log to the queues: for each event and each webhook it is for, one delivery."""

from functools import lru_cache, partial
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, select, tuple_, update
from sqlalchemy.orm import Session

from kanwerk.core import clock
from kanwerk.core.database import Database
from kanwerk.core.events import EventPrivate
from kanwerk.core.ids import new_id
from kanwerk.core.log_readers import catch_up
from kanwerk.core.reads import compiled_once
from kanwerk.core.writes import Write
from kanwerk.people.access import system
from kanwerk.people.models import Space
from kanwerk.webhooks.deliveries import DELIVERIES, QUEUES, fresh
from kanwerk.webhooks.matching import matcher
from kanwerk.webhooks.models import Webhook, webhooks_of

AT_ONCE = 2_000  # deliveries made in one transaction, unless one event alone makes more
SLICE = 500  # queues woken by one statement
_ACTIVE = select(Webhook.id, Webhook.event_types, Webhook.activation, Webhook.since_sequence).where(
    Webhook.space_id == bindparam("of_space"), Webhook.active.is_(True)
)
_types = lru_cache(1024)(lambda text: tuple(msgspec.json.decode(text, type=list[str])))


def fan_out(database: Database) -> bool:
    """Make deliveries of the events that have none yet, and return whether there were events."""
    return catch_up(database, "webhooks", partial(_take, database))


def _take(database: Database, session: Session, space_id: str, events: list[EventPrivate]) -> int | None:
    """Keep the deliveries of events and return the number of the last one that had room."""
    driver: Any = session.connection().connection.driver_connection
    active = compiled_once(_ACTIVE, database)
    webhooks = driver.execute(active.sql, active.bind({"of_space": space_id})).fetchall()
    rows: list[dict[str, Any]] = []
    taken = None
    for event in events:
        if rows and len(rows) + len(webhooks) > AT_ONCE:
            break
        taken = event.sequence
        rows += [
            fresh(new_id(), event, webhook_id, activation, replay=False)
            for webhook_id, types, activation, since in webhooks
            if since < event.sequence and matcher(_types(types))(event.type)
        ]
    if rows:
        session.execute(insert(DELIVERIES), rows)
        _wake_all(session, space_id, sorted({row["webhook_id"] for row in rows}))
    gone = {each.record_id for each in events if each.type == "user.deactivated"}
    if gone:
        _switch_off(database, session, space_id, gone)
    return taken


def _wake_all(session: Session, space_id: str, webhook_ids: list[str]) -> None:
    """Say that there is something new, the rows locked in the order that dispatchers lock them in."""
    for at in range(0, len(webhook_ids), SLICE):
        keys = [(space_id, each) for each in webhook_ids[at : at + SLICE]]
        those = tuple_(QUEUES.c.space_id, QUEUES.c.webhook_id).in_(keys)
        order = (QUEUES.c.space_id, QUEUES.c.webhook_id)
        session.execute(select(QUEUES.c.webhook_id).where(those).order_by(*order).with_for_update()).all()
        session.execute(update(QUEUES).where(those).values(due_at=clock.now()))


def _switch_off(database: Database, session: Session, space_id: str, gone: set[str]) -> None:
    space = session.get(Space, space_id)
    db = Write(database, session, system(space))
    for user_id in sorted(gone):
        for webhook in webhooks_of(db, user_id):
            webhook.switch_off(db, "creator_deactivated", by=db.me.actor)
    db.end()
