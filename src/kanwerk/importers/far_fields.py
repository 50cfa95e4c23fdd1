"""Custom fields of another Kanwerk: which of ours they are, and what its records hold in them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from kanwerk.core.bodies import convert, sent
from kanwerk.core.externals import holder
from kanwerk.core.problems import Problem
from kanwerk.core.writes import Write
from kanwerk.fields.checks import check
from kanwerk.fields.models import CustomField, create_field
from kanwerk.fields.shapes import CreateFieldData, FieldOptionData
from kanwerk.importers.boards import Person
from kanwerk.importers.other_server import OtherServer
from kanwerk.importers.people import STRANGERS
from kanwerk.importers.records import Known, Members, Record
from kanwerk.importers.runner import Run, hash_of
from kanwerk.people.access import Me

TARGETS = ("client", "project")
_OPTION = FieldOptionData.__struct_fields__


class FarField(Struct):
    """A field there, by our own words."""

    id: str
    data: CreateFieldData

    @property
    def key(self) -> str:
        """Its key, there and here."""
        return str(self.data.key)

    @property
    def target(self) -> str:
        """What it is a field of."""
        return str(self.data.applies_to.value)


class FarFields:
    """The custom fields that another server tells of; none where it knows no such thing."""

    def __init__(self, run: Run, server: OtherServer) -> None:
        """Ask for them."""
        self.run, self.server = run, server
        self.people: dict[str, Person] = {}
        self.fields: dict[tuple[str, str], FarField] = {}
        for told in server.each("/fields", open_to_all=False):
            found = self._read(told)
            if found is not None and found.target in TARGETS:
                self.fields[found.target, found.key] = found

    def bring(self) -> None:
        """Make those that are not here; one of the same key and kind is the same field."""

        def some(db: Write, me: Me, those: Sequence[FarField]) -> None:
            for far in those:
                self.run.each(
                    db,
                    "custom fields",
                    far.key,
                    lambda far=far: self._bring(db, me, far),  # type: ignore[misc]
                )

        self.run.batches("custom fields", list(self.fields.values()), some)

    def look_up(self, target: str, told: dict[str, Any]) -> None:
        """Ask what else there is to know of a record: what a client's fields hold, who the users in it are.

        Nothing is asked while a transaction is open.
        """
        mine = [each for each in self.fields.values() if each.target == target]
        if not mine:
            if told.get("fields"):
                sentence = "records with custom fields that the source does not explain: these are left out"
                self.run.report.note(sentence, str(told.get("name")))
            return
        if target == "client":
            address = f"/clients/{quote(str(told['id']), safe='')}/fields"
            answer = self.server.one(address, open_to_all=False)
            told["fields"] = answer.get("fields") if isinstance(answer, dict) else None
        values = told.get("fields")
        for far in mine:
            user_id = values.get(far.key) if isinstance(values, dict) else None
            if far.data.kind.value == "user" and isinstance(user_id, str) and user_id not in self.people:
                self.people[user_id] = self._person(user_id)

    def with_values(self, target: str, members: Members) -> Members:
        """Return what says the members of a record, its custom fields among them."""

        def found(record: Record, known: Known) -> dict[str, Any]:
            told = record.told.get("fields")
            values = self._values(target, told, record, known) if isinstance(told, dict) else {}
            return members(record, known) | ({"fields": values} if values else {})

        return found

    def _read(self, told: dict[str, Any]) -> FarField | None:
        options = told.get("options")
        told = {name: told.get(name) for name in ("id", "name", "applies_to", "key", "kind")} | {
            "options": [
                {name: value for name, value in each.items() if name in _OPTION}
                for each in (options if isinstance(options, list) else ())
                if isinstance(each, dict)
            ]
        }
        source_id = str(told.pop("id"))
        try:
            found = convert(told, CreateFieldData)
        except Problem:
            found = None
        if found is None or found.key is None:
            self.run.report.note("custom fields that make no sense here: left out", str(told["name"]))
            return None
        return FarField(source_id, found)

    def _bring(self, db: Write, me: Me, far: FarField) -> str:
        source_id, seen = f"field {far.id}", hash_of(far.data)
        before = self.run.known(db, [source_id]).get(("field seen", source_id))
        ours = _ours(db, far)
        if ours is not None and ours.trashed_at is not None:
            return "left in the trash"
        if ours is None:
            _create(db, me, far)
        elif ours.kind != far.data.kind.value:
            self.run.report.note("custom fields whose key is another kind of field here: left out", far.key)
            return "skipped"
        mark = db.mark()
        if ours is not None and before != seen:
            _add_options(db, me, ours, far)
        self.run.keep("field seen", source_id, seen)
        return "created" if ours is None else "changed" if db.mark() > mark else "unchanged"

    def _values(self, target: str, told: dict[str, Any], record: Record, known: Known) -> dict[str, Any]:
        db, found, note = known.db, {}, known.run.report.note
        for far in (each for each in self.fields.values() if each.target == target):
            ours = _ours(db, far)
            if ours is None and self.run.dry:  # what the dry run made before was not kept
                ours = _create(db, known.me, far)
            if ours is None or ours.trashed_at is not None or ours.kind != far.data.kind.value:
                continue
            if self.run.dry:
                _add_options(db, known.me, ours, far)
            value = told.get(far.key)
            if ours.kind == "user" and value is not None:
                person = self.people.get(str(value), Person())
                value = known.people.find(person)
                if value is None:
                    note(f"values of custom fields that are {STRANGERS}", person.shown or record.where)
            try:
                check(db, ours, value, None)
            except ValueError as error:
                note(f"values that do not fit here, left out: {error}", f"{record.where}: {far.key}")
                continue
            found[far.key] = value
        return found

    def _person(self, user_id: str) -> Person:
        told = self.server.one(f"/users/{quote(user_id, safe='')}", open_to_all=False)
        if not isinstance(told, dict):
            return Person()
        name = f"{told.get('first_name') or ''} {told.get('last_name') or ''}".strip()
        return Person(name, str(told.get("email") or ""))


def _ours(db: Write, far: FarField) -> CustomField | None:
    return holder(db, CustomField, applies_to=far.target, key=far.key)


def _create(db: Write, me: Me, far: FarField) -> CustomField:
    made = create_field(db, sent(far.data), by=me)
    db.flush()
    return made


def _add_options(db: Write, me: Me, ours: CustomField, far: FarField) -> None:
    """Add what can be chosen there and not here; nothing that is here changes."""
    here = [convert(each, FieldOptionData) for each in ours.options]
    values = {each.value for each in here}
    more = [each for each in far.data.options if each.value not in values]
    if more:
        ours.change(db, {"options": [*here, *more]}, by=me)
