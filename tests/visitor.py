"""Somebody at a browser, without the browser: pages are asked for over HTTP in this process."""

from typing import Any
from urllib.parse import urlencode

from httpx import Response

from tests.cast import Person, Troupe
from tests.live.ears import signed_in


class Visitor:
    """A person who has signed in and asks for pages of the space."""

    def __init__(self, troupe: Troupe, person: Person, slug: str = "nordlicht") -> None:
        self.house, self.slug = troupe.house, slug
        self.cookie = signed_in(troupe, person)

    def get(self, path: str = "", *, part: bool = False, **query: Any) -> Response:
        """Ask for a page of the space, or for a part of it as htmx does."""
        return self.house.ask("GET", f"/{self.slug}{path}", headers=self._headers(part=part), query=query)

    def post(self, path: str, fields: Any = (), *, part: bool = False) -> Response:
        """Send a form."""
        headers = self._headers(part=part) | {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(fields, doseq=True).encode()
        return self.house.ask("POST", f"/{self.slug}{path}", body, headers=headers)

    def _headers(self, *, part: bool) -> dict[str, str]:
        partial = {"HX-Request": "true", "HX-Request-Type": "partial"} if part else {}
        return {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin", **partial}
