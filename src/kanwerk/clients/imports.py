"""Clients out of a spreadsheet: read it, say what would happen, do it."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.clients.models import Client
from kanwerk.clients.shapes import CreateClientData
from kanwerk.clients.upserts import create_or_upsert
from kanwerk.core import bodies, clock
from kanwerk.core.db import Db
from kanwerk.core.ids import new_id
from kanwerk.core.languages import N_, Phrase, told
from kanwerk.core.problems import Invalid, Problem, invalid, missing
from kanwerk.core.reads import Among, Query
from kanwerk.core.tables import Base, Key, in_space
from kanwerk.core.text import clean, fold
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.people.models import User

ROWS, COLUMNS, CHUNK = 5_000, 60, 100
KEPT = timedelta(days=1)
MEMBERS = {
    "name": Phrase("Name"),
    "external_id": Phrase("External ID"),
    "shortcode": Phrase("Shortcode"),
    "segment": Phrase("Segment"),
    "primary_contact": Phrase("Looked after by (e-mail)"),
}
_ALSO = {
    "name": {
        "client",
        "client name",
        "company",
        "customer",
        "kunde",
        "kundenname",
        "firma",
        "nazov",
        "klient",
    },
    "external_id": {"external id", "id", "customer number", "number", "kundennummer", "nummer", "cislo"},
    "shortcode": {"short code", "code", "short", "kurzel", "kurzzeichen", "skratka"},
    "segment": {"class", "abc", "klasse", "category"},
    "primary_contact": {"contact", "primary contact", "looked after by", "betreuer", "betreut von"},
}


class Upload(Base):
    """A spreadsheet between the steps of its import; gone after a day."""

    __tablename__ = "uploads"
    __table_args__ = (in_space("user_id", "users", ondelete="CASCADE"),)
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    user_id: Mapped[str] = mapped_column(Key)
    file_name: Mapped[str]
    content: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)


class Sheet(NamedTuple):
    """A spreadsheet: its columns' names, its rows with the line each stands on."""

    columns: list[str]
    rows: list[tuple[int, list[str]]]


class Row(NamedTuple):
    """What would become of a row."""

    line: int
    cells: list[str]
    action: str
    faults: list[str]
    item: dict[str, Any]


def decode(content: bytes) -> str:
    """Return a file's text: UTF-8, UTF-16 with a mark, or what Windows programs write."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def read(text: str) -> Sheet:
    """Read comma-, semicolon- or tab-separated text; ``Invalid`` when it has no rows, or too many."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(1_000_000)
    try:
        reader = csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=delimiter)
        found = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise invalid("/file", Phrase("This file cannot be read as CSV: %(error)s.", error=error)) from None
    if len(found) < 2:  # noqa: PLR2004
        raise invalid("/file", "This file has no rows below the names of its columns.")
    if len(found) > ROWS + 1:
        text = "This file has %(rows)s rows; %(most)s at a time are possible."
        raise invalid("/file", Phrase(text, rows=len(found) - 1, most=ROWS))
    columns = [cell.strip() for cell in found[0][1]][:COLUMNS]
    return Sheet(columns, [(line, [_undo(cell) for cell in row[:COLUMNS]]) for line, row in found[1:]])


def _undo(cell: str) -> str:
    """Take away what our own export puts before a cell that looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:2] in ("=", "+", "-", "@") else cell


def guess(columns: list[str]) -> list[str]:
    """Return the member each column most likely holds, or ''; none twice."""
    taken: set[str] = set()
    found = []
    for column in columns:
        name = fold(column).replace("_", " ")
        fits = (m for m in MEMBERS if name in (m.replace("_", " "), fold(MEMBERS[m])) or name in _ALSO[m])
        member = next((each for each in fits if each not in taken), "")
        taken.add(member)
        found.append(member)
    return found


def fault_of(chosen: list[str], members: dict[str, Phrase], needed: set[str], without: str) -> Invalid | None:
    """Return what is wrong with the members chosen for columns: one twice, none that is needed."""
    taken = [member for member in chosen if member]
    twice = [members[member] for member, count in Counter(taken).items() if count > 1 and member in members]
    if twice:
        return Invalid(Phrase("%(member)s is chosen for two columns.", member=twice[0]))
    if needed.isdisjoint(taken):
        return Invalid(without)
    if not members.keys() >= set(taken):
        return Invalid("Choose from the list.")
    return None


def keep(db: Write, me: Me, file_name: str, content: str) -> str:
    """Keep a file for the next step and return its id."""
    db.session.execute(delete(Upload).where(Upload.created_at < clock.now() - KEPT))
    upload = Upload(
        space_id=db.space_id, id=new_id(), user_id=me.id, file_name=file_name[:255], content=content
    )
    upload.created_at = clock.now()
    db.session.add(upload)
    return upload.id


_KEPT = Query(
    select(Upload.file_name, Upload.content).where(
        Upload.space_id == bindparam("space_id"),
        Upload.id == bindparam("id"),
        Upload.user_id == bindparam("me_id"),
    )
)
_KNOWN = Query(
    select(
        Client.external_id,
        Client.name,
        Client.shortcode,
        Client.segment,
        Client.primary_contact_id,
        Client.archived_at.is_not(None),
        Client.trashed_at.is_not(None),
    ).where(Client.space_id == bindparam("space_id"), Among(Client.external_id, "external_ids"))
)
_CODES = Query(
    select(Client.shortcode_fold, Client.external_id).where(
        Client.space_id == bindparam("space_id"), Among(Client.shortcode_fold, "codes")
    )
)
_PEOPLE = Query(
    select(User.email, User.id).where(
        User.space_id == bindparam("space_id"), User.active.is_(True), User.type == "user"
    )
)


def kept(db: Db, upload_id: str) -> tuple[str, str]:
    """Return name and text of an upload of the caller's own; 404 when it is gone."""
    rows = db.rows(_KEPT, id=upload_id)
    if not rows:
        raise missing("upload")
    return rows[0][0], rows[0][1]


