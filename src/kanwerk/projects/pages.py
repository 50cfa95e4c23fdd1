"""Projects, for people: the list of all of them, and the star that makes one a favourite."""

from typing import Any
from urllib.parse import urlencode

from kanwerk.clients.pages import shown_rows
from kanwerk.core.db import Db
from kanwerk.core.ids import is_id
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Invalid
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects import favourites
from kanwerk.projects import of_clients as _of_clients  # noqa: F401  # for the client's page
from kanwerk.projects.framing import load_at
from kanwerk.projects.outlook import health, today_of
from kanwerk.projects.rows import GROUPS, GUESTS_ASK, ROWS, STATUSES, choices, counted, listed
from kanwerk.projects.sidebar import starred

pages = Pages()
WAYS = ("client", "status", "lead", "name", "due_date")


def asked_of(view: View, me: Me) -> dict[str, str]:
    """Return what the list is narrowed by; what it does not know is left out: an old address still opens."""
    query = view.query
    found = {"q": query.text("q")[:300], "status": query.text("status")}
    found["status"] = found["status"] if found["status"] in STATUSES else ""
    for name in ("client_id", "lead_id", "business_field_id"):
        found[name] = query.text(name) if is_id(query.text(name)) else ""
    for name in ("mine", "favourite", "archived"):
        found[name] = "true" if query.text(name) == "true" else ""
    if me.type == "guest":
        found = {name: value if name in GUESTS_ASK else "" for name, value in found.items()}
    return found


def _raw(asked: dict[str, str], by: str, **more: str | None) -> bytes:
    wanted = {**asked, "sort": by, **more}
    return urlencode({name: value for name, value in wanted.items() if value}).encode()


def _group_of(row: Any, by: str) -> str | None:
    if by == "client":
        return row.client.id if row.client else None
    if by == "lead":
        return row.lead.id if row.lead else None
    return str(row.status) if by == "status" else None


@pages.get("/{space}/projects", needs="projects:read")
def list_projects(db: Db, me: Me, view: View) -> Answer:
    """Show the list of projects, or its next rows."""
    asked, by = asked_of(view, me), view.query.text("by")
    by = by if by in WAYS else "client"
    further = view.partial and "cursor" in view.query
    today = today_of(me)
    try:
        raw = _raw(asked, by, cursor=view.query.get("cursor"), limit=shown_rows(view))
        query = ROWS.parse("projects", raw)
    except Invalid:  # an old cursor leads to the beginning
        query = ROWS.parse("projects", _raw(asked, by))
    page = listed(db, me, query, today)
    kept = {name: value for name, value in {**asked, "by": "" if by == "client" else by}.items() if value}
    here = f"/{me.space_slug}/projects"
    last = _group_of(page.data[-1], by) if page.data else None
    cursor = page.meta.next_cursor
    context: dict[str, Any] = {
        "rows": [
            {
                "project": row,
                "group": _group_of(row, by),
                "health": health(row.status, row.due_date, row.outlook, today),
            }
            for row in page.data
        ],
        "by": by,
        "grouped": by in GROUPS,
        "starred": starred(view),
        "today": today.isoformat(),
        "next_url": f"{here}?{urlencode({**kept, 'cursor': cursor, 'after': last or 'none'})}"
        if cursor
        else None,
    }
    counts = counted(db, me, query, by)
    context["counts"] = counts
    if further:
        return Html("projects/list.html", {**context, "after": view.query.text("after")}, block="rows")
    narrowed_by = {name: value for name, value in asked.items() if value and name != "q"}
    context |= {
        "after": "",
        "total": sum(counts.values()),
        "asked": asked,
        "choices": {} if me.type == "guest" else choices(db, me),
        "filtered": any(asked.values()),
        "chips": [
            {"name": name, "value": value, "url": _url(here, {k: v for k, v in kept.items() if k != name})}
            for name, value in narrowed_by.items()
        ],
    }
    return Html("projects/list.html", context)


def _url(here: str, asked: dict[str, str]) -> str:
    return f"{here}?{urlencode(asked)}" if asked else here


def _back(view: View, me: Me) -> str:
    """Return the page of this space that a form was on."""
    return view.within(view.form.text("back"), f"/{me.space_slug}/projects")


@pages.post("/{space}/projects/{code}/star", needs="projects:read")
def star_project(db: Write, me: Me, view: View, code: str) -> Answer:
    """Put a project among one's favourites."""
    favourites.star(db, load_at(db, me, code, manage=False), by=me)
    return Redirect(_back(view, me))


@pages.post("/{space}/projects/{code}/unstar", needs="projects:read")
def unstar_project(db: Write, me: Me, view: View, code: str) -> Answer:
    """Take a project out of one's favourites."""
    favourites.unstar(db, load_at(db, me, code, manage=False), by=me)
    return Redirect(_back(view, me))
