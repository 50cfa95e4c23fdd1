"""The background's part of imports: claims what waits, runs its importer, tells how far it is.

Killed at any moment, the process leaves a claim whose beats have ended: somebody else takes it over and runs
the importer again, which knows what was written before.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, cast

import structlog
from sqlalchemy import Table, and_, or_, select, update
from sqlalchemy.orm import Session, aliased

from kanwerk.core import clock
from kanwerk.core.database import Database
from kanwerk.core.ids import new_id
from kanwerk.core.languages import N_
from kanwerk.core.problems import Problem, Unavailable
from kanwerk.core.web import Process
from kanwerk.core.writes import Write
from kanwerk.files.models import path_of
from kanwerk.importers.arriving import end, tell
from kanwerk.importers.models import WORK, Import
from kanwerk.importers.report import Report, Stopped, kept
from kanwerk.importers.runner import Options, sentence
from kanwerk.importers.sources import SOURCES
from kanwerk.people.access import system
from kanwerk.people.models import Space

log = structlog.get_logger()
AT_ONCE = 2  # imports of one process; of a space there is one at a time
LOOK_SECONDS, BREATH_SECONDS, BEAT_SECONDS, TROUBLE_SECONDS = 2.0, 0.2, 2.0, 2.0
DEAD = timedelta(seconds=15)  # much more than the clocks of two machines differ
TOLD_SECONDS = 1.0
UNEXPECTED = N_("Something went wrong here. What was imported by then is kept; you can go on.")
_TABLE = cast("Table", Import.__table__)


class Job(NamedTuple):
    """An import that is claimed."""

    space_id: str
    id: str
    slug: str
    sha256: str
    source: str
    options: Options
    before: Report | None  # what a run of it that was ended has done
    claim: str


class Left(Stopped):
    """Ends a run without a word: the process stops, or the claim is somebody else's now."""


async def run(process: Process) -> None:
    """Work until cancelled."""
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(_turns(process))


async def _turns(process: Process) -> None:
    thread, loop = ThreadPoolExecutor(1, "imports"), asyncio.get_running_loop()
    try:
        while True:
            try:
                job = await loop.run_in_executor(thread, claim_next, process.database)
                if job is not None:
                    await _beating(process, job, loop.run_in_executor(thread, bring, process, job))
                    continue
            except Problem:
                await asyncio.sleep(TROUBLE_SECONDS)
            await process.signals.wait_for_any(LOOK_SECONDS)
            await asyncio.sleep(BREATH_SECONDS)
    finally:
        thread.submit(process.database.release)
        await asyncio.to_thread(thread.shutdown)


async def _beating(process: Process, job: Job, work: "asyncio.Future[None]") -> None:
    """Wait for the run, and show that it lives."""
    beat = partial(process.database.write, partial(_beat, job))
    while True:
        await asyncio.wait({work}, timeout=BEAT_SECONDS)
        if work.done():
            work.result()
            return
        with suppress(Problem):
            await process.threads.work(beat)


def _beat(job: Job, session: Session) -> None:
    mine = (_TABLE.c.space_id == job.space_id, _TABLE.c.id == job.id, _TABLE.c.claimed_by == job.claim)
    session.execute(update(_TABLE).where(*mine).values(beaten_at=clock.now()))


def _claimable(now: datetime) -> Any:
    """Return what waits while no other of its space is claimed, and what the dead have claimed."""
    other = aliased(Import)
    busy = select(other.id).where(other.space_id == Import.space_id, other.claimed_by.is_not(None)).exists()
    return and_(
        Import.status.in_(WORK),
        or_(
            and_(Import.claimed_by.is_(None), ~busy),
            and_(Import.claimed_by.is_not(None), Import.beaten_at < now - DEAD),
        ),
    )


def claim_next(database: Database) -> Job | None:
    """Claim the import that waits longest, if there is one."""
    waiting = select(Import.id).where(_claimable(clock.now())).limit(1)
    if database.look(lambda session: session.execute(waiting).first()) is None:
        return None
    return database.write(_claim)


def _claim(session: Session) -> Job | None:
    now = clock.now()
    wanted = select(Import).where(_claimable(now)).order_by(Import.created_at, Import.id).limit(1)
    found = session.execute(wanted.with_for_update(skip_locked=True, of=Import)).scalar_one_or_none()
    if found is None:
        return None
    slug = session.get_one(Space, found.space_id).slug
    found.claimed_by, found.beaten_at = new_id(), now
    dry = found.status == "checking"
    options = Options(dry=dry, **found.options)
    before = None if dry or found.report is None else Report.of(found.report)
    session.flush()
    return Job(found.space_id, found.id, slug, found.sha256, found.source, options, before, found.claimed_by)


def bring(process: Process, job: Job) -> None:
    """Run the importer and keep what came of it."""
    teller = _Teller(process, job)
    try:
        raw = process.storage.read(path_of(job.space_id, job.sha256))
        report = SOURCES[job.source].run(process.database, job.slug, raw, job.options, teller)
    except Left as left:
        teller.end(None, left.report)
    except Stopped as stopped:
        teller.end("stopped", stopped.report)
    except Unavailable:
        teller.end(None)
        raise
    except Problem as problem:
        teller.end("failed", error=sentence(problem))
    except Exception as error:
        log.exception("import", error=type(error).__name__)
        teller.end("failed", error=UNEXPECTED)
    else:
        teller.end("checked" if job.options.dry else "done", report)


class _Teller:
    """Tells how far a run is, and hears whether it is to stop."""

    def __init__(self, process: Process, job: Job) -> None:
        self.process, self.job = process, job
        self.next = 0.0

    def __call__(self, what: str, done: int, of: int, report: Report) -> None:
        """Say how far it is; raises ``Stopped`` when somebody stops it."""
        if self.process.stopping:
            raise Left
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + TOLD_SECONDS
        if self.process.database.write(partial(self._tell, what, done, of, report)):
            raise Stopped

    def _tell(self, what: str, done: int, of: int, report: Report, session: Session) -> bool:
        found = self._mine(session)
        if found is None:
            raise Left
        found.what, found.done, found.of, found.beaten_at = what, done, of, clock.now()
        self._keep(found, report)
        tell(self._db(session), found)
        return found.stopping

    def _keep(self, found: Import, report: Report | None) -> None:
        if report is None:
            return
        if self.job.options.dry:
            found.checked = report.kept()
        else:
            found.report = (report.after(self.job.before) if self.job.before is not None else report).kept()

    def end(self, status: str | None, report: Report | None = None, error: str | None = None) -> None:
        """Keep how it ended; without a status it is free for who claims it next."""
        self.process.database.write(partial(self._end, status, report, error))

    def _end(self, status: str | None, report: Report | None, error: str | None, session: Session) -> None:
        found = self._mine(session)
        if found is None:
            return
        self._keep(found, report)
        if status is None:
            found.claimed_by = found.beaten_at = None
            return
        found.error = None if error is None else kept(error)
        if self.job.options.dry and status != "checked":
            found.checked = None
        end(self._db(session), found, status)

    def _mine(self, session: Session) -> Import | None:
        found = session.get(Import, (self.job.space_id, self.job.id), with_for_update=True)
        return found if found is not None and found.claimed_by == self.job.claim else None

    def _db(self, session: Session) -> Write:
        space = session.get_one(Space, self.job.space_id)
        return Write(self.process.database, session, system(space))
