"""Custom fields: their definitions, and the tables of their values."""

from typing import Any

from sqlalchemy import CheckConstraint, Index, func, select
from sqlalchemy.orm import Mapped, mapped_column, synonym

from kanwerk.core.externals import holder, taken
from kanwerk.core.ids import new_id
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Conflict, invalid
from kanwerk.core.tables import Base, Json, Key, Named, Owned, Trashable, in_space, small
from kanwerk.core.text import fold
from kanwerk.core.trash import put
from kanwerk.core.writes import Write
from kanwerk.people.access import Me

KINDS = ("text", "number", "date", "select", "multi_select", "user", "url", "checkbox")
CHOOSING = ("select", "multi_select")
TARGETS = ("client", "project", "task")
PREFIX = "fields."  # before a key, in changes and filters
MOST = 100  # fields of one target
FOLDED = 300  # of a value's fold, so many characters are compared: what PostgreSQL's indexes surely hold


class CustomField(Named, Trashable, Owned, Base):
    """One more thing to know of clients, projects or tasks. Its key, kind and target never change."""

    __tablename__ = "fields"
    __table_args__ = (
        Index("uq_fields_key", "space_id", "applies_to", "key", unique=True),
        Index("ix_fields_name", "space_id", "name_fold", "id"),
        Index("ix_fields_updated_at", "space_id", "updated_at", "id"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"applies_to IN {TARGETS}", name="applies_to"),
    )
    noun = "field"
    applies_to: Mapped[str]
    key: Mapped[str]
    kind: Mapped[str]
    options: Mapped[list[dict[str, Any]]] = mapped_column(Json)

    def change(self, db: Write, members: dict[str, Any], *, by: Me) -> None:
        """Change name or options; ``Conflict`` when an option goes that records have chosen."""
        if "options" in members:
            members = members | {"options": _options(self.kind, members["options"])}
            _keep_the_chosen(db, self, members["options"])
        changes = self.set(**members)
        if changes:
            self.record("field.updated", by=by.actor, changes=changes)

    def throw_away(self, db: Write, *, with_values: bool, by: Me) -> None:
        """Move the field to the trash; its values are hidden with it, and come back with it."""
        counting = select(func.count(VALUES[self.applies_to].record_id.distinct())).where(*_values_of(self))
        count = db.session.execute(counting).scalar_one()
        if count and not with_values:
            nouns = self.applies_to if count == 1 else f"{self.applies_to}s"
            message = f"{count} {nouns} {'has' if count == 1 else 'have'} a value; say dependants=trash."
            raise Conflict(message, code="has_dependants", dependants={f"{self.applies_to}s": count})
        put(self, new_id(), by=by)


def _value(noun: str, table: str) -> tuple[Any, ...]:
    of = f"{noun}_id"
    return (
        in_space(of, table, ondelete="CASCADE"),
        in_space("field_id", "fields", ondelete="CASCADE"),
        Index(f"ix_{noun}_fields_folded", "space_id", "field_id", "folded", of),
    )


class _Value:
    """A value, or one of several in their ``place`` from 1 on; ``folded`` is what filters compare."""

    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    field_id: Mapped[str] = mapped_column(Key, primary_key=True)
    place: Mapped[int] = small(primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    folded: Mapped[str]
    record_id: Any


class ClientField(_Value, Base):
    """What a custom field holds for a client."""

    __tablename__ = "client_fields"
    __table_args__ = _value("client", "clients")
    client_id: Mapped[str] = mapped_column(Key, primary_key=True)
    record_id = synonym("client_id")


class ProjectField(_Value, Base):
    """What a custom field holds for a project."""

    __tablename__ = "project_fields"
    __table_args__ = _value("project", "projects")
    project_id: Mapped[str] = mapped_column(Key, primary_key=True)
    record_id = synonym("project_id")


class TaskField(_Value, Base):
    """What a custom field holds for a task."""

    __tablename__ = "task_fields"
    __table_args__ = _value("task", "tasks")
    task_id: Mapped[str] = mapped_column(Key, primary_key=True)
    record_id = synonym("task_id")


VALUES: dict[str, Any] = {"client": ClientField, "project": ProjectField, "task": TaskField}


def create_field(db: Write, members: dict[str, Any], *, by: Me) -> CustomField:
    """Add a field; ``Conflict`` when its key is taken, also by one in the trash."""
    target = members["applies_to"]
    key = members.get("key") or slug(members["name"])
    options = _options(members["kind"], members.get("options") or [])
    db.lock(f"fields {db.space_id} {target}")
    other = holder(db, CustomField, applies_to=target, key=key)
    if other is not None:
        raise taken("key", other, Phrase("There is a field '%(key)s' already.", key=key))
    counting = select(func.count()).where(
        CustomField.space_id == db.space_id,
        CustomField.applies_to == target,
        CustomField.trashed_at.is_(None),
    )
    if db.session.execute(counting).scalar_one() >= MOST:
        message = f"There are {MOST} fields for {target}s already; more are not possible."
        raise Conflict(message)
    field = CustomField(
        id=new_id(),
        space_id=db.space_id,
        applies_to=target,
        key=key,
        kind=members["kind"],
        options=options,
    )
    field.set(name=members["name"])
    db.add(field)
    field.record("field.created", by=by.actor)
    return field


def slug(name: str) -> str:
    """Return a key made from a name: small letters, digits and underscores, a letter first."""
    plain = fold(name).encode("ascii", "ignore").decode()
    key = "_".join("".join(each if each.isalnum() else " " for each in plain).split())[:50].strip("_")
    return key if key[:1].isalpha() else f"field_{key}".rstrip("_")


def _options(kind: str, sent: list[Any]) -> list[dict[str, Any]]:
    if sent and kind not in CHOOSING:
        raise invalid("/options", "Only fields of the kinds select and multi_select have options.")
    if not sent and kind in CHOOSING:
        raise invalid("/options", "There must be something to choose.")
    found: list[dict[str, Any]] = []
    for at, option in enumerate(sent):
        value = option.value or slug(option.name)
        if any(value == each["value"] for each in found):
            raise invalid(
                f"/options/{at}/value", Phrase("The value '%(value)s' stands twice.", value=value), "repeated"
            )
        color = option.color.value if option.color is not None else None
        found.append({"value": value, "name": option.name, "color": color, "archived": option.archived})
    return found


def _keep_the_chosen(db: Write, field: CustomField, options: list[dict[str, Any]]) -> None:
    kept = {each["value"] for each in options}
    gone = [each["value"] for each in field.options if each["value"] not in kept]
    chosen = VALUES[field.applies_to].folded.in_(gone)
    counting = select(func.count(VALUES[field.applies_to].record_id.distinct())).where(
        *_values_of(field), chosen
    )
    count = db.session.execute(counting).scalar_one() if gone else 0
    if count:
        message = "An option that records have chosen cannot go; archive it, and nobody can choose it anew."
        raise Conflict(message, code="has_dependants", dependants={f"{field.applies_to}s": count})


def _values_of(field: CustomField) -> tuple[Any, ...]:
    values = VALUES[field.applies_to]
    return values.space_id == field.space_id, values.field_id == field.id
