"""Imports, for people: a file, what it holds, what would happen, what happened."""

from typing import Any

from kanwerk.clients.imports import fault_of
from kanwerk.core.db import Db
from kanwerk.core.forms import errors_of
from kanwerk.core.languages import N_, Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Problem, TooLarge, invalid
from kanwerk.core.writes import Write
from kanwerk.importers.arriving import MOST, Arrived, create_import, open_import, queue, stop, take_in_export
from kanwerk.importers.models import WORK
from kanwerk.importers.reads import SeenWhole, import_of, imports_of, led_to, open_projects
from kanwerk.importers.report import NOUNS, VERBS
from kanwerk.importers.rows import MEMBERS, NEEDED
from kanwerk.importers.sources import SOURCES, members_of
from kanwerk.people.access import Me

pages = Pages()
LABELS = {
    "name": Phrase("Name"),
    "title": Phrase("Title"),
    "external_id": Phrase("External ID"),
    "shortcode": Phrase("Shortcode"),
    "segment": Phrase("Segment"),
    "primary_contact": Phrase("Looked after by (e-mail)"),
    "status": Phrase("Status"),
    "client": Phrase("Client"),
    "business_field": Phrase("Business field"),
    "start_date": Phrase("Start"),
    "due_date": Phrase("Due"),
    "description": Phrase("Description"),
    "lead": Phrase("Lead"),
    "project": Phrase("Project"),
    "column": Phrase("Column"),
    "assignees": Phrase("Assignees"),
    "labels": Phrase("Labels"),
    "priority": Phrase("Priority"),
    "parent": Phrase("Parent task"),
    "done": Phrase("Done"),
}
WITHOUT = {"name": N_("Say which column holds the name."), "title": N_("Say which column holds the title.")}
STATUSES = {
    "uploaded": (Phrase("Not begun"), "slate"),
    "checking": (Phrase("Being checked"), "blue"),
    "checked": (Phrase("Checked"), "teal"),
    "importing": (Phrase("Being imported"), "blue"),
    "done": (Phrase("Imported"), "green"),
    "stopped": (Phrase("Stopped"), "amber"),
    "failed": (Phrase("Failed"), "red"),
}
STEPS = {"checking": 3, "checked": 3, "importing": 4, "stopped": 4, "done": 5}
CHANGEABLE = ("uploaded", "checked", "failed")


def _address(me: Me, import_id: str) -> str:
    return f"/{me.space_slug}/settings/import/{import_id}"


def _list(db: Db, view: View, problem: Problem | None = None) -> Html:
    megabytes = f"{min(MOST, view.runtime.settings.file_limit) / 1024**2:.3g}"
    errors = errors_of(problem)
    if isinstance(problem, TooLarge):
        errors = {"file": Phrase("This file is too large: %(most)s MB at most.", most=megabytes)}
    context = {"imports": imports_of(db), "sources": SOURCES, "statuses": STATUSES, "megabytes": megabytes}
    return Html("settings/imports.html", {**context, "errors": errors})


@pages.get("/{space}/settings/import", needs="spaces:write")
def list_imports(db: Db, view: View) -> Answer:
    """Ask for a file, and show what was imported before."""
    return _list(db, view)


@pages.post("/{space}/settings/import", needs="spaces:write", again=_list, receives=take_in_export)
def send_import(db: Write, me: Me, body: Arrived) -> Answer:
    """Take a file."""
    return Redirect(_address(me, create_import(db, body, by=me).id))


def _choosing(db: Db, view: View, id: str, problem: Problem | None = None) -> Html:
    """Show what a file is taken for: the source, and of a spreadsheet what its columns hold."""
    found, typed = import_of(db, id), problem is not None
    source = view.form.text("source") if typed else view.query.text("source")
    source = source if source in SOURCES else found.source
    kind = SOURCES[source].kind
    context: dict[str, Any] = {
        "found": found,
        "at": 2,
        "source": source,
        "kind": kind,
        "sources": [(name, each.name) for name, each in SOURCES.items() if found.columns or not each.kind],
        "errors": errors_of(problem),
        "values": view.form if typed else found.options,
        "columns": _columns(view, found, kind, typed=typed) if kind else [],
        "members": [(member, LABELS[member]) for member in MEMBERS.get(kind, ())],
        "projects": open_projects(db) if kind == "tasks" else [],
    }
    return Html("settings/import_choose.html", context)


def _columns(view: View, found: SeenWhole, kind: str, *, typed: bool) -> list[dict[str, Any]]:
    guessed = members_of(kind, found.columns)
    before = found.options.get("mapping", {}) if found.options.get("kind") == kind else {}
    return [
        {
            "index": at,
            **each,
            "member": view.form.text(f"column.{at}") if typed else before.get(each["name"], guessed[at]),
        }
        for at, each in enumerate(found.columns)
        if each["name"]
    ]


@pages.get("/{space}/settings/import/{id}", needs="spaces:write")
def show_import(db: Db, view: View, id: str) -> Answer:
    """Show an import where it is: what it is taken for, what would happen, how far it is, what happened."""
    found = import_of(db, id)
    if found.status == "uploaded" or ("change" in view.query and found.status in CHANGEABLE):
        return _choosing(db, view, id)
    report = found.checked if found.status == "checked" else found.report
    context = {
        "found": found,
        "at": STEPS.get(found.status, 4 if found.checked is not None else 3),
        "source": SOURCES[found.source].name,
        "waits": found.status in WORK and not found.claimed,
        "elsewhere": view.runtime.settings.background == "off",
        "status": STATUSES[found.status],
        "report": report,
        "nouns": NOUNS,
        "verbs": VERBS,
        "links": led_to(db, found.report) if found.report is not None else [],
    }
    return Html("settings/import_show.html", context)


@pages.post("/{space}/settings/import/{id}/check", needs="spaces:write", again=_choosing)
def check_import(db: Write, me: Me, view: View, id: str) -> Answer:
    """Have it found out what would happen."""
    found = open_import(db, id)
    source = view.form.text("source")
    if source not in SOURCES or (SOURCES[source].kind and not found.columns):
        raise invalid("/source", "Choose from the list.")
    options = _options(view, found.columns, source)
    queue(db, found, "checking", source=source, options=options)
    return Redirect(_address(me, id))


def _options(view: View, columns: list[dict[str, Any]], source: str) -> dict[str, Any]:
    kind = SOURCES[source].kind
    if not kind:
        return {"archived": True} if source == "trello" and view.form.text("archived") else {}
    chosen = {each["name"]: view.form.text(f"column.{at}") for at, each in enumerate(columns) if each["name"]}
    needed, labels = NEEDED[kind], {member: LABELS[member] for member in MEMBERS[kind]}
    fault = fault_of(list(chosen.values()), labels, {needed}, WITHOUT[needed])
    if fault is not None:
        raise fault
    project = view.form.text("project")
    if kind == "tasks" and not project and "project" not in chosen.values():
        raise invalid("/project", "Choose a project, or the column that says it.")
    return {"kind": kind, "mapping": chosen, **({"project": project} if kind == "tasks" else {})}


@pages.post("/{space}/settings/import/{id}/start", needs="spaces:write")
def start_import(db: Write, me: Me, id: str) -> Answer:
    """Import it, or go on where it was stopped."""
    queue(db, open_import(db, id), "importing")
    return Redirect(_address(me, id))


@pages.post("/{space}/settings/import/{id}/stop", needs="spaces:write")
def stop_import(db: Write, me: Me, id: str) -> Answer:
    """Stop it; what was imported stays."""
    stop(db, open_import(db, id))
    return Redirect(_address(me, id))
