"""Business fields: what a space does for its clients."""

from typing import Any

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped

from kanwerk.core.events import Event
from kanwerk.core.externals import holder, taken
from kanwerk.core.ids import new_id
from kanwerk.core.languages import Phrase
from kanwerk.core.tables import Base, Named, Owned, Trashable
from kanwerk.core.text import fold
from kanwerk.core.trash import DEPENDANTS, Fate, bring_back, put, throw_away
from kanwerk.core.writes import Write
from kanwerk.people.access import Me


class BusinessField(Named, Trashable, Owned, Base):
    """A field of business, such as web development; its name is unique in the space by fold."""

    __tablename__ = "business_fields"
    __table_args__ = (
        Index("uq_business_fields_name", "space_id", "name_fold", unique=True),
        Index("ix_business_fields_updated_at", "space_id", "updated_at", "id"),
    )
    noun = "business_field"
    name: Mapped[str]

    def rename(self, db: Write, name: str, *, by: Me) -> None:
        """Change the name."""
        _refuse_taken(db, name, self)
        changes = self.set(name=name)
        if changes:
            self.record("business_field.updated", by=by.actor, changes=changes)


def merge(db: Write, field: BusinessField, other: BusinessField, *, by: Me) -> None:
    """Hand over what depends on a field to another, and throw it away."""
    dependants: list[Any] = DEPENDANTS.get("business_field", [])
    for each in dependants:
        for one in each.all(db, field):
            each.hand_over(db, one, other, by)
    put(field, new_id(), by=by)


def let_go(db: Write, field: BusinessField, *, by: Me) -> int:
    """Throw a field away; its projects stay without one, and how many those are is returned."""
    dependants: list[Any] = DEPENDANTS.get("business_field", [])
    count = sum(len(each.all(db, field)) for each in dependants)
    throw_away(db, field, fate=Fate.DETACH, by=by)
    return count


def take_back(db: Write, field: BusinessField, count: int, *, by: Me) -> None:
    """Undo ``let_go``: the field is back, and those projects have it again that have no other by now.

    Which those were the log knows: their events come right before the delete's.
    """
    told = select(Event.record_id, Event.changes).where(
        Event.space_id == db.space_id, Event.sequence < field.version, Event.sequence >= field.version - count
    )
    lost = {"from": field.id, "to": None}
    ids = [row.record_id for row in db.session.execute(told) if lost in row.changes.values()]
    bring_back(db, field, by=by)
    dependants: list[Any] = DEPENDANTS.get("business_field", [])
    for each in dependants:
        each.take_back(db, ids, field, by)


def create_field(db: Write, name: str, *, by: Me) -> BusinessField:
    """Add a field; ``Conflict`` when there is one of that name."""
    _refuse_taken(db, name, None)
    field = BusinessField(id=new_id(), space_id=db.space_id, name=name, name_fold=fold(name))
    db.add(field)
    field.record("business_field.created", by=by.actor)
    return field


def _refuse_taken(db: Write, name: str, but: BusinessField | None) -> None:
    other = holder(db, BusinessField, name_fold=fold(name))
    if other is not None and other is not but:
        trashed = other.trashed_at is not None
        there = Phrase("There is a business field '%(name)s' already.", name=other.name)
        gone = Phrase("There is a business field '%(name)s' in the trash.", name=other.name)
        raise taken("name", other, gone if trashed else there)
