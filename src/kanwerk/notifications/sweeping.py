"""What is forgotten of notifications."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kanwerk.core import clock
from kanwerk.core.log_readers import LogReader
from kanwerk.notifications.models import Notification, QuietEvents

KEPT = timedelta(days=90)


def sweep(session: Session) -> None:
    """Forget what is older than 90 days, and which events were quiet once they have been read."""
    session.execute(delete(Notification).where(Notification.created_at < clock.now() - KEPT))
    read = select(LogReader.sequence).where(
        LogReader.space_id == QuietEvents.space_id, LogReader.name == "notifications"
    )
    session.execute(delete(QuietEvents).where(QuietEvents.last <= read.scalar_subquery()))
