"""What a handler is given to read with: the database, fenced to the caller's space."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import UNSET, Struct

from kanwerk.core import asked
from kanwerk.core.asked import ListQuery, Page, PageMeta, RecordQuery
from kanwerk.core.database import Database
from kanwerk.core.languages import plain
from kanwerk.core.listing import Read
from kanwerk.core.problems import missing
from kanwerk.core.reads import Query, Statement

S = TypeVar("S", bound=Struct)
F = TypeVar("F", bound=Struct)
_THIS_RECORD = RecordQuery()


class Actor(Struct, frozen=True):
    """Who does something, as the event log keeps it."""

    id: str | None
    name: str
    type: str


class Caller(Protocol):
    """What ``core`` asks of the one who calls."""

    @property
    def space_id(self) -> str:
        """The space whose records are meant."""

    @property
    def id(self) -> str:
        """The user's id."""

    @property
    def name(self) -> str:
        """Who that is, for people."""

    @property
    def space_name(self) -> str:
        """What the space is called."""

    @property
    def actor(self) -> Actor:
        """The caller as the event log keeps it."""

    def need(self, permission: str) -> None:
        """Raise ``Forbidden`` without the right."""

    @property
    def admin(self) -> bool:
        """Whether private members are shown."""


class Db:
    """Reads, fenced: every statement gets the caller's ``space_id``, and one without that parameter does not
    load.
    """

    def __init__(self, database: Database, me: Caller) -> None:
        """Fence the database to the caller."""
        self.database = database
        self.me = me
        self.space_id = me.space_id
        self.version: int | None = None

    def rows(self, query: Query, **values: Any) -> list[tuple[Any, ...]]:
        """Run a fenced query and return its rows."""
        values["space_id"] = self.space_id
        return self._run(query.on(self.database), values)

    def _run(self, statement: Statement, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        if "me_id" in statement.parameters:
            values["me_id"] = self.me.id
        return self.database.read(statement.sql, statement.bind(values))

    def page(
        self, read: Read[S, Any], query: ListQuery, *, fence: str | None = None, **values: Any
    ) -> Page[S]:
        """Return one page of a list; one record more is read to know whether another follows."""
        if read.further is not None:
            query = read.further.resolve(self, query)
        as_of = query.as_of or asked.as_of()
        rows = self._page_rows(read, query, fence, {**query.values, **values})
        more = len(rows) > query.limit
        if more:
            rows.pop()
        build = read.item.builder(self.database.dialect)
        meta = PageMeta(None, as_of)
        records = [build(row) for row in rows]
        for fill in (*read.always, *(read.includes[name] for name in query.include)):
            fill(self, records)
        if more:
            last: Any = records[-1]
            last_id = last.id if "id" in read.item.members else rows[-1][len(read.item.columns())]
            value = last_id if query.sort == "id" else rows[-1][-1]
            wire = read.sort_wire(query.sort, self.database.dialect)
            value = wire(value) if wire and value is not None else value
            meta.next_cursor = asked.cursor(query, as_of, value, last_id)
        if query.total:
            meta.total = self.rows(read.count_query(query, fence), **query.values, **values)[0][0]
        return Page(records, meta)

    def _page_rows(
        self, read: Read[S, Any], query: ListQuery, fence: str | None, bound: dict[str, Any]
    ) -> list[tuple[Any, ...]]:
        parts = ["values", "nulls"] if read.nullable(query) else ["all"]
        if query.after is not None:
            bound["after"], bound["after_id"] = query.after
            if query.after[0] is None and query.sort != "id":
                parts = ["nulls"]
        rows: list[tuple[Any, ...]] = []
        for part in parts:
            if len(rows) <= query.limit:
                wanted = query.limit + 1 - len(rows)
                rows += self.rows(read.list_query(query, fence, part), **bound, limit=wanted)
        return rows

    def all(self, read: Read[S, Any], *, fence: str | None = None, **asked: str) -> list[S]:
        """Return a whole list, for pages that show no cursor: read by 500."""
        found: list[S] = []
        asked["limit"] = "500"
        while True:
            page = self.page(read, read.parse("all", urlencode(asked).encode()), fence=fence)
            found += page.data
            if page.meta.next_cursor is None:
                return found
            asked["cursor"] = page.meta.next_cursor

    def one(
        self,
        read: Read[Any, F],
        record_id: str,
        query: RecordQuery = _THIS_RECORD,
        *,
        fence: str | None = None,
        **values: Any,
    ) -> F:
        """Return one record, full; ``NotFound`` when it is not there, in another space, or in the trash
        unasked.
        """
        rows = self.rows(read.record_select(fence), id=record_id, **values)
        if not rows or (rows[0][-1] and not query.trashed):
            raise missing()
        self.version = rows[0][-2]
        record: F = read.full.builder(self.database.dialect)(rows[0])
        for fill in read.always:
            fill(self, [record])
        self.finish(read, [record], query.include)
        return record

    def many(self, read: Read[Any, F], ids: Sequence[str]) -> dict[str, F]:
        """Return full records by id, trashed ones too, private members included: for events and answers."""
        if not ids:
            return {}
        if len(ids) == 1:
            rows = self.rows(read.record_select(), id=ids[0])
        else:
            rows = self.rows(read.record_select(many=True), ids=list(ids))
        build = read.full.builder(self.database.dialect)
        found = {row[-3]: build(row) for row in rows}
        for fill in read.always:
            fill(self, list(found.values()))
        return found

    def finish(self, read: Read[Any, F], records: list[F], include: Sequence[str] = ()) -> None:
        """Take out what only admins read, put in what was asked for."""
        if read.private and not self.me.admin:
            for record in records:
                for member in read.private:
                    setattr(record, member, UNSET)
        for name in include:
            read.includes[name](self, records)


def encode(answer: object) -> bytes:
    """Encode an answer as JSON."""
    return _ENCODER.encode(answer)


_ENCODER = msgspec.json.Encoder(enc_hook=plain)