def plan(db: Db, sheet: Sheet, mapping: dict[int, str]) -> list[Row]:
    """Say what would become of each row: create, update, unchanged or fault. Nothing is written."""
    people = {fold(row[0]): row[1] for row in db.rows(_PEOPLE)}
    items = [(line, *_item(cells, mapping, people)) for line, cells in sheet.rows]
    ids = [item["external_id"] for _, item, _ in items if item.get("external_id")]
    known = {row[0]: row for row in db.rows(_KNOWN, external_ids=ids)}
    codes = {
        row[0]: row[1] for row in db.rows(_CODES, codes=[fold(i.get("shortcode") or "") for _, i, _ in items])
    }
    seen: dict[str, set[str]] = {"external_id": set(), "shortcode": set()}
    order = [index for index, member in sorted(mapping.items()) if member]
    found = []
    for (line, cells), (_, item, unclear) in zip(sheet.rows, items, strict=True):
        action, more = _fate(item, known, codes, seen)
        shown = [cells[index] if index < len(cells) else "" for index in order]
        faults = [*unclear, *more]
        found.append(Row(line, shown, "fault" if faults else action, faults, item))
    return found


def _item(
    cells: list[str], mapping: dict[int, str], people: dict[str, str]
) -> tuple[dict[str, Any], list[str]]:
    item: dict[str, Any] = {}
    faults: list[str] = []
    for index, member in mapping.items():
        cell = clean(cells[index]) if index < len(cells) else ""
        if not member:
            continue
        if member == "primary_contact":
            item["primary_contact_id"] = people.get(fold(cell)) if cell else None
            if cell and item["primary_contact_id"] is None:
                faults.append(Phrase("Nobody here has the address %(address)s.", address=cell[:100]))
        elif member == "segment":
            if cell:
                item["segment"] = cell.upper()
        elif cell or member != "external_id":
            item[member] = cell or None
    return item, faults


def _fate(
    item: dict[str, Any], known: dict[str, Any], codes: dict[str, str | None], seen: dict[str, set[str]]
) -> tuple[str, list[str]]:
    there = known.get(item.get("external_id", ""))
    given = {name: value for name, value in item.items() if value is not None}
    try:
        bodies.convert({**({"name": there[1]} if there else {}), **given}, CreateClientData)
    except Invalid as problem:
        return "fault", [
            told(fault.message)
            if fault.pointer != "/name"
            else Phrase("Name: %(fault)s", fault=told(fault.message))
            for fault in problem.errors
        ]
    faults: list[str] = []
    for name, twice in (
        ("external_id", N_("This external ID stands in a row before.")),
        ("shortcode", N_("This shortcode stands in a row before.")),
    ):
        value = fold(item.get(name) or "") if name == "shortcode" else item.get(name) or ""
        if value and value in seen[name]:
            faults.append(Phrase(twice))
        seen[name].add(value)
    code = fold(item.get("shortcode") or "")
    if code and code in codes and codes[code] != item.get("external_id"):
        faults.append(Phrase("This shortcode is taken."))
    if there is None or faults:
        return "create", faults
    stored = {"name": there[1], "shortcode": there[2], "segment": there[3], "primary_contact_id": there[4]}
    same = not there[6] and all(stored[name] == value for name, value in item.items() if name in stored)
    return ("unchanged", []) if same else ("update", [Phrase("This client is archived.")] if there[5] else [])


def apply(view_write: Any, rows: list[Row], me: Me) -> Iterator[tuple[str, int]]:
    """Do the rows without faults, in chunks, each a transaction; yield (action, count) as they are done."""
    due = [row for row in rows if row.action in ("create", "update")]
    for start in range(0, len(due), CHUNK):
        chunk = due[start : start + CHUNK]

        def work(db: Write, chunk: list[Row] = chunk) -> dict[str, int]:
            counts = {"create": 0, "update": 0, "fault": 0}
            for row in chunk:
                mark, step = db.mark(), db.session.begin_nested()
                try:
                    _, new = create_or_upsert(db, row.item, by=me)
                    db.flush()
                    step.commit()
                    counts["create" if new else "update"] += 1
                except Problem:
                    step.rollback()
                    db.forget(mark)
                    counts["fault"] += 1
            return counts

        yield from view_write(work).items()
