"""What pages ask of imports, and of the records that their reports lead to."""

from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from kanwerk.clients.models import Client
from kanwerk.core.db import Db
from kanwerk.core.problems import missing
from kanwerk.core.reads import Among, Query
from kanwerk.importers.models import Import
from kanwerk.importers.report import Report, phrase
from kanwerk.people.models import User
from kanwerk.projects.models import Project

SHOWN, PROJECTS = 50, 500


class Seen(Struct):
    """An import as pages show it."""

    id: str
    file_name: str
    source: str
    status: str
    claimed: bool
    created_at: Any
    report: Any
    first_name: str
    last_name: str

    def __post_init__(self) -> None:
        """Read what was kept as JSON."""
        self.report = _report(self.report)

    @property
    def new(self) -> int:
        """How many records it made."""
        return self._many("created")

    @property
    def changed(self) -> int:
        """How many records it changed."""
        return self._many("changed")

    def _many(self, verb: str) -> int:
        return sum(verbs.get(verb, 0) for verbs in self.report.counts.values()) if self.report else 0


class SeenWhole(Seen):
    """One import, with all that is known of it."""

    stopping: bool
    what: str
    done: int
    of: int
    columns: Any
    options: Any
    checked: Any
    error: Any
    behind: bool  # whether another import of the space is under way

    def __post_init__(self) -> None:
        """Read what was kept as JSON."""
        Seen.__post_init__(self)
        self.columns, self.options = msgspec.json.decode(self.columns), msgspec.json.decode(self.options)
        self.checked = _report(self.checked)
        self.error = phrase(msgspec.json.decode(self.error)) if self.error else None


def _report(kept: str | None) -> Report | None:
    return Report.of(msgspec.json.decode(kept)) if kept else None


_LINE = (
    Import.id,
    Import.file_name,
    Import.source,
    Import.status,
    Import.claimed_by.is_not(None),
    Import.created_at,
    Import.report,
    User.first_name,
    User.last_name,
)
_other = aliased(Import)
_WHOLE = (
    Import.stopping,
    Import.what,
    Import.done,
    Import.of,
    Import.columns,
    Import.options,
    Import.checked,
    Import.error,
    select(_other.id)
    .where(_other.space_id == Import.space_id, _other.id != Import.id, _other.claimed_by.is_not(None))
    .exists(),
)
_BY = (User.space_id == Import.space_id) & (User.id == Import.user_id)
_OURS = Import.space_id == bindparam("space_id")
_LIST = Query(
    select(*_LINE).join(User, _BY).where(_OURS).order_by(Import.created_at.desc(), Import.id).limit(SHOWN)
)
_ONE = Query(select(*_LINE, *_WHOLE).join(User, _BY).where(_OURS, Import.id == bindparam("id")))
_PROJECTS = select(Project.shortcode, Project.name).where(
    Project.space_id == bindparam("space_id"), Project.trashed_at.is_(None)
)
_BY_NAME = (Project.name_fold, Project.id)
_OF_PROJECTS = Query(_PROJECTS.where(Among(Project.id, "ids")).order_by(*_BY_NAME))
_OPEN = Query(_PROJECTS.where(Project.archived_at.is_(None)).order_by(*_BY_NAME).limit(PROJECTS))
_OF_CLIENTS = Query(
    select(Client.id, Client.name)
    .where(Client.space_id == bindparam("space_id"), Client.trashed_at.is_(None), Among(Client.id, "ids"))
    .order_by(Client.name_fold, Client.id)
)


def imports_of(db: Db) -> list[Seen]:
    """Return the imports of the space, the newest first."""
    return [Seen(*row) for row in db.rows(_LIST)]


def import_of(db: Db, import_id: str) -> SeenWhole:
    """Return an import; 404 without it."""
    rows = db.rows(_ONE, id=import_id)
    if not rows:
        raise missing("import")
    return SeenWhole(*rows[0])


def open_projects(db: Db) -> list[tuple[str, str]]:
    """Return the shortcodes and names of the projects that tasks may go to."""
    return [(code, f"{name} ({code})") for code, name in db.rows(_OPEN)]


def led_to(db: Db, report: Report) -> list[tuple[str, str]]:
    """Return the addresses and names of the records that a report leads to and that are still there."""
    found: list[tuple[str, str]] = []
    for noun, query in (("projects", _OF_PROJECTS), ("clients", _OF_CLIENTS)):
        if ids := report.ids.get(noun):
            found += [(f"/{noun}/{key}", name) for key, name in db.rows(query, ids=ids)]
    return found
