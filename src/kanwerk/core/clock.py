"""The time: one clock, read through this module so that a test can set it."""

from datetime import UTC, datetime, timedelta

SYNC_MARGIN = timedelta(seconds=10)


def now() -> datetime:
    """Return the present moment in UTC, with microseconds."""
    return datetime.now(UTC)


def wire(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC with six digits and ``Z``, as every answer and the SQLite file do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
