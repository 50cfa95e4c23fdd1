"""Dispatchers: killed, many at once, under load, beside receivers that are slow or dead."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import pytest
from sqlalchemy import insert

from kanwerk.clients.models import Client
from kanwerk.core import clock
from kanwerk.core.ids import new_id
from kanwerk.core.problems import Unavailable
from kanwerk.webhooks import dispatch, turns
from kanwerk.webhooks.deliveries import QUEUES
from kanwerk.webhooks.models import Webhook, new_signing_secret
from tests.cast import Troupe
from tests.serving import environment
from tests.webhooks import conftest
from tests.webhooks.conftest import Post, sending, subscribe
from tests.webhooks.receiver import OK, Receiver, answering, silent

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:1/"


def renamed(agency: Troupe, count: int) -> None:
    """Leave so many events, in one transaction."""

    def job(db: Any) -> None:
        client = db.load(Client, agency.client_id)
        for number in range(count):
            changes = client.set(name=f"Number {number} {new_id()}")
            client.record("client.updated", by=db.me.actor, changes=changes)

    agency.house.in_space(agency.space_id, job)


def subscribed(agency: Troupe, urls: list[str], *, trusted: bool = False) -> list[str]:
    """Make many webhooks at once, past the API, and return their ids."""
    since, now = agency.owner.last, clock.now()
    webhooks = [
        {
            "space_id": agency.space_id,
            "id": new_id(),
            "version": since,
            "created_at": now,
            "updated_at": now,
            "name": "many",
            "name_fold": "many",
            "url": url,
            "event_types": ["client.updated"],
            "active": True,
            "secret": new_signing_secret(),
            "creator_id": agency.owner.id,
            "activation": 1,
            "since_sequence": since,
        }
        for url in urls
    ]
    queues = [
        {"space_id": each["space_id"], "webhook_id": each["id"], "trusted": trusted, "failures": 0}
        for each in webhooks
    ]

    def job(session: Any) -> None:
        session.execute(insert(Webhook.__table__), webhooks)
        session.execute(insert(QUEUES), queues)

    agency.house.database.write(job)
    return [str(each["id"]) for each in webhooks]


class Processes:
    """Dispatchers as processes of their own."""

    def __init__(self, agency: Troupe, **variables: str) -> None:
        settings = agency.house.settings
        self.alive: list[int] = []
        self.mother = subprocess.Popen(
            [sys.executable, "-m", "tests.webhooks.dispatching"],
            cwd=ROOT,
            env=environment(settings.data, settings.database_url)
            | {"KANWERK_WEBHOOK_ALLOW": "127.0.0.0/8", **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._said()

    def _said(self) -> str:
        assert self.mother.stdout is not None
        return self.mother.stdout.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pid in list(self.alive):
            self.kill(pid)
        for pipe in (self.mother.stdin, self.mother.stdout):
            assert pipe is not None
            pipe.close()
        self.mother.wait(10)

    def start(self) -> None:
        assert self.mother.stdin is not None
        self.mother.stdin.write("start\n")
        self.mother.stdin.flush()
        self.alive.append(int(self._said()))

    def kill(self, pid: int) -> None:
        """Kill one, without a word."""
        self.alive.remove(pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.slow
def test_dispatchers_killed_25_times_under_load_lose_nothing(agency: Troupe) -> None:
    with Receiver(answering("200 OK", after=0.02)) as receiver, Processes(agency, DEAD_SECONDS="0.5") as all_:
        urls = [f"{receiver.url}/{number}" for number in range(8)]
        webhooks = {
            each.partition("127.0.0.1")[2].partition("/")[2]: subscribe(agency.owner, each, "client.*")
            for each in urls
        }
        before = agency.owner.last
        agency.house.run(_killing(agency, all_, 25))
        events = {event["id"]: event for event in agency.owner.events(before)}
        ends = time.monotonic() + 30
        while len({(each.path, each.id) for each in receiver.got}) < 8 * len(events):
            assert time.monotonic() < ends, "something was lost"
            time.sleep(0.05)
        time.sleep(0.2)
    assert len(events) > 25
    for path, webhook in webhooks.items():
        got = [each for each in receiver.got if each.path == f"/{path}"]
        assert {each.id for each in got} == events.keys()
        assert all(each.opened(webhook["secret"]) == events[each.id] for each in got)


async def _killing(agency: Troupe, processes: Processes, times: int) -> None:
    """Kill and start dispatchers while things happen, each time when some have claims."""
    over = asyncio.Event()

    async def load() -> None:
        number = 0
        while not over.is_set():
            number += 1
            await agency.owner.asking("PATCH", f"/clients/{agency.client_id}", {"name": f"Name {number}"})
            await asyncio.sleep(0.02)

    working = asyncio.create_task(load())
    for _ in range(2):
        processes.start()
    claiming = "SELECT DISTINCT claimed_by FROM webhook_queues WHERE claimed_by IS NOT NULL"
    for _ in range(times):
        ends, at_work = time.monotonic() + 10, set[int]()
        while not at_work:
            assert time.monotonic() < ends, "nobody works"
            await asyncio.sleep(random.uniform(0, 0.02))
            pids = {int(row[0][-12:]) for row in agency.house.database.read(claiming, {})}
            at_work = pids.intersection(processes.alive)
        processes.kill(min(at_work))
        processes.start()
    over.set()
    await working


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_a_dead_dispatcher_was_at_is_taken_up_within_ten_seconds(agency: Troupe) -> None:
    with Receiver(silent) as receiver, Processes(agency) as processes:
        subscribe(agency.owner, receiver, "client.updated")
        processes.start()
        renamed(agency, 1)
        _wait(receiver, 1)
        receiver.manner = OK
        killed = time.monotonic()
        processes.kill(processes.alive[0])
        processes.start()
        _wait(receiver, 2)
        assert time.monotonic() - killed > 3
        assert receiver.got[0].id == receiver.got[1].id


def _wait(receiver: Receiver, count: int) -> None:
    ends = time.monotonic() + 15
    while len(receiver.got) < count:
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_several_dispatchers_send_each_event_once_and_ten_at_once(agency: Troupe) -> None:
    async def several() -> None:
        dispatchers = [dispatch.Dispatcher(agency.house.runtime, sending()) for _ in range(3)]
        running = [asyncio.create_task(each.run()) for each in dispatchers]
        ends = time.monotonic() + 30
        while len(one.got) + len(two.got) < 400 and time.monotonic() < ends:  # noqa: ASYNC110  # on threads
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    slowly = answering("200 OK", after=0.02)
    with Receiver(slowly) as one, Receiver(slowly) as two:
        for each in (one, two):
            subscribe(agency.owner, each, "client.updated")
        renamed(agency, 200)
        agency.house.run(several())
        for each in (one, two):
            assert set(Counter(got.id for got in each.got).values()) == {1}
            assert len(each.got) == 200
            assert 5 < each.most <= 10


class Measured(dispatch.Dispatcher):
    """A dispatcher that remembers how much it had in its hands at most."""

    loaded = to_one = to_others = 0

    def _start(self) -> None:
        super()._start()
        lanes, most = self._lanes.values(), type(self)
        most.loaded = max(most.loaded, sum(len(each.waiting) + len(each.sending) for each in lanes))
        most.to_one = max([most.to_one, *(len(each.sending) for each in lanes)])
        most.to_others = max(most.to_others, self._used[False])


@pytest.fixture
def most(monkeypatch: pytest.MonkeyPatch) -> type[Measured]:
    measured = type("Measured", (Measured,), {})
    monkeypatch.setattr(conftest, "Dispatcher", measured)
    monkeypatch.setattr(dispatch, "STOP_SECONDS", 0.1)
    return measured


def test_a_receiver_that_never_answers_delays_nobody(
    agency: Troupe, post: Post, receiver: Receiver, most: type[Measured]
) -> None:
    with Receiver(silent) as dead:
        subscribe(agency.owner, dead, "client.updated")
        subscribe(agency.owner, receiver, "client.updated")
        renamed(agency, 100)
        post.until(lambda: len(receiver.got) == 100)
        renamed(agency, 100)
        post.until(lambda: len(receiver.got) == 200)
        assert 0 < most.to_one <= dispatch.AT_ONCE


def test_ten_thousand_subscriptions_that_hang_delay_nobody(
    agency: Troupe, post: Post, receiver: Receiver, most: type[Measured]
) -> None:
    with Receiver(silent) as dead:
        subscribed(agency, [f"{dead.url}/{number}" for number in range(10_000)])
        subscribed(agency, [receiver.url], trusted=True)
        for count in range(1, 4):
            renamed(agency, 1)
            post.until(lambda count=count: len(receiver.got) == count)
        assert 0 < most.to_others <= dispatch.POOLS[False]
        queued = agency.house.database.read("SELECT count(*) FROM webhook_deliveries", {})[0][0]
        assert queued == 3 * 10_001


def test_a_storm_of_events_goes_through_little_memory(
    agency: Troupe, post: Post, receiver: Receiver, most: type[Measured]
) -> None:
    subscribe(agency.owner, receiver, "client.updated")
    subscribe(agency.owner, NOWHERE, "client.updated")
    before = agency.owner.last
    renamed(agency, 2_000)
    post.until(lambda: len(receiver.got) == 2_000, seconds=60)
    assert {each.id for each in receiver.got} == {event["id"] for event in agency.owner.events(before)}
    assert 0 < most.loaded <= dispatch.LOADED + dispatch.CLAIMS * dispatch.AT_ONCE


def test_a_turn_that_fails_halfway_loses_nothing(
    agency: Troupe, post: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    working, failures = turns.load, [1, 1]

    def failing(*given: Any) -> Any:
        if failures:
            failures.pop()
            raise Unavailable
        return working(*given)

    monkeypatch.setattr(turns, "load", failing)
    monkeypatch.setattr(dispatch, "IDLE_SECONDS", 0.05)
    subscribe(agency.owner, receiver, "client.updated")
    renamed(agency, 20)
    post.until(lambda: len(receiver.got) >= 20)
    assert not failures
    assert len({each.id for each in receiver.got}) == 20
