"""The import of clients, for people: file, columns, preview, done."""

from collections import Counter
from typing import Any

from kanwerk.clients import imports
from kanwerk.core.db import Db
from kanwerk.core.forms import errors_of
from kanwerk.core.ids import is_id
from kanwerk.core.languages import N_
from kanwerk.core.pages import Answer, Html, Pages, View
from kanwerk.core.problems import Invalid, Problem, invalid, missing
from kanwerk.people.access import Me

pages = Pages()
SHOWN = 100


@pages.get("/{space}/clients/import", needs="clients:write")
def show_import() -> Answer:
    """Ask for the file."""
    return Html("clients/import_file.html", {"errors": {}})


def _again(problem: Problem) -> Answer:
    return Html("clients/import_file.html", {"errors": errors_of(problem)})


@pages.post("/{space}/clients/import", needs="clients:write", again=_again, work=True)
def import_clients(db: Db, me: Me, view: View) -> Answer:
    """Take the next step of an import."""
    step = view.form.text("step")
    if step == "file":
        return _columns(view, me)
    upload = view.form.text("upload")
    if not is_id(upload):
        raise missing("upload")
    file_name, text = imports.kept(db, upload)
    sheet = imports.read(text)
    mapping = {index: view.form.text(f"column.{index}") for index in range(len(sheet.columns))}
    fault = _fault(mapping)
    if fault is not None:
        return _mapping_page(upload, file_name, sheet, list(mapping.values()), fault)
    rows = imports.plan(db, sheet, mapping)
    if step == "import":
        return _done(view, me, rows)
    return _preview(upload, mapping, rows)


def _columns(view: View, me: Me) -> Answer:
    name, content = view.form.files.get("file", ("", b""))
    if not content.strip():
        raise invalid("/file", "Choose a file that is not empty.")
    text = imports.decode(content)
    sheet = imports.read(text)
    upload = view.write(lambda db: imports.keep(db, me, name, text.replace("\x00", "")))
    return _mapping_page(upload, name, sheet, imports.guess(sheet.columns))


def _fault(mapping: dict[int, str]) -> Invalid | None:
    needed, without = {"name", "external_id"}, N_("Say which column holds the name.")
    return imports.fault_of(list(mapping.values()), imports.MEMBERS, needed, without)


def _mapping_page(
    upload: str, file_name: str, sheet: imports.Sheet, members: list[str], problem: Problem | None = None
) -> Html:
    columns = [
        {
            "index": index,
            "name": column,
            "member": members[index],
            "samples": [row[index] if index < len(row) else "" for _, row in sheet.rows[:3]],
        }
        for index, column in enumerate(sheet.columns)
    ]
    context: dict[str, Any] = {
        "upload": upload,
        "file_name": file_name,
        "row_count": len(sheet.rows),
        "columns": columns,
        "members": list(imports.MEMBERS.items()),
        "errors": errors_of(problem),
    }
    return Html("clients/import_columns.html", context, 422 if problem else 200)


def _counts(rows: list[imports.Row]) -> dict[str, int]:
    found = Counter(row.action for row in rows)
    return {
        "created": found["create"],
        "updated": found["update"],
        "unchanged": found["unchanged"],
        "faulty": found["fault"],
    }


def _preview(upload: str, mapping: dict[int, str], rows: list[imports.Row]) -> Html:
    faulty_first = sorted(rows, key=lambda row: not row.faults)
    context = {
        "upload": upload,
        "mapping": {f"column.{index}": member for index, member in mapping.items()},
        "counts": _counts(rows),
        "labels": [imports.MEMBERS[member] for _, member in sorted(mapping.items()) if member],
        "rows": faulty_first[:SHOWN],
    }
    return Html("clients/import_preview.html", context)


def _done(view: View, me: Me, rows: list[imports.Row]) -> Html:
    counts = _counts(rows)
    counts["created"] = counts["updated"] = 0
    names = {"create": "created", "update": "updated", "fault": "faulty"}
    for action, count in imports.apply(view.write, rows, me):
        counts[names[action]] += count
    return Html("clients/import_result.html", {"counts": counts})
