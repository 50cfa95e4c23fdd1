"""Which importer reads which file, and what a file most likely is."""

import csv
import io
from collections.abc import Callable
from typing import Any, NamedTuple

from kanwerk.clients.imports import decode, guess
from kanwerk.core.languages import N_, Phrase
from kanwerk.core.problems import invalid
from kanwerk.core.text import fold
from kanwerk.importers import asana, jira, sheets, trello
from kanwerk.importers.report import Report
from kanwerk.importers.rows import MEMBERS, guess_members

SAMPLES, SAMPLE_LENGTH = 3, 80
NO_FILE_OF_THESE = N_("This is neither JSON nor CSV. A spreadsheet is saved as CSV first.")


class Source(NamedTuple):
    """Something to import from: its name, its importer, and the kind of rows where it is a spreadsheet."""

    name: str
    run: Callable[..., Report]
    kind: str = ""


SOURCES = {
    "trello": Source(Phrase("A board of Trello (JSON)"), trello.run),
    "jira": Source(Phrase("Issues of Jira (CSV, all fields)"), jira.run),
    "asana": Source(Phrase("A project of Asana (CSV or JSON)"), asana.run),
    "clients": Source(Phrase("Clients (CSV)"), sheets.run, "clients"),
    "projects": Source(Phrase("Projects (CSV)"), sheets.run, "projects"),
    "tasks": Source(Phrase("Tasks (CSV)"), sheets.run, "tasks"),
}


class Looks(NamedTuple):
    """What a file looks like: a source, and for a spreadsheet its columns with samples of their cells."""

    source: str
    columns: list[dict[str, Any]]


def look_at(head: bytes, *, whole: bool) -> Looks:
    """Recognise a file by its beginning; ``Invalid`` for one that nothing here can read."""
    if not head.strip(b"\xef\xbb\xbf\x00 \r\n\t"):
        raise invalid("/file", "Choose a file that is not empty.")
    if not whole:  # the last line may end inside of a character
        head = head[: head.rfind(b"\n") + 1] or head
    text = decode(head).lstrip("\ufeff \r\n\t")
    if text[:1] in ("{", "["):
        short = "".join(text[:8192].split())
        return Looks("asana" if short.startswith('{"data":') and '"gid"' in short else "trello", [])
    if text[:1] == "<" or _is_binary(head):
        raise invalid("/file", NO_FILE_OF_THESE)
    columns = _columns(text)
    names = {fold(each["name"]) for each in columns}
    if {"issue key", "summary"} <= names:
        return Looks("jira", columns)
    if {"task id", "name", "section/column"} <= names:
        return Looks("asana", columns)
    return Looks(_kind(columns), columns)


def _is_binary(head: bytes) -> bool:
    """Whether there is a zero byte, other than in UTF-16 that says what it is."""
    return b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _columns(text: str) -> list[dict[str, Any]]:
    reader = csv.reader(
        io.StringIO(text.replace("\x00", ""), newline=""),
        delimiter=max(",;\t", key=text.partition("\n")[0].count),
    )
    rows: list[list[str]] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) > SAMPLES:
                break
    except csv.Error:
        raise invalid("/file", NO_FILE_OF_THESE) from None
    return [
        {
            "name": name.strip(),
            "samples": [row[at].strip()[:SAMPLE_LENGTH] for row in rows[1:] if at < len(row)],
        }
        for at, name in enumerate(rows[0])
    ]


def members_of(kind: str, columns: list[dict[str, Any]]) -> list[str]:
    """Return the member of a kind that each column most likely holds, or ''."""
    names = [each["name"] for each in columns]
    return guess(names) if kind == "clients" else guess_members(names, MEMBERS[kind])


def _kind(columns: list[dict[str, Any]]) -> str:
    def fitting(kind: str) -> int:
        return sum(map(bool, members_of(kind, columns)))

    return max(("clients", "projects", "tasks"), key=fitting)
