"""The worker's threads: one that writes, in turn, with a bounded queue; a few for what takes long.

What waits when the writer gets to it is written together and committed once (group commit): a commit is an
fsync, and one fsync serves them all. Each keeps its own fate by a savepoint.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple, TypeVar

from sqlalchemy.orm import Session

from kanwerk.core.database import Database
from kanwerk.core.problems import Unavailable

T = TypeVar("T")
GIVE_UP_SECONDS = 10.0
TOGETHER = 32


class Waiting(NamedTuple):
    """A write that waits for its turn."""

    future: "Future[Any]"
    work: Callable[[Session], Any]


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
        future: Future[T] = Future()
        return await self._when_done(future, lambda: self._waiting.put(Waiting(future, work)))

    async def work(self, job: Callable[[], T]) -> T:
        """Run the job on a worker thread; ``Unavailable`` as for writes."""
        future: Future[T] = Future()
        return await self._when_done(future, lambda: self.later(lambda: _settle(future, job)))

    def later(self, job: Callable[[], object]) -> None:
        """Run the job on a worker thread without waiting for it, such as sending a mail."""
        self._workers.submit(job)

    async def _when_done(self, future: "Future[T]", begin: Callable[[], None]) -> T:
        if self._room <= 0:
            raise Unavailable("Too many writes are waiting.", headers={"Retry-After": "1"})
        self._room -= 1
        try:
            begin()
            waiting = asyncio.wrap_future(future)
            done, _ = await asyncio.wait({waiting}, timeout=GIVE_UP_SECONDS)
            if not done and future.cancel():
                raise Unavailable(
                    "The turn of this write did not come in time.", headers={"Retry-After": "1"}
                )
            return await asyncio.shield(waiting)
        finally:
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
            self._do([each for each in group if each.future.set_running_or_notify_cancel()])

    def _do(self, group: list[Waiting]) -> None:
        together = self._database.write_together([each.work for each in group]) if len(group) > 1 else None
        for index, each in enumerate(group):
            if together is None:
                _settle(each.future, partial(self._database.write, each.work), begun=True)
            elif (error := together[index].error) is not None:
                each.future.set_exception(error)
            else:
                each.future.set_result(together[index].result)

    def close(self) -> None:
        """Finish what was begun."""
        self._waiting.put(None)
        self._writer.join()
        self._workers.shutdown()


def _settle(future: "Future[T]", job: Callable[[], T], *, begun: bool = False) -> None:
    if not begun and not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(job())
    except BaseException as error:  # noqa: BLE001 (whatever it is belongs to the one who waits)
        future.set_exception(error)
