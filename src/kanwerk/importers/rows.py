"""Rows of a spreadsheet, by the members that its columns hold."""

import hashlib
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kanwerk.clients.imports import guess as guess_of_clients
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Invalid, invalid
from kanwerk.core.text import fold
from kanwerk.importers.days import day
from kanwerk.importers.files import Sheet
from kanwerk.importers.report import Report

# The members of each kind, with other names that columns have.
MEMBERS: dict[str, dict[str, set[str]]] = {
    "clients": {name: set() for name in ("name", "external_id", "shortcode", "segment", "primary_contact")},
    "projects": {
        "name": {"project", "projekt", "project name", "title", "titel", "nazov"},
        "external_id": {"id", "number", "nummer", "projektnummer", "cislo"},
        "shortcode": {"code", "short code", "short", "kurzel", "skratka"},
        "status": {"state", "stav"},
        "client": {"client name", "customer", "kunde", "firma", "klient"},
        "business_field": {"field", "bereich", "geschaftsfeld"},
        "start_date": {"start", "begin", "beginn", "zaciatok"},
        "due_date": {"due", "end", "end date", "deadline", "ende", "termin"},
        "description": {"notes", "beschreibung", "popis"},
        "lead": {"manager", "project manager", "leitung", "owner"},
    },
    "tasks": {
        "title": {
            "name",
            "task",
            "task name",
            "summary",
            "subject",
            "titel",
            "betreff",
            "aufgabe",
            "uloha",
            "nazov",
        },
        "external_id": {"id", "key", "task id"},
        "project": {"projekt"},
        "column": {"status", "section", "list", "spalte", "stlpec"},
        "assignees": {"assignee", "assigned to", "zustandig", "riesitel"},
        "labels": {"label", "tags", "stitky"},
        "priority": {"prioritat", "priorita"},
        "start_date": {"start", "begin", "beginn", "zaciatok"},
        "due_date": {"due", "deadline", "fallig", "termin"},
        "description": {"notes", "beschreibung", "popis"},
        "parent": {"parent task", "parent id"},
        "done": {"completed", "erledigt", "hotovo"},
    },
}
WHAT = Phrase("a spreadsheet")
NEEDED = {"clients": "name", "projects": "name", "tasks": "title"}
LONG = 1_000  # too long for any name, so that it is refused and not cut


class Row(NamedTuple):
    """A row: where it stands, and its cells by member."""

    where: str
    cells: dict[str, str]


def read(raw: bytes, kind: str, mapping: dict[str, str], report: Report) -> list[Row]:
    """Return the rows of a file; ``Invalid`` for a mapping that fits it not, or without a needed column."""
    sheet = Sheet(raw, WHAT)
    members = _members(sheet.names, kind, mapping)
    if NEEDED[kind] not in members:
        told = ", ".join(name for name in sheet.names if name)[:300]
        raise Invalid(
            f'No column is the {NEEDED[kind]}: say --map "Column={NEEDED[kind]}". There are: {told}.'
        )
    for name, member in zip(sheet.names, members, strict=True):
        if name and not member:
            report.note("columns that are not read", name)
    rows = []
    for row in sheet:
        named = {
            member: row.cells[at].strip()
            for at, member in enumerate(members)
            if member and at < len(row.cells)
        }
        rows.append(Row(row.where, named))
    return rows


def _members(columns: list[str], kind: str, mapping: dict[str, str]) -> list[str]:
    """Return the member that each column holds, or '': what the mapping says, and the rest by their names."""
    told = {fold(column): member for column, member in mapping.items()}
    for column, member in mapping.items():
        if member and member not in MEMBERS[kind]:
            raise Invalid(f"{member!r} is nothing that {kind} have: {', '.join(MEMBERS[kind])}.")
        if fold(column) not in map(fold, columns):
            raise Invalid(f"There is no column {column!r}; there are: {', '.join(columns)[:300]}.")
    rest = ["" if fold(column) in told else column for column in columns]
    guessed = guess_of_clients(rest) if kind == "clients" else guess_members(rest, MEMBERS[kind])
    taken = set(mapping.values())
    free = ["" if member in taken else member for member in guessed]
    return [told.pop(fold(column), member) for column, member in zip(columns, free, strict=True)]


def guess_members(columns: list[str], known: dict[str, set[str]]) -> list[str]:
    """Return the member that each column most likely holds, or ''; none twice."""
    taken: set[str] = set()
    found = []
    for column in columns:
        name = fold(column).replace("_", " ")
        fits = (each for each, also in known.items() if name == each.replace("_", " ") or name in also)
        member = next((each for each in fits if each not in taken), "")
        taken.add(member)
        found.append(member)
    return found


class Ids:
    """External ids for rows that have none: from what they are, so that the same row gets the same again."""

    def __init__(self) -> None:
        """Begin with none."""
        self.seen: dict[str, int] = {}

    def next(self, *parts: str) -> str:
        """Return the external id of the next row that is these parts."""
        own = "\n".join(fold(part) for part in parts)
        self.seen[own] = self.seen.get(own, 0) + 1
        made = hashlib.blake2b(f"{own}\n{self.seen[own]}".encode(), digest_size=12)
        return f"csv:{made.hexdigest()}"


def read_cell_day(cell: str, zone: ZoneInfo) -> date | None:
    """Return the day that a cell says, None for a blank one; ``Invalid`` when it cannot be read."""
    found = day(cell, zone)
    if cell and found is None:
        raise invalid(
            "/day", Phrase("%(cell)s is no day that can be read for certain.", cell=repr(cell[:40]))
        )
    return found
