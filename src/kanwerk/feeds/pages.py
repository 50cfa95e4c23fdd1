"""Calendar feeds, for people: which there are, making one, ending one."""

from typing import Any

import msgspec

from kanwerk.core.db import Db
from kanwerk.core.forms import body_of, errors_of
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Problem
from kanwerk.core.writes import Write
from kanwerk.feeds.api import path_of
from kanwerk.feeds.models import end_feed, make_feed
from kanwerk.feeds.shapes import FEEDS, CreateFeedData
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_of
from kanwerk.projects.reads import PROJECTS, PROJECTS_FOR_GUESTS

pages = Pages()


def _here(me: Me) -> str:
    return f"/{me.space_slug}/settings/calendars"


def _projects(db: Db, me: Me) -> dict[str, str]:
    read = PROJECTS_FOR_GUESTS if me.type == "guest" else PROJECTS
    return {each.id: each.name for each in db.all(read, fence=fence_of(me), sort="name")}


def _page(db: Db, me: Me, view: View, problem: Problem | None = None) -> Html:
    names = _projects(db, me)
    feeds: list[dict[str, Any]] = msgspec.to_builtins(db.all(FEEDS, fence="own"))
    for feed in feeds:
        known = names.get(feed["project_id"], Phrase("A project that you no longer see"))
        feed["title"] = Phrase("What you are to do") if feed["project_id"] is None else known
    values = dict(view.form) if problem is not None else {}
    options = [*names.items()]
    context = {"feeds": feeds, "options": options, "values": values, "errors": errors_of(problem)}
    return Html("feeds/list.html", context)


@pages.get("/{space}/settings/calendars", needs="feeds:read")
def list_feeds(db: Db, me: Me, view: View) -> Answer:
    """Show somebody's calendars."""
    return _page(db, me, view)


@pages.post("/{space}/settings/calendars", needs="feeds:write", again=_page)
def add_feed(db: Write, me: Me, view: View) -> Answer:
    """Make a calendar, and show its link this once."""
    project_id = view.form.text("project_id")
    members = {"kind": "project", "project_id": project_id} if project_id else {"kind": "mine"}
    body = body_of(members, CreateFeedData)
    _, secret = make_feed(db, msgspec.to_builtins(body), by=me)
    url = f"{view.origin}{path_of(secret)}"
    context = {"url": url, "opening": f"webcal:{url.partition(':')[2]}"}
    return Html("feeds/created.html", context, secret=True)


@pages.post("/{space}/settings/calendars/{id}/end", needs="feeds:write")
def delete_feed(db: Write, me: Me, id: str) -> Answer:
    """End a calendar for good."""
    end_feed(db, id, by=me)
    return Redirect(_here(me), "Its link leads nowhere from now on.")
