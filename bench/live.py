"""The figures of live pages: a thousand streams on one worker, and what they cost those who write."""

import asyncio
import time
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from sqlalchemy import select

from bench.data import made
from bench.report import Figure, share
from bench.servers import HOST, Running, product
from kanwerk.core.database import Database
from kanwerk.core.writes import Write
from kanwerk.nouns import reads as _nouns  # noqa: F401  # for the events it makes known
from kanwerk.people.callers import COOKIE
from kanwerk.people.identities import start_session
from kanwerk.people.models import User
from kanwerk.people.spaces import add_person, open_space
from kanwerk.people.tokens import integration, make_token
from kanwerk.projects.creation import create_project

STREAMS, PEOPLE, EVENTS = 1_000, 100, 60
BETWEEN_SECONDS = 0.25  # between two events: one is told to all before the next


def live(folder: Path) -> list[Figure]:
    """Return the figures."""
    space = made(folder, _fill)
    with product(folder) as server:
        quiet = _writes(server, space)
        heard, busy, memory = asyncio.run(_listen(server, space))
    told, ratio = f"{STREAMS:,} streams", median(busy) / median(quiet)
    return [
        Figure(f"{told}: from a commit to the last of them, p95", share(heard, 0.95), "ms", most=500),
        Figure(f"{told}: memory of the worker", memory / 2**20, "MB", most=200),
        Figure("a write without streams: median", median(quiet), "ms"),
        Figure(f"a write beside {told} that are told of it: median", median(busy), "ms"),
        Figure("a write beside streams: time over that without", ratio, "times", most=1.05),
    ]


def _fill(database: Database, session: Any) -> dict[str, Any]:
    db: Write = open_space(database, session, "Bench", "bench")
    me: Any = db.me
    for at in range(PEOPLE):
        add_person(db, f"p{at}@example.com", None, first_name="Mia", last_name=f"B{at}", role="member")
    holder = integration(db, "Ledger", "admin", by=me)
    _, token = make_token(db, holder, "Ledger", by=me)
    project = create_project(db, {"name": "Board", "shortcode": "BRD"}, by=me)
    db.end()
    people = session.execute(select(User).where(User.type == "user")).scalars()
    cookies = [start_session(session, each.identity_id, days=1, user_agent="bench") for each in people]
    return {"token": token, "project": project.id, "cookies": cookies}


def _writes(server: Running, space: dict[str, Any], sent: dict[int, float] | None = None) -> list[float]:
    """Add tasks at an even pace; return how long each took in ms, and note when each was committed."""
    connection = HTTPConnection(HOST, server.port, timeout=10)
    headers = {"Authorization": f"Bearer {space['token']}", "Content-Type": "application/json"}
    times = []
    for at in range(EVENTS + 5):
        body = msgspec.json.encode({"project_id": space["project"], "title": f"Task {at}"})
        began = time.perf_counter()
        connection.request("POST", "/api/v1/tasks", body, headers)
        answer = connection.getresponse()
        answer.read()
        ended = time.perf_counter()
        assert answer.status == 201, answer.status
        if at >= 5:  # the first warm things up
            times.append((ended - began) * 1000)
        if sent is not None:
            sent[int(answer.headers["ETag"].strip('"').partition("-")[0])] = ended
        time.sleep(BETWEEN_SECONDS)
    connection.close()
    return times


async def _listen(server: Running, space: dict[str, Any]) -> tuple[list[float], list[float], float]:
    heard: dict[int, list[float]] = {}
    tasks, gate = [], asyncio.Semaphore(50)
    ready = [asyncio.Event() for _ in range(STREAMS)]
    for at in range(STREAMS):
        cookie = space["cookies"][at % PEOPLE]
        tasks.append(asyncio.create_task(_stream(server, cookie, heard, ready[at], gate)))
    for each in ready:
        async with asyncio.timeout(60):
            await each.wait()
    sent: dict[int, float] = {}
    busy = await asyncio.to_thread(_writes, server, space, sent)
    await asyncio.sleep(1)
    memory = max(server.memory()[1:])
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    missing = [number for number in sent if len(heard.get(number, [])) != STREAMS]
    assert not missing, f"{len(missing)} events did not reach all streams"
    return sorted((max(heard[number]) - at) * 1000 for number, at in sent.items()), busy, memory


async def _stream(
    server: Running, cookie: str, heard: dict[int, list[float]], ready: asyncio.Event, gate: asyncio.Semaphore
) -> None:
    async with gate:
        reader, writer = await asyncio.open_connection(HOST, server.port)
        asked = f"GET /bench/live HTTP/1.1\r\nHost: {HOST}\r\nCookie: {COOKIE}={cookie}\r\n\r\n"
        writer.write(asked.encode())
        first = await reader.readline()
        assert b" 200 " in first, first
        while b"retry" not in await reader.readline():
            pass
    ready.set()
    try:
        while line := await reader.readline():
            if line.startswith(b"id: "):
                heard.setdefault(int(line[4:]), []).append(time.perf_counter())
    finally:
        writer.close()
