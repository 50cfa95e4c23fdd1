"""The stream that a browser listens to while it shows a space (Server-Sent Events)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from kanwerk.core.pages import Pages, View
from kanwerk.core.problems import TooManyRequests
from kanwerk.core.signals import mark_of
from kanwerk.core.storage import Stream
from kanwerk.core.web import Headers
from kanwerk.live.hub import BEHIND, Looker, between, enter, leave, message, messages
from kanwerk.people.access import Me

HEARTBEAT_SECONDS = 20.0
DIGITS = 18
MOST = 20  # streams of one user in one worker
_HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]

pages = Pages()


@pages.get("/{space}/live", needs="me:read")
async def live(view: View, me: Me) -> Stream:
    """Tell what changes, from ``Last-Event-ID`` on, or from ``after`` where a page begins to listen."""
    looking = view.runtime.state.setdefault("looking", {})
    if looking.get((me.space_id, me.id), 0) >= MOST:
        raise TooManyRequests("Too many windows listen already.", headers={"Retry-After": "10"})
    return Stream(200, list(_HEADERS), _told(view, me))


async def _told(view: View, me: Me) -> AsyncIterator[bytes]:
    looking, key = view.runtime.state["looking"], (me.space_id, me.id)
    looker = enter(view.request, me)
    gone = asyncio.create_task(_gone(view, looker))
    looking[key] = looking.get(key, 0) + 1
    try:
        yield b"retry: 2000\n\n" + _missed(view, me)
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    each = await looker.messages.get()
            except TimeoutError:
                if looker.stays():
                    yield b": still here\n\n"
                continue
            if each is None or looker.full:
                return
            yield each
    finally:
        gone.cancel()
        leave(looker)
        looking[key] -= 1


async def _gone(view: View, looker: Looker) -> None:
    """End the stream once the browser has closed it."""
    with suppress(asyncio.CancelledError):
        while (await view.request.receive())["type"] != "http.disconnect":
            pass
        looker.send(None)


def _missed(view: View, me: Me) -> bytes:
    """Return what happened since the browser last heard; too much of it is told as ``reset``: load anew."""
    told = view.request.header(b"last-event-id") or view.query.text("after")
    last = mark_of(view.runtime.database, me.space_id).sequence
    if not told.isascii() or not told.isdigit() or len(told) > DIGITS:
        return b"id: %d\n\n" % last
    after = int(told)
    if after > last or last - after > BEHIND:
        return message("reset", b"{}", last)
    missed = messages(view.runtime, me, between(view.runtime, me, after, last)) if after < last else []
    return b"".join(missed)
