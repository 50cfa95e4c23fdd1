"""The dispatcher: claims queues, sends what is in them, keeps what became of it.

What waits is in the database. In memory is only what is sent within the next second; killed at any moment,
the process leaves rows that say "pending" and a claim that somebody else takes over: sent twice at worst.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from kanwerk.core import clock
from kanwerk.core.ids import new_id
from kanwerk.core.problems import Problem
from kanwerk.core.web import Process
from kanwerk.webhooks.fanning import fan_out
from kanwerk.webhooks.loading import Load, Parcel, Receiver, Want
from kanwerk.webhooks.queues import Key, Outcome, Standing
from kanwerk.webhooks.retrying import outcome_of, reason_to_switch_off, standing_after
from kanwerk.webhooks.sending import Sending, signed
from kanwerk.webhooks.targets import Reach
from kanwerk.webhooks.turns import Books, Plan, Turn

log = structlog.get_logger()
AT_ONCE, AT_ONCE_FAILING = 10, 2  # deliveries on their way to one webhook
# In all: to those who answered well and quickly the last time, and to the others, who may take 15 s each.
POOLS = {True: 300, False: 200}
LOADED, LOADED_EACH = 1_000, 100  # deliveries in memory, in all and of one queue
CLAIMS = 100  # queues claimed in one turn
STALE_SECONDS = 1.0  # what was loaded so long ago is loaded anew: rights are judged when it is sent
IDLE_SECONDS, GATHER_SECONDS, STOP_SECONDS = 1.0, 0.02, 3.0


@dataclass
class Lane:
    """A claimed queue: what is loaded of it and what is on its way."""

    standing: Standing
    receiver: Receiver | None = None
    waiting: deque[Parcel] = field(default_factory=deque)
    sending: set[str] = field(default_factory=set)
    more: bool = True  # whether the database may hold more
    noted: bool = True
    ready: bool = False  # whether it stands in line for a free place
    claimed_at: float = field(default_factory=time.monotonic)
    loaded_at: float = 0.0

    @property
    def limit(self) -> int:
        """How many may be on their way at once."""
        return AT_ONCE_FAILING if self.standing.failures else AT_ONCE

    @property
    def held(self) -> frozenset[str]:
        """What is not to be loaded again."""
        return frozenset(self.sending.union(parcel.id for parcel in self.waiting))


class Dispatcher:
    """One dispatcher; as many as you like may work on the same database."""

    def __init__(self, process: Process, sending: Sending | None = None) -> None:
        """Take the process; tests give a ``sending`` of their own."""
        self._process = process
        self._sending = sending or Sending(Reach(process.settings.webhook_allow))
        self._thread = ThreadPoolExecutor(1, "webhooks")
        self._books = Books(process.database, new_id())
        self._lanes: dict[Key, Lane] = {}
        self._line: dict[bool, deque[Key]] = {True: deque(), False: deque()}
        self._used = {True: 0, False: 0}
        self._outcomes: list[Outcome] = []
        self._off: dict[Key, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sent = asyncio.Event()
        self._failed = False

    async def run(self) -> None:
        """Work until cancelled; what is on its way then is waited for, for a moment."""
        async with self._sending:
            hearing: asyncio.Task[None] | None = None
            try:
                while True:
                    if hearing is None or hearing.done():  # before looking: nothing is missed in between
                        hearing = asyncio.create_task(self._process.signals.wait_for_any(IDLE_SECONDS))
                    if not await self.step():
                        await self._rest(hearing)
            finally:
                if hearing is not None:
                    hearing.cancel()
                await asyncio.shield(self._stop())

    @property
    def busy(self) -> bool:
        """Whether something is claimed, on its way or not kept yet."""
        return bool(self._lanes or self._tasks or self._outcomes)

    async def step(self) -> bool:
        """Take one turn and return whether there is reason to take the next at once."""
        try:
            moved = await self._do(fan_out, self._process.database)
            turned = await self._turn()
        except Problem as problem:
            log.warning("webhooks", error=problem.detail)
            await asyncio.sleep(IDLE_SECONDS)
            return False
        return moved or turned

    async def _do(self, job: Callable[..., Any], *values: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job, *values)

    async def _rest(self, hearing: asyncio.Task[None]) -> None:
        """Wait until something was written or sent; what is sent in quick succession is kept together."""
        if not self._outcomes:
            sent = asyncio.create_task(self._sent.wait())
            try:
                await asyncio.wait([hearing, sent], return_when=asyncio.FIRST_COMPLETED)
            finally:
                sent.cancel()
        if self._outcomes:
            await asyncio.sleep(GATHER_SECONDS)
        self._sent.clear()

    async def _turn(self) -> bool:
        if self._failed:
            await self._do(self._books.give_back, set(self._lanes))
            self._failed = False
        look = await self._do(lambda: self._books.look(holding=bool(self._lanes)))
        if look.lost:  # somebody else sends it now
            for lane in self._lanes.values():
                lane.waiting.clear()
                lane.more = False
        plan = self._plan(due=look.due)
        if not (look.due or plan.outcomes or plan.off or plan.standings or plan.idle or plan.wants):
            return False
        try:
            turn: Turn = await self._do(self._books.turn, plan)
        except BaseException:  # nothing was kept: once more, the next time
            self._outcomes, self._off = plan.outcomes + self._outcomes, plan.off | self._off
            for key, lane in self._lanes.items():
                lane.more, lane.noted = True, lane.noted and key not in plan.standings
            self._failed = True
            raise
        return self._took(plan, turn)

    def _plan(self, *, due: bool) -> Plan:
        now = time.monotonic()
        for lane in self._lanes.values():
            if lane.waiting and now - lane.loaded_at > STALE_SECONDS:
                lane.waiting.clear()
                lane.more = True
        rooms = {
            pool: POOLS[pool] - sum(each.standing.trusted is pool for each in self._lanes.values())
            for pool in POOLS
        }
        wants = self._wants(now, crowded={pool for pool in rooms if due and rooms[pool] <= 0})
        free = LOADED - sum(len(lane.waiting) for lane in self._lanes.values())
        claims = min(CLAIMS, max(0, free)) if due else 0
        idle = [
            key
            for key, each in self._lanes.items()
            if not each.more and not each.waiting and not each.sending
        ]
        changed = {key: each.standing for key, each in self._lanes.items() if not each.noted}
        plan = Plan(
            self._outcomes,
            self._off,
            changed,
            idle,
            wants,
            {pool: min(claims, room) for pool, room in rooms.items()},
            AT_ONCE,
        )
        self._outcomes, self._off = [], {}
        for key in changed:
            self._lanes[key].noted = True
        return plan

    def _wants(self, now: float, crowded: set[bool]) -> dict[Key, Want]:
        """Return what more to load; a queue that has had its turn makes room where others wait for theirs."""
        hungry = []
        for key, lane in self._lanes.items():
            if lane.standing.trusted in crowded and lane.loaded_at and now - lane.claimed_at > STALE_SECONDS:
                lane.more = False
            elif lane.more and len(lane.waiting) < lane.limit and len(lane.sending) < lane.limit:
                hungry.append(key)
        free = LOADED - sum(len(lane.waiting) for lane in self._lanes.values())
        each = max(1, min(LOADED_EACH, free // max(1, len(hungry))))
        return {
            key: Want(AT_ONCE_FAILING if self._lanes[key].standing.failures else each, self._lanes[key].held)
            for key in hungry
        }

    def _took(self, plan: Plan, turn: Turn) -> bool:
        """Take in what a turn brought, and return whether there is reason to take the next at once."""
        for key in plan.idle:
            del self._lanes[key]
        for claim in turn.claims:
            self._lanes[claim.key] = Lane(claim.standing)
        for key, load in turn.loads.items():
            self._take(key, load)
        for key in turn.news:
            if key in self._lanes:
                self._lanes[key].more = True
        self._start()
        again = (
            each.more and not each.waiting and len(each.sending) < each.limit for each in self._lanes.values()
        )
        return any(again)

    def _take(self, key: Key, load: Load) -> None:
        lane = self._lanes[key]
        lane.receiver, lane.more, lane.loaded_at = load.receiver, load.more, time.monotonic()
        lane.waiting.extend(load.parcels)
        self._line_up(key, lane)

    def _line_up(self, key: Key, lane: Lane) -> None:
        if lane.waiting and not lane.ready and len(lane.sending) < lane.limit:
            lane.ready = True
            self._line[lane.standing.trusted].append(key)

    def _start(self) -> None:
        """Send while there are free places, to each webhook in turn."""
        for pool, line in self._line.items():
            while line and self._used[pool] < POOLS[pool]:
                key = line.popleft()
                lane = self._lanes.get(key)
                if lane is None or not lane.ready:
                    continue
                lane.ready = False
                if not lane.waiting or lane.receiver is None:
                    continue
                parcel = lane.waiting.popleft()
                lane.sending.add(parcel.id)
                self._used[pool] += 1
                task = asyncio.create_task(self._send(key, lane, lane.receiver, parcel, pool=pool))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                self._line_up(key, lane)

    async def _send(self, key: Key, lane: Lane, receiver: Receiver, parcel: Parcel, *, pool: bool) -> None:
        try:
            headers = signed(receiver.secrets, parcel.event_id, clock.now().timestamp(), parcel.body)
            answer = await self._sending.post(receiver.url, headers, parcel.body)
            standing = standing_after(lane.standing, answer)
            lane.noted = lane.noted and standing == lane.standing
            lane.standing = standing
            if (reason := reason_to_switch_off(standing, answer)) is not None:
                self._off[key] = reason
            self._outcomes.append(outcome_of(key, parcel, answer))
        finally:
            self._used[pool] -= 1
            lane.sending.discard(parcel.id)
            self._line_up(key, lane)
            self._start()
            self._sent.set()

    async def _stop(self) -> None:
        """Wait a moment for what is on its way, keep what is known, and give back what is claimed."""
        for lane in self._lanes.values():
            lane.waiting.clear()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        plan = self._plan(due=False)
        with suppress(Problem):
            await self._do(self._books.leave, plan)
        await self._do(self._books.release_connection)
        self._thread.shutdown()


async def run(process: Process) -> None:
    """Deliver, until cancelled."""
    await Dispatcher(process).run()
