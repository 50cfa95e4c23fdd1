"""External ids and other names that only one record may have."""

from functools import cache
from typing import Any, TypeVar

from sqlalchemy import bindparam, select

from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Conflict, Fault, invalid
from kanwerk.core.reads import Query
from kanwerk.core.tables import Recorded
from kanwerk.core.writes import Write

R = TypeVar("R", bound=Recorded)


def holder(db: Write, model: type[R], **value: object) -> R | None:
    """Return the record of the space that holds a unique value, locked, one in the trash too."""
    noun: Any = model
    rows = db.rows(_lookup(noun, tuple(value)), **value)
    return db.find(model, rows[0][0], lock=True, trashed=True) if rows else None


@cache
def _lookup(model: Any, names: tuple[str, ...]) -> Query:
    columns = [getattr(model, name) for name in names]
    fits = [column == bindparam(name, type_=column.type) for name, column in zip(names, columns, strict=True)]
    return Query(select(model.id).where(model.space_id == bindparam("space_id"), *fits))


def taken(member: str, by: Recorded, sentence: str) -> Conflict:
    """Return the 409 that names the record which holds the value already."""
    more: dict[str, Any] = {"existing_id": by.id}
    if getattr(by, "trashed_at", None) is not None:
        more["trashed"] = True
    return Conflict(sentence, errors=[Fault("taken", sentence, pointer=f"/{member}")], **more)


def external(db: Write, record: Any, value: str | None, me: Any) -> dict[str, Any]:
    """Return the members that give a record its external id, with the integration it came from.

    ``Conflict`` when another record has it; ``db.free`` names the one that was looked up already.
    """
    if value == record.external_id:
        return {}
    if value is not None and value != db.free:
        other = holder(db, type(record), external_id=value)
        if other is not None and other is not record:
            raise taken("external_id", other, Phrase("The external_id '%(value)s' is taken.", value=value))
    origin = me.first_name if value is not None and me.type == "integration" else None
    return {"external_id": value, "external_origin": origin}


def same_as_path(body: Any, external_id: str) -> None:
    """Refuse a body whose ``external_id`` is not the path's."""
    if isinstance(body.external_id, str) and body.external_id != external_id:
        raise invalid("/external_id", "This is not the external_id of the path.")
    if body.external_id is None:
        raise invalid("/external_id", "The external_id stands in the path and cannot be cleared here.")
