import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from standardwebhooks import webhooks

from kanwerk.config import Settings
from kanwerk.webhooks.dispatch import Dispatcher
from kanwerk.webhooks.queues import something_due
from kanwerk.webhooks.sending import Sending
from kanwerk.webhooks.targets import Reach
from tests.cast import Person, Troupe, made
from tests.conftest import Hands
from tests.webhooks.receiver import Receiver

HERE = ("127.0.0.0/8",)
NOBODY = "00000000-0000-0000-0000-000000000000"
_BEHIND = """
SELECT 1 FROM log_readers r JOIN event_counters c ON c.space_id = r.space_id
WHERE r.name = 'webhooks' AND r.sequence < c.last_sequence
"""
_CLAIMED = "SELECT 1 FROM webhook_queues WHERE claimed_by IS NOT NULL"


@pytest.fixture
def settings(engine: Any, tmp_path: Any) -> Iterator[Settings]:
    """A furnished database, and receivers on this machine may be reached."""
    with engine.copy(tmp_path) as url:
        yield Settings(
            data=tmp_path, database_url=url, rate_limit=(600_000, 60), log_format="json", webhook_allow=HERE
        )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


@pytest.fixture
def same_clock(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the receivers' library look at the clock that the tests move."""

    class Moved(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return hands.at.astimezone(tz)

    monkeypatch.setattr(webhooks, "datetime", Moved)


class Post:
    """The dispatcher of a house, run as long as a test wants it to."""

    def __init__(self, agency: Troupe) -> None:
        self.house = agency.house

    def until(
        self, enough: Callable[[], bool] | None = None, seconds: float = 20, sending: Sending | None = None
    ) -> None:
        """Deliver until it is enough, or until nothing more is due; fail when that takes too long."""
        self.house.run(self._until(enough, seconds, sending))

    async def _until(
        self, enough: Callable[[], bool] | None, seconds: float, sending: Sending | None
    ) -> None:
        dispatcher = Dispatcher(self.house.runtime, sending)
        running, ends = asyncio.create_task(dispatcher.run()), time.monotonic() + seconds
        quiet = 0
        try:
            while quiet < 3:
                await asyncio.sleep(0.01)
                if running.done():
                    running.result()
                assert time.monotonic() < ends, "this takes too long"
                done = enough() if enough else not (dispatcher.busy or self.due())
                quiet = quiet + 1 if done else 0
                quiet = 3 if done and enough else quiet
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    def due(self) -> bool:
        """Whether events or deliveries wait."""
        database = self.house.database
        waits = any(database.read(each, {}) for each in (_BEHIND, _CLAIMED))
        return waits or something_due(database, NOBODY)


@pytest.fixture
def post(agency: Troupe) -> Post:
    return Post(agency)


def subscribe(person: Person, receiver: Receiver | str, *types: str, **members: Any) -> dict[str, Any]:
    """Make a webhook and return it, with its secret."""
    url = receiver if isinstance(receiver, str) else receiver.url
    return made(person.post("/webhooks", {"url": url, "event_types": list(types) or ["*"], **members}))


def sending(**options: Any) -> Sending:
    """Return a sender that may reach this machine, with what a test replaces."""
    return Sending(Reach(HERE), **options)
