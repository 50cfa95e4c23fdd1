"""Asana: a project exported as CSV or as JSON."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from msgspec import Struct

from kanwerk.core.database import Database
from kanwerk.core.languages import N_, Phrase
from kanwerk.importers.boards import Board, Card, Person, Tag
from kanwerk.importers.bringing import bring
from kanwerk.importers.days import read_day
from kanwerk.importers.files import Cells, Sheet, read_json
from kanwerk.importers.report import Progress, Report, silent
from kanwerk.importers.runner import Options, Run
from kanwerk.importers.words import priority

WHAT = Phrase("a project that Asana exported")
NO_SECTION, NO_PROJECT = "To do", "Asana"
_BLOCKED_BY, _BLOCKS = "blocked by (dependencies)", "blocking (dependencies)"
_READ = {
    *("task id", "name", "section/column", "assignee", "assignee email", "start date", "due date", "tags"),
    *("notes", "projects", "parent task", "completed at", "priority", _BLOCKED_BY, _BLOCKS),
    *("created at", "last modified", ""),
}
_CUSTOM = N_("values of custom fields: left out")
_NO_ONE = N_("parents and dependencies whose title no task of the file has")
_SEVERAL = N_("parents and dependencies whose title several tasks of the file has")


class _Gid(Struct):
    gid: str
    name: str | None = None
    email: str | None = None


class _Place(Struct):
    project: _Gid | None = None
    section: _Gid | None = None


class _Custom(Struct):
    name: str | None = None
    display_value: str | None = None


class _Task(Struct):
    gid: str
    name: str | None = None
    notes: str | None = None
    completed: bool | None = None
    start_on: str | None = None
    due_on: str | None = None
    due_at: str | None = None
    assignee: _Gid | None = None
    parent: _Gid | None = None
    memberships: list[_Place] | None = None
    tags: list[_Gid] | None = None
    dependencies: list[_Gid] | None = None
    custom_fields: list[_Custom] | None = None
    subtasks: "list[_Task] | None" = None


class _File(Struct):
    data: list[_Task]


def run(
    database: Database, space: str, source: bytes, options: Options, progress: Progress = silent
) -> Report:
    """Bring tasks in; each project of the file becomes one here."""
    run = Run(database, space, "Asana", options, progress)
    return bring(run, parse(source, run.zone, run.report))


def parse(raw: bytes, zone: ZoneInfo, report: Report) -> list[Board]:
    """Return the boards of a file of either kind; ``Unreadable`` when it is neither."""
    if raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return _Json(zone, report).read(read_json(raw, _File, WHAT))
    return _Csv(zone, report).read(Sheet(raw, WHAT, "Task ID", "Name"))


class _Json:
    """Tasks as Asana's own JSON has them, subtasks within."""

    def __init__(self, zone: ZoneInfo, report: Report) -> None:
        self.zone, self.report = zone, report
        self.boards: dict[str, Board] = {}
        self.seen: set[str] = set()

    def read(self, file: _File) -> list[Board]:
        for task in sorted(file.data, key=lambda task: task.parent is not None):  # parents say where they are
            self._add(task, None, None)
        return list(self.boards.values())

    def _add(self, task: _Task, under: Card | None, board: Board | None) -> None:
        if task.gid in self.seen:
            return
        self.seen.add(task.gid)
        places = [place for place in task.memberships or () if place.project is not None]
        if len(places) > 1:
            self.report.note("tasks in several projects: in the first only", task.name or task.gid)
        project = places[0].project if places else None
        if project is not None:
            board = self.boards.setdefault(
                project.gid, Board(id=project.gid, name=project.name or NO_PROJECT)
            )
        elif board is None:
            board = next(iter(self.boards.values()), None) or self.boards.setdefault(
                NO_PROJECT, Board(id=NO_PROJECT, name=NO_PROJECT)
            )
        section = places[0].section if places else None
        card = self._card(task)
        inherited = under.lane if under is not None else ""
        card.lane = board.lane(section.name) if section is not None and section.name else inherited
        card.lane = card.lane or board.lane(NO_SECTION)
        card.parent = under.id if under is not None else task.parent.gid if task.parent is not None else ""
        board.cards.append(card)
        for field in task.custom_fields or ():
            if field.display_value:
                self.report.note(_CUSTOM, field.name or "")
        for subtask in task.subtasks or ():
            self._add(subtask, card, board)

    def _card(self, task: _Task) -> Card:
        shown = task.name or task.gid
        person = task.assignee
        return Card(
            id=task.gid,
            title=task.name or "",
            description=task.notes or "",
            done=bool(task.completed),
            people=[Person(person.name or "", person.email or "")] if person is not None else [],
            tags=[Tag(tag.gid, tag.name or "") for tag in task.tags or ()],
            start=read_day(task.start_on, self.zone, shown, self.report),
            due=read_day(task.due_on or task.due_at, self.zone, shown, self.report),
            links=[("blocked_by", other.gid) for other in task.dependencies or ()],
        )


