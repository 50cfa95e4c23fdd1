"""Search, for people: the page with its filters, and what the command palette finds."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from kanwerk.clients.shapes import CLIENTS
from kanwerk.core import clock
from kanwerk.core.db import Db
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, View
from kanwerk.people.access import Me
from kanwerk.people.reads import USERS
from kanwerk.projects.framing import projects_of
from kanwerk.projects.members import fence_of
from kanwerk.search.api import found_by
from kanwerk.search.commands import GO, MAKE, RUN, open_to
from kanwerk.search.filters import Narrowed
from kanwerk.search.models import asked_words
from kanwerk.search.reads import LOOKED_AT, NEEDS, marked
from kanwerk.search.shapes import FoundData, SearchKind

pages = Pages()
SHOWN, IN_PALETTE, PEOPLE_IN_PALETTE = 20, 10, 4
LONGEST = 300
KINDS = {
    SearchKind.TASK: (Phrase("Tasks"), Phrase("Task"), "check-circle-2"),
    SearchKind.PROJECT: (Phrase("Projects"), Phrase("Project"), "folder-kanban"),
    SearchKind.CLIENT: (Phrase("Clients"), Phrase("Client"), "building-2"),
    SearchKind.COMMENT: (Phrase("Comments"), Phrase("Comment"), "message-square"),
    SearchKind.FILE: (Phrase("Files"), Phrase("File"), "paperclip"),
}
AGES = {"7": Phrase("Past week"), "31": Phrase("Past month"), "366": Phrase("Past year")}
STATES = {"false": Phrase("Open tasks"), "true": Phrase("Completed tasks")}


def shown(found: FoundData, asked: list[str]) -> dict[str, Any]:
    """Return something found as templates take it."""
    _, name, glyph = KINDS[found.kind]
    title = marked(found.title, asked)
    return {
        "id": f"{found.kind.value}-{found.id}",
        "kind": name,
        "icon": glyph,
        "title": Markup(title),  # noqa: S704 (escaped, marks aside)
        "name": found.title,
        "snippet": None if found.snippet == title else Markup(found.snippet),  # noqa: S704
        "url": found.url,
        "key": found.url.rsplit("/", 1)[-1] if found.kind is SearchKind.TASK else None,
    }


def _asked(view: View, me: Me) -> dict[str, str]:
    """Return what is searched; what makes no sense is left out, so that an old bookmark still opens."""
    query = view.query
    found = {"q": query.text("q")[:LONGEST]}
    kind = query.text("kind")
    found["kind"] = kind if kind in (each.value for each in _kinds(me)) else ""
    wanted = ("project", *(("client", "assignee") if me.may("clients:write") else ()))
    for name in wanted:
        value = me.id if (name, query.text(name)) == ("assignee", "me") else query.text(name)
        found[name] = value if is_id(value) else ""
    found["completed"] = query.text("completed") if query.text("completed") in STATES else ""
    found["updated_after"] = query.text("updated_after") if _moment(query.text("updated_after")) else ""
    return found


def _kinds(me: Me) -> list[SearchKind]:
    return [kind for kind in KINDS if me.may(NEEDS[kind.value])]


def _moment(text: str) -> datetime | None:
    """Return the moment that a number of days, or a day, names."""
    if text in AGES:
        return clock.now() - timedelta(days=int(text))
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _narrowed(asked: dict[str, str]) -> Narrowed:
    return Narrowed(
        project_id=asked.get("project") or None,
        client_id=asked.get("client") or None,
        assignee_id=asked.get("assignee") or None,
        completed={"true": True, "false": False}.get(asked["completed"]),
        updated_after=_moment(asked["updated_after"]),
    )


def _from(view: View) -> int:
    told = view.query.text("from")
    return min(int(told), LOOKED_AT) if told.isascii() and told.isdigit() and len(told) <= len("200") else 0


@pages.get("/{space}/search", needs="search:read")
def search_space(db: Db, me: Me, view: View) -> Answer:
    """Show what is found, its first lines or its next."""
    asked, start = _asked(view, me), _from(view)
    kinds = [asked["kind"]] if asked["kind"] else None
    found = found_by(db, me, asked["q"], kinds, start + SHOWN + 1, _narrowed(asked)) if asked["q"] else []
    kept = {name: value for name, value in asked.items() if value}
    here, further = f"/{me.space_slug}/search", len(found) > start + SHOWN
    words = asked_words(asked["q"])
    context: dict[str, Any] = {
        "asked": asked,
        "found": [shown(each, words) for each in found[start : start + SHOWN]],
        "next_url": f"{here}?{urlencode({**kept, 'from': start + SHOWN})}" if further else None,
    }
    if view.partial and start:
        return Html("search/page.html", context, block="rows")
    without = {name: value for name, value in kept.items() if name not in ("kind", "q")}
    context |= {
        "narrowed": bool(without or asked["kind"]),
        "narrowing": len(without),
        "everywhere_url": f"{here}?{urlencode({'q': asked['q']})}",
        "kinds": [(kind.value, KINDS[kind][0]) for kind in _kinds(me)],
        "states": list(STATES.items()) if me.may("tasks:read") else [],
        "ages": list(AGES.items()),
        "choices": _choices(db, me),
    }
    return Html("search/page.html", context)


def _choices(db: Db, me: Me) -> dict[str, list[tuple[str, str]]]:
    """Return what the filters offer, by name: only what the person sees."""
    found: dict[str, list[tuple[str, str]]] = {"project": [], "client": [], "assignee": []}
    if me.may("projects:read"):
        projects = projects_of(me)
        query = projects.parse("search", b"sort=name&limit=500")
        those = db.page(projects, query, fence=fence_of(me)).data
        found["project"] = [(project.id, project.name) for project in those]
    if me.may("clients:write"):
        clients = db.page(CLIENTS, CLIENTS.parse("search", b"sort=name&limit=500")).data
        found["client"] = [(client.id, client.name) for client in clients]
        people = db.page(USERS, USERS.parse("search", b"type=user&active=true&sort=name&limit=500")).data
        found["assignee"] = [(user.id, f"{user.first_name} {user.last_name}".strip()) for user in people]
    return found


@pages.get("/{space}/palette", needs="search:read")
def show_palette(db: Db, me: Me, view: View) -> Answer:
    """Answer what the palette asks for as it is typed in: all that it can always do, or what is found."""
    q = view.query.text("q")[:LONGEST]
    if not q:
        groups = {"make": open_to(me, MAKE), "go": open_to(me, GO), "run": open_to(me, RUN)}
        return Html("search/palette_commands.html", {"groups": groups})
    words = asked_words(q)
    found = [shown(each, words) for each in found_by(db, me, q, None, IN_PALETTE)]
    people = []
    if me.may("events:read"):
        raw = urlencode({"q": q, "active": "true", "limit": str(PEOPLE_IN_PALETTE)}).encode()
        people = db.page(USERS, USERS.parse("palette", raw)).data
    return Html("search/palette_found.html", {"found": found, "people": people})
