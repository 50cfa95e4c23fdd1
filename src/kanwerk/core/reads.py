"""Reads: a module-level SELECT, compiled once, run on the driver, its rows made into Structs by position.

Loading ORM objects to answer a GET costs a factor of four; building the statement anew costs a factor of two.
This
is the only place that compiles a statement by itself.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import BindParameter, Boolean, ColumnElement, Date, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import iterate

from kanwerk.core import clock, tables
from kanwerk.core.database import Database

S = TypeVar("S", bound=Struct)
Wire = Callable[[Any], Any]
_PLAIN = frozenset({str, int, bool, float, type(None)})  # what the driver of SQLite takes as it is
Column = ColumnElement[Any] | InstrumentedAttribute[Any]


class Shape(Generic[S]):
    """How a Struct is filled from a row: an expression, a shape or a ``Made`` for each member, in order.

    A ``nullable`` shape is None when its first column is; members of the Struct not named here keep their
    default.
    """

    def __init__(self, struct: type[S], members: Mapping[str, "Source"], *, nullable: bool = False) -> None:
        """Name the Struct and where each of its members comes from."""
        self.struct = struct
        self.members = members
        self.nullable = nullable
        self._built: dict[str, Callable[[Sequence[Any]], S]] = {}

    def columns(self) -> list[Column]:
        """Return the expressions to select, flat, in the order ``builder`` reads them."""
        found: list[Column] = []
        for source in self.members.values():
            if isinstance(source, Shape):
                found += source.columns()
            elif isinstance(source, Made):
                found += source.columns
            else:
                found.append(source)
        return found

    def builder(self, dialect: Dialect) -> Callable[[Sequence[Any]], S]:
        """Return a function that makes the Struct from a row; generated, since it runs for every row of every
        list.
        """
        found = self._built.get(dialect.name)
        if found is None:
            names: dict[str, Any] = {}
            expression, _ = self._expression(dialect, names, 0)
            found = eval(f"lambda r: {expression}", names)  # noqa: S307 (our own words only)
            self._built[dialect.name] = found
        return found

    def _in_order(self) -> bool:
        taken = [
            each
            for each in inspect.signature(self.struct).parameters.values()
            if each.kind != each.KEYWORD_ONLY
        ]
        return [each.name for each in taken][: len(self.members)] == list(self.members)

    def _expression(self, dialect: Dialect, names: dict[str, Any], at: int) -> tuple[str, int]:
        first, arguments = at, []
        positional = self._in_order()  # takes half the time of names
        for member, source in self.members.items():
            if isinstance(source, Shape):
                text, at = source._expression(dialect, names, at)  # noqa: SLF001 (itself, one level down)
            elif isinstance(source, Made):
                cells = ", ".join(f"r[{at + i}]" for i in range(len(source.columns)))
                text, at = f"{_name(names, source.make)}({cells})", at + len(source.columns)
            else:
                wire = to_wire(source.type, dialect)
                cell = f"r[{at}]"
                text = f"(None if {cell} is None else {_name(names, wire)}({cell}))" if wire else cell
                at += 1
            arguments.append(text if positional else f"{member}={text}")
        made = f"{_name(names, self.struct)}({', '.join(arguments)})"
        return (f"(None if r[{first}] is None else {made})" if self.nullable else made), at


class Made(NamedTuple):
    """A member made from several columns, such as an amount from its minor units and its currency."""

    make: Callable[..., Any]
    columns: Sequence[Column]


Source = Column | Shape[Any] | Made


def _name(names: dict[str, Any], value: object) -> str:
    name = f"n{len(names)}"
    names[name] = value
    return name


def to_wire(kind: Any, dialect: Dialect) -> Wire | None:
    """Return what turns the driver's value into the answer's, or None where it already is."""
    if isinstance(kind, tables.Moment):
        return None if dialect.name == "sqlite" else clock.wire
    if isinstance(kind, tables.Json):
        return lambda text: msgspec.Raw(text.encode())
    if isinstance(kind, Date):
        return None if dialect.name == "sqlite" else lambda day: day.isoformat()
    if isinstance(kind, Boolean):
        return bool if dialect.name == "sqlite" else None
    return None


class Among(ColumnElement[bool]):
    """``column IN (a list given as one parameter)``: one compiled statement whatever the list's length."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: Column, parameter: str) -> None:
        """Compare the column with the list bound to the parameter."""
        self.column: Any = column
        self.parameter = bindparam(parameter, type_=tables.Json())

    def self_group(self, against: Any = None) -> "Among":  # noqa: ARG002 (SQLAlchemy's own)
        """Stay as it is: ``IN (…) = 1``, as booleans are asked for in SQLite, would be found by no index."""
        return self


@compiles(Among, "sqlite")
def _among_sqlite(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (
        compiler.process(element.column, **options),
        compiler.process(element.parameter, **options),
    )
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  # a parameter, not a value


@compiles(Among, "postgresql")
def _among_postgres(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    kind = element.column.type.compile(dialect=compiler.dialect).split(" COLLATE ")[0]
    name = compiler.process(element.parameter, **options).split("::")[0]
    return f"{compiler.process(element.column, **options)} = ANY(CAST({name} AS {kind}[]))"


class Beside(ColumnElement[Any]):
    """A column whose order no index is walked for. PostgreSQL knows how many rows a condition leaves and
    decides by itself.
    """

    inherit_cache = True

    def __init__(self, column: Column) -> None:
        """Stand for the column."""
        self.column: Any = column
        self.type = column.type


@compiles(Beside)
def _beside(element: Beside, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.column, **options)


@compiles(Beside, "sqlite")
def _beside_sqlite(element: Beside, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.column, **options)}"


class Statement:
    """A statement compiled for one engine: its text, and how plain values become the driver's parameters."""

    def __init__(self, statement: Any, database: Database) -> None:
        """Compile the statement for the database's engine."""
        compiled = statement.compile(dialect=database.dialect, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        self.constants = {k: v for k, v in compiled.params.items() if v is not None}
        self.parameters = frozenset(compiled.params)
        self.sqlite = database.sqlite
        self.database = database

    def bind(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the driver's parameters: moments and lists as the engine takes them."""
        bound = self.constants | values
        if self.sqlite:
            for name, value in values.items():
                if type(value) in _PLAIN:
                    continue
                if isinstance(value, datetime):
                    bound[name] = clock.wire(value)
                elif isinstance(value, date):
                    bound[name] = value.isoformat()
                elif isinstance(value, list):
                    bound[name] = msgspec.json.encode(value).decode()
        return bound


class Query:
    """A SELECT fenced to a space, compiled once for each database that asks."""

    def __init__(self, statement: Any) -> None:
        """Take a SELECT with the parameter ``:space_id``; without one, ``ValueError``."""
        self.statement = statement
        named = (each.key for each in iterate(statement) if isinstance(each, BindParameter))
        if "space_id" not in named:
            message = "a read is fenced by the parameter :space_id"
            raise ValueError(message)

    def on(self, database: Database) -> Statement:
        """Return the statement for this database."""
        return compiled_once(self.statement, database)


def compiled_once(statement: Any, database: Database) -> Statement:
    """Return a module-level statement as the database's driver takes it."""
    found: Statement | None = database.compiled.get(statement)
    if found is None:
        found = database.compiled[statement] = Statement(statement, database)
    return found
