"""Stopping: the server process tells its workers that it is, so that what waits ends at once."""

import asyncio
import multiprocessing
import signal
from functools import partial
from types import FrameType
from typing import Any

from kanwerk.core.web import Process

TICK_SECONDS = 0.1
_stopping = multiprocessing.Event()


def now() -> None:
    """Let this process and its workers stop."""
    _stopping.set()


def tell_on_signals() -> None:
    """Make SIGTERM and SIGINT set the flag before what handles them; for the server process."""
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        signal.signal(number, partial(_handle, before))


def _handle(before: Any, number: int, frame: FrameType | None) -> None:
    _stopping.set()
    if callable(before):
        before(number, frame)


async def watch(runtime: Process) -> None:
    """Carry the flag, which forked workers share, into the worker's runtime."""
    while not _stopping.is_set():  # noqa: ASYNC110  # another process sets it
        await asyncio.sleep(TICK_SECONDS)
    runtime.stopping = True
    runtime.signals.wake()
