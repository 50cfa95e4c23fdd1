"""The SELECTs of a list: its conditions, its order, its pages by keyset.

A page starts where an index lets it start: a nullable sort is read in two parts, those with a value and then
those without, since no index carries one condition over both.
"""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, not_, select, tuple_

from kanwerk.core.asked import ListQuery
from kanwerk.core.reads import Among, Beside, Query


def page(read: Any, query: ListQuery, fence: str | None, part: str, *, further: bool) -> Query:
    """Return the SELECT of a page, ``further`` that of one after ``:after`` and ``:after_id``."""
    narrow = _narrow(read, query)
    led_by = _leader(read, query) if narrow is None else None
    column, row_id = read.sorts[query.sort], read.model.id
    conditions = conditions_of(read, query, fence, led_by)
    sources = [read.list_source]
    if led_by is not None:  # its rows lie in the order that is asked for: the page begins and ends with them
        link = read.filters[led_by].link
        sources.append(link.table.__table__)
        conditions += [link.table.space_id == read.model.space_id, link.of == read.model.id]
        column, row_id = link.like.get(query.sort, link.of), link.of
    few = fence in read.small_fences if narrow is None else query.sort not in narrow
    if few:  # they are gathered: in their order an index would lead through all the rest
        column, row_id = Beside(column), Beside(row_id)
    order = [row_id] if query.sort == "id" or part == "nulls" else [column, row_id]
    if part != "all":
        conditions.append(column.is_(None) if part == "nulls" else column.is_not(None))
    if further:
        names = ["after", "after_id"][-len(order) :]
        after = [bindparam(name, type_=each.type) for name, each in zip(names, order, strict=True)]
        here, there = (tuple_(*order), tuple_(*after)) if len(order) > 1 else (row_id, after[0])
        conditions.append(here < there if query.descending else here > there)
    beside = [] if "id" in read.item.members else [row_id.label("row_id")]
    beside += [] if query.sort == "id" else [column.label("row_sort")]
    statement = (
        select(*read.item.columns(), *beside)
        .select_from(*sources)
        .where(*conditions)
        .order_by(*(each.desc() if query.descending else each.asc() for each in order))
        .limit(bindparam("limit"))
    )
    return Query(statement)


def _narrow(read: Any, query: ListQuery) -> frozenset[str] | None:
    """Return the sorts in which an index holds what little the filters leave; None when that may be much."""
    found = [read.filters[name].narrow for name in query.filters if name in query.single]
    named = [each for each in found if each is not None]
    if "ids" in query.filters:
        return frozenset()
    return frozenset().union(*named) if named else None


def _leader(read: Any, query: ListQuery) -> str | None:
    """Return the filter by links whose one value leads through the list in its order."""
    for name in query.filters:
        link = read.filters[name].link if name in query.single else None
        if link is not None and (query.sort == "id" or query.sort in link.like):
            return name
    return None


def conditions_of(
    read: Any, query: ListQuery, fence: str | None, led_by: str | None = None
) -> list[ColumnElement[bool]]:
    """Return what the records of a list have in common: the space, the fence, the filters."""
    model = read.model
    link = None if led_by is None else read.filters[led_by].link
    first = model if link is None else link.table
    like = {} if link is None else link.like
    found: list[ColumnElement[bool]] = [first.space_id == bindparam("space_id")]
    if fence:
        found.append(read.fences[fence])
    if read.trashable:
        found.append(model.trashed_at.is_not(None) if query.trashed else model.trashed_at.is_(None))
    if read.archivable and query.archived is not None:
        found.append(model.archived_at.is_not(None) if query.archived else model.archived_at.is_(None))
    for name in query.filters:
        given = read.filters.get(name)
        if name == "ids":
            found.append(Among(model.id, "ids"))
        elif name == "updated_after":
            found.append(model.updated_at >= bindparam("updated_after"))
        elif name == "q":
            found.append(read.search.like(bindparam("q"), escape="\\"))
        elif given is None:
            found.append(read.further.where(name))
        elif given.link is not None and name != led_by:
            few = led_by is not None or _narrow(read, query) is not None
            found.append(_linked(given, name, query, few=few))
        else:
            found.append(_compared(given, like.get(name, given.column), name, query))
    return found


def _linked(given: Any, name: str, query: ListQuery, *, few: bool) -> ColumnElement[bool]:
    """Return that a record has such a link: asked of each where there are ``few``, else all are gathered."""
    link, column = given.link, given.column
    one = column == bindparam(name, type_=column.type)
    those = select(link.of).where(
        link.table.space_id == bindparam("space_id"), one if name in query.single else Among(column, name)
    )
    if few:
        return those.where(link.of == link.record).correlate_except(link.table).exists()
    return link.record.in_(those)  # type: ignore[no-any-return]


def _compared(given: Any, column: Any, name: str, query: ListQuery) -> ColumnElement[bool]:
    if given.where is not None:
        return given.where(name, column)  # type: ignore[no-any-return]
    if given.type is bool:  # said, not bound: indexes of those for which it holds are found by that alone
        return column if name in query.yes else not_(column)  # type: ignore[no-any-return]
    if given.many and name not in query.single:
        return Among(column, name)
    return column == bindparam(name, type_=column.type)  # type: ignore[no-any-return]


def count(read: Any, query: ListQuery, fence: str | None) -> Query:
    """Return the SELECT that counts a list, whatever the page; without what only its members come from."""
    source = read.list_source if fence or not _alone(read, query) else read.model.__table__
    return Query(select(func.count()).select_from(source).where(*conditions_of(read, query, fence)))


def _alone(read: Any, query: ListQuery) -> bool:
    """Whether all filters look at the records' own table."""
    asked = [read.filters[name] for name in query.filters if name in read.filters]
    columns = [given.column for given in asked if given.link is None]
    columns += [read.search] if "q" in query.filters else []
    return all(select(column).get_final_froms() == [read.model.__table__] for column in columns)


def records(read: Any, fence: str | None, *, many: bool) -> Query:
    """Return the SELECT of full records: members of ``full``, id, version, trashed."""
    model = read.model
    conditions = [model.space_id == bindparam("space_id")]
    conditions.append(Among(model.id, "ids") if many else model.id == bindparam("id"))
    if fence:
        conditions.append(read.fences[fence])
    trashed = model.trashed_at.is_not(None) if read.trashable else model.id.is_(None)
    return Query(
        select(*read.full.columns(), model.id.label("row_id"), model.version, trashed)
        .select_from(read.source)
        .where(*conditions)
    )
