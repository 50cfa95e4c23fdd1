"""Records that are no tasks: clients and projects, each by the external id it has or is given."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from kanwerk.business_fields.models import BusinessField, create_field
from kanwerk.clients.models import Client
from kanwerk.clients.shapes import UpdateClientData
from kanwerk.clients.upserts import upsert_client
from kanwerk.core.bodies import convert, sent
from kanwerk.core.externals import holder
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import invalid
from kanwerk.core.reads import Query
from kanwerk.core.text import fold
from kanwerk.core.writes import Write
from kanwerk.importers.people import People
from kanwerk.importers.report import told_noun
from kanwerk.importers.runner import Run, hash_of
from kanwerk.importers.settling import NAME, line
from kanwerk.people.access import Me
from kanwerk.projects.creation import upsert_project
from kanwerk.projects.models import Project
from kanwerk.projects.shapes import UpdateProjectData


class Record(NamedTuple):
    """A client or project to be: its external id, where it stands, what is told of it."""

    external_id: str
    where: str
    told: dict[str, Any]


class Noun(NamedTuple):
    """How one kind of record is written."""

    name: str
    model: Any
    shape: Any
    upsert: Callable[..., Any]
    set_fields: Callable[..., None] | None = None  # where its shape has no custom fields


CLIENTS = Noun("clients", Client, UpdateClientData, upsert_client, Client.change_fields)
PROJECTS = Noun("projects", Project, UpdateProjectData, upsert_project)


def _clients_by(fits: Any) -> Query:
    mine = (Client.space_id == bindparam("space_id"), Client.trashed_at.is_(None))
    return Query(select(Client.id).where(*mine, fits).limit(2))


_CLIENTS = {
    "as it is": _clients_by(Client.external_id == bindparam("told")),
    "shortcode": _clients_by(Client.shortcode_fold == bindparam("told")),
    "name": _clients_by(Client.name_fold == bindparam("told")),
}


class Known:
    """What is here already and other records are told by, in one transaction."""

    def __init__(self, run: Run, db: Write, me: Me) -> None:
        """Read the people."""
        self.run, self.db, self.me, self.people = run, db, me, People(db)

    def client(self, told: str) -> str:
        """Return the id of a client by its external id, shortcode or name."""
        for way, query in _CLIENTS.items():
            found = self.db.rows(query, told=told if way == "as it is" else fold(told))
            if len(found) > 1:
                raise invalid(
                    "/client_id", Phrase("There are several clients called %(name)s.", name=repr(told[:100]))
                )
            if found:
                return str(found[0][0])
        raise invalid("/client_id", Phrase("There is no client %(name)s.", name=repr(told[:100])))

    def business_field(self, told: str) -> str | None:
        """Return the id of a business field by its name, made if there is none; None for one in the trash."""
        name = line(told, NAME)
        found = holder(self.db, BusinessField, name_fold=fold(name))
        if found is None:
            found = create_field(self.db, name, by=self.me)
            self.db.flush()
            if not self.run.dry or name not in self.run.told:
                self.run.report.count("business fields", "created")
            self.run.told.add(name)
        elif found.trashed_at is not None:
            self.run.report.note("business fields that are in the trash here: left out", name)
            return None
        return found.id


Members = Callable[[Record, Known], dict[str, Any]]


def bring_records(run: Run, noun: Noun, records: Sequence[Record], members: Members) -> None:
    """Create, change or leave each; ``members`` says what a record here would hold."""

    def some(db: Write, me: Me, those: Sequence[Record]) -> None:
        _Records(run, db, me, noun, members).bring(those)

    run.batches(noun.name, records, some)


class _Records:
    """Some records in one transaction."""

    def __init__(self, run: Run, db: Write, me: Me, noun: Noun, members: Members) -> None:
        self.run, self.db, self.me, self.noun, self.members = run, db, me, noun, members
        self.known = Known(run, db, me)

    def bring(self, those: Sequence[Record]) -> None:
        model, ids = self.noun.model, [each.external_id for each in those]
        wanted = select(model.external_id, model.archived_at, model.trashed_at).where(
            model.space_id == self.db.space_id, model.external_id.in_(ids)
        )
        there = {row[0]: row for row in self.db.session.execute(wanted)}
        before = self.run.known(self.db, ids)
        for each in those:
            row, seen = there.get(each.external_id), before.get((f"{self.noun.name} seen", each.external_id))
            if (row is None and seen is not None) or (row is not None and row[2] is not None):
                self.run.report.count(self.noun.name, "left in the trash")
            else:
                archived = row is not None and row[1] is not None
                change = lambda each=each, row=row, seen=seen, archived=archived: self._one(  # noqa: E731
                    each, new=row is None, before=seen, archived=archived
                )
                self.run.each(self.db, self.noun.name, each.where, change)

    def _one(self, each: Record, *, new: bool, before: str | None, archived: bool) -> str:
        members = self.members(each, self.known)
        seen = hash_of(members)
        values = members.get("fields", {})
        held = sum(value is not None for value in values.values())
        if seen == before:
            self.run.report.count("field values", "unchanged", held)
            return "unchanged"
        if archived:
            sentence = Phrase(
                "%(noun)s archived here: unarchive them to go on", noun=told_noun(self.noun.name)
            )
            self.run.report.note(sentence, each.where)
            return "skipped"
        mark = self.db.mark()
        if self.noun.set_fields is not None:
            members.pop("fields", None)
        sendable = sent(convert(members, self.noun.shape))
        record, _ = self.noun.upsert(self.db, each.external_id, sendable, by=self.me)
        if self.noun.set_fields is not None and values:
            self.db.flush()
            self.noun.set_fields(record, self.db, values, by=self.me)
        self.run.keep(f"{self.noun.name} seen", each.external_id, seen)
        if not self.run.dry:
            self.run.report.lead_to(self.noun.name, record.id)
        verb = "created" if new else "changed" if self.db.mark() > mark else "unchanged"
        self.run.report.count("field values", verb, held)
        return verb
