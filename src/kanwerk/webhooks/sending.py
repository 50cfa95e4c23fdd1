"""Sending: one POST to an address that was looked at before, and never anywhere else.

The name is resolved here, every address behind it is checked, and what was checked is what is dialled. No
redirects, no proxies of the environment, no cookies; an answer is read to 4 KB, within 15 seconds in all.
"""

import asyncio
import base64
import hashlib
import hmac
import resource
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from kanwerk import __version__
from kanwerk.webhooks.targets import Reach, is_address

SECONDS = 15.0
ANSWER = 4096
KEPT_SECONDS = 10.0  # so long a connection is kept for the next
KEPT = 500  # connections to so many receivers; over it they are closed at once
LOOK_UPS = 256  # names looked up at once: a name server that is slow holds a thread each
FILES = 8192
REDIRECTS, GONE = range(300, 400), 410
OK = range(200, 300)
Look = Callable[[str, int], Sequence[tuple[int, str]]]  # family and address of a name, as ``getaddrinfo``


class Refused(OSError):
    """What is behind a name may not be reached."""


class Answer(NamedTuple):
    """What a receiver said; ``error`` is the sentence that says why it does not count."""

    code: int | None
    body: str | None
    error: str | None
    seconds: float


def look_up(host: str, port: int) -> Sequence[tuple[int, str]]:
    """Return family and address of each address behind a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((int(each[0]), str(each[4][0])) for each in found))


class Checked(AbstractResolver):
    """Resolves names to addresses that may be reached, for one of the two protocols."""

    def __init__(self, reach: Reach, look: Look, threads: ThreadPoolExecutor, *, encrypted: bool) -> None:
        """Take what may be reached and how names are looked up."""
        self._reach, self._look, self._threads, self._encrypted = reach, look, threads, encrypted
        self._looking: dict[tuple[str, int], asyncio.Future[Sequence[tuple[int, str]]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name; ``Refused`` when one of them may not be reached."""
        looking = self._looking.get((host, port))
        if looking is None:
            loop = asyncio.get_running_loop()
            looking = self._looking[host, port] = loop.run_in_executor(self._threads, self._look, host, port)
            looking.add_done_callback(lambda done: self._looked(host, port, done))
        found = await asyncio.shield(looking)
        for _, address in found:
            if self._reach.refuses(address, encrypted=self._encrypted):
                raise Refused(not_allowed(address))
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=each,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for each, address in found
            if family in (socket.AF_UNSPEC, each)
        ]

    def _looked(self, host: str, port: int, done: "asyncio.Future[Any]") -> None:
        self._looking.pop((host, port), None)
        if not done.cancelled():
            done.exception()  # nobody may be waiting for it any more

    async def close(self) -> None:
        """Have nothing to close."""


