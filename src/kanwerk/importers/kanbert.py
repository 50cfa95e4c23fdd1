"""Kanbert, or any server that speaks its API: business fields, clients, projects; of ours, custom fields."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from kanwerk.clients.models import Client
from kanwerk.core.database import Database
from kanwerk.core.externals import holder
from kanwerk.core.problems import Invalid, Problem
from kanwerk.core.text import fold
from kanwerk.core.writes import Write
from kanwerk.importers.boards import Person
from kanwerk.importers.days import read_day
from kanwerk.importers.far_fields import FarFields
from kanwerk.importers.other_server import OtherServer
from kanwerk.importers.people import STRANGERS
from kanwerk.importers.records import CLIENTS, PROJECTS, Known, Members, Noun, Record, bring_records
from kanwerk.importers.report import Progress, Report, silent
from kanwerk.importers.runner import AT_ONCE, Options, Run
from kanwerk.importers.settling import NAME, line, text
from kanwerk.people.access import Me
from kanwerk.projects.models import Prefix

_STATUSES = ("planned", "active", "on_hold", "completed")
_AS_THEY_ARE = (
    "visibility",
    "billing_method",
    "currency",
    "hourly_rate",
    "budget_seconds",
    "budget_amount",
    "retainer_months",
)
_OWN_IDS = "external ids of the source's own: not kept, since here it is the source's id"


class Source(Struct):
    """Where to read, and the token that may."""

    address: str
    token: str


def run(
    database: Database, space: str, source: Source, options: Options, progress: Progress = silent
) -> Report:
    """Bring in what the token may read."""
    run = Run(database, space, "Kanbert", options, progress)
    with OtherServer(source.address, source.token) as server:
        if server.one("/me") is None and server.one("/spaces") is None and server.one("/clients") is None:
            raise Invalid("There is no such API at this address.")
        fields = [each for each in server.each("/business-fields") if _text(each.get("name"))]
        run.batches("business fields", fields, lambda db, me, some: _business_fields(run, db, me, some))
        custom = FarFields(run, server)
        custom.bring()
        _records(run, server, CLIENTS, custom.with_values("client", _client), custom)
        _records(run, server, PROJECTS, custom.with_values("project", _project), custom)
    return run.report


def _business_fields(run: Run, db: Write, me: Me, some: Sequence[dict[str, Any]]) -> None:
    known = Known(run, db, me)
    for each in some:
        mark = db.mark()
        if known.business_field(each["name"]) is not None and db.mark() == mark:
            run.report.count("business fields", "unchanged")


def _records(run: Run, server: OtherServer, noun: Noun, members: Members, custom: FarFields) -> None:
    done, path = 0, f"/{noun.name}"
    told = _full(server, path)
    while some := list(itertools.islice(told, AT_ONCE)):
        records = [
            Record(run.external_id(str(each["id"])), _text(each.get("name")) or str(each["id"]), each)
            for each in some
        ]
        for each in some:
            if each.get("external_id"):
                run.report.note(
                    _OWN_IDS, f"{_text(each['external_id'])} is {run.external_id(str(each['id']))}"
                )
            custom.look_up(noun.model.noun, each)
        bring_records(run, noun, records, members)
        done += len(some)
        run.tell(noun.name, done, done)


def _full(server: OtherServer, path: str) -> Iterator[dict[str, Any]]:
    """Yield the records of a list as each is by itself; as the list has it where the server shows no more."""
    alone = True
    for each in server.each(path):
        full = server.one(f"{path}/{quote(str(each['id']), safe='')}") if alone else None
        alone = isinstance(full, dict)
        yield each | full if isinstance(full, dict) else each


def _client(record: Record, known: Known) -> dict[str, Any]:
    told, note = record.told, known.run.report.note
    found: dict[str, Any] = {"name": line(_text(told.get("name")), NAME)}
    if told.get("segment") in ("A", "B", "C"):
        found["segment"] = told["segment"]
    code = line(_text(told.get("shortcode")), NAME)
    other = holder(known.db, Client, shortcode_fold=fold(code)) if code else None
    if other is not None and other.external_id != record.external_id:
        note("shortcodes that are taken here: left out", code)
    elif "shortcode" in told:
        found["shortcode"] = code or None
    if "primary_contact" in told:
        found["primary_contact_id"] = _user(told["primary_contact"], known, "contacts")
    if told.get("origin_space"):
        note("clients shared from another space: here they are the space's own", record.where)
    return found


def _project(record: Record, known: Known) -> dict[str, Any]:
    told = record.told
    found = {"name": line(_text(told.get("name")), NAME), **_shortcode(record, known)}
    if told.get("status") in _STATUSES:
        found["status"] = told["status"]
    found |= {name: told[name] for name in _AS_THEY_ARE if told.get(name) is not None}
    for name in ("start_date", "due_date"):
        if name in told:
            day = _text(told[name])
            found[name] = read_day(day, known.run.zone, record.where, known.run.report)
    if "description" in told:
        found["description"] = text(_text(told["description"]), record.where, known.run.report) or None
    if "client_id" in told:
        found["client_id"] = _client_of(told["client_id"], record, known)
    field = told.get("business_field")
    if isinstance(field, dict) and _text(field.get("name")):
        found["business_field_id"] = known.business_field(field["name"])
    if "lead" in told:
        found["lead_id"] = _user(told["lead"], known, "leads of projects")
    if told.get("visibility") == "members":
        sentence = "projects for their members only: admins see them here until members are added"
        known.run.report.note(sentence, record.where)
    return found


def _shortcode(record: Record, known: Known) -> dict[str, Any]:
    """Return a project's shortcode, unless another has it here."""
    code = _text(record.told.get("shortcode")).upper()
    held = known.db.session.get(Prefix, (known.db.space_id, code)) if code else None
    project = known.db.find(PROJECTS.model, held.project_id, trashed=True) if held is not None else None
    if project is not None and project.external_id != record.external_id:
        known.run.report.note("shortcodes that are taken here: another was made", code)
        return {}
    return {"shortcode": code} if code else {}


def _client_of(client_id: Any, record: Record, known: Known) -> str | None:
    if not client_id:
        return None
    try:
        return known.client(known.run.external_id(str(client_id)))
    except Problem:
        if known.run.dry:  # it may be one that the dry run did not keep
            return None
        known.run.report.note("projects whose client is not here: they have none", record.where)
        return None


def _user(told: Any, known: Known, what: str) -> str | None:
    if not isinstance(told, dict):
        return None
    name = f"{_text(told.get('first_name'))} {_text(told.get('last_name'))}".strip()
    person = Person(name, _text(told.get("email")))
    user_id = known.people.find(person)
    if user_id is None:
        known.run.report.note(f"{what} that are {STRANGERS}", person.shown)
    return user_id


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
