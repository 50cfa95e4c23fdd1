"""Clients, for people: the list, one client, and what happened to it."""

from typing import Any
from urllib.parse import urlencode

import msgspec

from kanwerk.clients.shapes import CLIENTS, CLIENTS_FOR_GUESTS, INVOICING, STATE
from kanwerk.core import choices
from kanwerk.core.asked import Page, RecordQuery
from kanwerk.core.db import Db
from kanwerk.core.events import ACTIVITY, tell
from kanwerk.core.languages import Phrase
from kanwerk.core.listing import LIMIT, MOST
from kanwerk.core.pages import Answer, Html, Pages, View
from kanwerk.core.problems import Invalid
from kanwerk.people.access import Me
from kanwerk.people.reads import USERS

pages = Pages()
DIGITS = 5
ROWS, ROWS_FOR_GUESTS = CLIENTS.detailed(), CLIENTS_FOR_GUESTS.detailed()


def listed(db: Db, me: Me, **wanted: str | None) -> Page[Any]:
    """Return one page of clients as a person sees them."""
    raw = urlencode({name: value for name, value in wanted.items() if value}).encode()
    if me.may("clients:details"):
        return db.page(ROWS, ROWS.parse("clients", raw))
    own = {"fence": "own", "own_client": me.client_id}
    return db.page(ROWS_FOR_GUESTS, ROWS_FOR_GUESTS.parse("clients", raw), **own)


def shown_rows(view: View) -> str | None:
    """Return how many rows a page that is asked for anew shows already; None for as many as usual."""
    told = view.query.text("rows")
    return (
        str(min(max(int(told), LIMIT), MOST))
        if told.isascii() and told.isdigit() and len(told) < DIGITS
        else None
    )


def asked_of(view: View) -> dict[str, str]:
    """Return what the list is asked for: what it does not know is left out, so that an old bookmark still
    opens.
    """
    query = view.query
    found = {"q": query.text("q")[:300], "segment": query.text("segment"), "archived": query.text("archived")}
    found["segment"] = found["segment"] if found["segment"] in ("A", "B", "C") else ""
    found["archived"] = "true" if found["archived"] == "true" else ""
    sort = query.text("sort")
    found["sort"] = sort if sort.lstrip("-") in ("name", "created_at", "updated_at") else "name"
    return found


@pages.get("/{space}/clients", needs="clients:read")
def list_clients(db: Db, me: Me, view: View) -> Answer:
    """Show the list, or its next rows."""
    asked = asked_of(view)
    if not me.may("clients:details"):
        asked |= {"segment": "", "archived": ""}
    try:
        rows = shown_rows(view)
        page = listed(db, me, **asked, cursor=view.query.get("cursor"), limit=rows, include_total="true")
    except Invalid:
        page = listed(db, me, **asked, include_total="true")
    here = f"/{me.space_slug}/clients"
    kept = {name: value for name, value in asked.items() if value and (name, value) != ("sort", "name")}

    def url(**more: str) -> str:
        query = urlencode({**kept, **more})
        return f"{here}?{query}" if query else here

    sort = asked["sort"]
    context = {
        "clients": page.data,
        "total": page.meta.total,
        "filtered": bool(asked["q"] or asked["segment"] or asked["archived"]),
        "q": asked["q"],
        "segment": asked["segment"],
        "archived": bool(asked["archived"]),
        "sort": sort,
        "next_url": url(cursor=page.meta.next_cursor) if page.meta.next_cursor else None,
        "sort_urls": {
            name: url(sort=f"-{name}" if sort == name else name)
            for name in ("name", "created_at", "updated_at")
        },
        "export_url": f"{here}.csv?{urlencode(kept)}",
    }
    return Html(
        "clients/list.html", context, block="rows" if view.partial and "cursor" in view.query else None
    )


def contacts_of(db: Db, client_id: str | None = None) -> list[tuple[str, str]]:
    """Return who may be a primary contact: the space's people, and the client's guests."""
    found: list[tuple[str, str]] = []
    wanted: list[dict[str, Any]] = [{"type": "user"}]
    if client_id:
        wanted.append({"type": "guest", "client_id": client_id})
    for each in wanted:
        raw = urlencode({**each, "active": "true", "sort": "name", "limit": "500"}).encode()
        page = db.page(USERS, USERS.parse("contacts", raw))
        for user in page.data:
            name = f"{user.first_name} {user.last_name}".strip()
            guest = each["type"] == "guest"
            found.append((user.id, Phrase("%(name)s (guest)", name=name) if guest else name))
    return found


@pages.get("/{space}/clients/{id}", needs="clients:read")
def show_client(db: Db, me: Me, id: str) -> Answer:
    """Show a client: its data, contacts, projects and activity."""
    if not me.may("clients:details"):
        client = db.one(CLIENTS_FOR_GUESTS, id, fence="own", own_client=me.client_id)
        context: dict[str, Any] = {
            "invoicing": None,
            "contacts": [],
            "projects": [],
            "events": [],
            "names": {},
        }
        return Html("clients/show.html", {"client": client, "archived": False, "trashed": False, **context})
    include = ("projects",) if me.may("projects:read") else ()
    client = db.one(CLIENTS, id, RecordQuery(include=include, trashed=True))
    state = db.rows(STATE, id=id)[0]
    invoicing = msgspec.structs.asdict(db.one(INVOICING, id, RecordQuery(trashed=True)))
    raw = urlencode({"active": "true", "sort": "name", "limit": "200"}).encode()
    contacts = db.page(USERS, USERS.parse("contacts", raw), fence="of_client", of_client=id).data
    events = activity(db, me, fence="record", of_kind="client", of_record=id)
    return Html(
        "clients/show.html",
        {
            "client": client,
            "archived": state[0] is not None,
            "trashed": state[1] is not None,
            "invoicing": invoicing,
            "country_name": choices.country_name(invoicing["country"], me.locale),
            "contacts": contacts,
            "projects": client.projects if include else [],
            "events": events,
            "names": dict(contacts_of(db, id)),
        },
    )


def activity(
    db: Db, me: Me, *, fence: str | None = None, limit: int = 30, **values: str
) -> list[dict[str, Any]]:
    """Return the newest events as templates take them."""
    page = db.page(ACTIVITY, ACTIVITY.parse("activity", f"limit={limit}".encode()), fence=fence, **values)
    told = [
        msgspec.to_builtins(tell(event, admin=me.admin), builtin_types=(msgspec.Raw,)) for event in page.data
    ]
    for event in told:
        for name in ("actor", "data", "changes"):
            if isinstance(event[name], msgspec.Raw):
                event[name] = msgspec.json.decode(event[name])
    return told
