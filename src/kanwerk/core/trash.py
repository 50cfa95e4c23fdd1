"""The trash: what depends on a record goes along or is let go, and one delete is brought back as one."""

from datetime import timedelta
from enum import Enum
from typing import Annotated, Any, Protocol

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kanwerk.core import clock
from kanwerk.core.archive import refuse_archived
from kanwerk.core.ids import new_id
from kanwerk.core.problems import Conflict
from kanwerk.core.writes import Write

KEPT = timedelta(days=30)
PURGED_AT_ONCE = 500


class Fate(Enum):
    """What becomes of the records that depend on a deleted one."""

    TRASH = "trash"
    DETACH = "detach"


class Dependants(Protocol):
    """Records of another noun that point at a record; each noun registers itself for those it points at."""

    name: str

    def all(self, db: Write, record: Any) -> list[Any]:
        """Return those that point at the record and are not in the trash."""

    def trash(self, db: Write, one: Any, trash_id: str, by: Any) -> None:
        """Throw one away in the same delete."""

    def detach(self, db: Write, one: Any, by: Any) -> None:
        """Let one go."""

    def restore(self, db: Write, trash_id: str, by: Any) -> None:
        """Bring back those that went along."""


DEPENDANTS: dict[str, list[Dependants]] = {}


def throw_away(db: Write, record: Any, *, fate: Fate | None, by: Any) -> None:
    """Move a record to the trash; ``Conflict`` when it is archived, which is read-only, or when others depend
    on it, counting them, unless their fate is given.
    """
    if getattr(record, "archived_at", None) is not None:
        refuse_archived(record)
    found = {each: each.all(db, record) for each in DEPENDANTS.get(record.noun, ())}
    counts = {each.name: len(those) for each, those in found.items() if those}
    if counts and fate is None:
        listed = ", ".join(
            f"{count} {name.removesuffix('s') if count == 1 else name}" for name, count in counts.items()
        )
        verb = "depends" if sum(counts.values()) == 1 else "depend"
        message = f"{listed} {verb} on this; say dependants=trash or dependants=detach."
        raise Conflict(message, code="has_dependants", dependants=counts)
    trash_id = new_id()
    for each, those in found.items():
        for one in those:
            if fate is Fate.TRASH:
                each.trash(db, one, trash_id, by)
            else:
                each.detach(db, one, by)
    put(record, trash_id, by=by)


def go_along(db: Write, record: Any, trash_id: str, *, by: Any) -> None:
    """Throw a record away in a delete of another, with all that depends on it."""
    if record.trashed_at is not None:
        return
    put(record, trash_id, by=by)
    for each in DEPENDANTS.get(record.noun, ()):
        for one in each.all(db, record):
            each.trash(db, one, trash_id, by)


def put(record: Any, trash_id: str, *, by: Any) -> None:
    """Mark one record as thrown away by a delete, and record it."""
    record.trashed_at, record.trash_id = clock.now(), trash_id
    record.updated_at = record.trashed_at
    record.record(f"{record.noun}.deleted", by=by.actor)


def bring_back(db: Write, record: Any, *, by: Any) -> None:
    """Restore a record, and what went with it in the same delete."""
    trash_id = record.trash_id
    if record.trashed_at is None:
        return
    take_out(record, by=by)
    for each in DEPENDANTS.get(record.noun, ()):
        each.restore(db, trash_id, by)


def take_out(record: Any, *, by: Any) -> None:
    """Mark one record as restored, and record it."""
    record.trashed_at = record.trash_id = None
    record.updated_at = clock.now()
    record.record(f"{record.noun}.restored", by=by.actor)


def thrown_with(db: Write, model: Any, trash_id: str) -> list[Any]:
    """Return the records of a model that one delete took along."""
    return list(
        db.session.execute(
            select(model).where(model.space_id == db.space_id, model.trash_id == trash_id).with_for_update()
        ).scalars()
    )


def purge(session: Session, models: list[Any]) -> int:
    """Delete for good what was thrown away 30 days ago, and return how many; what is still referred to waits.

    It leaves no event: the record was told to be deleted when it went to the trash.
    """
    count = 0
    for model in models:
        old = (
            select(model.space_id, model.id)
            .where(model.trashed_at < clock.now() - KEPT)
            .limit(PURGED_AT_ONCE)
        )
        for space_id, record_id in session.execute(old).all():
            try:
                with session.begin_nested():
                    session.execute(delete(model).where(model.space_id == space_id, model.id == record_id))
                count += 1
            except IntegrityError:
                continue
    return count


class DeleteQuery(msgspec.Struct, frozen=True):
    """How to delete."""

    dependants: (
        Annotated[Fate, msgspec.Meta(description="What becomes of the records that depend on it")] | None
    ) = None
