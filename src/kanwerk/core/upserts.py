"""Upserts: a record by the id an outside system knows it by, in one atomic step."""

from collections.abc import Callable
from typing import Any, TypeVar

from kanwerk.core.externals import holder
from kanwerk.core.tables import Recorded
from kanwerk.core.trash import bring_back
from kanwerk.core.writes import Write

R = TypeVar("R", bound=Recorded)


def upsert(
    db: Write,
    model: type[R],
    external_id: str,
    members: dict[str, Any],
    *,
    create: Callable[[dict[str, Any]], R],
    change: Callable[[R, dict[str, Any]], None],
    by: Any,
) -> tuple[R, bool]:
    """Create the record (True) or change the one there is (False); a trashed one is restored first.

    ``create`` is given the members with the external_id and checks that those a new record needs are there.
    """
    db.lock(f"{model.noun} {db.space_id} {external_id}")
    record = holder(db, model, external_id=external_id)
    db.match(record)
    if record is None:
        db.free = external_id
        return create({**members, "external_id": external_id}), True
    bring_back(db, record, by=by)
    change(record, members)
    return record, False