class _Csv:
    """Tasks as Asana's CSV has them, which names parents and dependencies by their titles."""

    def __init__(self, zone: ZoneInfo, report: Report) -> None:
        self.zone, self.report = zone, report
        self.boards: dict[str, Board] = {}
        self.titles: dict[str, list[str]] = {}

    def read(self, sheet: Sheet) -> list[Board]:
        rows = [(cells, self._card(cells)) for cells in sheet if self._has_id(cells)]
        of: dict[str, str] = {}
        for cells, card in rows:
            self.titles.setdefault(card.title, []).append(card.id)
            of[card.id] = cells.get("projects").partition(",")[0].strip()
        usual = next((name for name in of.values() if name), NO_PROJECT)
        by_id = {card.id: card for _, card in rows}
        for cells, card in rows:
            card.parent = next(self._named(card, cells.get("parent task")), "")
            for column, kind in ((_BLOCKED_BY, "blocked_by"), (_BLOCKS, "blocks")):
                card.links += [(kind, other) for other in self._named(card, cells.get(column))]
            name = of[card.id] or of.get(card.parent) or usual
            board = self.boards.setdefault(name, Board(id=name, name=name))
            above = by_id.get(card.parent)
            section = cells.get("section/column") or (above.lane if above is not None else "")
            card.lane = board.lane(section or NO_SECTION)
            board.cards.append(card)
            for column, places in sheet.columns.items():
                if column not in _READ and cells.all(column):
                    self.report.note(_CUSTOM, sheet.names[places[0]])
        return list(self.boards.values())

    def _has_id(self, cells: Cells) -> bool:
        if not cells.get("task id"):
            self.report.note("rows without a task: left out", cells.where)
        return bool(cells.get("task id"))

    def _card(self, cells: Cells) -> Card:
        person = Person(cells.get("assignee"), cells.get("assignee email"))
        tags = [name.strip() for name in cells.get("tags").split(",") if name.strip()]
        return Card(
            id=cells.get("task id"),
            where=cells.where,
            title=cells.get("name"),
            description=cells.get("notes"),
            done=bool(cells.get("completed at")),
            people=[person] if person.shown else [],
            tags=[Tag(name, name) for name in dict.fromkeys(tags)],
            priority=priority(cells.get("priority")) or "none",
            start=read_day(cells.get("start date"), self.zone, cells.where, self.report),
            due=read_day(cells.get("due date"), self.zone, cells.where, self.report),
        )

    def _named(self, card: Card, cell: str) -> Iterator[str]:
        """Yield the ids of the tasks that a cell names; a title may have commas in it, or two tasks."""
        titles = [cell] if cell in self.titles else [each.strip() for each in cell.split(",") if each.strip()]
        for title in titles:
            ids = [each for each in self.titles.get(title, ()) if each != card.id]
            if len(ids) == 1:
                yield ids[0]
            else:
                self.report.note(_NO_ONE if not ids else _SEVERAL, title)
