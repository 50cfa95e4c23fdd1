"""The space's log as people read it: what they may see of it, the newest first, a stretch at a time."""

from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, or_, select, true

from kanwerk.core.db import Db
from kanwerk.core.events import EVENT, KINDS, Event, EventPrivate, tell
from kanwerk.core.languages import Phrase
from kanwerk.core.reads import Among, Query
from kanwerk.people.access import Me
from kanwerk.projects.members import FENCES, fence_of
from kanwerk.projects.models import Project

STRETCH = 20_000  # events that are looked through at once for those that fit
SHOWN = {
    "task": Phrase("Tasks"),
    "todo": Phrase("Checklists"),
    "comment": Phrase("Comments"),
    "file": Phrase("Files"),
    "project": Phrase("Projects"),
    "column": Phrase("Columns"),
    "label": Phrase("Labels"),
    "client": Phrase("Clients"),
    "business_field": Phrase("Business fields"),
    "user": Phrase("People"),
    "space": Phrase("The space"),
}
# Files stand alone until they are attached to something: then, in a project, who sees that sees them.
_OUTSIDE = tuple(name for name in SHOWN if name != "file")


def _query(seen: Any, *, by: bool) -> Query:
    projects = select(Project.id).where(Project.space_id == bindparam("space_id"), seen)
    inside = Event.project_id.is_not(None) if seen is _ALL else Event.project_id.in_(projects)
    conditions = [
        Event.space_id == bindparam("space_id"),
        Event.sequence < bindparam("before"),
        Event.sequence >= bindparam("since"),
        Among(Event.kind, "kinds"),
        or_(inside, and_(Event.project_id.is_(None), Among(Event.kind, "outside"))),
    ]
    if by:
        conditions.append(Event.actor.like(bindparam("actor", type_=Event.type.type)))
    statement = select(*EVENT.columns()).where(*conditions)
    return Query(statement.order_by(Event.sequence.desc()).limit(bindparam("limit")))


_ALL: Any = true()
_SEEN: dict[str | None, Any] = {None: _ALL, "visible": FENCES["visible"], "mine": FENCES["mine"]}
_QUERIES = {(name, by): _query(seen, by=by) for name, seen in _SEEN.items() for by in (False, True)}


def kinds_for(me: Me) -> list[str]:
    """Return the kinds of records whose history somebody may read."""
    return [name for name in SHOWN if me.may(KINDS[name].needs)]


def latest(
    db: Db,
    me: Me,
    *,
    limit: int,
    before: int,
    kind: str | None = None,
    person: str | None = None,
) -> tuple[list[dict[str, Any]], int | None]:
    """Return the newest events before a number of the log, as templates take them, and the number that the
    next ones lie before; None at the beginning. One statement, through a stretch of the log: what is rare is
    found by going on.
    """
    kinds = [name for name in kinds_for(me) if kind in (None, name)]
    values: dict[str, Any] = {
        "before": before,
        "since": max(1, before - STRETCH),
        "kinds": kinds,
        "outside": [name for name in kinds if name in _OUTSIDE],
        "limit": limit + 1,
    }
    if person is not None:
        values["actor"] = f'{{"id":"{person}"%'
    rows = db.rows(_QUERIES[fence_of(me), person is not None], **values)
    build = EVENT.builder(db.database.dialect)
    found = [build(row) for row in rows[:limit]]
    if len(rows) > limit:
        return shown(found, me), found[-1].sequence
    return shown(found, me), values["since"] if values["since"] > 1 else None


def shown(events: list[EventPrivate], me: Me) -> list[dict[str, Any]]:
    """Return events as templates take them, JSON read."""
    told = [msgspec.to_builtins(tell(each, admin=me.admin), builtin_types=(msgspec.Raw,)) for each in events]
    for event in told:
        for name in ("actor", "data", "changes"):
            if isinstance(event[name], msgspec.Raw):
                event[name] = msgspec.json.decode(event[name])
    return told
