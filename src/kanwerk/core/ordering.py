"""Orders made by hand: a position in a gap, so that a move touches one row."""

from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, func, select, update

from kanwerk.core.reads import Query
from kanwerk.core.writes import Write

STEP = (
    2**20
)  # twenty moves fit between two neighbours; eight thousand million rows before 2**53, JSON's limit


class Order:
    """The order of the rows of a table within a list, such as the tasks of a column.

    ``table`` has ``space_id``, ``id`` and ``position``; rows of one list share the values that ``within`` is
    given for. Rows with equal positions follow each other by id.
    """

    def __init__(self, table: Table, *within: str) -> None:
        """Name the columns that tell one list from another."""
        self.table, self.within = table, within
        here = [table.c[name] == bindparam(f"of_{name}", type_=table.c[name].type) for name in within]
        fence = table.c.space_id == bindparam("space_id")
        self._most = Query(select(func.max(table.c.position)).where(fence, *here))

    def _here(self, db: Write, values: dict[str, Any]) -> list[ColumnElement[bool]]:
        found = [self.table.c.space_id == db.space_id]
        return found + [self.table.c[name] == values[name] for name in self.within]

    def last(self, db: Write, **values: Any) -> int:
        """Return a position after all rows of the list."""
        db.flush()
        most = db.rows(self._most, **{f"of_{name}": value for name, value in values.items()})
        return (most[0][0] or 0) + STEP

    def beside(self, db: Write, neighbour: Any, *, after: bool, but: str, **values: Any) -> int:
        """Return a position right before or after a neighbour; a gap that is used up is made anew once.

        ``but`` is the id of the row that moves: it takes up no room.
        """
        position = self._between(db, neighbour, after=after, but=but, values=values)
        if position is None:
            self._spread(db, values)
            position = self._between(db, neighbour, after=after, but=but, values=values)
            assert position is not None  # noqa: S101 (between two multiples of STEP there is room)
        return position

    def _between(
        self, db: Write, neighbour: Any, *, after: bool, but: str, values: dict[str, Any]
    ) -> int | None:
        at, row_id = self.table.c.position, self.table.c.id
        here = db.session.execute(
            select(at).where(self.table.c.space_id == db.space_id, row_id == neighbour.id)
        ).scalar_one()
        beyond = (at > here) | ((at == here) & (row_id > neighbour.id))
        before = (at < here) | ((at == here) & (row_id < neighbour.id))
        found = db.session.execute(
            select(at)
            .where(*self._here(db, values), row_id != but, beyond if after else before)
            .order_by(*((at, row_id) if after else (at.desc(), row_id.desc())))
            .limit(1)
        ).scalar()
        if found is None:
            return int(here + STEP if after else here - STEP)
        middle = (here + found) // 2
        return None if middle in (here, found) else int(middle)

    def _spread(self, db: Write, values: dict[str, Any]) -> None:
        """Give the list's rows even gaps again; their order stays, so it is no event."""
        table = self.table
        counted = (
            select(table.c.id, func.row_number().over(order_by=(table.c.position, table.c.id)).label("place"))
            .where(*self._here(db, values))
            .subquery()
        )
        db.session.execute(
            update(table)
            .where(table.c.space_id == db.space_id, table.c.id == counted.c.id)
            .values(position=counted.c.place * STEP)
            .execution_options(synchronize_session=False)
        )
