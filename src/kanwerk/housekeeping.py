"""What is done beside answering: keep last uses, empty the trash, forget what has run out."""

import asyncio
import contextlib
from datetime import timedelta
from typing import cast

import structlog
from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session as Transaction

from kanwerk.clients.imports import KEPT as UPLOAD_KEPT
from kanwerk.clients.imports import Upload
from kanwerk.clients.models import Client
from kanwerk.core import clock, idempotency, trash
from kanwerk.core.events import KINDS
from kanwerk.core.idempotency import IdempotencyKey
from kanwerk.core.problems import Problem
from kanwerk.core.web import Process, Runtime
from kanwerk.files.models import sweep as sweep_files
from kanwerk.importers.models import sweep as sweep_imports
from kanwerk.notifications.sweeping import sweep as sweep_notifications
from kanwerk.people.callers import write_uses
from kanwerk.people.models import PasswordReset, Session, User
from kanwerk.tasks.recurrence import make_due_ones
from kanwerk.webhooks.deliveries import sweep as sweep_deliveries

log = structlog.get_logger()
USES_SECONDS, SWEEP_SECONDS = 60, 3600
_REST = timedelta(days=1)
_USERS = cast("Table", User.__table__)


async def keep_uses_often(runtime: Runtime) -> None:
    """Keep last uses every minute, until cancelled; each worker has its own."""
    while True:
        await asyncio.sleep(USES_SECONDS)
        with contextlib.suppress(Problem):
            await keep_uses(runtime)


async def sweep_often(process: Process) -> None:
    """Sweep every hour, until cancelled."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        with contextlib.suppress(Problem):
            await _sweep(process)


async def _sweep(process: Process) -> None:
    database, storage, work = process.database, process.storage, process.threads.work
    purged = await work(lambda: database.write(sweep))
    contents = await work(lambda: database.write(lambda session: sweep_files(session, storage)))
    while await work(lambda: database.write(sweep_deliveries)):
        pass
    recurring = await work(lambda: database.write(lambda session: make_due_ones(database, session)))
    log.info("swept", purged=purged, contents=contents, recurring=recurring)


async def keep_uses(runtime: Runtime) -> None:
    """Write down when tokens and users were last active; it is held in memory in between."""
    uses = runtime.state.pop("uses", {})
    if uses:
        await runtime.threads.write(lambda session: write_uses(session, uses))


def sweep(session: Transaction) -> int:
    """Delete for good what lay in the trash for 30 days, and what has run out; return how many records."""
    now = clock.now()
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - idempotency.KEPT))
    session.execute(delete(Session).where(Session.expires_at < now))
    session.execute(delete(PasswordReset).where(PasswordReset.expires_at < now - _REST))
    session.execute(delete(Upload).where(Upload.created_at < now - UPLOAD_KEPT))
    sweep_notifications(session)
    sweep_imports(session)
    gone = select(Client.trash_id).where(Client.trashed_at < now - trash.KEPT)
    session.execute(update(_USERS).where(_USERS.c.trash_id.in_(gone)).values(client_id=None))
    models = [kind.read.model for kind in reversed(KINDS.values()) if kind.read.trashable]
    return trash.purge(session, models)
