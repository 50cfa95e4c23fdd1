"""The first page of a space: what is somebody's today, what waits for them, and what happened."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from kanwerk.clients.pages import listed
from kanwerk.core import clock
from kanwerk.core.db import Db
from kanwerk.core.pages import ADDRESSES, Answer, Html, Pages, View
from kanwerk.home.events import latest
from kanwerk.home.reads import agenda, coming, late, own_projects, waiting
from kanwerk.notifications.reads import NOTIFICATIONS, fence_of
from kanwerk.notifications.wording import sentence
from kanwerk.people.access import Me

pages = Pages()
NOON, EVENING = 12, 18
MOST_ASKED, MOST_NOTICES, MOST_EVENTS = 5, 6, 10


def daypart(now: datetime) -> str:
    """Return morning, afternoon or evening of a moment in somebody's own zone."""
    return "morning" if now.hour < NOON else "afternoon" if now.hour < EVENING else "evening"


@pages.get("/{space}", needs="me:read")
def show_home(db: Db, me: Me, view: View) -> Answer:
    """Show what concerns a person; guests and tax advisors see what is theirs."""
    now = clock.now().astimezone(ZoneInfo(me.zone))
    context: dict[str, Any] = {"daypart": daypart(now), "today": now.date().isoformat()}
    if me.type == "tax_advisor":
        page = listed(db, me, sort="-updated_at", limit="6", include_total="true")
        context |= {"clients": page.data, "client_count": page.meta.total}
        return Html("home/books.html", context)
    context |= {
        "agenda": None,
        "coming": [],
        "projects": own_projects(db),
        "waiting": [],
        "asked": _notices(db, me, view, "unread=true&kind=mentioned,commented", MOST_ASKED),
        "notices": _notices(db, me, view, "", MOST_NOTICES),
        "own_client": None,
        "late": late(db, me, now.date()) if me.admin else None,
        "events": [],
        "begun": True,
        "has_tasks": "/{space}/tasks" in ADDRESSES,
        "has_projects": "/{space}/projects" in ADDRESSES,
    }
    if me.type == "guest":
        own = listed(db, me).data if me.client_id is not None else []
        context["own_client"] = own[0] if own else None
        context["coming"] = coming(db, me, now.date())
    else:
        context |= {"agenda": agenda(db, me, now.date()), "waiting": waiting(db, me)}
        context["events"], _ = latest(db, me, limit=MOST_EVENTS, before=view.sequence + 1)
        context["begun"] = bool(listed(db, me, limit="1").data)
    return Html("home/home.html", context)


def _notices(db: Db, me: Me, view: View, asked: str, limit: int) -> list[dict[str, Any]]:
    """Return somebody's newest notifications, with what happened in words."""
    raw = "&".join(part for part in (asked, f"limit={limit}") if part).encode()
    page = db.page(NOTIFICATIONS, NOTIFICATIONS.parse("home", raw), fence=fence_of(me))
    lines: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(page.data))
    with view.written():
        for line, data in zip(lines, page.data, strict=True):
            day = None if data.due_date is None else date.fromisoformat(data.due_date)
            line["words"] = sentence(line["kind"], data.count, line["actors"], day)
    return lines
