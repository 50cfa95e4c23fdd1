"""Marking notifications as read: no change of a record, so no event; who looks elsewhere sees it at once."""

from typing import Any

from sqlalchemy import select

from kanwerk.core import clock
from kanwerk.core.notices import next_notice
from kanwerk.core.problems import Fault, Invalid, invalid
from kanwerk.core.writes import Write
from kanwerk.notifications.models import Notification

AT_ONCE = 1_000


def read_these(db: Write, ids: list[str]) -> int:
    """Mark the caller's notifications of these ids as read; a fault for each that is not there."""
    known = select(Notification.id).where(
        Notification.space_id == db.space_id, Notification.user_id == db.me.id, Notification.id.in_(ids)
    )
    there = set(db.session.execute(known).scalars())
    faults = [
        Fault("not_found", "There is no such notification of yours.", pointer=f"/ids/{at}")
        for at, each in enumerate(ids)
        if each not in there
    ]
    if faults:
        raise Invalid("The request has faults.", errors=faults)
    return _read(db, Notification.id.in_(ids))


def read_until(db: Write, until: str) -> int:
    """Mark this notification of the caller's, and all older ones, as read."""
    mine = db.session.get(Notification, (db.space_id, until))
    if mine is None or mine.user_id != db.me.id:
        raise invalid("/until", "There is no such notification of yours.", "not_found")
    return _read(db, Notification.id <= until)


def read_all(db: Write) -> int:
    """Mark all of the caller's notifications as read."""
    return _read(db)


def _read(db: Write, *which: Any) -> int:
    wanted = (
        select(Notification)
        .where(
            Notification.space_id == db.space_id,
            Notification.user_id == db.me.id,
            Notification.read_at.is_(None),
            Notification.in_app.is_(True),
            *which,
        )
        .order_by(Notification.id)
        .with_for_update()
    )
    lines = list(db.session.execute(wanted).scalars())
    if not lines:
        return 0
    number, now = next_notice(db), clock.now()
    for line in lines:
        line.read_at = line.updated_at = now
        line.number = number
    db.session.flush()
    return len(lines)
