"""A browser without scripts: somebody signed in, who opens pages and sends their forms."""

from typing import Any
from urllib.parse import urlencode

from httpx import Response

from kanwerk.people.callers import COOKIE
from kanwerk.people.identities import start_session
from kanwerk.people.models import User
from tests.cast import Person, Troupe

FORM = "application/x-www-form-urlencoded"


class Browser:
    """Opens pages of the agency's space as one of its people."""

    def __init__(self, troupe: Troupe, person: Person, space: str = "nordlicht") -> None:
        self.troupe, self.space = troupe, space

        def job(db: Any) -> str:
            user = db.find(User, person.id)
            return start_session(db.session, user.identity_id, days=1, user_agent="test")

        self.cookie = f"{COOKIE}={troupe.house.in_space(troupe.space_id, job)}"

    def get(self, path: str, **headers: str) -> Response:
        given = {"cookie": self.cookie, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.troupe.house.ask("GET", f"/{self.space}{path}", headers=given)

    def post(self, path: str, **fields: Any) -> Response:
        body = urlencode(fields, doseq=True).encode()
        given = {"cookie": self.cookie, "Content-Type": FORM}
        return self.troupe.house.ask("POST", f"/{self.space}{path}", body, headers=given)

    def send(self, path: str, body: bytes, kind: str) -> Response:
        given = {"cookie": self.cookie, "Content-Type": kind}
        return self.troupe.house.ask("POST", f"/{self.space}{path}", body, headers=given)
