"""Keeping what is searched in step with what is written, in the same transaction."""

from collections.abc import Iterable
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, delete, func, insert, literal_column, select, text

from kanwerk.clients.models import Client
from kanwerk.comments.models import Comment
from kanwerk.core.appending import Pending
from kanwerk.core.events import FOLLOWERS
from kanwerk.core.writes import Write
from kanwerk.files.models import File
from kanwerk.projects.models import Project
from kanwerk.search.models import LONGEST_BODY, SearchText, own_words, words
from kanwerk.tasks.models import Task

GONE = ("deleted", "detached")
# the members whose change changes the text, or who may find it
_MEMBERS = {
    "client": {"name", "shortcode", "external_id", "invoicing.legal_name", "invoicing.city"},
    "project": {"name", "shortcode", "description"},
    "task": {"title", "description", "project_id"},
    "comment": {"body", "visibility"},
    "file": {"name", "task_id", "comment_id", "of_project_id", "client_id"},
}


class Entry(NamedTuple):
    """What is searched of a record."""

    title: str
    body: str
    task_id: str | None = None
    external: bool = False


def entry_of(db: Write, record: Any) -> Entry:
    """Return what is searched of a record."""
    if isinstance(record, Client):
        parts = (
            record.shortcode,
            record.external_id,
            record.invoicing_legal_name,
            record.invoicing_city,
        )
        return Entry(record.name, " ".join(part for part in parts if part))
    if isinstance(record, Project):
        return Entry(record.name, f"{record.shortcode} {record.description or ''}")
    if isinstance(record, Task):
        return Entry(record.title, record.description or "", record.id)
    if isinstance(record, Comment):
        return Entry("", record.body, record.task_id, record.visibility == "external")
    comment = db.find(Comment, record.comment_id, trashed=True) if record.comment_id else None
    external = comment is not None and comment.visibility == "external"
    return Entry(record.name, "", record.task_id or (comment.task_id if comment else None), external)


def follow(db: Write, pending: list[Pending]) -> None:
    """Bring the index up to date with the events of a transaction."""
    fresh: dict[tuple[str, str], Any] = {}
    gone: set[tuple[str, str]] = set()
    new: set[tuple[str, str]] = set()
    for event in pending:
        record, verb = event.record, event.type.partition(".")[2]
        known = _MEMBERS.get(record.noun)
        if known is None or (verb not in ("created", "restored", *GONE) and not known & event.changes.keys()):
            continue
        name = (record.noun, record.id)
        if verb in GONE or getattr(record, "trashed_at", None) is not None:
            gone.add(name)
            fresh.pop(name, None)
        else:
            fresh[name] = record
            gone.discard(name)
            if verb == "created":
                new.add(name)
        if record.noun in _HOLD and (verb in ("deleted", "restored") or "project_id" in event.changes):
            _take_along(db, record, fresh, gone)
    remove(db, {*gone, *fresh} - new)
    for record in fresh.values():
        add(db, record)


_HOLD = {"task": "task_id", "comment": "comment_id", "client": "client_id"}


def _take_along(db: Write, holder: Any, fresh: dict[Any, Any], gone: set[Any]) -> None:
    """Take along what is said about a record and attached to it: it is found where that is."""
    models: tuple[type[Comment | File], ...] = (File,) if isinstance(holder, Comment) else (Comment, File)
    for model in models:
        belongs = getattr(model, _HOLD[holder.noun]) == holder.id
        of_task = select(model).where(model.space_id == db.space_id, belongs)
        for record in cast("list[Comment | File]", list(db.session.execute(of_task).scalars())):
            name = (record.noun, record.id)
            if holder.trashed_at is not None or getattr(record, "trashed_at", None) is not None:
                gone.add(name)
                fresh.pop(name, None)
            else:
                fresh[name] = record


_TEXTS = cast("Table", SearchText.__table__)
_THIS = (
    _TEXTS.c.space_id == bindparam("of_space"),
    _TEXTS.c.kind == bindparam("of_kind"),
    _TEXTS.c.record_id == bindparam("of_record"),
)
_REMOVING = delete(_TEXTS).where(*_THIS).returning(_TEXTS.c.row)
_UNINDEXING = text("DELETE FROM search_index WHERE rowid = :row")
_INDEXING = text("INSERT INTO search_index (title, body) VALUES (:title, :body)")
_ADDING = insert(_TEXTS).values(
    {name: bindparam(name) for name in _TEXTS.c.keys() if name != "document"}  # noqa: SIM118 (not a dict)
)
_weighted = func.setweight(
    func.to_tsvector(literal_column("'simple'"), bindparam("words_a")), literal_column("'A'")
)
_others = func.setweight(
    func.to_tsvector(literal_column("'simple'"), bindparam("words_b")), literal_column("'B'")
)
_ADDING_DOCUMENT = _ADDING.values(document=_weighted.op("||")(_others))


def remove(db: Write, names: Iterable[tuple[str, str]]) -> None:
    """Take records out of the index."""
    for kind, record_id in sorted(names):
        rows = db.run(_REMOVING, of_space=db.space_id, of_kind=kind, of_record=record_id)
        if db.database.sqlite:
            db.send(_UNINDEXING, [{"row": row[0]} for row in rows])


def add(db: Write, record: Any) -> None:
    """Put a record into the index."""
    entry = entry_of(db, record)
    body = entry.body[:LONGEST_BODY]
    found: dict[str, Any] = {
        "space_id": db.space_id,
        "kind": record.noun,
        "record_id": record.id,
        "row": None,
        "project_id": getattr(record, "project_id", None),
        "task_id": entry.task_id,
        "external": entry.external,
        "title": entry.title,
        "body": body,
    }
    title = words(entry.title)
    if db.database.sqlite:
        indexed = {"title": own_words(db.space_id, title), "body": own_words(db.space_id, words(body))}
        found["row"] = db.driver.execute(_INDEXING.text, indexed).lastrowid  # FTS5 has no RETURNING
        db.send(_ADDING, [found])
    else:
        db.send(_ADDING_DOCUMENT, [found | {"words_a": title, "words_b": words(body)}])


FOLLOWERS.append(follow)