class Sending:
    """Connections to receivers; use it in an ``async with`` block."""

    def __init__(
        self,
        reach: Reach,
        *,
        look: Look = look_up,
        trust: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """Take what may be reached; the rest is what tests replace: name server, certificates, patience."""
        self._reach, self._look, self._trust, self._seconds = reach, look, trust, seconds
        self._threads = ThreadPoolExecutor(LOOK_UPS, "names")
        self._sessions: dict[tuple[str, bool], aiohttp.ClientSession] = {}
        self._kept: dict[tuple[str | None, int | None], float] = {}

    async def __aenter__(self) -> Self:
        """Open nothing yet but the pools."""
        _allow_files()
        trust = self._trust or ssl.create_default_context()
        for scheme in ("https", "http"):
            resolver = Checked(self._reach, self._look, self._threads, encrypted=scheme == "https")
            for keeps in (True, False):
                options: Any = {"keepalive_timeout": KEPT_SECONDS} if keeps else {"force_close": True}
                self._sessions[scheme, keeps] = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(
                        limit=0, resolver=resolver, use_dns_cache=False, ssl=trust, **options
                    ),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    timeout=aiohttp.ClientTimeout(total=None),
                    auto_decompress=False,
                    trust_env=False,
                    read_bufsize=2 * ANSWER,
                    skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
                )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections; what is still looked up is left to itself."""
        for session in self._sessions.values():
            await session.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send once and return what came of it; whatever goes wrong is an answer too."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                code, said = await self._twice(URL(url, encoded=True), headers, body)
        except TimeoutError:
            text = f"There was no whole answer within {self._seconds:g} seconds."
            return Answer(None, None, text, time.monotonic() - began)
        except Exception as error:  # noqa: BLE001  # a receiver can do what it likes
            return Answer(None, None, _sentence(error), time.monotonic() - began)
        return Answer(code, said, _fault(code), time.monotonic() - began)

    async def _twice(self, url: URL, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        """Send, and once more when the connection was one that had gone stale."""
        host = url.host or ""
        if is_address(host) and self._reach.refuses(host, encrypted=url.scheme == "https"):
            raise Refused(not_allowed(host))
        try:
            return await self._once(url, headers, body)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            return await self._once(url, headers, body)

    async def _once(self, url: URL, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        session = self._sessions[url.scheme, self._keeps(url)]
        async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            said = bytearray()
            while len(said) <= ANSWER and (piece := await answer.content.read(ANSWER + 1 - len(said))):
                said += piece
            if len(said) > ANSWER and answer.connection and answer.connection.transport:
                answer.connection.transport.abort()  # without a word: who sends so much may not hear it
            return answer.status, said[:ANSWER].decode("utf-8", "replace").replace("\0", "\ufffd")

    def _keeps(self, url: URL) -> bool:
        """Whether the connection is kept for the next: not when there are too many already."""
        now, place = time.monotonic(), (url.host, url.port)
        if place not in self._kept and len(self._kept) >= KEPT:
            self._kept = {each: at for each, at in self._kept.items() if at > now - KEPT_SECONDS}
            if len(self._kept) >= KEPT:
                return False
        self._kept[place] = now
        return True


def signed(secrets: Sequence[str], event_id: str, at: float, body: bytes) -> dict[str, str]:
    """Return the headers of a delivery, signed by each secret (Standard Webhooks 1.0)."""
    timestamp = str(int(at))
    content = f"{event_id}.{timestamp}.".encode() + body
    signatures = [
        "v1," + base64.b64encode(hmac.digest(base64.b64decode(each[6:]), content, hashlib.sha256)).decode()
        for each in secrets
    ]
    return {
        "Content-Type": "application/json",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "User-Agent": f"Kanwerk/{__version__}",
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def not_allowed(address: str) -> str:
    """Return the sentence that says that nothing is sent to an address."""
    return f"Nothing is sent to {address}: it is not an address of the internet, or not by http."


def _fault(code: int) -> str | None:
    if code in OK:
        return None
    if code in REDIRECTS:
        return f"It redirects ({code}), and redirects are not followed."
    if code == GONE:
        return "It answered with 410: gone."
    return f"It answered with {code}."


def _sentence(error: BaseException) -> str:
    """Return what went wrong as a sentence, in our own words as far as there are some."""
    cause: BaseException = error
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause = error.certificate_error
    elif isinstance(error, aiohttp.ClientConnectorError):
        cause = error.os_error
    for kind, words in _WORDS.items():
        if isinstance(cause, kind):
            return words(cause)
    return f"The answer cannot be read ({type(cause).__name__})."


_WORDS: dict[type[BaseException], Callable[[Any], str]] = {
    Refused: str,
    socket.gaierror: lambda _: "The name does not resolve.",
    aiohttp.InvalidURL: lambda _: "This is no address of the web.",
    UnicodeError: lambda _: "The name does not resolve.",
    ssl.SSLCertVerificationError: lambda error: f"The certificate is not valid: {error.verify_message}.",
    ssl.SSLError: lambda error: f"TLS failed: {error.reason or 'no answer'}.",
    ConnectionRefusedError: lambda _: "The connection was refused.",
    aiohttp.ServerDisconnectedError: lambda _: "The connection was closed without an answer.",
    ConnectionError: lambda _: "The connection was closed without an answer.",
    OSError: lambda error: f"There was no connection: {str(error.strerror or type(error).__name__)[:200]}.",
}


def _allow_files() -> None:
    """Let this process hold as many connections as it may need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
