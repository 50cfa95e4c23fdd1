"""The worker's threads: one that writes, in turn, with a bounded queue; a few for what takes long.

What waits when the writer gets to it is written together and committed once (group commit): a commit is an
fsync, and one fsync serves them all. Each keeps its own fate by a savepoint.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple, TypeVar

from sqlalchemy.orm import Session

from kanwerk.core.database import Database, Outcome
from kanwerk.core.problems import Unavailable

T = TypeVar("T")
GIVE_UP_SECONDS = 10.0
TOGETHER = 4  # more would save fsyncs, and let those who read wait longer for the answers of one commit


class Waiting(NamedTuple):
    """Something that waits for its turn; who takes the ticket decides whether it begins or is given up."""

    work: Callable[..., Any]
    future: "asyncio.Future[Any]"
    ticket: list[None]

    def begins(self) -> bool:
        """Whether it may begin: not when it was given up before."""
        try:
            self.ticket.pop()
        except IndexError:
            return False
        return True


class Threads:
    """``write`` for requests that change something, ``work`` for long ones and password hashing."""

    def __init__(self, database: Database, room: int) -> None:
        """Bound the queue of writes: over it, requests are answered 503 at once."""
        self._database = database
        self._waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="writer", daemon=True)
        self._workers = ThreadPoolExecutor(2, "worker")
        self._room = room
        self._writer.start()

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in a transaction on the writer thread and return its result once it is committed.

        It may be run again, as in ``Database.write``. ``Unavailable`` when the queue is full or its turn does
        not come.
        """
        done: T = await self._when_done(work, self._waiting.put)
        return done

    async def work(self, job: Callable[[], T]) -> T:
        """Run the job on a worker thread; ``Unavailable`` as for writes."""
        done: T = await self._when_done(job, lambda waiting: self.later(lambda: _do_alone(waiting, job)))
        return done

    def later(self, job: Callable[[], object]) -> None:
        """Run the job on a worker thread without waiting for it, such as sending a mail."""
        self._workers.submit(job)

    async def _when_done(self, work: Callable[..., Any], begin: Callable[[Waiting], None]) -> Any:
        if self._room <= 0:
            raise Unavailable("Too many writes are waiting.", headers={"Retry-After": "1"})
        self._room -= 1
        loop = asyncio.get_running_loop()
        waiting = Waiting(work, loop.create_future(), [None])
        given_up = loop.call_later(GIVE_UP_SECONDS, _give_up, waiting)
        try:
            begin(waiting)
            return await waiting.future
        finally:
            given_up.cancel()
            self._room += 1

    def _write(self) -> None:
        while True:
            first = self._waiting.get()
            if first is None:
                self._database.release()
                return
            group = [first]
            while len(group) < TOGETHER and self._database.sqlite:
                try:
                    another = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if another is None:
                    self._waiting.put(None)
                    break
                group.append(another)
            self._do([each for each in group if each.begins()])

    def _do(self, group: list[Waiting]) -> None:
        together = self._database.write_together([each.work for each in group]) if len(group) > 1 else None
        if together is not None:
            _tell(group, together)
            return
        for each in group:
            _tell([each], [_tried(partial(self._database.write, each.work))])

    def close(self) -> None:
        """Finish what was begun."""
        self._waiting.put(None)
        self._writer.join()
        self._workers.shutdown()


def _do_alone(waiting: Waiting, job: Callable[[], Any]) -> None:
    if waiting.begins():
        _tell([waiting], [_tried(job)])


def _tried(job: Callable[[], Any]) -> Outcome:
    try:
        return Outcome(job(), None)
    except BaseException as error:  # noqa: BLE001 (whatever it is belongs to the one who waits)
        return Outcome(None, error)


def _tell(group: list[Waiting], outcomes: list[Outcome]) -> None:
    """Wake all who wait for a commit by one call into the loop."""
    loop = group[0].future.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(_settle, group, outcomes)


def _settle(group: list[Waiting], outcomes: list[Outcome]) -> None:
    for waiting, outcome in zip(group, outcomes, strict=True):
        if waiting.future.done():  # its request was cancelled meanwhile
            continue
        if outcome.error is not None:
            waiting.future.set_exception(outcome.error)
        else:
            waiting.future.set_result(outcome.result)


def _give_up(waiting: Waiting) -> None:
    if waiting.begins() and not waiting.future.done():
        message = "The turn of this write did not come in time."
        waiting.future.set_exception(Unavailable(message, headers={"Retry-After": "1"}))
