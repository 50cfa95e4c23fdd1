"""What a request is and how an answer is sent: ASGI, without a layer more."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import unquote_to_bytes

from kanwerk.config import Settings
from kanwerk.core.database import Database
from kanwerk.core.languages import Phrase
from kanwerk.core.limits import Limiter
from kanwerk.core.problems import NotAcceptable, TooLarge, Unreadable, UnsupportedMediaType
from kanwerk.core.signals import Signals
from kanwerk.core.writer import Threads

Headers = list[tuple[bytes, bytes]]
API = "/api/v1"


@dataclass
class Process:
    """What one process holds, whatever it does: settings, database, threads, files, signals."""

    settings: Settings
    database: Database
    threads: Threads
    storage: Any
    signals: Signals
    state: dict[str, Any] = field(default_factory=dict, kw_only=True)
    stopping: bool = field(default=False, kw_only=True)


@dataclass
class Runtime(Process):
    """What one worker holds beside that: limits, and how to know a caller."""

    limiter: Limiter | None
    failures: Limiter
    identify: Callable[["Request"], Any]
    people: Callable[["Request"], list[Any]]
    running: dict[Any, Any] = field(default_factory=dict, kw_only=True)


class Request:
    """One HTTP request: what a handler may ask of it."""

    __slots__ = ("_headers", "body_limit", "caller", "id", "raw_path", "receive", "runtime", "scope")

    def __init__(self, runtime: Runtime, scope: Any, receive: Any, request_id: str) -> None:
        """Wrap the ASGI scope."""
        self.runtime, self.scope, self.receive, self.id = runtime, scope, receive, request_id
        self.caller: Any = None
        self.raw_path: bytes = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0]
        self.body_limit = runtime.settings.body_limit
        self._headers: dict[bytes, bytes] | None = None

    @property
    def method(self) -> str:
        """The method, upper case."""
        return self.scope["method"]  # type: ignore[no-any-return]

    @property
    def path(self) -> str:
        """The path, decoded."""
        return self.scope["path"]  # type: ignore[no-any-return]

    @property
    def query(self) -> bytes:
        """The query string as it was sent."""
        return self.scope["query_string"]  # type: ignore[no-any-return]

    def header(self, name: bytes) -> str | None:
        """Return a header's value; one sent several times is joined by commas."""
        if self._headers is None:
            found: dict[bytes, bytes] = {}
            for key, value in self.scope["headers"]:
                found[key] = found[key] + b", " + value if key in found else value
            self._headers = found
        value = self._headers.get(name)
        return None if value is None else value.decode("latin-1")

    def cookies(self) -> dict[str, str]:
        """Return the cookies' values by their names, in the order they came."""
        try:
            return {name: each.value for name, each in SimpleCookie(self.header(b"cookie") or "").items()}
        except CookieError:
            return {}

    def cookie(self, name: str) -> str | None:
        """Return a cookie's value."""
        return self.cookies().get(name)

    @property
    def address(self) -> str:
        """The caller's address; from ``X-Forwarded-For`` only as far as trusted proxies wrote it."""
        return self._forwarded()[0]

    @property
    def secure(self) -> bool:
        """Whether the person's browser speaks TLS, to us or to a trusted proxy."""
        return self._forwarded()[1]

    def _forwarded(self) -> tuple[str, bool]:
        address, scheme = (self.scope.get("client") or ("", 0))[0], self.scope.get("scheme", "http")
        trusted = self.runtime.settings.trusted_proxies
        if not trusted or not _within(address, trusted):
            return address, scheme == "https"
        scheme = self.header(b"x-forwarded-proto") or scheme
        for hop in reversed((self.header(b"x-forwarded-for") or "").split(",")):
            if not hop.strip():
                break
            address = hop.strip()
            if not _within(address, trusted):
                break
        return address, scheme.strip() == "https"

    def segment(self, index: int) -> str:
        """Return one segment of the path, decoded by itself, so that ``%2F`` stays inside it."""
        part = self.raw_path.split(b"/")[index]
        try:
            return (unquote_to_bytes(part) if b"%" in part else part).decode()
        except UnicodeDecodeError:
            message = "The path is not UTF-8."
            raise Unreadable(message) from None

    async def body(self) -> bytes:
        """Return the body; ``TooLarge`` as soon as it is known to be over the limit."""
        length = self.header(b"content-length")
        if length is not None and length.isdigit() and int(length) > self.body_limit:
            raise self._too_large()
        parts, size = [], 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                text = "The connection was closed in the middle of the request."
                raise Unreadable(text)
            part = message.get("body", b"")
            size += len(part)
            if size > self.body_limit:
                raise self._too_large()
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts)

    def _too_large(self) -> TooLarge:
        return TooLarge(Phrase("A body may hold %(limit)s bytes at most.", limit=self.body_limit))

    def wants_json(self) -> None:
        """Refuse a caller that does not take JSON (RFC 9110, 12.5.1)."""
        accept = self.header(b"accept")
        if not accept or "*/*" in accept:
            return
        for part in accept.lower().split(","):
            kind, *options = (piece.strip() for piece in part.split(";"))
            if kind in ("application/json", "application/*") and "q=0" not in options:
                return
        message = "Answers are application/json."
        raise NotAcceptable(message)

    def sends_json(self) -> None:
        """Refuse a body that does not say it is JSON in UTF-8."""
        kind, *options = (piece.strip().lower() for piece in (self.header(b"content-type") or "").split(";"))
        charset = next((each[8:].strip('"') for each in options if each.startswith("charset=")), "utf-8")
        if kind != "application/json" or charset not in ("utf-8", "utf8"):
            message = "Send the body as application/json in UTF-8."
            raise UnsupportedMediaType(message)


def _within(address: str, networks: tuple[str, ...]) -> bool:
    try:
        host = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(host in ipaddress.ip_network(network) for network in networks)


async def respond(send: Any, status: int, headers: Headers, body: bytes) -> None:
    """Send a whole answer."""
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
