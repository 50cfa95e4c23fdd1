"""Tables: the declarative base, the column types both engines share, and what records have in common."""

from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec
from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    SmallInteger,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, object_session
from sqlalchemy.types import TypeEngine

from kanwerk.core import clock
from kanwerk.core.ids import new_id
from kanwerk.core.text import fold

_text = String().with_variant(String(collation="C"), "postgresql")


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: ``timestamptz`` in PostgreSQL, RFC 3339 text with six digits in SQLite."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the engine's own type."""
        postgres = dialect.name == "postgresql"
        return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True) if postgres else String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        """Write the moment as the engine keeps it."""
        return value if value is None or dialect.name == "postgresql" else clock.wire(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read it back, always in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else datetime.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """JSON kept as text, byte for byte as it was written, so that an answer can pass it on unread."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy's own)
        """Encode; an encoded value (``msgspec.Raw``) is taken as it is."""
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:  # noqa: ARG002
        """Decode."""
        return None if value is None else msgspec.json.decode(value)


Key = String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


class Base(DeclarativeBase):
    """Every table of the product."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment(),
        str: _text,
        dict[str, Any]: Json(),
        list[str]: Json(),
    }


def key(*parts: Any, **options: Any) -> Mapped[Any]:
    """Return a column that holds an id."""
    return mapped_column(Key, *parts, **options)


def minor_units(**options: Any) -> Mapped[Any]:
    """Return a column that holds money in whole minor units."""
    return mapped_column(BigInteger, **options)


def small(**options: Any) -> Mapped[Any]:
    """Return a column that holds a small whole number."""
    return mapped_column(SmallInteger, **options)


class Recorded:
    """A record with a life in the event log: it knows what it is and the number of its last event."""

    noun: ClassVar[str]
    space_id: Mapped[str]
    id: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    def set(self, **values: object) -> dict[str, dict[str, object]]:
        """Set members and return what changed, ``{member: {from, to}}``; an equal value changes nothing.

        Columns named ``invoicing_x`` are the members ``invoicing.x``; a name's stored fold follows its name.
        """
        changes: dict[str, dict[str, object]] = {}
        for name, value in values.items():
            before = getattr(self, name)
            if before == value:
                continue
            setattr(self, name, value)
            member = name.replace("invoicing_", "invoicing.", 1) if name.startswith("invoicing_") else name
            changes[member] = {"from": before, "to": value}
        if changes:
            self.updated_at = clock.now()
        return changes

    def touch(self) -> None:
        """Mark a change of what belongs to the record and is kept elsewhere."""
        self.updated_at = clock.now()

    def record(self, event: str, *, by: Any, changes: dict[str, Any] | None = None) -> None:
        """Append the event to the space's log, in the transaction this record belongs to."""
        session = object_session(self)
        assert session is not None  # noqa: S101 (a record that changes belongs to a transaction)
        session.info["write"].record(event, self, by=by, changes=changes or {})


class Owned(Recorded):
    """A record of one space: the space's id comes first in its key."""

    space_id: Mapped[str] = mapped_column(Key, ForeignKey("spaces.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Key, primary_key=True, default=new_id)


class Named(Recorded):
    """A record with a name that is searched and sorted by its fold."""

    name: Mapped[str]
    name_fold: Mapped[str]

    def set(self, **values: object) -> dict[str, dict[str, object]]:
        """Set members; the fold follows the name."""
        if isinstance(name := values.get("name"), str):
            self.name_fold = fold(name)
        return super().set(**values)


class External:
    """A record that an outside system knows by an id of its own."""

    external_id: Mapped[str | None]
    external_origin: Mapped[str | None]


class Trashable:
    """A record that can be thrown away and brought back; ``trash_id`` tells what one delete took along."""

    trashed_at: Mapped[datetime | None]
    trash_id: Mapped[str | None] = key()


class Archivable:
    """A record that can be put away: there to read, not to change."""

    archived_at: Mapped[datetime | None]


def in_space(column: str, table: str, **options: Any) -> ForeignKeyConstraint:
    """Return the composite foreign key that keeps a reference inside its space."""
    return ForeignKeyConstraint(["space_id", column], [f"{table}.space_id", f"{table}.id"], **options)


def external_index(table: str) -> Index:
    """Return the index that makes external ids unique in a space."""
    return Index(f"uq_{table}_external_id", "space_id", "external_id", unique=True)


def trash_index(table: str) -> Index:
    """Return the index that finds the few rows that lie in the trash among the many that do not."""
    there = text("trashed_at IS NOT NULL")
    name = f"ix_{table}_trash_id"
    return Index(name, "space_id", "trash_id", sqlite_where=there, postgresql_where=there)
