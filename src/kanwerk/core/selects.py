"""The SELECTs of a list: its conditions, its order, its pages by keyset.

A page starts where an index lets it start: a nullable sort is read in two parts, those with a value and then
those without, since no index carries one condition over both.
"""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, bindparam, func, select, tuple_

from kanwerk.core.asked import ListQuery
from kanwerk.core.reads import Among, Query


def page(read: Any, query: ListQuery, fence: str | None, part: str, *, further: bool) -> Query:
    """Return the SELECT of a page, ``further`` that of one after ``:after`` and ``:after_id``."""
    column, row_id = read.sorts[query.sort], read.model.id
    led_by = _leader(read, query) if column is row_id else None
    conditions = conditions_of(read, query, fence, led_by)
    sources = [read.list_source]
    if led_by is not None:  # its rows lie in the order that is asked for: the page begins and ends with them
        link = read.filters[led_by].link
        sources.append(link.table.__table__)
        conditions += [link.table.space_id == read.model.space_id, link.of == read.model.id]
        column = row_id = link.of
    order = [row_id] if column is row_id or part == "nulls" else [column, row_id]
    if part != "all":
        conditions.append(column.is_(None) if part == "nulls" else column.is_not(None))
    if further:
        names = ["after", "after_id"][-len(order) :]
        after = [bindparam(name, type_=each.type) for name, each in zip(names, order, strict=True)]
        here, there = (tuple_(*order), tuple_(*after)) if len(order) > 1 else (row_id, after[0])
        conditions.append(here < there if query.descending else here > there)
    beside = [] if "id" in read.item.members else [row_id.label("row_id")]
    beside += [] if column is row_id else [column.label("row_sort")]
    statement = (
        select(*read.item.columns(), *beside)
        .select_from(*sources)
        .where(*conditions)
        .order_by(*(each.desc() if query.descending else each.asc() for each in order))
        .limit(bindparam("limit"))
    )
    return Query(statement)


def _leader(read: Any, query: ListQuery) -> str | None:
    """Return the filter by links whose one value leads through a list that is sorted by id."""
    led = (name for name in query.filters if name in query.single and read.filters[name].link)
    return next(led, None)


def conditions_of(
    read: Any, query: ListQuery, fence: str | None, led_by: str | None = None
) -> list[ColumnElement[bool]]:
    """Return what the records of a list have in common: the space, the fence, the filters."""
    model = read.model
    first = model if led_by is None else read.filters[led_by].link.table
    found: list[ColumnElement[bool]] = [first.space_id == bindparam("space_id")]
    if fence:
        found.append(read.fences[fence])
    if read.trashable:
        found.append(model.trashed_at.is_not(None) if query.trashed else model.trashed_at.is_(None))
    if read.archivable and query.archived is not None:
        found.append(model.archived_at.is_not(None) if query.archived else model.archived_at.is_(None))
    for name in query.filters:
        if name == "ids":
            found.append(Among(model.id, "ids"))
        elif name == "updated_after":
            found.append(model.updated_at >= bindparam("updated_after"))
        elif name == "q":
            found.append(read.search.like(bindparam("q"), escape="\\"))
        elif name in read.filters:
            found.append(_compared(read.filters[name], name, query, led=name == led_by))
        else:
            found.append(read.further.where(name))
    return found


def _compared(given: Any, name: str, query: ListQuery, *, led: bool) -> ColumnElement[bool]:
    column: Any = given.column
    if given.link is not None and not led:
        those = select(given.link.of).where(given.link.table.space_id == bindparam("space_id"))
        one = column == bindparam(name, type_=column.type)
        return given.link.record.in_(those.where(one if name in query.single else Among(column, name)))  # type: ignore[no-any-return]
    if given.where is not None:
        return given.where(name)  # type: ignore[no-any-return]
    if given.type is bool:  # bound: one statement serves both answers
        return column.self_group() == bindparam(name, type_=Boolean())  # type: ignore[no-any-return]
    if given.many and name not in query.single:
        return Among(column, name)
    return column == bindparam(name, type_=column.type)  # type: ignore[no-any-return]


def count(read: Any, query: ListQuery, fence: str | None) -> Query:
    """Return the SELECT that counts a list, whatever the page."""
    return Query(select(func.count()).select_from(read.list_source).where(*conditions_of(read, query, fence)))


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
