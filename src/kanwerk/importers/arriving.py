"""Files that arrive in the web app: stored, recognised, kept until somebody says what becomes of them."""

from functools import partial
from typing import Any

from msgspec import Struct

from kanwerk.core import clock
from kanwerk.core.ids import new_id
from kanwerk.core.languages import N_
from kanwerk.core.notices import next_notice
from kanwerk.core.problems import Conflict, missing
from kanwerk.core.storage import CHUNK
from kanwerk.core.web import Request
from kanwerk.core.writes import Write
from kanwerk.files.models import path_of, stored_blob
from kanwerk.files.serving import Taken, take_in
from kanwerk.importers.models import WORK, Import
from kanwerk.importers.sources import Looks, look_at
from kanwerk.people.access import Me

MOST = 50 * 1024**2  # it is read into memory as a whole
CHANGED = N_("This import has gone on in the meantime: see what it says now.")


class Arrived(Struct):
    """A file that is stored, and what it looks like."""

    taken: Taken
    looks: Looks


async def take_in_export(request: Request) -> Arrived:
    """Stream a file to the store and look at its beginning."""
    taken = await take_in(request, MOST)
    runtime, incoming = request.runtime, taken.incoming
    length, head = min(CHUNK, incoming.size), b""
    if length:
        async for chunk in runtime.storage.chunks(
            path_of(request.caller.space_id, incoming.sha256), 0, length
        ):
            head += chunk
    look = partial(look_at, head, whole=length == incoming.size)
    return Arrived(taken, await runtime.threads.work(look))


def create_import(db: Write, arrived: Arrived, *, by: Me) -> Import:
    """Keep a file as something that is to be imported."""
    incoming = arrived.taken.incoming
    stored_blob(db, incoming, arrived.taken.content_type)
    made = Import(
        space_id=db.space_id,
        id=new_id(),
        user_id=by.id,
        file_name=incoming.name,
        size=incoming.size,
        sha256=incoming.sha256,
        source=arrived.looks.source,
        columns=arrived.looks.columns,
        options={},
        created_at=clock.now(),
    )
    db.session.add(made)
    return made


def open_import(db: Write, import_id: str) -> Import:
    """Return an import of the space, locked; 404 without it."""
    found = db.session.get(Import, (db.space_id, import_id), with_for_update=True)
    if found is None:
        raise missing("import")
    return found


def queue(db: Write, found: Import, status: str, **chosen: Any) -> None:
    """Have the background process check or import it; a ``Conflict`` while it does something else."""
    allowed = ("checked", "stopped", "failed") if status == "importing" else ("uploaded", "checked", "failed")
    if found.status not in allowed or (status == "importing" and found.checked is None):
        raise Conflict(CHANGED)
    for name, value in chosen.items():
        setattr(found, name, value)
    found.status, found.stopping = status, False
    found.what, found.done, found.of = "", 0, 0
    found.error = found.ended_at = None
    if status == "checking":
        found.checked = None
    tell(db, found)


def stop(db: Write, found: Import) -> None:
    """Stop it: at once while it waits, else after what is being written now."""
    if found.status not in WORK:
        raise Conflict(CHANGED)
    if found.claimed_by is None:
        end(db, found, "stopped")
    else:
        found.stopping = True
        tell(db, found)


def end(db: Write, found: Import, status: str) -> None:
    """Note how it ended; a stopped check leaves what was uploaded."""
    if status == "stopped" and found.status == "checking":
        status = "uploaded"
    found.status, found.claimed_by, found.beaten_at, found.stopping = status, None, None, False
    if status != "checked":
        found.ended_at = clock.now()
    tell(db, found)


def tell(db: Write, found: Import) -> None:
    """Tell those who look at it that it has gone on; the last thing that a transaction does."""
    db.flush()
    found.number = next_notice(db)
