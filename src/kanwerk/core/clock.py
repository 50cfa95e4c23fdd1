"""The time: one clock, read through this module so that a test can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

SYNC_MARGIN = timedelta(seconds=10)


_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def now() -> datetime:
    """Return the present moment in UTC, with microseconds."""
    return _pretended.get() or datetime.now(UTC)


@contextmanager
def pretend(moment: datetime) -> Iterator[None]:
    """Let it be another moment in this context: for the demo's past, and for tests."""
    token = _pretended.set(moment)
    try:
        yield
    finally:
        _pretended.reset(token)


def wire(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC with six digits and ``Z``, as every answer and the SQLite file do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"
