"""Any spreadsheet as CSV: clients, projects or tasks, one in each row."""

from collections.abc import Iterator
from typing import Any

from kanwerk.core.database import Database
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Invalid, invalid
from kanwerk.importers.boards import Person
from kanwerk.importers.bringing import bring
from kanwerk.importers.records import CLIENTS, PROJECTS, Known, Record, bring_records
from kanwerk.importers.report import Progress, Report, silent
from kanwerk.importers.rows import LONG, Ids, Row, read, read_cell_day
from kanwerk.importers.runner import Options, Run, refused
from kanwerk.importers.settling import line, text
from kanwerk.importers.task_rows import TaskRows
from kanwerk.importers.words import status


def run(
    database: Database, space: str, source: bytes, options: Options, progress: Progress = silent
) -> Report:
    """Bring the rows in as records of ``options.kind``."""
    run = Run(database, space, "CSV", options, progress)
    rows = read(source, options.kind, options.mapping, run.report)
    if options.kind == "tasks":
        return bring(run, TaskRows(run, options.project).boards(rows))
    noun, members = (CLIENTS, _client) if options.kind == "clients" else (PROJECTS, _project)
    bring_records(run, noun, list(_records(run, options.kind, rows)), members)
    return run.report


def _records(run: Run, kind: str, rows: list[Row]) -> Iterator[Record]:
    seen: set[str] = set()
    made = Ids()
    for row in rows:
        own = line(row.cells.get("external_id", ""), LONG)
        external_id = own or made.next(kind, row.cells.get("name", ""))
        if external_id in seen:
            twice = Invalid("this external id stands in a row before")
            run.report.note(refused(kind, twice), f"{row.where}: {own}")
            run.report.count(kind, "skipped")
        elif not row.cells.get("name"):
            run.report.note(refused(kind, Invalid("there is no name")), row.where)
            run.report.count(kind, "skipped")
        else:
            seen.add(external_id)
            yield Record(external_id, f"{row.where}: {row.cells['name']}", row.cells)


def _client(record: Record, known: Known) -> dict[str, Any]:
    cells = record.told
    found: dict[str, Any] = {
        name: line(cells[name], LONG) or None for name in ("name", "shortcode") if name in cells
    }
    if cells.get("segment"):
        found["segment"] = cells["segment"].upper()
    if "primary_contact" in cells:
        found["primary_contact_id"] = _user(cells["primary_contact"], known)
    return found


def _project(record: Record, known: Known) -> dict[str, Any]:
    cells = record.told
    found: dict[str, Any] = {"name": line(cells["name"], LONG)}
    if cells.get("shortcode"):
        found["shortcode"] = line(cells["shortcode"], LONG)
    if cells.get("status"):
        found["status"] = status(cells["status"])
    if "client" in cells:
        found["client_id"] = known.client(cells["client"]) if cells["client"] else None
    if "business_field" in cells:
        name = cells["business_field"]
        found["business_field_id"] = known.business_field(name) if name else None
    if "lead" in cells:
        found["lead_id"] = _user(cells["lead"], known)
    if "description" in cells:
        found["description"] = text(cells["description"], record.where, known.run.report) or None
    return found | {
        name: read_cell_day(cells[name], known.run.zone)
        for name in ("start_date", "due_date")
        if name in cells
    }


def _user(cell: str, known: Known) -> str | None:
    user_id = known.people.find(_person(cell)) if cell else None
    if cell and user_id is None:
        raise invalid("/user", Phrase("Nobody here is %(name)s.", name=repr(cell[:100])))
    return user_id


def _person(cell: str) -> Person:
    return Person(cell, cell if "@" in cell else "")
