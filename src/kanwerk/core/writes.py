"""Writes: one transaction for each request; what it changed, its events and its answer go together."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from msgspec import Struct, structs
from sqlalchemy import Executable, Table, exc, inspect, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from kanwerk.core import clock
from kanwerk.core.appending import APPENDING, COUNTING, Pending, entry, stamping
from kanwerk.core.database import LOCK_SECONDS, Database
from kanwerk.core.db import Actor, Caller, Db
from kanwerk.core.events import CHANNEL, FOLLOWERS, KINDS, PREPARERS, TYPES
from kanwerk.core.listing import Read
from kanwerk.core.problems import Conflict, PreconditionFailed, missing
from kanwerk.core.reads import Statement, compiled_once
from kanwerk.core.tables import Recorded

R = TypeVar("R", bound=Recorded)
F = TypeVar("F", bound=Struct)


class Write(Db):
    """What a handler that changes something is given: a ``Db`` that holds the open transaction."""

    def __init__(
        self,
        database: Database,
        session: Session,
        me: Caller,
        *,
        if_match: str | None = None,
        dry: bool = False,
    ) -> None:
        """Take the transaction's session."""
        super().__init__(database, me)
        self.session = session
        self.if_match = if_match
        self.dry = dry
        self.subject: Recorded | None = None
        self.added: set[Recorded] = set()
        self.free: str | None = None
        self.afterwards: list[Callable[[], None]] = []
        self.sequences: tuple[int, ...] = ()  # of the first and the last event, once they are written
        self.quiet = False  # nobody's news: what an import brings is notified to nobody
        self._pending: list[Pending] = []
        self._told: set[Recorded] = set()
        self._locked: set[tuple[type[Recorded], str]] = set()
        self._read: dict[Recorded, Struct] = {}
        session.info["write"] = self

    def _run(self, statement: Statement, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        if "me_id" in statement.parameters:
            values["me_id"] = self.me.id
        return self.driver.execute(statement.sql, statement.bind(values)).fetchall()  # type: ignore[no-any-return]

    def run(self, statement: Executable, **values: Any) -> list[tuple[Any, ...]]:
        """Run a module-level statement that changes rows and returns some, after what was changed so far."""
        self.flush()
        return self._run(compiled_once(statement, self.database), values)

    @cached_property
    def driver(self) -> Any:
        """The driver's connection of this transaction."""
        return self.session.connection().connection.driver_connection

    def send(self, statement: Executable, rows: list[dict[str, Any]]) -> None:
        """Run a module-level statement for each row, past the session: as quick as the driver."""
        compiled = compiled_once(statement, self.database)
        bound = [compiled.bind(row) for row in rows]
        if len(bound) == 1:
            self.driver.execute(compiled.sql, bound[0])
        else:
            self.driver.cursor().executemany(compiled.sql, bound)

    def find(self, model: type[R], record_id: str, *, lock: bool = False, trashed: bool = False) -> R | None:
        """Return a record of the caller's space by id, or None; one in the trash only if asked for."""
        if self.session.new:
            self.flush()
        name = (model, record_id)
        lock = lock and name not in self._locked
        found = self.session.get(model, (self.space_id, record_id), with_for_update=lock or None)
        if lock and found is not None:
            self._locked.add(name)
        if found is None or (getattr(found, "trashed_at", None) is not None and not trashed):
            return None
        return found

    def load(self, model: type[R], record_id: str, *, trashed: bool = False) -> R:
        """Return the record that the request is about, locked; 404 without it, 412 when ``If-Match`` is
        stale.
        """
        found = self.find(model, record_id, lock=True, trashed=trashed)
        if found is None:
            raise missing()
        self.match(found)
        return found

    def match(self, record: Recorded | None) -> None:
        """Compare ``If-Match`` with the number of the record's last event; ``PreconditionFailed`` when it
        differs.
        """
        if self.if_match is None or (self.if_match.strip() == "*" and record is not None):
            return
        tags = [tag.strip().removeprefix("W/").strip('"') for tag in self.if_match.split(",")]
        if record is None or str(record.version) not in [tag.partition("-")[0] for tag in tags]:
            message = "The record has changed since you read it."
            raise PreconditionFailed(message)

    def add(self, record: R) -> R:
        """Put a new record into the transaction."""
        self.session.add(record)
        self.added.add(record)
        return record

    def record(
        self,
        event: str,
        record: Recorded,
        *,
        by: Actor,
        changes: dict[str, Any],
        project_id: str | None = None,
    ) -> None:
        """Keep an event until the transaction ends; ``project_id`` where the record has left its project."""
        assert event in TYPES, event  # noqa: S101 (a noun declares its events)
        self._read.pop(record, None)
        self._told.add(record)
        project_id = project_id or getattr(record, "project_id", None)
        self._pending.append(Pending(event, record, by, changes, clock.now(), project_id))

    def erase(self, record: Recorded) -> None:
        """Delete a record for good, after its last event was recorded: that shows it as it was."""
        self.flush()
        self._read[record] = self.many(KINDS[record.noun].read, [record.id])[record.id]
        self.session.delete(record)

    def mark(self) -> int:
        """Return a mark to ``forget`` back to."""
        return len(self._pending)

    def forget(self, mark: int) -> None:
        """Drop the events since the mark: what they tell was rolled back, and locks taken since are gone."""
        dropped = {pending.record for pending in self._pending[mark:]}
        del self._pending[mark:]
        self._told = {pending.record for pending in self._pending}
        for record in dropped & self.added - self._told:
            if record in self.session:
                self.session.expunge(record)
        self._locked.clear()

    def full(self, read: Read[Any, F], record: Recorded) -> F:
        """Return the record as the answer shows it, and make it the one whose ETag the answer carries."""
        self.flush()
        self.subject = record
        found = self.many(read, [record.id])[record.id]
        if read is KINDS[record.noun].read:
            self._read[record] = found
        shown = structs.replace(found)
        self.finish(read, [shown])
        if self.dry and record in self.added:
            setattr(shown, "id", None)  # noqa: B010  # every record has one
        return shown

    def end(self) -> None:
        """Write the events, last of all: the space's counter is the last lock a transaction takes."""
        self.flush()
        if not self._pending:
            return
        for prepare in PREPARERS:
            prepare(self, self._pending)
        shown = self._shown()
        last = self._count(len(self._pending))
        self.sequences = (last - len(self._pending) + 1, last)
        rows, versions = [], {}
        for sequence, pending in enumerate(self._pending, self.sequences[0]):
            rows.append(entry(self.space_id, sequence, pending, shown[pending.record]))
            versions[pending.record] = sequence
        self.send(APPENDING, rows)
        self._stamp(versions)
        for follow in FOLLOWERS:
            follow(self, self._pending)
        self.notify()

    def notify(self) -> None:
        """Tell who listens, once this is committed, that the space has moved; SQLite tells by itself."""
        if not self.database.sqlite:
            self.driver.execute(
                "SELECT pg_notify(%(channel)s, %(space)s)", {"channel": CHANNEL, "space": self.space_id}
            )

    def flush(self) -> None:
        """Send what changed to the database; a record that changed without an event is a defect."""
        for record in self.session.new:
            if isinstance(record, Recorded):
                record.created_at = record.updated_at = clock.now()
        for record in (*self.session.new, *self.session.dirty):
            if isinstance(record, Recorded) and record not in self._told and self.session.is_modified(record):
                message = f"{type(record).__name__} was changed without an event"
                raise AssertionError(message)
        self.session.flush()

    def _shown(self) -> dict[Recorded, Struct]:
        shown = dict(self._read)
        for kind in {pending.record.noun for pending in self._pending}:
            wanted = {
                p.record.id: p.record
                for p in self._pending
                if p.record.noun == kind and p.record not in shown
            }
            found = self.many(KINDS[kind].read, list(wanted))
            shown |= {record: found[record_id] for record_id, record in wanted.items()}
        return shown

    def _count(self, more: int) -> int:
        last: int = self.run(COUNTING, more=more, of_space=self.space_id)[0][0]
        return last

    def _stamp(self, versions: dict[Recorded, int]) -> None:
        rows: dict[Table, list[dict[str, Any]]] = {}
        for record, sequence in versions.items():
            rows.setdefault(inspect(record).mapper.local_table, []).append(
                {"at_id": record.id, "last": sequence, "of_space": self.space_id}
            )
            set_committed_value(record, "version", sequence)
        for table, numbers in rows.items():
            self.send(stamping(table), numbers)

    def lock(self, name: str) -> None:
        """Make twins of one thing queue: in SQLite all writers do, in PostgreSQL by an advisory lock.

        ``Conflict`` with ``Retry-After`` when the first has not ended after five seconds.
        """
        if self.database.sqlite:
            return
        try:
            self.session.execute(text("SET LOCAL lock_timeout = '5s'"))
            self.session.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
            )
            self.session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        except exc.OperationalError:
            raise in_progress() from None


def in_progress() -> Conflict:
    """Return the 409 of a request whose twin is still being answered."""
    return Conflict(
        "The same request is still being answered.", code="in_progress", headers={"Retry-After": "1"}
    )
