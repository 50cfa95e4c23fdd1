"""Giving calendars out: to whoever has the link, and then what its owner sees now."""

import hashlib
from typing import Any, NamedTuple

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp
from sqlalchemy import select
from sqlalchemy.orm import Session

from kanwerk.core.db import Db
from kanwerk.core.languages import language_of, written_in
from kanwerk.core.limits import Limiter
from kanwerk.core.problems import NotFound
from kanwerk.core.secrets import hashed
from kanwerk.core.web import Headers, Request, respond
from kanwerk.feeds.calendar import calendar
from kanwerk.feeds.models import Feed
from kanwerk.feeds.reads import due_in, project_name
from kanwerk.people.access import Me
from kanwerk.people.recipients import recipients

FETCHES = (60, 60)  # of one feed, in so many seconds
_SUFFIX = ".ics"


class Found(NamedTuple):
    """A feed and who looks through it."""

    feed: Feed
    me: Me


def _find(secret: str, session: Session) -> Found | None:
    feed = session.execute(select(Feed).where(Feed.token_hash == hashed(secret))).scalar_one_or_none()
    if feed is None:
        return None
    who = recipients(session, feed.space_id, [feed.user_id]).get(feed.user_id)
    session.expunge_all()
    return None if who is None or not who.me.may("feeds:read") else Found(feed, who.me)


def _fetched(request: Request) -> tuple[int, Headers, bytes]:
    runtime, name = request.runtime, request.segment(2)
    if runtime.failures.level(request.address) < 1:
        raise runtime.failures.refuse(request.address)
    secret = name.removesuffix(_SUFFIX)
    found = runtime.database.look(lambda session: _find(secret, session)) if secret != name else None
    if found is None:
        runtime.failures.take(request.address)
        raise _nothing()
    limiter: Limiter = runtime.state.setdefault("feeds", Limiter(*FETCHES))
    if limiter.take(found.feed.id) < 0:
        raise limiter.refuse(found.feed.id)
    return _answer(request, found)


def _answer(request: Request, found: Found) -> tuple[int, Headers, bytes]:
    feed, me = found
    db = Db(request.runtime.database, me)
    title = f"{me.space_name}: {me.name}"
    if feed.project_id is not None:
        name = project_name(db, me, feed.project_id)
        if name is None:
            raise _nothing()
        title = f"{name} ({me.space_name})"
    tasks, projects = due_in(db, me, feed.kind, feed.project_id)
    told = msgspec.json.encode([language_of(me.locale), title, tasks, projects])
    tag = f'"{hashlib.blake2b(told, digest_size=16).hexdigest()}"'
    headers: Headers = [
        (b"content-type", b"text/calendar; charset=utf-8"),
        (b"cache-control", b"private, no-cache"),
        (b"etag", tag.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"content-disposition", b'inline; filename="kanwerk.ics"'),
        (b"referrer-policy", b"no-referrer"),
    ]
    known = request.header(b"if-none-match")
    if known is not None and tag in [each.strip().removeprefix("W/") for each in known.split(",")]:
        return 304, headers, b""
    with written_in(me.locale, me.zone):
        return 200, headers, calendar(title, tasks, projects)


def _nothing() -> NotFound:
    return NotFound("There is no calendar at this address, or no longer.")


async def _app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 (ASGI's)
    request: Request = scope["kanwerk"]
    status, headers, body = await request.runtime.threads.work(lambda: _fetched(request))
    await respond(send, status, headers, body)


def _leading() -> ASGIApp:
    return _app


calendars = HTTPRouteHandler(
    "/feeds/{name:str}", http_method="GET", status_code=200, sync_to_thread=False, name="calendar feeds"
)(_leading)
