"""Log readers: what follows the event logs of all spaces beside the requests, each event once.

How far a reader has come in a space is a row, moved on in the transaction that keeps what it made of the
events: killed in the middle, it begins where the last commit was.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from sqlalchemy import BigInteger, ForeignKey, Table, bindparam, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from kanwerk.core.database import Database
from kanwerk.core.events import EVENT, EVENTS_BETWEEN, EventCounter, EventPrivate
from kanwerk.core.reads import compiled_once
from kanwerk.core.tables import Base, Key

NAMES = ("webhooks", "notifications")
WINDOW, SPACES = 200, 100
# Returns the number of the last event it took, where there were too many for one transaction; else None.
Take = Callable[[Session, str, list[EventPrivate]], int | None]


class LogReader(Base):
    """How far a reader has come in the log of a space."""

    __tablename__ = "log_readers"
    space_id: Mapped[str] = mapped_column(Key, ForeignKey("event_counters.space_id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, default=0)


_READERS = cast("Table", LogReader.__table__)
_BEHIND = (
    select(LogReader.space_id)
    .join(EventCounter, EventCounter.space_id == LogReader.space_id)
    .where(LogReader.name == bindparam("reader"), LogReader.sequence < EventCounter.last_sequence)
    .limit(SPACES)
)
_PLACE = (
    select(LogReader.sequence, EventCounter.last_sequence)
    .join(EventCounter, EventCounter.space_id == LogReader.space_id)
    .where(LogReader.name == bindparam("reader"), LogReader.space_id == bindparam("of_space"))
    .with_for_update(of=LogReader, skip_locked=True)
)


def catch_up(database: Database, name: str, take: Take) -> bool:
    """Give each space's next events to ``take``, oldest first, and return whether there were any.

    Several processes may do so at once: in PostgreSQL each passes over the spaces another is at, in SQLite
    they take turns.
    """
    behind = compiled_once(_BEHIND, database)
    spaces = [row[0] for row in database.read(behind.sql, behind.bind({"reader": name}))]
    for space_id in spaces:
        database.write(partial(_step, database, name, space_id, take))
    return bool(spaces)


def _step(database: Database, name: str, space_id: str, take: Take, session: Session) -> None:
    found = session.execute(_PLACE, {"reader": name, "of_space": space_id}).one_or_none()
    if found is None or found[0] >= found[1]:
        return
    after, until = found[0], min(found[1], found[0] + WINDOW)
    driver: Any = session.connection().connection.driver_connection
    wanted = EVENTS_BETWEEN.on(database)
    bound = wanted.bind({"space_id": space_id, "after": after, "until": until, "limit": WINDOW})
    build = EVENT.builder(database.dialect)
    taken = take(session, space_id, [build(row) for row in driver.execute(wanted.sql, bound).fetchall()])
    until = until if taken is None else taken
    here = (_READERS.c.space_id == space_id, _READERS.c.name == name)
    session.execute(update(_READERS).where(*here).values(sequence=until))


def skip_to_end(session: Session, space_id: str) -> None:
    """Let all readers pass over what a space's log holds so far, as after filling it with a demo."""
    last = select(EventCounter.last_sequence).where(EventCounter.space_id == space_id).scalar_subquery()
    session.execute(update(_READERS).where(_READERS.c.space_id == space_id).values(sequence=last))
