"""The first page of a space."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kanwerk.clients.pages import activity, listed
from kanwerk.core import clock
from kanwerk.core.db import Db
from kanwerk.core.pages import Answer, Html, Pages
from kanwerk.people.access import Me

pages = Pages()
NOON, EVENING = 12, 18


def daypart(now: datetime, timezone: str) -> str:
    """Return morning, afternoon or evening, where the space is."""
    hour = now.astimezone(ZoneInfo(timezone)).hour
    return "morning" if hour < NOON else "afternoon" if hour < EVENING else "evening"


@pages.get("/{space}", needs="me:read")
def show_home(db: Db, me: Me) -> Answer:
    """Show what changed lately; guests and tax advisors see what is theirs."""
    context: dict[str, Any] = {
        "daypart": daypart(clock.now(), me.timezone),
        "clients": [],
        "client_count": None,
        "own_client": None,
        "events": [],
        "names": {},
    }
    if me.may("clients:details"):
        page = listed(db, me, sort="-updated_at", limit="6", include_total="true")
        context |= {"clients": page.data, "client_count": page.meta.total}
    elif me.client_id is not None:
        own = listed(db, me).data
        context["own_client"] = own[0] if own else None
    if me.may("events:read"):
        seen = (
            activity(db, me, limit=12)
            if me.unbounded
            else activity(db, me, fence="kind", of_kind="client", limit=12)
        )
        context["events"] = seen
    return Html("people/home.html", context)
