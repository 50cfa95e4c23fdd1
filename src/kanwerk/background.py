"""What is done beside requests, in a process of its own: webhooks, notifications, housekeeping.

``kanwerk serve`` starts it and keeps it running; with ``KANWERK_BACKGROUND=off`` it is started as
``kanwerk worker``, once or several times. It may be killed at any moment: what is promised is in a table.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable

import structlog

from kanwerk import housekeeping
from kanwerk.config import Settings
from kanwerk.core import logs
from kanwerk.core.database import Database
from kanwerk.core.signals import Signals
from kanwerk.core.storage import Storage
from kanwerk.core.web import Process
from kanwerk.core.writer import Threads
from kanwerk.importers import working as imports
from kanwerk.notifications import jobs as notifications
from kanwerk.nouns import reads as _nouns  # noqa: F401  # for the tables and events it makes known
from kanwerk.webhooks import dispatch

log = structlog.get_logger()
Job = Callable[[Process], Awaitable[None]]
JOBS: list[Job] = [
    housekeeping.sweep_often,
    dispatch.run,
    notifications.make,
    notifications.send,
    imports.run,
]


def run(settings: Settings) -> None:
    """Do it all until SIGTERM or SIGINT, or until the process that started this one is gone."""
    logs.set_up(settings.log_format)
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    database = Database(settings.url)
    process = Process(
        settings=settings,
        database=database,
        threads=Threads(database, settings.write_queue),
        storage=Storage(settings.files_url, settings.data),
        signals=Signals(database),
    )
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(_again(job, process)) for job in JOBS]
    tasks.append(asyncio.create_task(process.signals.run()))
    await _until(stop)
    process.stopping = True
    process.signals.wake()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    process.threads.close()
    database.close()


async def _again(job: Job, process: Process) -> None:
    """Run a job, and again when something went wrong that it did not expect."""
    while True:
        try:
            await job(process)
        except Exception as error:
            log.exception("background", job=job.__module__, error=type(error).__name__)
            await asyncio.sleep(1)


async def _until(stop: asyncio.Event) -> None:
    parent = os.getppid()
    while not stop.is_set() and os.getppid() == parent:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1)


if __name__ == "__main__":
    run(Settings.load())
