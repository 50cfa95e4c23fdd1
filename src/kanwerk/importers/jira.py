"""Jira: issues exported as CSV with all fields; its repeated columns are several values of one."""

import hashlib
from zoneinfo import ZoneInfo

from kanwerk.core.database import Database
from kanwerk.core.languages import Phrase
from kanwerk.importers.boards import Board, Card, Person, Said, Tag
from kanwerk.importers.bringing import bring
from kanwerk.importers.days import day, read_day
from kanwerk.importers.files import Cells, Sheet
from kanwerk.importers.report import Progress, Report, silent
from kanwerk.importers.runner import Options, Run
from kanwerk.importers.settling import kind_of
from kanwerk.importers.wiki import markdown
from kanwerk.importers.words import priority

WHAT = Phrase("an export of issues from Jira")
_CATEGORIES = {"to do": "unstarted", "new": "unstarted", "in progress": "started", "done": "done"}
_ORDER = ("backlog", "unstarted", "started", "", "done", "cancelled")
_RELATIONS = {
    "outward issue link (blocks)": "blocks",
    "inward issue link (blocks)": "blocked_by",
    "outward issue link (duplicate)": "duplicates",
    "inward issue link (duplicate)": "duplicated_by",
    "outward issue link (relates)": "relates_to",
    "inward issue link (relates)": "relates_to",
}
_PARENTS = ("parent key", "parent", "parent id", "custom field (epic link)", "epic link")
_STARTS = ("start date", "custom field (start date)", "custom field (target start)")
_LABELS, _COMPONENTS, _RANK = "labels", ("component/s", "components"), "custom field (rank)"
_READ = {
    *("summary", "issue key", "issue id", "project key", "project name", "project description", "status"),
    *("status category", "priority", "assignee", "assignee id", "due date", "description", "comment"),
    *("original estimate", "attachment", _LABELS, _RANK, *_COMPONENTS, *_PARENTS, *_STARTS, *_RELATIONS),
}
# Nothing anybody would miss: what Jira says about its own records, and who may see what there.
_PASSED = {
    *("created", "updated", "last viewed", "resolved", "creator", "creator id", "reporter", "reporter id"),
    *("watchers", "watchers id", "votes", "work ratio", "project type", "project lead", "project lead id"),
    *("project url", "project avatar", "status category changed", "custom field (development)", ""),
    *("parent summary", "\u03a3 original estimate", "\u03a3 remaining estimate", "\u03a3 time spent"),
}


def run(
    database: Database, space: str, source: bytes, options: Options, progress: Progress = silent
) -> Report:
    """Bring issues in; each project of the file becomes one here."""
    run = Run(database, space, "Jira", options, progress)
    return bring(run, parse(source, run.zone, run.report))


def parse(raw: bytes, zone: ZoneInfo, report: Report) -> list[Board]:
    """Return a board for each project of a file; ``Unreadable`` when it is no such file."""
    sheet = Sheet(raw, WHAT, "Issue key", "Summary")
    reading = _Reading(zone, report)
    for cells in sheet:
        reading.read(cells)
    left_out = [name for name in sheet.columns if name not in _READ and name not in _PASSED]
    written = {name.lower(): name for name in sheet.names}
    for name in left_out:
        if many := reading.filled.get(name, 0):
            report.note("values of fields that have no place here: left out", written[name], many)
    return reading.boards()


