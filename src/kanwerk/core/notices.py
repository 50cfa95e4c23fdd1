"""Notices: what is made for single people beside the log, counted so that those who listen learn of it."""

from typing import cast

from sqlalchemy import Table, bindparam, update

from kanwerk.core.events import EventCounter
from kanwerk.core.writes import Write

_COUNTER = cast("Table", EventCounter.__table__)
_NOTICING = (
    update(_COUNTER)
    .where(_COUNTER.c.space_id == bindparam("of_space"))
    .values(last_notice=_COUNTER.c.last_notice + 1)
    .returning(_COUNTER.c.last_notice)
)


def next_notice(db: Write) -> int:
    """Return the number of a new notice, and wake who listens once it is committed.

    The counter's row is the last lock that a transaction takes.
    """
    number: int = db.run(_NOTICING, of_space=db.space_id)[0][0]
    db.notify()
    return number
