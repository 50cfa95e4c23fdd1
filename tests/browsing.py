"""Somebody's browser without the looks: pages are asked for with the cookie of a session."""

import re
from typing import Any
from urllib.parse import urlencode

from httpx import Response

from tests.cast import Person, Troupe
from tests.flashes import flashes
from tests.live.ears import signed_in

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Visitor:
    """A person who is signed in to a space's pages."""

    def __init__(self, troupe: Troupe, person: Person, space: str = "nordlicht") -> None:
        self.house, self.space = troupe.house, space
        self.cookie = signed_in(troupe, person)

    def get(self, path: str = "", *, space: str | None = None, part: bool = False, **query: Any) -> Response:
        """Ask for a page of the space."""
        headers = {"Cookie": self.cookie}
        if part:
            headers["HX-Request-Type"] = "partial"
        return self.house.ask("GET", f"/{space or self.space}{path}", headers=headers, query=query)

    def read(self, path: str = "", **query: Any) -> str:
        """Return what the page itself says, without its tags and what lies around every page."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        main = re.search(r"<main\b.*</main>", answer.text, re.DOTALL)
        body = re.sub(
            r"<(head|template|svg|dialog|select)\b.*?</\1>",
            " ",
            main[0] if main else answer.text,
            flags=re.DOTALL,
        )
        return " ".join(re.sub(r"<[^>]+>", " ", body).split())

    def post(self, path: str, *fields: tuple[str, str]) -> Response:
        """Send a form."""
        headers = {**FORM, "Cookie": self.cookie}
        return self.house.ask("POST", path, urlencode(fields).encode(), headers=headers)

    def done(self, path: str, *fields: tuple[str, str]) -> tuple[str, str | None]:
        """Send a form that works; return what the next page says of it, and the address of its undo."""
        answer = self.post(path, *fields)
        assert answer.status_code == 303, answer.text
        (flash,) = flashes(answer)
        return flash["text"], flash["undo"]
