"""The archive: records that are there to read and no longer change."""

from typing import Any

from kanwerk.core import clock
from kanwerk.core.problems import Conflict


def refuse_archived(record: Any) -> None:
    """Refuse to change an archived record."""
    if record.archived_at is not None:
        message = "This is archived and can no longer change; unarchive it first."
        raise Conflict(message, code="archived")


def archive(record: Any, *, by: Any) -> None:
    """Put a record away."""
    if record.archived_at is None:
        record.archived_at = record.updated_at = clock.now()
        record.record(f"{record.noun}.archived", by=by.actor)


def unarchive(record: Any, *, by: Any) -> None:
    """Bring a record back from the archive."""
    if record.archived_at is not None:
        record.archived_at = None
        record.updated_at = clock.now()
        record.record(f"{record.noun}.unarchived", by=by.actor)
