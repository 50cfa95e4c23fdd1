"""The worker's threads: one that writes, in turn, with a bounded queue; a few for what takes long."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from kanwerk.core.problems import Unavailable

T = TypeVar("T")
GIVE_UP_SECONDS = 10.0


class Threads:
    """``write`` for requests that change something, ``work`` for long ones and password hashing."""

    def __init__(self, queue: int) -> None:
        """Bound the queue of writes: over it, requests are answered 503 at once."""
        self._writer = ThreadPoolExecutor(1, "writer")
        self._workers = ThreadPoolExecutor(2, "worker")
        self._room = queue

    async def write(self, job: Callable[[], T]) -> T:
        """Run the job on the writer thread; ``Unavailable`` when the queue is full or its turn does not come."""
        return await self._run(self._writer, job)

    async def work(self, job: Callable[[], T]) -> T:
        """Run the job on a worker thread; ``Unavailable`` as for writes."""
        return await self._run(self._workers, job)

    async def _run(self, pool: ThreadPoolExecutor, job: Callable[[], T]) -> T:
        if self._room <= 0:
            raise Unavailable("Too many writes are waiting.", headers={"Retry-After": "1"})
        self._room -= 1
        try:
            future = pool.submit(job)
            waiting = asyncio.wrap_future(future)
            done, _ = await asyncio.wait({waiting}, timeout=GIVE_UP_SECONDS)
            if not done and future.cancel():
                raise Unavailable(
                    "The turn of this write did not come in time.", headers={"Retry-After": "1"}
                )
            return await asyncio.shield(waiting)
        finally:
            self._room += 1

    def close(self) -> None:
        """Finish what was begun."""
        self._writer.shutdown()
        self._workers.shutdown()
