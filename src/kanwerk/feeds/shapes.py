"""Calendar feeds on the wire, and the one SELECT behind them."""

from enum import Enum
from typing import Annotated

from msgspec import Meta, Struct
from sqlalchemy import bindparam

from kanwerk.core.db import Db
from kanwerk.core.events import EventPrivate, Kind, register
from kanwerk.core.listing import Filter, Read
from kanwerk.core.reads import Shape
from kanwerk.core.text import Id, Moment
from kanwerk.feeds.models import Feed


class FeedKind(Enum):
    """What a calendar shows: what you are to do, or a project."""

    MINE = "mine"
    PROJECT = "project"


class FeedData(Struct, kw_only=True):
    """A calendar feed. Its link is shown once, when it is made."""

    id: Id
    kind: FeedKind
    project_id: Id | None
    created_at: Moment
    updated_at: Moment


class CreatedFeedData(FeedData, kw_only=True):
    """A new calendar feed, with its link."""

    url: Annotated[
        str | None, Meta(description="The secret link: shown now and never again; null in a replay")
    ] = None


class CreateFeedData(Struct, forbid_unknown_fields=True):
    """A calendar feed to make for yourself."""

    kind: FeedKind
    project_id: Annotated[Id | None, Meta(description="Of a feed of the kind `project`")] = None


FEED: Shape[FeedData] = Shape(FeedData, {name: getattr(Feed, name) for name in FeedData.__struct_fields__})
FEEDS: Read[FeedData, FeedData] = Read(
    Feed,
    Feed.__table__,
    item=FEED,
    full=FEED,
    filters={
        "kind": Filter(Feed.kind, FeedKind, "Only these kinds"),
        "project_id": Filter(Feed.project_id, Id, "Only feeds of these projects"),
    },
    fences={"own": Feed.user_id == bindparam("me_id", type_=Feed.user_id.type)},
)


def _own(db: Db, events: list[EventPrivate]) -> set[str]:
    """Return those of the caller's feeds that are still there; who ended one is told by the answer."""
    ids = sorted({event.record_id for event in events})
    if db.me.admin:
        return set(ids)
    return {row[-3] for row in db.rows(FEEDS.record_select("own", many=True), ids=ids)}


register("feed", Kind(FEEDS, "feeds:read", ("created", "deleted"), _own))
