"""Signals: who waits for the event log of a space learns that it moved, whichever process wrote.

SQLite tells by ``PRAGMA data_version`` that another connection has committed; PostgreSQL tells by ``LISTEN``.
A worker in which nobody waits asks nothing.
"""

import asyncio
import contextlib
from typing import Any, NamedTuple

import structlog
from sqlalchemy import bindparam, select

from kanwerk.core.database import Database
from kanwerk.core.events import CHANNEL, EventCounter
from kanwerk.core.problems import Problem
from kanwerk.core.reads import Among, compiled_once

log = structlog.get_logger()
TICK_SECONDS = 0.05
SAFETY_SECONDS = 1.0  # after so long PostgreSQL is asked even if nothing was heard
RETRY_SECONDS = 2.0


class Mark(NamedTuple):
    """How far a space has come: the number of its last event, and that of the last notice made from them
    (None: not asked for).
    """

    sequence: int = 0
    notice: int | None = None

    def moved(self, known: "Mark") -> bool:
        """Whether this is further than what was known."""
        return self.sequence > known.sequence or (known.notice is not None and self.notice != known.notice)


_MARKS = select(EventCounter.space_id, EventCounter.last_sequence, EventCounter.last_notice)
_MARKS_OF = _MARKS.where(Among(EventCounter.space_id, "spaces"))
_MARK = _MARKS.where(EventCounter.space_id == bindparam("of_space"))


def mark_of(database: Database, space_id: str) -> Mark:
    """Return how far a space has come now."""
    statement = compiled_once(_MARK, database)
    rows = database.read(statement.sql, statement.bind({"of_space": space_id}))
    return Mark(*rows[0][1:]) if rows else Mark()


class Signals:
    """For one process and its loop: wakes those who wait in it."""

    def __init__(self, database: Database) -> None:
        """Take the database; it is asked once ``run`` runs."""
        self._database = database
        self._waiting: dict[str, dict[asyncio.Future[Mark], Mark]] = {}
        self._any: set[asyncio.Future[None]] = set()
        self._heard = asyncio.Event()
        self._version = 0

    async def wait(self, space_id: str, known: Mark, seconds: float) -> Mark:
        """Return once a space has come further than ``known``, or after so many seconds, how far it is."""
        future: asyncio.Future[Mark] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(space_id, {})[future] = known
        self._heard.set()
        try:
            async with asyncio.timeout(seconds):  # not wait_for: that may lose a cancel (Python 3.11)
                return await future
        except TimeoutError:
            return known
        finally:
            those = self._waiting.get(space_id, {})
            those.pop(future, None)
            if not those:
                self._waiting.pop(space_id, None)

    async def wait_for_any(self, seconds: float) -> None:
        """Return once anything was written anywhere, or after so many seconds."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._any.add(future)
        try:
            async with asyncio.timeout(seconds):
                await future
        except TimeoutError:
            return
        finally:
            self._any.discard(future)

    def wake(self) -> None:
        """Wake all who wait, such as when the process stops; they find what they knew."""
        for those in self._waiting.values():
            for future, known in those.items():
                if not future.done():
                    future.set_result(known)
        self._wake_any()

    async def run(self) -> None:
        """Watch the database until cancelled; what goes wrong with it is tried again."""
        watch = self._poll if self._database.sqlite else self._listen
        while True:
            try:
                await watch()
            except Problem:
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as error:  # noqa: BLE001 (whatever ends a connection)
                log.warning("signals", error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(RETRY_SECONDS)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if not (self._waiting or self._any):
                continue
            new = self._heard.is_set()  # somebody has begun to wait: what came before they did counts too
            self._heard.clear()
            version = self._database.read("PRAGMA data_version", {})[0][0]
            if version != self._version:
                self._version = version
                self._wake_any()
            elif not new:
                continue
            self._look()

    async def _listen(self) -> None:
        import psycopg

        url = self._database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            hearing = asyncio.create_task(self._hear(connection))
            try:
                while not hearing.done():
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(SAFETY_SECONDS):
                            await self._heard.wait()
                    self._heard.clear()
                    self._look()
                    await asyncio.sleep(TICK_SECONDS / 5)  # a burst is one look
            finally:
                hearing.cancel()
            await hearing

    async def _hear(self, connection: Any) -> None:
        async for _ in connection.notifies():
            self._wake_any()
            self._heard.set()

    def _wake_any(self) -> None:
        for future in self._any:
            if not future.done():
                future.set_result(None)

    def _look(self) -> None:
        if not self._waiting:
            return
        statement = compiled_once(_MARKS_OF, self._database)
        for space_id, sequence, notice in self._database.read(
            statement.sql, statement.bind({"spaces": list(self._waiting)})
        ):
            mark = Mark(sequence, notice)
            for future, known in self._waiting.get(space_id, {}).items():
                if mark.moved(known) and not future.done():
                    future.set_result(mark)
