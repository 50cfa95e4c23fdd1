"""Notifications, for people: the list behind the bell, how to be told, and the end of mails by a link."""

from datetime import date
from typing import Any

import msgspec

from kanwerk.core.addresses import address_of
from kanwerk.core.db import Db
from kanwerk.core.forms import body_of, errors_of
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import NotFound, Problem, missing
from kanwerk.core.secrets import signing_key
from kanwerk.core.writes import Write
from kanwerk.notifications.models import Notification
from kanwerk.notifications.reading import read_these, read_until
from kanwerk.notifications.reads import NOTIFICATIONS, fence_of
from kanwerk.notifications.settings import KINDS, WAYS, change_settings, mine_of, shown
from kanwerk.notifications.shapes import UpdateNotificationSettingsData
from kanwerk.notifications.unsubscribing import Opened, end_mails, opened
from kanwerk.notifications.wording import KIND_TITLES, sentence
from kanwerk.people.access import Me
from kanwerk.people.reads import USERS

pages = Pages()
ROWS, MOST_ROWS = 50, 500
FOR_ADMINS = ("webhook_disabled",)


def _here(me: Me) -> str:
    return f"/{me.space_slug}/notifications"


@pages.get("/{space}/notifications", needs="notifications:read")
def list_notifications(db: Db, me: Me, view: View) -> Answer:
    """Show what concerns a person, the newest first; as many rows as the page has when it is asked anew."""
    asked = view.query.text("rows")
    rows = min(int(asked), MOST_ROWS) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0  # noqa: PLR2004
    only_unread = view.query.text("unread") == "true"
    raw = f"limit={max(rows, ROWS)}" + ("&unread=true" if only_unread else "")
    cursor = view.query.text("cursor")
    raw += f"&cursor={cursor}" if cursor else ""
    try:
        query = NOTIFICATIONS.parse("notifications", raw.encode())
    except Problem:  # an old cursor leads to the beginning
        return Redirect(_here(me))
    page = db.page(NOTIFICATIONS, query, fence=fence_of(me))
    lines: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(page.data))
    with view.written():
        for line, data in zip(lines, page.data, strict=True):
            day = data.due_date
            line["words"] = sentence(
                line["kind"], data.count, line["actors"], None if day is None else date.fromisoformat(day)
            )
    further = page.meta.next_cursor
    suffix = "&unread=true" if only_unread else ""
    context = {
        "lines": lines,
        "only_unread": only_unread,
        "next_url": f"{_here(me)}?cursor={further}{suffix}" if further else None,
    }
    return Html("notifications/list.html", context, block="rows" if view.partial and cursor else None)


@pages.post("/{space}/notifications/read", needs="notifications:write")
def read_notifications(db: Write, me: Me, view: View) -> Answer:
    """Mark all that the page showed as read, up to its newest."""
    until = view.form.text("until")
    if until:
        read_until(db, until)
    return Redirect(_here(me))


@pages.post("/{space}/notifications/{id}/read", needs="notifications:write")
def read_notification(db: Write, me: Me, view: View, id: str) -> Answer:
    """Mark one as read, and open what it is about where that has a page."""
    line = db.session.get(Notification, (db.space_id, id))
    if line is None or line.user_id != me.id:
        raise missing()
    read_these(db, [id])
    url = address_of(me.space_slug, line.record_kind, line.record_id, line.record_key)
    if url is not None and view.form.text("open"):
        return Redirect(url)
    return Redirect(_here(me) + ("?unread=true" if view.form.text("unread") else ""))


def _settings_page(db: Db, me: Me, view: View, problem: Problem | None = None) -> Html:
    stored: dict[str, Any] = msgspec.to_builtins(shown(mine_of(db)))
    user = db.one(USERS, me.id)
    if problem is not None:
        stored |= {name: view.form.text(name) for name in ("mails", "quiet_from", "quiet_to")}
        on = set(view.form.all("on"))
        stored["kinds"] = {kind: {way: f"{kind}.{way}" in on for way in WAYS} for kind in KINDS}
    kinds = [(kind, KIND_TITLES[kind]) for kind in KINDS if me.admin or kind not in FOR_ADMINS]
    context = {
        "values": stored,
        "errors": errors_of(problem),
        "kinds": kinds,
        "zone": user.timezone or me.timezone,
        "email": me.email,
    }
    return Html("notifications/settings.html", context)


@pages.get("/{space}/settings/notifications", needs="notifications:read")
def show_notification_settings(db: Db, me: Me, view: View) -> Answer:
    """Show how a person wants to be told."""
    return _settings_page(db, me, view)


@pages.post("/{space}/settings/notifications", needs="notifications:write", again=_settings_page)
def edit_notification_settings(db: Write, me: Me, view: View) -> Answer:
    """Change how a person wants to be told."""
    on = set(view.form.all("on"))
    members: dict[str, Any] = view.form.members("mails", "quiet_from", "quiet_to")
    shown_kinds = [kind for kind in KINDS if me.admin or kind not in FOR_ADMINS]
    kinds = {kind: {way: f"{kind}.{way}" in on for way in WAYS} for kind in shown_kinds}
    body = body_of({**members, "kinds": kinds}, UpdateNotificationSettingsData)
    change_settings(db.session, db.space_id, me.id, msgspec.to_builtins(body))
    return Redirect(f"/{me.space_slug}/settings/notifications", "Saved.")


def _whose(view: View, token: str) -> Opened:
    found = opened(signing_key(view.runtime.database, "unsubscribe"), token)
    if found is None:
        raise NotFound
    return found


def _end_page(whose: Opened, ended: str = "") -> Html:
    kinds = [KIND_TITLES[kind] for kind in whose.kinds]
    return Html("notifications/unsubscribe.html", {"kinds": kinds, "ended": ended})


@pages.get("/unsubscribe/{token}")
def show_unsubscribe(view: View, token: str) -> Answer:
    """Ask whether the mails shall end; to look at the page ends nothing, for programs look at links too."""
    return _end_page(_whose(view, token))


@pages.post("/unsubscribe/{token}", from_anywhere=True)
def unsubscribe(view: View, token: str) -> Answer:
    """End the mails; a mail program may ask for it too, by one POST without a cookie (RFC 8058)."""
    whose, everything = _whose(view, token), view.form.text("all") == "true"
    view.runtime.database.write(lambda session: end_mails(session, whose, everything=everything))
    return _end_page(whose, "all" if everything else "kinds")
