"""Lists and records: one ``Read`` for each noun makes every list, filter, sort and single record of it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import datetime
from enum import Enum
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any, Generic, NamedTuple, Protocol, TypeVar, cast

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import ColumnElement, FromClause
from sqlalchemy.engine import Dialect

from kanwerk.core import params, selects
from kanwerk.core.asked import ListQuery, RecordQuery, continued
from kanwerk.core.params import Param
from kanwerk.core.reads import Column, Query, Shape, to_wire
from kanwerk.core.tables import Archivable, Trashable
from kanwerk.core.text import Id, like

S = TypeVar("S", bound=Struct)
F = TypeVar("F", bound=Struct)
LIMIT, MOST = 50, 500
Searched = Annotated[str, Meta(max_length=300)]


class Link(NamedTuple):
    """Rows between records and others, such as who is to do a task: the table, in it the record's column,
    and the record's id.

    ``like`` names columns of these rows that repeat what the record says, by the sort or filter they serve:
    by one of these sorts, indexes of the rows carry a whole list.
    """

    table: Any
    of: Any
    record: Any
    like: Mapping[str, Any] = MappingProxyType({})


class Filter(NamedTuple):
    """A filter: the column it compares, the type of its values, whether it takes several, what it does.

    One value of a ``narrow`` one leaves few records: these are gathered, but in the sorts it names, in which
    an index holds them already.
    """

    column: Column
    type: Any
    description: str
    many: bool = True
    make: Callable[[Any], Any] | None = None
    where: Callable[[str, Any], ColumnElement[bool]] | None = None  # by name and column; instead of equality
    link: Link | None = None  # the rows between records and what they are filtered by
    narrow: frozenset[str] | None = None


class Further(params.Further, Protocol):
    """Filters that a space decides on, known by how their names begin."""

    def resolve(self, db: Any, query: ListQuery) -> ListQuery:
        """Return the query with names and values that ``where`` knows; ``Invalid`` for what is not there."""

    def where(self, name: str) -> ColumnElement[bool]:
        """Return the condition of one of them."""


class Read(Generic[S, F]):
    """Everything a noun's lists and records are read by.

    ``item`` is the shape in lists, ``full`` the one of a single record; ``sorts`` and ``filters`` name what a
    client
    may say; ``fences`` are conditions a handler adds for those who may see less, ``small_fences`` those that
    leave few records; ``includes`` fill lazy
    members, each
    for all records of an answer with one statement; ``private`` names the members that only admins read.
    """

    def __init__(
        self,
        model: type[Any],
        source: FromClause,
        *,
        item: Shape[S],
        full: Shape[F],
        filters: Mapping[str, Filter] | None = None,
        sorts: Mapping[str, Column] | None = None,
        search: Column | None = None,
        fences: Mapping[str, ColumnElement[bool]] | None = None,
        private: Sequence[str] = (),
        default_sort: str = "id",
        list_source: FromClause | None = None,
        small_fences: Sequence[str] = (),
    ) -> None:
        """Take the parts; nothing is compiled before it is asked for."""
        self.model, self.source, self.item, self.full = model, source, item, full
        self.list_source = source if list_source is None else list_source  # without what lists do not show
        self.filters = filters or {}
        self.sorts: dict[str, Column] = {"id": model.id, **(sorts or {})}
        self.search, self.fences, self.private = search, dict(fences or {}), tuple(private)
        self.default_sort = default_sort
        self.small_fences = frozenset(small_fences)
        self.further: Further | None = None
        self.includes: dict[str, Callable[[Any, list[Any]], None]] = {}
        self.always: list[Callable[[Any, list[Any]], None]] = []  # as includes that are never left out
        self.trashable = issubclass(model, Trashable)
        self.archivable = issubclass(model, Archivable)
        self.parse = lru_cache(2048)(self._parse)
        self._queries: dict[Any, Query] = {}
        self._wires: dict[tuple[str, str], Callable[[Any], Any] | None] = {}
        self._params: dict[str, Param] | None = None

    def detailed(self) -> "Read[F, F]":
        """Return the same read with full records in its lists, for pages that show more."""
        found: Any = copy(self)
        found.item, found.parse = self.full, lru_cache(2048)(found._parse)  # noqa: SLF001  # its own copy's
        found._queries = {}  # noqa: SLF001
        return cast("Read[F, F]", found)

    @property
    def params(self) -> dict[str, Param]:
        """The parameters of the list, by name."""
        if self._params is None:
            self._params = {param.name: param for param in self._list_params()}
        return self._params

    @property
    def record_params(self) -> dict[str, Param]:
        """The parameters of a single record, by name."""
        found = [self._include(sorted(self.includes))] if self.includes else []
        if self.trashable:
            found.append(Param(name="trashed", type=bool, description="In the trash too", default=False))
        return {param.name: param for param in found}

    def sort_wire(self, sort: str, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Return what writes the sorted member's value into a cursor."""
        key = (sort, dialect.name)
        if key not in self._wires:
            self._wires[key] = to_wire(self.sorts[sort].type, dialect)
        return self._wires[key]

    @property
    def list_includes(self) -> list[str]:
        """The lazy members that a list's records have too."""
        return sorted(set(self.includes) & set(self.item.struct.__struct_fields__))

    def _include(self, names: list[str]) -> Param:
        text = f"Lazy members to add: {params.listed(names)}"
        return Param(name="include", many=True, one_of=names, description=text)

    def _list_params(self) -> list[Param]:
        found = [
            Param(
                name="limit",
                type=Annotated[int, Meta(ge=1, le=MOST)],
                description="Records per page",
                default=LIMIT,
            ),
            Param(name="cursor", description="`meta.next_cursor` of the page before"),
            Param(
                name="sort",
                one_of=[sign + name for name in self.sorts for sign in ("", "-")],
                description="Member to sort by, `-` before it for descending",
                default=self.default_sort,
            ),
            Param(name="include_total", type=bool, description="Adds `meta.total`", default=False),
            Param(name="ids", type=Id, many=True, description="Only these records, at most 100"),
        ]
        if self.list_includes:
            found.append(self._include(self.list_includes))
        if hasattr(self.model, "updated_at"):
            found.append(
                Param(name="updated_after", type=datetime, description="Changed at or after this time")
            )
        if self.search is not None:
            found.append(
                Param(name="q", type=Searched, description="Part of the name, whatever case and accents")
            )
        if self.trashable:
            found.append(
                Param(name="trashed", type=bool, description="The trash instead of the list", default=False)
            )
        if self.archivable:
            found.append(
                Param(name="archived", type=bool, description="Archived records instead", default=False)
            )
        found += [
            Param(name=name, type=each.type, many=each.many, description=each.description)
            for name, each in self.filters.items()
        ]
        return found

    def _parse(self, path: str, raw: bytes) -> ListQuery:
        found = params.parse(raw, self.params, self.further)
        sort = found.get("sort", self.default_sort)
        values = {name: found[name] for name in ("ids", "updated_after", *self.filters) if name in found}
        values |= {name: value for name, value in found.items() if name not in self.params}
        for name, given in self.filters.items():
            if given.many and name in values:
                plain = [each.value if isinstance(each, Enum) else each for each in values[name]]
                values[name] = [given.make(each) for each in plain] if given.make else plain
        if found.get("q"):
            values["q"] = like(found["q"])
        trashed = bool(found.get("trashed"))
        archived = found.get("archived", None if trashed else False)
        told = msgspec.json.encode(
            [path, sort, trashed, archived, sorted(values.items(), key=lambda pair: pair[0])]
        )
        single = {
            name
            for name, given in self.filters.items()
            if given.many and given.where is None and len(values.get(name, ())) == 1
        }
        values |= {name: values[name][0] for name in single}
        yes = {name for name, given in self.filters.items() if given.type is bool and values.get(name)}
        query = ListQuery(
            values=values,
            filters=tuple(sorted(values)),
            sort=sort.removeprefix("-"),
            descending=sort.startswith("-"),
            limit=found.get("limit", LIMIT),
            include=tuple(found.get("include", ())),
            total=found.get("include_total", False),
            trashed=trashed,
            archived=archived,
            bound_to=hashlib.blake2b(told, digest_size=6).hexdigest(),
            single=frozenset(single),
            yes=frozenset(yes),
        )
        if "cursor" not in found:
            return query
        return continued(query, found["cursor"], self.sorts[query.sort].type)

    def record_query(self, raw: bytes) -> RecordQuery:
        """Check the query string of a single record."""
        found = params.parse(raw, self.record_params)
        return RecordQuery(tuple(found.get("include", ())), found.get("trashed", False))

    def nullable(self, query: ListQuery) -> bool:
        """Whether the sorted member may be null: such a list is read in two parts, values first."""
        column: Any = self.sorts[query.sort]
        compared = any(self.filters[name].column is column for name in query.filters if name in self.filters)
        return bool(getattr(column, "nullable", False)) and not compared

    def list_query(self, query: ListQuery, fence: str | None, part: str = "all") -> Query:
        """Return the SELECT of a page: members of ``item``, then the sorted member's value unless it is the
        id. ``part`` is "all", or "values" or "nulls" of a nullable sort.
        """
        further = query.after is not None and (part != "nulls" or query.after[0] is None)
        key = (query.told, query.sort, query.descending, further, fence, part)
        found = self._queries.get(key)
        if found is None:
            found = self._queries[key] = selects.page(self, query, fence, part, further=further)
        return found

    def count_query(self, query: ListQuery, fence: str | None) -> Query:
        """Return the SELECT that counts a list, whatever the page."""
        key = ("count", query.told, fence)
        found = self._queries.get(key)
        if found is None:
            found = self._queries[key] = selects.count(self, query, fence)
        return found

    def record_select(self, fence: str | None = None, *, many: bool = False) -> Query:
        """Return the SELECT of the full record ``:id`` (of ``:ids``): members of ``full``, id, version,
        trashed.
        """
        key = ("records", fence, many)
        found = self._queries.get(key)
        if found is None:
            found = self._queries[key] = selects.records(self, fence, many=many)
        return found
