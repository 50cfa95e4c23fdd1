"""Running an import: in transactions of a hundred records or so, or in ones that keep nothing."""

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, field, structs
from sqlalchemy import Table, bindparam, insert, select, update

from kanwerk.core.database import Database
from kanwerk.core.languages import Phrase, told
from kanwerk.core.problems import NotFound, Problem, Unavailable
from kanwerk.core.reads import Among, Query
from kanwerk.core.writes import Write
from kanwerk.importers.models import ImportLink
from kanwerk.importers.report import Progress, Report, Stopped, told_noun
from kanwerk.people.access import Me
from kanwerk.people.models import Space
from kanwerk.people.spaces import writer_in
from kanwerk.people.tokens import integration

T = TypeVar("T")
AT_ONCE = 100  # a running server waits for one such transaction at most
BREATH = 0.005  # seconds between two of them, in which it takes its turn
TRIES = 5


class Options(Struct, frozen=True, kw_only=True):
    """How to import; each source says which of these it knows."""

    dry: bool = False
    archived: bool = False  # cards put away there too, as completed
    kind: str = ""  # of a spreadsheet: clients, projects or tasks
    mapping: dict[str, str] = field(default_factory=dict)  # its columns: the members they hold
    project: str = ""  # the shortcode of the project that its tasks go to


class KeptNothing(Exception):
    """Rolls a transaction of a dry run back."""


class Run:
    """An import into one space: who does it, and what there is to report."""

    def __init__(
        self, database: Database, space: str, source: str, options: Options, progress: Progress
    ) -> None:
        """Name the space by its slug and the source by its title, such as "Trello"; 404 without such a
        space.
        """
        self.database, self.space, self.source, self.options = database, space, source, options
        self.progress, self.dry, self.careful = progress, options.dry, False
        self.report = Report(dry=options.dry)
        wanted = select(Space.id, Space.timezone).where(Space.slug == space)
        found = database.look(lambda session: session.execute(wanted).first())
        if found is None:
            message = f"There is no space {space!r}."
            raise NotFound(message)
        self.space_id, self.zone = found[0], ZoneInfo(found[1])
        self.told: set[str] = set()  # what a dry run counted, and makes again in each transaction
        self._known: set[tuple[str, str]] = set()
        self._fresh: dict[tuple[str, str], tuple[str, str | None]] = {}

    @property
    def word(self) -> str:
        """The source as external ids and links name it."""
        return self.source.lower()

    def external_id(self, source_id: str) -> str:
        """Return the external id of a record by the id that the source knows it by."""
        whole = f"{self.word}:{source_id}"
        return whole if len(whole) <= 255 else f"{self.word}:{hash_of(source_id)}"  # noqa: PLR2004 (ExternalId's)

    def write(self, work: Callable[[Write, Me], T]) -> T:
        """Run a transaction as the source's integration; in a dry run it is rolled back.

        A busy database is asked again; any other problem goes to the caller, and nothing is kept nor counted.
        """
        for left in reversed(range(TRIES)):
            try:
                return self._write(work)
            except Unavailable:
                if not left:
                    raise
                time.sleep(0.2)
        raise AssertionError  # the last try returns or raises

    def _write(self, work: Callable[[Write, Me], T]) -> T:
        so_far = self.report
        results: list[T] = []

        def job(session: Any) -> None:
            self.report, self._known, self._fresh = Report(), set(), {}
            results[:] = [self._done(session, work)]
            if self.dry:
                raise KeptNothing

        try:
            self.database.write(job)
        except KeptNothing:
            pass
        except BaseException:
            self.report = so_far
            raise
        so_far.merge(self.report)
        self.report = so_far
        return results[0]

    def _done(self, session: Any, work: Callable[[Write, Me], T]) -> T:
        found = writer_in(self.database, session, self.space)
        if found is None:
            message = f"There is no space {self.space!r}."
            raise NotFound(message)
        operator = cast("Me", found.me)
        user = integration(found, self.source, "admin", by=operator)
        found.end()
        names = ("id", "first_name", "last_name", "email", "type", "role")
        me = structs.replace(operator, **{name: getattr(user, name) for name in names})
        db = Write(self.database, session, me)
        db.quiet = True
        result = work(db, me)
        self._send_links(db)
        db.end()
        return result

    def batches(
        self, what: str, records: Sequence[T], some: Callable[[Write, Me, Sequence[T]], None]
    ) -> None:
        """Do records in transactions; one that a record spoils is done again with each for itself."""
        for start in range(0, len(records), AT_ONCE):
            those = records[start : start + AT_ONCE]
            try:
                self.write(lambda db, me, those=those: some(db, me, those))  # type: ignore[misc]
            except Unavailable:
                raise
            except Problem:
                self.careful = True
                try:
                    self.write(lambda db, me, those=those: some(db, me, those))  # type: ignore[misc]
                finally:
                    self.careful = False
            self.tell(what, start + len(those), len(records))
            time.sleep(BREATH)

    def tell(self, what: str, done: int, of: int) -> None:
        """Say how far it is; who hears it may raise ``Stopped``, between two transactions."""
        try:
            self.progress(what, done, of, self.report)
        except Stopped as stopped:
            stopped.report = self.report
            raise

    def each(self, db: Write, noun: str, where: str, change: Callable[[], str]) -> bool:
        """Do one record and count what became of it, the word that ``change`` answers; whether it was done.

        When each is done for itself, a problem of one is noted and the others go on.
        """
        if not self.careful:
            self.report.count(noun, change())
            return True
        so_far, fresh, mark, step = self.report, dict(self._fresh), db.mark(), db.session.begin_nested()
        self.report = Report()
        try:
            verb = change()
            db.flush()
            step.commit()
        except Problem as problem:
            step.rollback()
            db.forget(mark)
            self.report, self._fresh = so_far, fresh
            self.report.note(refused(noun, problem), where)
            self.report.count(noun, "skipped")
            return False
        else:
            so_far.merge(self.report)
            self.report = so_far
            self.report.count(noun, verb)
            return True

    def known(self, db: Write, source_ids: list[str]) -> dict[tuple[str, str], str]:
        """Return the ids of the records made from the source's of these ids before, by kind and its id."""
        rows = db.rows(_LINKS, source=self.word, source_ids=source_ids)
        found = {(kind, source_id): record_id for kind, source_id, record_id in rows}
        self._known |= found.keys()
        return found

    def keep(self, kind: str, source_id: str, record_id: str, project_id: str | None = None) -> None:
        """Keep that a record was made from the source's, once the transaction ends."""
        self._fresh[kind, source_id] = (record_id, project_id)

    def _send_links(self, db: Write) -> None:
        new: list[dict[str, Any]] = []
        again: list[dict[str, Any]] = []
        for (kind, source_id), (record_id, project_id) in self._fresh.items():
            name = {"of_space": db.space_id, "of_source": self.word, "of_id": source_id, "of_kind": kind}
            row = {**name, "to_record": record_id, "to_project": project_id}
            (again if (kind, source_id) in self._known else new).append(row)
        db.flush()
        for statement, rows in ((_LINKING, new), (_LINKING_AGAIN, again)):
            if rows:
                db.send(statement, rows)


