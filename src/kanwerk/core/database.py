"""The database: one engine, SQLite or PostgreSQL, held connections to read, one fenced way to write."""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import structlog
from sqlalchemy import create_engine, event, exc
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.orm import Session

from kanwerk.core.problems import Conflict, Problem, Unavailable

log = structlog.get_logger()

T = TypeVar("T")

LOCK_SECONDS = 3.0
STATEMENT_SECONDS = 10
CONNECT_SECONDS = 2
RETRIES = 3

_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    f"busy_timeout = {int(LOCK_SECONDS * 1000)}",
    "cache_size = -8192",
    "temp_store = MEMORY",
)
# What is read lies all over a large file: a person's 50 next of a million tasks are on 250 pages.
_READS_KIB = 16_384
# SQLSTATEs of PostgreSQL, by which its errors are told without loading its driver for those who have a file.
_RACES = frozenset({"23505", "40P01", "40001"})  # unique violation, deadlock, serialization failure
_BUSY = frozenset({"57014", "55P03"})  # statement over its time, lock not to be had
_INTEGRITY, _DISK_FULL = "23", "53100"


class Database:
    """One database: ``read`` runs compiled statements, ``write`` gives a session inside a transaction."""

    def __init__(self, url: str) -> None:
        """Take the address; nothing is opened before the first use."""
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(url) if self.sqlite else _postgres(url)
        self.dialect = self.engine.dialect
        driver: Any = self.dialect.dbapi
        self._down = (
            (driver.DatabaseError,) if self.sqlite else (driver.OperationalError, driver.InterfaceError)
        )
        self._failed = (exc.DBAPIError, driver.Error)
        self.compiled: dict[Any, Any] = {}  # statements, by their query
        self.keys: dict[str, bytes] = {}  # secrets of the installation, once they were asked for
        self._held = threading.local()
        self._open: set[Any] = set()  # what threads hold, wherever they are
        self._lock_path = f"{self.url.database}.lock" if self.sqlite else ""
        self._down_until = 0.0

    @property
    def path(self) -> Path | None:
        """The database's file, where it has one."""
        return Path(self.url.database) if self.sqlite and self.url.database else None

    def read(self, sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Run one statement on this thread's held AUTOCOMMIT connection and return its rows.

        A connection found broken is opened anew once; ``Unavailable`` when the database cannot be reached.
        """
        try:
            return self._connection().execute(sql, parameters).fetchall()  # type: ignore[no-any-return]
        except self._down as error:
            if self.sqlite or not self._connection().closed:
                raise translate(error) from error
        self.release()
        try:
            return self._connection().execute(sql, parameters).fetchall()  # type: ignore[no-any-return]
        except self._down as error:
            raise translate(error) from error

    def release(self) -> None:
        """Close this thread's held connection."""
        held = self._held.__dict__.pop("connection", None)
        if held is not None:
            self._open.discard(held)
            held.close()

    def close(self) -> None:
        """Close what threads hold, which have to have ended, and the pool."""
        self.release()
        while self._open:
            self._open.pop().close()
        self.engine.dispose()

    def _connection(self) -> Any:
        held: Any = self._held.__dict__.get("connection")
        if held is None:
            if time.monotonic() < self._down_until:
                raise Unavailable("The database cannot be reached.", headers={"Retry-After": "1"})
            try:
                pooled = self.engine.raw_connection()
            except (exc.DBAPIError, *self._down) as error:
                self._down_until = time.monotonic() + 1
                raise translate(error.orig if isinstance(error, exc.DBAPIError) else error) from error
            held = pooled.driver_connection
            pooled.detach()
            if self.sqlite:
                held.execute(f"PRAGMA cache_size = -{_READS_KIB}")
            else:
                held.autocommit = True
            self._open.add(held)
            self._held.connection = held
        return held

    def write(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in a transaction that commits after it; on an exception nothing is kept.

        In SQLite the writers of all processes queue at a lock file before ``BEGIN IMMEDIATE``: without it
        they starve each other. What lost a race (a unique key taken between look and write, a deadlock) is
        run again, so that it sees the other's work and answers for it.
        ``Unavailable`` after ``LOCK_SECONDS`` of waiting.
        """
        for left in reversed(range(RETRIES)):
            try:  # around the session: where the connection is lost, closing it fails as well
                with self.turn(), Session(self.engine, expire_on_commit=False, autoflush=False) as session:
                    result = work(session)
                    session.commit()
                    return result
            except self._failed as error:
                cause = error.orig if isinstance(error, exc.DBAPIError) else error
                if left and _lost_a_race(cause):
                    continue
                raise translate(cause) from error
        raise AssertionError  # the last turn returns or raises

    def write_together(self, works: list[Callable[[Session], Any]]) -> "list[Outcome] | None":
        """Run several works in one transaction with one commit, each in a savepoint of its own.

        None when the transaction itself failed (a race, a full disk): nothing was kept, run each alone.
        """
        try:
            with self.turn(), self.engine.connect() as connection, connection.begin():
                return [_outcome(connection, work, self._failed) for work in works]
        except (*self._failed, Unavailable):
            return None

    def look(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` on a session that only reads; it waits for no writer. For pages before sign-in and
        commands.
        """
        try:
            with (
                self.engine.connect().execution_options(only_reads=True) as connection,
                Session(connection) as session,
            ):
                return work(session)
        except exc.DBAPIError as error:
            raise translate(error.orig) from error

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for this process's turn to write: the lock file in SQLite, nothing in PostgreSQL."""
        if not self._lock_path:
            yield
            return
        handle = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            give_up = time.monotonic() + LOCK_SECONDS
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > give_up:
                        raise Unavailable("The database is busy.", headers={"Retry-After": "1"}) from None
                    time.sleep(0.001)
            yield
        finally:
            os.close(handle)


class Outcome(NamedTuple):
    """What became of a work: its result, or what it raised."""

    result: Any
    error: BaseException | None


def _outcome(
    connection: Connection, work: Callable[[Session], Any], failed: tuple[type[Exception], ...]
) -> Outcome:
    options: Any = {
        "join_transaction_mode": "create_savepoint",
        "expire_on_commit": False,
        "autoflush": False,
    }
    try:
        with Session(connection, **options) as session:
            result = work(session)
            session.commit()
            return Outcome(result, None)
    except failed:
        raise
    except Exception as error:  # noqa: BLE001 (it belongs to the one who asked for this work)
        return Outcome(None, error)


def _lost_a_race(error: object) -> bool:
    if isinstance(error, sqlite3.IntegrityError):
        return "UNIQUE" in str(error)
    return _state(error) in _RACES


def _state(error: object) -> str:
    return getattr(error, "sqlstate", None) or ""


def translate(error: object) -> Problem:
    """Return the problem behind a driver's error, without its words: those may show SQL or data."""
    if isinstance(error, sqlite3.IntegrityError) or _state(error).startswith(_INTEGRITY):
        return Conflict("This contradicts something that was written in the meantime.")
    log.error("database", error=f"{type(error).__name__}: {error}")
    if _state(error) in _BUSY or "locked" in str(error):
        return Unavailable("The database is busy.", headers={"Retry-After": "1"})
    if _state(error) == _DISK_FULL or (isinstance(error, sqlite3.Error) and "full" in str(error)):
        return Unavailable("The database has no space left on its disk.", headers={"Retry-After": "60"})
    return Unavailable("The database cannot be reached.", headers={"Retry-After": "1"})


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        paramstyle="named",
        connect_args={"isolation_level": None, "check_same_thread": False, "cached_statements": 512},
        pool_size=4,
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("only_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _postgres(url: str) -> Engine:
    from psycopg.types.string import TextLoader  # 70 ms and 10 MB that a file should not cost

    options = (
        f"-c timezone=UTC -c lock_timeout={int(LOCK_SECONDS * 1000)}"
        f" -c statement_timeout={STATEMENT_SECONDS * 1000}"
        " -c idle_in_transaction_session_timeout=60000"
    )
    engine = create_engine(
        url,
        connect_args={"options": options, "connect_timeout": CONNECT_SECONDS, "application_name": "kanwerk"},
        pool_size=4,
        pool_pre_ping=True,
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.adapters.register_loader("uuid", TextLoader)

    return engine
