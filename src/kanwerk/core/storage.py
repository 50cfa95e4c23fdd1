"""Where the contents of files lie: a local folder, S3, GCS or Azure, by one URL; and how they come and go.

Everything is streamed: neither an upload nor a download is ever in memory as a whole.
"""

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import multipart
from msgspec import Struct

from kanwerk.core.languages import Phrase
from kanwerk.core.problems import NoSuchPart, TooLarge, Unavailable, Unreadable, UnsupportedMediaType, invalid
from kanwerk.core.text import clean
from kanwerk.core.web import Headers, Request

CHUNK = 256 * 1024
_HEAD = 8192
_AROUND = 64 * 1024  # what a multipart form may hold beside its file
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Storage:
    """The store behind a URL; contents are named by their SHA-256."""

    def __init__(self, url: str, data: Path) -> None:
        """Take the address; nothing is opened before the first use."""
        self.url, self.data = url, data
        self._store: Any = None

    @property
    def store(self) -> Any:
        """The opened store."""
        if self._store is None:
            from obstore.store import LocalStore, from_url

            if self.url:
                self._store = from_url(self.url)
            else:
                folder = self.data / "files"
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._store = LocalStore(str(folder))
        return self._store

    async def put(self, path: str, content: Path | bytes) -> None:
        """Store a content; a store that cannot be reached is ``Unavailable``."""
        import obstore

        with _reachable():
            await obstore.put_async(self.store, path, content, max_concurrency=1)  # a part of 5 MiB at a time

    async def chunks(self, path: str, start: int, length: int) -> AsyncIterator[bytes]:
        """Yield a part of a content."""
        import obstore

        with _reachable():
            end = start + length
            while start < end:
                step = min(start + CHUNK, end)
                part = await obstore.get_range_async(self.store, path, start=start, end=step)
                yield bytes(part)
                start = step

    def read(self, path: str) -> bytes:
        """Return a small content whole, such as a picture to make smaller."""
        import obstore

        with _reachable():
            return bytes(obstore.get(self.store, path).bytes())

    def write(self, path: str, content: bytes) -> None:
        """Store a small content."""
        import obstore

        with _reachable():
            obstore.put(self.store, path, content)

    def delete(self, paths: list[str]) -> None:
        """Delete contents; those that are not there are no matter."""
        import obstore

        for path in paths:
            with contextlib.suppress(FileNotFoundError), _reachable():
                obstore.delete(self.store, path)


@contextlib.contextmanager
def _reachable() -> Any:
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise Unavailable("The files cannot be reached.", headers={"Retry-After": "5"}) from error


class Incoming(Struct):
    """A file that has come in: in a temporary place, its content known by its hash and its first bytes."""

    name: str
    size: int
    sha256: str
    head: bytes
    path: Path

    @property
    def told(self) -> bytes:
        """What an idempotency key is compared by."""
        return f"{self.sha256} {self.name}".encode()


async def receive(request: Request, limit: int) -> Incoming:
    """Stream the field ``file`` of a multipart form to disk, hashing on the way.

    ``TooLarge`` as soon as it is known to be over the limit, ``UnsupportedMediaType`` for another body,
    ``Unreadable`` for one that breaks off, ``Invalid`` without a file. The caller unlinks ``path``.
    """
    kind, options = multipart.parse_options_header(request.header(b"content-type") or "")
    if kind != "multipart/form-data" or not options.get("boundary"):
        message = "Send the file as multipart/form-data, in the field file."
        raise UnsupportedMediaType(message)
    length = request.header(b"content-length")
    if length is not None and length.isdigit() and int(length) > limit + _AROUND:
        raise too_large(limit)
    folder = request.runtime.settings.data / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            found = await _take(request, options["boundary"], file, limit)
    except multipart.MultipartError:
        _discard(path)
        message = "This form cannot be read."
        raise Unreadable(message) from None
    except BaseException:
        _discard(path)
        raise
    if found is None:
        _discard(path)
        raise invalid("/file", "The form has no file in its field file.", "required")
    file_name, size, digest, head = found
    return Incoming(file_name, size, digest, head, path)


def _discard(path: Path) -> None:
    path.unlink(missing_ok=True)


async def _take(request: Request, boundary: str, file: Any, limit: int) -> tuple[str, int, str, bytes] | None:
    digest, size, head, name, taking = hashlib.sha256(), 0, b"", None, False
    beside = 0
    with multipart.PushMultipartParser(boundary, strict=True) as parser:
        async for chunk in _body(request):
            for part in parser.parse(chunk):
                if isinstance(part, multipart.MultipartSegment):
                    taking = part.name == "file" and name is None
                    if taking:
                        name = file_name(part.filename or "")
                elif part is not None and taking:
                    size += len(part)
                    if size > limit:
                        raise too_large(limit)
                    digest.update(part)
                    head += bytes(part[: _HEAD - len(head)])
                    file.write(part)
                elif part is not None:
                    beside += len(part)
                    if beside > _AROUND:
                        raise too_large(limit)
    return None if name is None else (name, size, digest.hexdigest(), head)


async def _body(request: Request) -> AsyncIterator[bytes]:
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            text = "The connection was closed in the middle of the upload."
            raise Unreadable(text)
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return


def too_large(limit: int) -> TooLarge:
    """Return the 413 that says how much is allowed."""
    return TooLarge(Phrase("A file may hold %(limit)s bytes at most.", limit=limit))


def file_name(sent: str) -> str:
    """Return a name without the folders and the control characters somebody sent with it."""
    plain = clean(_CONTROL.sub("", sent.replace("\\", "/").rpartition("/")[2]))
    if len(plain) > 255:  # noqa: PLR2004 (what file systems take)
        stem, dot, ending = plain.rpartition(".")
        plain = f"{stem[: 254 - len(ending)]}.{ending}" if dot and len(ending) < 20 else plain[:255]  # noqa: PLR2004
    return (plain.strip(". ") and plain) or "file"


class Stream(Struct):
    """An answer that is streamed."""

    status: int
    headers: Headers
    chunks: AsyncIterator[bytes] | None = None

    async def send(self, send: Any) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        if self.chunks is not None:
            async for chunk in self.chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def content(request: Request, storage: Storage, path: str, size: int, tag: str, headers: Headers) -> Stream:
    """Return a content, or the part of it that ``Range`` asks for (RFC 9110, 14: one range)."""
    etag = f'"{tag}"'
    headers = [*headers, (b"etag", etag.encode()), (b"accept-ranges", b"bytes")]
    asked = request.header(b"if-none-match")
    if asked is not None and (asked.strip() == "*" or etag in [each.strip() for each in asked.split(",")]):
        return Stream(304, headers)
    start, end = 0, size
    wanted = _RANGE.fullmatch(request.header(b"range") or "")
    condition = request.header(b"if-range")
    partly = wanted is not None and (wanted[1] or wanted[2]) and condition in (None, etag)
    if wanted is not None and partly:
        if wanted[1]:
            start, end = int(wanted[1]), min(int(wanted[2]) + 1 if wanted[2] else size, size)
        else:
            start = max(0, size - int(wanted[2]))
        if start >= end:
            told = {"Content-Range": f"bytes */{size}"}
            raise NoSuchPart("The file has no such part.", headers=told)
        headers.append((b"content-range", f"bytes {start}-{end - 1}/{size}".encode()))
    headers.append((b"content-length", str(end - start).encode()))
    body = None if request.scope.get("kanwerk_head") else storage.chunks(path, start, end - start)
    return Stream(206 if partly else 200, headers, body)
