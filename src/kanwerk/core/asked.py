"""What a list was asked for, and what it says of itself: query, page, cursor."""

import base64
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Integer
from sqlalchemy.types import TypeEngine

from kanwerk.core import clock, tables
from kanwerk.core.problems import invalid_parameter
from kanwerk.core.text import Id, Line, Moment

S = TypeVar("S", bound=Struct)


class PageMeta(Struct, omit_defaults=True):
    """What a list says of itself."""

    next_cursor: Annotated[str | None, Meta(description="The cursor of the next page, null on the last")]
    as_of: Annotated[Moment, Meta(description="Send this as the next `updated_after`")]
    total: Annotated[int | msgspec.UnsetType, Meta(description="With `include_total=true`")] = msgspec.UNSET


class Page(Struct, Generic[S]):
    """One page of a list."""

    data: list[S]
    meta: PageMeta


class ListQuery(Struct, frozen=True):
    """What a list was asked for, checked."""

    values: dict[str, Any]
    filters: tuple[str, ...]
    sort: str
    descending: bool
    limit: int
    include: tuple[str, ...]
    total: bool
    trashed: bool
    archived: bool | None
    bound_to: str
    single: frozenset[str] = frozenset()  # filters with one value, which an index answers in order
    yes: frozenset[str] = frozenset()  # filters by yes or no whose answer is yes
    after: tuple[Any, str] | None = None
    as_of: str | None = None

    @property
    def told(self) -> tuple[Any, ...]:
        """What tells its conditions from those of another query, whatever the values."""
        return (self.filters, self.single, self.yes, self.trashed, self.archived)


class RecordQuery(Struct, frozen=True):
    """What a single record was asked for."""

    include: tuple[str, ...] = ()
    trashed: bool = False


def cursor(query: ListQuery, as_of: str, value: object, last_id: str) -> str:
    """Return the cursor of the page after the record (its sorted value, its id): URL-safe, bound to the
    query.
    """
    return (
        base64.urlsafe_b64encode(msgspec.json.encode([query.bound_to, as_of, value, last_id]))
        .decode()
        .rstrip("=")
    )


def continued(query: ListQuery, text: str, kind: TypeEngine[Any]) -> ListQuery:
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        bound_to, as_of, value, last_id = msgspec.json.decode(
            packed, type=tuple[str, str, str | int | None, Id]
        )
        if value is not None:
            wanted: Any = (
                datetime if isinstance(kind, tables.Moment) else int if isinstance(kind, Integer) else Line
            )
            value = msgspec.convert(value, wanted)
    except (ValueError, msgspec.MsgspecError):
        raise invalid_parameter("cursor", "This is not a cursor of ours.") from None
    if bound_to != query.bound_to:
        raise invalid_parameter(
            "cursor", "This cursor belongs to another list, other filters or another sort."
        )
    return msgspec.structs.replace(query, after=(value, last_id), as_of=as_of)


def as_of() -> str:
    """Return the time up to which a list now read holds every write: ten seconds ago, the longest a write may
    take.
    """
    return clock.wire(clock.now() - clock.SYNC_MARGIN)
