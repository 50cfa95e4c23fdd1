"""Clients, for people: archive, delete, bring back, the trash, and the way out as a spreadsheet."""

import csv
import io
from typing import Any
from urllib.parse import urlencode

from kanwerk.clients.models import Client
from kanwerk.clients.pages import ROWS, asked_of
from kanwerk.clients.shapes import CLIENTS
from kanwerk.core.db import Db
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Download, Html, Pages, Redirect, View
from kanwerk.core.problems import Problem, invalid
from kanwerk.core.trash import Fate, bring_back, throw_away
from kanwerk.core.writes import Write
from kanwerk.people.access import Me

pages = Pages()
COLUMNS = ("name", "external_id", "shortcode", "segment", "primary_contact")


def _here(me: Me, client_id: str) -> str:
    return f"/{me.space_slug}/clients/{client_id}"


def _archive_question(db: Db, me: Me, id: str, problem: Problem) -> Answer:
    client = db.one(CLIENTS, id)
    if problem.code != "active_projects":
        return Redirect(_here(me, id), problem.detail, kind="error")
    context = {
        "client": client,
        "title": Phrase("Archive %(name)s?", name=client.name),
        "text": Phrase("Some of its projects are not completed."),
        "action": f"{_here(me, id)}/archive",
        "choice": "projects",
        "options": [
            ("archive", Phrase("Archive its projects too"), Phrase("They can be brought back one by one."))
        ],
        "submit": Phrase("Archive"),
    }
    return Html("clients/confirm.html", context)


@pages.post("/{space}/clients/{id}/archive", needs="clients:write", again=_archive_question)
def archive_client(db: Write, me: Me, view: View, id: str) -> Answer:
    """Put a client away."""
    client = db.load(Client, id)
    along = client.archive(db, projects_too=view.form.text("projects") == "archive", by=me)
    undo = f"{_here(me, id)}/unarchive" + (f"?projects={','.join(along)}" if along else "")
    return Redirect(_here(me, id), Phrase("Archived %(name)s.", name=client.name), undo)


@pages.post("/{space}/clients/{id}/unarchive", needs="clients:write")
def unarchive_client(db: Write, me: Me, view: View, id: str) -> Answer:
    """Bring a client back from the archive, and the projects that the address names."""
    client = db.load(Client, id)
    client.unarchive(db, [each for each in view.query.text("projects").split(",") if is_id(each)], by=me)
    return Redirect(_here(me, id), Phrase("%(name)s is back from the archive.", name=client.name))


def _delete_question(db: Db, me: Me, id: str, problem: Problem) -> Answer:
    client = db.one(CLIENTS, id)
    counts: Any = problem.members.get("dependants")
    if problem.code != "has_dependants" or not isinstance(counts, dict):
        return Redirect(_here(me, id), problem.detail, kind="error")
    context = {
        "client": client,
        "title": Phrase("Delete %(name)s?", name=client.name),
        "text": _named(counts),
        "action": f"{_here(me, id)}/delete",
        "choice": "dependants",
        "options": [
            (Fate.DETACH.value, Phrase("Keep them"), Phrase("They stay, without a client.")),
            (
                Fate.TRASH.value,
                Phrase("Delete them too"),
                Phrase("Projects go to the trash with it, guests can no longer sign in."),
            ),
        ],
        "submit": Phrase("Delete"),
    }
    return Html("clients/confirm.html", context)


def _named(counts: dict[str, int]) -> Phrase:
    """Say what a client takes along, or leaves behind."""
    projects = Phrase("%(num)s project", "%(num)s projects", num=counts.get("projects", 0))
    guests = Phrase("%(num)s guest", "%(num)s guests", num=counts.get("guests", 0))
    if not counts.get("guests"):
        return Phrase("Belongs to it: %(things)s.", things=projects)
    if not counts.get("projects"):
        return Phrase("Belongs to it: %(things)s.", things=guests)
    return Phrase("Belongs to it: %(projects)s and %(guests)s.", projects=projects, guests=guests)


@pages.post("/{space}/clients/{id}/delete", needs="clients:write", again=_delete_question)
def delete_client(db: Write, me: Me, view: View, id: str) -> Answer:
    """Move a client to the trash."""
    client = db.load(Client, id)
    fate = view.form.text("dependants")
    if fate not in ("", *(each.value for each in Fate)):
        raise invalid("/dependants", "Keep them or delete them.")
    throw_away(db, client, fate=Fate(fate) if fate else None, by=me)
    text = Phrase("Deleted %(name)s.", name=client.name)
    return Redirect(f"/{me.space_slug}/clients", text, f"{_here(me, id)}/restore")


@pages.post("/{space}/clients/{id}/restore", needs="clients:write")
def restore_client(db: Write, me: Me, id: str) -> Answer:
    """Bring a client back from the trash."""
    client = db.load(Client, id, trashed=True)
    bring_back(db, client, by=me)
    return Redirect(_here(me, id), Phrase("%(name)s is back.", name=client.name))


@pages.get("/{space}/clients.csv", needs="clients:details")
async def export_clients(db: Db, me: Me, view: View) -> Answer:
    """Give the list out as CSV, as it is filtered and sorted."""
    asked = asked_of(view)

    def work() -> bytes:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        reading, cursor = Db(db.database, me), None
        while True:
            raw = urlencode(
                {k: v for k, v in {**asked, "limit": "500", "cursor": cursor}.items() if v}
            ).encode()
            page = reading.page(ROWS, ROWS.parse("export", raw))
            for client in page.data:
                contact = client.primary_contact
                cells: list[Any] = [client.name, client.external_id, client.shortcode, client.segment]
                writer.writerow([safe(cell or "") for cell in [*cells, contact.email if contact else None]])
            cursor = page.meta.next_cursor
            if cursor is None:
                return b"\xef\xbb\xbf" + text.getvalue().encode()

    return Download(
        f"clients-{me.space_slug}.csv", "text/csv; charset=utf-8", await view.runtime.threads.work(work)
    )


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula (OWASP, CSV injection); the import undoes it."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
