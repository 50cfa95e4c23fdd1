"""Taking contents in and giving them out."""

from typing import Any, cast
from urllib.parse import quote

from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp
from msgspec import Struct

from kanwerk.core.db import Db
from kanwerk.core.problems import NotFound, missing
from kanwerk.core.secrets import signing_key
from kanwerk.core.storage import Incoming, Stream, content, receive
from kanwerk.core.web import Headers, Request
from kanwerk.files.links import SMALL, opened
from kanwerk.files.models import path_of, thumbnail_of, want_blob
from kanwerk.files.reads import CONTENT
from kanwerk.files.sniffing import MOST_BYTES, PICTURES, SHOWN, content_type, small_picture

_SAFE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cache-control", b"private, max-age=600"),
]


class Taken(Struct):
    """A file whose content is stored; whether a small picture of it is, too (None: as before)."""

    incoming: Incoming
    content_type: str
    thumbnail: bool | None

    @property
    def told(self) -> bytes:
        """What an idempotency key is compared by."""
        return self.incoming.told


async def take_in(request: Request, most: int | None = None) -> Taken:
    """Stream an upload to the store, unless the space has its content already; ``most`` bytes of it, or as
    many as a file may hold.
    """
    runtime, space_id = request.runtime, request.caller.space_id
    incoming = await receive(request, min(most or runtime.settings.file_limit, runtime.settings.file_limit))
    try:
        kind = content_type(incoming.head, incoming.name)
        if b"validate_only=true" in request.query:
            return Taken(incoming, kind, None)
        there = await runtime.threads.write(lambda session: want_blob(session, space_id, incoming, kind))
        if there:
            return Taken(incoming, kind, None)
        await runtime.storage.put(path_of(space_id, incoming.sha256), incoming.path)
        if kind not in PICTURES or incoming.size > MOST_BYTES:
            return Taken(incoming, kind, thumbnail=False)
        return Taken(incoming, kind, await runtime.threads.work(lambda: _thumbnail(request, incoming)))
    finally:
        incoming.path.unlink(missing_ok=True)


def _thumbnail(request: Request, incoming: Incoming) -> bool:
    small = small_picture(incoming.path.read_bytes())
    if small is None:
        return False
    request.runtime.storage.write(thumbnail_of(request.caller.space_id, incoming.sha256), small)
    return True


def give_out(request: Request, space_id: str, row: tuple[Any, ...], *, small: bool = False) -> Stream:
    """Return the content of a file; only pictures and PDF are shown, all else is saved."""
    name, sha256, size, kind, thumbnail = row
    storage = request.runtime.storage
    if small:
        if not thumbnail:
            raise missing("thumbnail")
        body = storage.read(thumbnail_of(space_id, sha256))
        headers: Headers = [(b"content-type", b"image/webp"), *_SAFE]
        return content(
            request, storage, thumbnail_of(space_id, sha256), len(body), f"{sha256}-small", headers
        )
    shown = kind in SHOWN
    told = kind.encode() if shown else b"application/octet-stream"
    way = "inline" if shown else "attachment"
    disposition = f"{way}; filename*=UTF-8''{quote(name)}".encode()
    headers = [(b"content-type", told), (b"content-disposition", disposition), *_SAFE]
    return content(request, storage, path_of(space_id, sha256), size, sha256, headers)


class _Fenced:
    """A reader of one space, for links that need no sign-in."""

    def __init__(self, space_id: str) -> None:
        self.space_id, self.id = space_id, ""


def _by_link(request: Request) -> Stream:
    """Return what a signed link leads to; 404 when it has run out or is not ours."""
    database = request.runtime.database
    found = opened(signing_key(database, "links"), request.segment(2))
    if found is None:
        raise NotFound("This link has run out.")
    space_id, file_id, variant = found
    rows = Db(database, cast("Any", _Fenced(space_id))).rows(CONTENT, id=file_id)
    if not rows:
        raise NotFound("This file is no longer there.")
    return give_out(request, space_id, rows[0], small=variant == SMALL)


async def _app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 (ASGI's)
    await _by_link(scope["kanwerk"]).send(send)


def _answer() -> ASGIApp:
    return _app


links = HTTPRouteHandler(
    "/files/{link:str}", http_method="GET", status_code=200, sync_to_thread=False, name="files by link"
)(_answer)
