import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kanwerk.config import Settings
from kanwerk.core import clock
from tests.cast import Troupe
from tests.engines import ENGINES, Postgres, Sqlite
from tests.house import House
from tests.visitor import Visitor


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    found = asyncio.new_event_loop()
    yield found
    found.run_until_complete(found.shutdown_default_executor())
    found.close()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker: str) -> Path:
    """A folder that all processes of this test run see."""
    own = tmp_path_factory.getbasetemp()
    return own if worker == "alone" else own.parent


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    return getattr(request.config, "workerinput", {}).get("workerid", "alone")


@pytest.fixture(scope="session")
def sqlite(shared_folder: Path) -> Sqlite:
    return Sqlite(shared_folder)


@pytest.fixture(scope="session")
def postgresql(shared_folder: Path) -> Iterator[Postgres]:
    found = Postgres(shared_folder)
    yield found
    found.close()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Any:
    """Each of the two engines in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def settings(engine: Any, tmp_path: Path) -> Iterator[Settings]:
    """A furnished database of the test's own."""
    with engine.copy(tmp_path) as url:
        yield Settings(data=tmp_path, database_url=url, rate_limit=(6000, 60), log_format="json")


@pytest.fixture
def house(settings: Settings, loop: asyncio.AbstractEventLoop) -> Iterator[House]:
    with House(settings, loop) as found:
        yield found


@pytest.fixture
def agency(house: House, engine: Any) -> Troupe:
    return Troupe(house, engine.cast()["agency"])


@pytest.fixture
def rival(house: House, engine: Any) -> Troupe:
    return Troupe(house, engine.cast()["rival"])


class Hands:
    """The hands of the clock: they stand still until they are moved."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    found = Hands()
    now: Callable[[], datetime] = lambda: found.at  # noqa: E731
    monkeypatch.setattr(clock, "now", now)
    return found


@pytest.fixture
def visitor(agency: Troupe) -> Visitor:
    """The agency's owner at a browser."""
    return Visitor(agency, agency.owner)


@pytest.fixture
def code(agency: Troupe) -> str:
    """The shortcode of the agency's project."""
    return str(agency.owner.get(f"/projects/{agency.project_id}").json()["shortcode"])