def hash_of(*things: object) -> str:
    """Return a hash of what another system's record looks like, in the form of an id."""
    made = msgspec.json.encode(things, order="deterministic")
    return str(UUID(bytes=hashlib.blake2b(made, digest_size=16).digest()))


def refused(noun: str, problem: Problem) -> Phrase:
    """Return the sentence that says why a record was not taken."""
    return Phrase("%(noun)s refused: %(why)s", noun=told_noun(noun), why=sentence(problem))


def sentence(problem: Problem) -> str:
    """Return what a problem says, in one line."""
    first, *others = list(dict.fromkeys(fault.message for fault in problem.errors)) or [problem.detail]
    found = told(first)
    for other in others:
        found = Phrase("%(one)s %(other)s", one=found, other=told(other))
    return found


_TABLE = cast("Table", ImportLink.__table__)
_LINKS = Query(
    select(ImportLink.kind, ImportLink.source_id, ImportLink.record_id).where(
        ImportLink.space_id == bindparam("space_id"),
        ImportLink.source == bindparam("source"),
        Among(ImportLink.source_id, "source_ids"),
    )
)
_COLUMNS = {
    "space_id": "of_space",
    "source": "of_source",
    "source_id": "of_id",
    "kind": "of_kind",
    "record_id": "to_record",
    "project_id": "to_project",
}
_BOUND = {name: bindparam(word, type_=_TABLE.c[name].type) for name, word in _COLUMNS.items()}
_LINKING = insert(_TABLE).values(_BOUND)
_LINKING_AGAIN = (
    update(_TABLE)
    .where(*(_TABLE.c[name] == _BOUND[name] for name in ("space_id", "source", "source_id", "kind")))
    .values(record_id=_BOUND["record_id"], project_id=_BOUND["project_id"])
)
