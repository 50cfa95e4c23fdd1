"""The figures of webhooks: from a commit to the receiver, deliveries a second, what they cost writers."""

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from queue import Empty
from statistics import median
from typing import Any

from bench.report import Figure, share
from bench.servers import HOST, Running, product
from kanwerk.config import Settings
from kanwerk.core.database import Database
from kanwerk.core.writes import Write
from kanwerk.migrations import upgrade
from kanwerk.nouns import reads as _nouns  # noqa: F401  # for the events it makes known
from kanwerk.people.spaces import open_space
from kanwerk.people.tokens import integration, make_token

PACE, PACED_SECONDS = 50, 10.0
HOOKS, BULKS, ITEMS = 10, 4, 500
WRITES, MANY = 200, 100
API = "/api/v1"


def delivery(folder: Path) -> list[Figure]:
    """Return the figures."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(Settings.load(data=folder, database_url="").url)
    upgrade(database)
    tokens = [database.write(partial(_fill, database, at)) for at in range(4)]
    database.close()
    with _receiver() as (url, heard), product(folder, KANWERK_WEBHOOK_ALLOW="127.0.0.0/8") as server:
        _subscribe(server, tokens[1], url, 1, ["client.*"])
        times = _paced(server, tokens[1], heard)
        _subscribe(server, tokens[2], url, HOOKS, ["client.*"])
        each_second = _as_many(server, tokens[2], heard)
        _subscribe(server, tokens[3], url, MANY, ["client.deleted"])
        none, some = _writes(server, tokens[0], tokens[3])
    return [
        Figure(
            f"from commit to receiver at {PACE} events per second, p95", share(times, 0.95), "ms", most=250
        ),
        Figure("deliveries per second of one dispatcher", each_second, "/s", least=500),
        Figure("a write without webhooks: median", median(none), "ms"),
        Figure(f"a write with {MANY} webhooks: median", median(some), "ms"),
        Figure(
            "a write with webhooks: time over that without", median(some) / median(none), "times", most=1.05
        ),
    ]


def _fill(database: Database, at: int, session: Any) -> str:
    db: Write = open_space(database, session, f"Bench {at}", f"bench-{at}")
    me: Any = db.me
    _, token = make_token(db, integration(db, "Ledger", "admin", by=me), "Ledger", by=me)
    db.end()
    return token


@contextmanager
def _receiver() -> Iterator[tuple[str, Any]]:
    """Run a receiver in a process of its own; it tells when each event first came in."""
    heard: Any = multiprocessing.Queue()
    process = multiprocessing.Process(target=_receive, args=(heard,), daemon=True)
    process.start()
    try:
        yield f"http://{HOST}:{heard.get(timeout=10)}/hook", heard
    finally:
        process.kill()
        process.join()


def _receive(heard: Any) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(next(x for x in head.lower().split(b"\r\n") if x.startswith(b"content-length"))[15:])
            body = await reader.readexactly(length)
            heard.put((json.loads(body)["sequence"], time.time()))
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    async def serve() -> None:
        server = await asyncio.start_server(talk, HOST, 0)
        heard.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


def _ask(connection: HTTPConnection, token: str, path: str, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", API + path, json.dumps(body), headers)
    answer = connection.getresponse()
    found = json.loads(answer.read())
    assert answer.status in (200, 201), found
    return answer


def _subscribe(server: Running, token: str, url: str, count: int, types: list[str]) -> None:
    connection = HTTPConnection(HOST, server.port, timeout=10)
    for _ in range(count):
        _ask(connection, token, "/webhooks", {"url": url, "event_types": types})
    connection.close()
    time.sleep(1)


def _paced(server: Running, token: str, heard: Any) -> list[float]:
    """Make clients at an even pace; return how long each event took to the receiver, in ms, sorted."""
    connection, committed = HTTPConnection(HOST, server.port, timeout=10), {}
    began = time.monotonic()
    for at in range(int(PACE * PACED_SECONDS)):
        time.sleep(max(0.0, began + at / PACE - time.monotonic()))
        answer = _ask(connection, token, "/clients", {"name": f"Client {at}"})
        committed[int(answer.headers["ETag"].strip('"').partition("-")[0])] = time.time()
    connection.close()
    came = dict(_gather(heard, len(committed)))
    return sorted((came[number] - at) * 1000 for number, at in committed.items())


def _gather(heard: Any, count: int, seconds: float = 60) -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = []
    until = time.monotonic() + seconds
    while len(found) < count:
        try:
            found.append(heard.get(timeout=max(0.1, until - time.monotonic())))
        except Empty:
            raise SystemExit(f"only {len(found)} of {count} deliveries came") from None
    return found


def _as_many(server: Running, token: str, heard: Any) -> float:
    """Make many events at once for several webhooks; return how many deliveries came in a second."""
    connection, count = HTTPConnection(HOST, server.port, timeout=30), HOOKS * BULKS * ITEMS
    for bulk in range(BULKS):
        items = [{"name": f"Client {bulk} {at}"} for at in range(ITEMS)]
        _ask(connection, token, "/clients/bulk", {"items": items})
    connection.close()
    times = sorted(at for _, at in _gather(heard, count, 120))
    return len(times) / (times[-1] - times[0])


def _writes(server: Running, *tokens: str) -> list[list[float]]:
    """Make clients in several spaces in turn; return how long those of each took, in ms."""
    connection = HTTPConnection(HOST, server.port, timeout=10)
    times: list[list[float]] = [[] for _ in tokens]
    for at in range(WRITES):
        for token, taken in zip(tokens, times, strict=True):
            began = time.perf_counter()
            _ask(connection, token, "/clients", {"name": f"Client {at}"})
            taken.append((time.perf_counter() - began) * 1000)
            time.sleep(0.02)
    connection.close()
    return [taken[10:] for taken in times]