class _Reading:
    """The issues of a file as they are read, row by row."""

    def __init__(self, zone: ZoneInfo, report: Report) -> None:
        self.zone, self.report = zone, report
        self.found: dict[str, Board] = {}
        self.keys: dict[str, str] = {}  # of issues, by their ids
        self.people: dict[str, str] = {}  # names, by their ids
        self.ranks: dict[str, str] = {}
        self.filled: dict[str, int] = {}

    def read(self, cells: Cells) -> None:
        key = cells.get("issue key")
        if not key:
            self.report.note("rows without an issue key: left out", cells.where)
            return
        for name, places in cells.columns.items():
            if name not in _READ and name not in _PASSED:
                many = sum(1 for place in places if place < len(cells.cells) and cells.cells[place].strip())
                self.filled[name] = self.filled.get(name, 0) + many
        for role in ("assignee", "reporter", "creator"):
            self.people[cells.get(f"{role} id")] = cells.get(role)
        self.keys[cells.get("issue id") or key] = key
        self.ranks[key] = cells.get(_RANK)
        code = cells.get("project key") or key.rpartition("-")[0]
        board = self.found.get(code)
        if board is None:
            board = Board(id=code, name=cells.get("project name") or code, shortcode=code)
            board.description = markdown(cells.get("project description"))
            self.found[code] = board
        board.cards.append(self._card(cells, key, board))

    def boards(self) -> list[Board]:
        for board in self.found.values():
            board.lanes.sort(key=lambda lane: _ORDER.index(lane.kind))
            board.cards.sort(key=lambda card: self.ranks[card.id])
            for card in board.cards:
                card.parent = self.keys.get(card.parent, card.parent)
                for said in card.said:
                    if said.by is not None and self.people.get(said.by.name):
                        said.by = _person(self.people[said.by.name])
        return list(self.found.values())

    def _card(self, cells: Cells, key: str, board: Board) -> Card:
        where, report = f"{cells.where}, {key}", self.report
        pressing = priority(cells.get("priority"))
        if pressing is None:
            report.note("priorities that have no like here: none was set", cells.get("priority"))
        estimate = cells.get("original estimate")
        labels = [word for cell in cells.all(_LABELS) for word in cell.split()]
        return Card(
            id=key,
            where=where,
            title=cells.get("summary"),
            lane=board.lane(*_lane(cells)),
            description=markdown(cells.get("description")),
            tags=[Tag(name, name) for name in dict.fromkeys([*labels, *cells.all(*_COMPONENTS)])],
            people=[_person(cells.get("assignee"))] if cells.get("assignee") else [],
            start=read_day(cells.get(*_STARTS), self.zone, where, report),
            due=read_day(cells.get("due date"), self.zone, where, report),
            priority=pressing or "none",
            estimate=int(estimate) if estimate.isdecimal() and len(estimate) < 10 else None,  # noqa: PLR2004 (300 years)
            parent=cells.get(*_PARENTS),
            said=self._said(cells, key),
            links=[(kind, other) for name, kind in _RELATIONS.items() for other in cells.all(name)],
            attachments=[_attachment(cell) for cell in cells.all("attachment")],
        )

    def _said(self, cells: Cells, key: str) -> list[Said]:
        """Return the comments, each written as ``day;author;text``, oldest first as Jira has them."""
        found: dict[str, Said] = {}
        for cell in cells.all("comment"):
            when, _, rest = cell.partition(";")
            author, _, body = rest.partition(";")
            on = day(when, self.zone)
            who = _person(author) if on is not None else None
            name = hashlib.blake2b(f"{when};{author}".encode() if who else cell.encode(), digest_size=8)
            said_id = f"{key} {name.hexdigest()}"
            while said_id in found:
                said_id += "+"
            text = markdown(body if who else cell)
            found[said_id] = Said(said_id, text, who, on.isoformat() if on is not None else "")
        return list(found.values())


def _lane(cells: Cells) -> tuple[str, str]:
    """Return the name of an issue's column and its kind, '' where only the name can tell."""
    status = cells.get("status") or "To Do"
    kind, said = _CATEGORIES.get(cells.get("status category").lower(), ""), kind_of(status)
    special = (kind, said) in (("unstarted", "backlog"), ("done", "cancelled"))
    return status, said if special else kind or said


def _attachment(cell: str) -> tuple[str, str]:
    """Return name and address of what is written as ``day;author;name;address``."""
    parts = cell.split(";")
    return (parts[-2] if len(parts) > 1 else "", parts[-1])


def _person(name: str) -> Person:
    return Person(name, name if "@" in name else "", name)
