"""A browser's window that listens to a space, and what it was told."""

import asyncio
import json
from typing import Any

from kanwerk.people.callers import COOKIE
from kanwerk.people.identities import start_session
from kanwerk.people.models import User
from tests.cast import Person, Troupe

SPACE = "nordlicht"


def signed_in(troupe: Troupe, person: Person) -> str:
    """Return the cookie of a browser in which a person has signed in."""

    def job(db: Any) -> str:
        user = db.find(User, person.id)
        return start_session(db.session, user.identity_id, days=1, user_agent="test")

    return f"{COOKIE}={troupe.house.in_space(troupe.space_id, job)}"


class Ear:
    """Opens the stream of the space in the house, as a browser would."""

    def __init__(self, troupe: Troupe, person: Person, *, query: str = "", **headers: str) -> None:
        self.house = troupe.house
        self.text = ""
        self.status = 0
        self._closed = asyncio.Event()
        cookie = signed_in(troupe, person)
        given = {"cookie": cookie, **{name.replace("_", "-"): value for name, value in headers.items()}}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": f"/{SPACE}/live",
            "raw_path": f"/{SPACE}/live".encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
            "client": ("198.51.100.7", 40_000),
        }
        self.task = self.house.loop.create_task(self.house.app(scope, self._receive, self._send))
        self.until(lambda: self.status > 0)

    async def _receive(self) -> dict[str, Any]:
        await self._closed.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.text += message.get("body", b"").decode()

    def until(self, there: Any, seconds: float = 10) -> bool:
        """Let the house go on until something is so, and return whether it came to that."""

        async def wait() -> bool:
            async with asyncio.timeout(seconds):
                while not there():  # noqa: ASYNC110  # what it waits for sets no event
                    await asyncio.sleep(0.01)
            return True

        try:
            return self.house.run(wait())
        except TimeoutError:
            return False

    @property
    def told(self) -> list[tuple[str, Any, str]]:
        """Name, data and number of each message so far."""
        found = []
        for block in self.text.split("\n\n"):
            lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if "data" in lines:
                found.append((lines["event"], json.loads(lines["data"]), lines.get("id", "")))
        return found

    def changes(self, count: int = 1) -> list[tuple[str, str]]:
        """Return type and record of the changes told, once there are so many."""
        self.until(lambda: len(self._changes()) >= count)
        return self._changes()

    def hears(self, type_: str, record_id: str) -> bool:
        """Whether a change is told within a while."""
        return self.until(lambda: (type_, record_id) in self._changes())

    @property
    def records(self) -> set[str]:
        """The records of all changes told so far."""
        return {record for _, record in self._changes()}

    def _changes(self) -> list[tuple[str, str]]:
        return [(data["type"], data["id"]) for name, data, _ in self.told if name == "change"]

    def ended(self) -> bool:
        """Whether the stream ends by itself within a while."""
        return self.until(self.task.done)

    def close(self) -> bool:
        """Close the window, and return whether the server let go of it."""
        self._closed.set()
        return self.ended()
