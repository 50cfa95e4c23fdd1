"""Calendar feeds, through the API: one's own."""

import msgspec

from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.bodies import sent
from kanwerk.core.db import Db
from kanwerk.core.groups import Group
from kanwerk.core.web import Request
from kanwerk.core.writes import Write
from kanwerk.feeds.models import end_feed, make_feed
from kanwerk.feeds.shapes import FEEDS, CreatedFeedData, CreateFeedData, FeedData
from kanwerk.people.access import Me
from kanwerk.people.mails import link

feeds = Group("Calendar feeds", "What is due, for the calendar that you use anyway: secret links.")


@feeds.get("/feeds", needs="feeds:read", read=FEEDS)
def list_feeds(db: Db, query: ListQuery) -> Page[FeedData]:
    """List your calendar feeds, without their links: those are shown once, when they are made."""
    return db.page(FEEDS, query, fence="own")


@feeds.post("/feeds", needs="feeds:write", creates=True, secret="url")  # noqa: S106 (a member's name)
def create_feed(db: Write, me: Me, body: CreateFeedData, request: Request) -> CreatedFeedData:
    """Make a calendar feed, and show its link this once.

    Whoever has the link sees what you see of it at that time, without signing in.
    """
    feed, secret = make_feed(db, sent(body), by=me)
    shown = msgspec.structs.asdict(db.full(FEEDS, feed))
    return CreatedFeedData(**shown, url=None if db.dry else link(request.runtime.settings, path_of(secret)))


@feeds.get("/feeds/{id}", needs="feeds:read", read=FEEDS)
def get_feed(db: Db, id: str, query: RecordQuery) -> FeedData:
    """Show a calendar feed of yours."""
    return db.one(FEEDS, id, query, fence="own")


@feeds.delete("/feeds/{id}", needs="feeds:write")
def delete_feed(db: Write, me: Me, id: str) -> None:
    """End a calendar feed for good: its link leads nowhere from then on."""
    end_feed(db, id, by=me)


def path_of(secret: str) -> str:
    """Return the path that a calendar is fetched from."""
    return f"/feeds/{secret}.ics"
