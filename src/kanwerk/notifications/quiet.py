"""What is nobody's news: a transaction marked ``quiet`` leaves word of its events for those who notify."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kanwerk.core.appending import Pending
from kanwerk.core.events import FOLLOWERS
from kanwerk.core.writes import Write
from kanwerk.notifications.models import QuietEvents


def note_quiet(db: Write, pending: list[Pending]) -> None:
    """Keep the numbers of a quiet transaction's events: they follow each other."""
    if db.quiet and pending:
        last = max(each.record.version for each in pending)
        db.session.add(QuietEvents(space_id=db.space_id, first=last - len(pending) + 1, last=last))


def news(session: Session, space_id: str, events: list[Any]) -> list[Any]:
    """Return the events that may be somebody's news."""
    if not events:
        return []
    wanted = select(QuietEvents.first, QuietEvents.last).where(
        QuietEvents.space_id == space_id,
        QuietEvents.first <= events[-1].sequence,
        QuietEvents.last >= events[0].sequence,
    )
    quiet = session.execute(wanted).all()
    return [each for each in events if not any(first <= each.sequence <= last for first, last in quiet)]


FOLLOWERS.append(note_quiet)
