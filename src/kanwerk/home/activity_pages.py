"""The activity of a space: who did what, the newest first."""

from typing import Any
from urllib.parse import urlencode

from kanwerk.core.db import Db
from kanwerk.core.ids import is_id
from kanwerk.core.pages import Answer, Html, Pages, View
from kanwerk.home.events import SHOWN, kinds_for, latest
from kanwerk.people.access import Me
from kanwerk.people.reads import USERS

pages = Pages()
ROWS, MOST_ROWS = 40, 400
DIGITS = 19


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < DIGITS else None


@pages.get("/{space}/activity", needs="events:read")
def show_activity(db: Db, me: Me, view: View) -> Answer:
    """Show what happened in all that a person sees, or its next lines."""
    query, kinds = view.query, kinds_for(me)
    kind = query.text("kind") if query.text("kind") in kinds else None
    told = me.id if query.text("person") == "me" else query.text("person")
    person = told if is_id(told) else None
    before = _number(query.text("before"))
    rows = min(max(_number(query.text("rows")) or 0, ROWS), MOST_ROWS)
    events, further = latest(db, me, limit=rows, before=before or view.sequence + 1, kind=kind, person=person)
    kept = {name: value for name, value in (("kind", kind), ("person", person)) if value}
    here = f"/{me.space_slug}/activity"
    context: dict[str, Any] = {
        "events": events,
        "next_url": f"{here}?{urlencode({**kept, 'before': further})}" if further else None,
    }
    if view.partial and before is not None:
        return Html("home/activity.html", context, block="rows")
    people = db.page(USERS, USERS.parse("activity", b"sort=name&limit=500")).data
    context |= {
        "kind": kind or "",
        "person": person or "",
        "kinds": [(name, SHOWN[name]) for name in kinds],
        "people": [(user.id, f"{user.first_name} {user.last_name}".strip()) for user in people],
    }
    return Html("home/activity.html", context)
