"""Another server that is asked over HTTP: page by page, patiently, and never anywhere else than told."""

import contextlib
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import quote, urljoin, urlsplit

from kanwerk.core.problems import Invalid

SECONDS, TRIES, LONGEST_WAIT, REDIRECTS = 30.0, 6, 120.0, 3
BUSY = (429, 502, 503, 504)
OK, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 200, 401, 403, 404
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class OtherServer:
    """A server's API below one address, with a token; use it in a ``with`` block."""

    def __init__(self, address: str, token: str) -> None:
        """Take the address, such as ``https://api.example.com/api/v1``.

        ``Invalid`` when it is not encrypted, this machine's own apart, or the token cannot be one.
        """
        import httpx2

        try:
            parts = urlsplit(address)
            self.origin = (parts.scheme, parts.hostname, parts.port)
        except ValueError:
            raise Invalid("This is no address of a server.") from None
        if parts.username or parts.password or parts.query or parts.fragment:
            raise Invalid("The address is that of a host and a path; the token has an option of its own.")
        own = parts.hostname in _LOOPBACK
        if not parts.hostname or (parts.scheme != "https" and not (own and parts.scheme == "http")):
            raise Invalid("The address of the other server begins with https://.")
        if not re.fullmatch(r"[\x21-\x7e]{1,4096}", token):
            raise Invalid("There is no token, or it holds something that no token does.")
        self.address = address.rstrip("/")
        self._failures = (httpx2.HTTPError, httpx2.InvalidURL)
        self._client = httpx2.Client(
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=SECONDS,
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        """Begin to ask."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the connections."""
        self._client.close()

    def one(self, path: str, *, open_to_all: bool = True) -> Any | None:
        """Return an answer's JSON, None for what is not there; ``Invalid`` with a sentence for any fault.

        What is not ``open_to_all`` tokens counts as not there when this one may not read it.
        """
        return self._read(f"{self.address}{path}", path, open_to_all=open_to_all)[0]

    def each(self, path: str, *, open_to_all: bool = True) -> Iterator[dict[str, Any]]:
        """Yield the records of a list, page by page: by ``meta.next_cursor``, or by the header Link."""
        where, seen = f"{self.address}{path}", set()
        while where and where not in seen:
            seen.add(where)
            page, link = self._read(where, path, open_to_all=open_to_all)
            listed = page.get("data") if isinstance(page, dict) else page
            if not isinstance(listed, list):
                return
            yield from (each for each in listed if isinstance(each, dict) and each.get("id"))
            meta = page.get("meta") if isinstance(page, dict) else None
            cursor = meta.get("next_cursor") if isinstance(meta, dict) else None
            if cursor:
                where = f"{self.address}{path}?cursor={quote(str(cursor), safe='')}"
            else:
                where = self._here(urljoin(where, link)) if link else ""

    def _read(self, where: str, path: str, *, open_to_all: bool) -> tuple[Any, str]:
        """Return JSON and the address of the next page; the words of the answer itself are not repeated."""
        answer = self._patiently(where)
        if answer.status_code == NOT_FOUND or (answer.status_code == FORBIDDEN and not open_to_all):
            return None, ""
        if answer.status_code in (UNAUTHORIZED, FORBIDDEN):
            raise Invalid(f"The other server does not let this token read {path}.")
        if answer.status_code != OK:
            raise Invalid(f"The other server answered {path} with {answer.status_code}.")
        try:
            return answer.json(), answer.links.get("next", {}).get("url", "")
        except ValueError:
            raise Invalid(f"The other server's answer to {path} is not JSON.") from None

    def _patiently(self, where: str) -> Any:
        redirects = 0
        for left in reversed(range(TRIES)):
            try:
                answer: Any = self._client.get(where)
                while answer.is_redirect and redirects < REDIRECTS:
                    redirects += 1
                    where = self._here(urljoin(where, answer.headers.get("Location", "")))
                    answer = self._client.get(where)
            except self._failures as error:
                if left > TRIES - 3:  # twice at once, a connection may have gone stale
                    time.sleep(0.5)
                    continue
                told = re.sub(r"[^\x20-\x7e]", "", str(error))[:200] or type(error).__name__
                raise Invalid(f"The other server cannot be reached: {told}.") from None
            if answer.status_code not in BUSY or not left:
                return answer
            time.sleep(_wait(answer.headers.get("Retry-After", ""), TRIES - left))
        raise AssertionError  # the last try returns or raises

    def _here(self, where: str) -> str:
        """Return an address of the same server; ``Invalid`` for any other: the token is not for it."""
        parts = urlsplit(where)
        if (parts.scheme, parts.hostname, parts.port) != self.origin:
            raise Invalid(f"The other server points to another, {parts.hostname}; nothing is asked there.")
        return where


def _wait(told: str, attempt: int) -> float:
    """Return how many seconds to wait: those of ``Retry-After``, a number or a date, or more each time."""
    seconds = 2.0**attempt / 2
    if told.isdecimal():
        seconds = float(told)
    elif told:
        with contextlib.suppress(TypeError, ValueError):
            seconds = (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT)
