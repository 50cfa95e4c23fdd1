"""What the background process does for notifications: make them, tell what is due, send the mails."""

import asyncio
import time

from kanwerk.core.problems import Problem
from kanwerk.core.web import Process
from kanwerk.notifications import mailing, making, mornings

BREATH_SECONDS, LOOK_SECONDS, MORNING_SECONDS, MAIL_SECONDS, TROUBLE_SECONDS = 0.2, 2.0, 60.0, 5.0, 2.0


async def make(process: Process) -> None:
    """Make notifications of what happens, until cancelled, and every minute of what is due."""
    database, work = process.database, process.threads.work
    looked = -MORNING_SECONDS
    while True:
        try:
            while await work(lambda: making.make(database)):
                pass
            if time.monotonic() - looked >= MORNING_SECONDS:
                looked = time.monotonic()
                await work(lambda: mornings.tell(database))
        except Problem:
            await asyncio.sleep(TROUBLE_SECONDS)
        await process.signals.wait_for_any(LOOK_SECONDS)
        await asyncio.sleep(BREATH_SECONDS)  # a burst is one look


async def send(process: Process) -> None:
    """Send the mails that are due, until cancelled."""
    while True:
        try:
            await asyncio.to_thread(mailing.send_due, process.database, process.settings)
        except Problem:
            await asyncio.sleep(TROUBLE_SECONDS)
        await asyncio.sleep(MAIL_SECONDS)
