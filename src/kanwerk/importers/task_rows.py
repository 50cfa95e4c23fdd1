"""Tasks out of the rows of a spreadsheet: they go to projects that are here already."""

from msgspec import Struct
from sqlalchemy import select

from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Conflict, Invalid, Problem, invalid
from kanwerk.core.text import fold
from kanwerk.importers.boards import Board, Card, Person, Tag
from kanwerk.importers.rows import LONG, Ids, Row, read_cell_day
from kanwerk.importers.runner import Run, refused
from kanwerk.importers.settling import line
from kanwerk.importers.words import priority, several, yes
from kanwerk.projects.models import Project

_OTHERWISE = {"column": "column_id", "done": "column_id", "assignees": "assignee_ids", "labels": "label_ids"}


class _Project(Struct):
    id: str
    name: str
    archived: bool


class TaskRows:
    """The rows of a file on their way to boards, one for each project they name."""

    def __init__(self, run: Run, project: str) -> None:
        """Read the projects of the space; ``project`` is the one that rows go to which name none."""
        self.run, self.project, self.ids = run, project, Ids()
        self.by_key: dict[str, list[_Project]] = {}
        for found in run.database.look(
            lambda session: session.execute(
                select(
                    Project.id,
                    Project.name,
                    Project.archived_at,
                    Project.external_id,
                    Project.shortcode,
                    Project.name_fold,
                ).where(Project.space_id == run.space_id, Project.trashed_at.is_(None))
            ).all()
        ):
            one = _Project(found[0], found[1], found[2] is not None)
            for key in (f"id {found[3]}", f"code {fold(found[4])}", f"name {found[5]}"):
                self.by_key.setdefault(key, []).append(one)

    def boards(self, rows: list[Row]) -> list[Board]:
        """Return a board for each project; rows with faults are noted by their line, and left out."""
        if self.project:
            self._find(self.project)
        elif not any(row.cells.get("project") for row in rows):
            raise Invalid("It says no project: add a column for it, or name one.")
        found: dict[str, Board] = {}
        for row in rows:
            try:
                project = self._find(row.cells.get("project") or self.project)
                board = found.setdefault(
                    project.id, Board(id=project.id, name=project.name, project_id=project.id)
                )
                board.cards.append(self._card(row, board))
            except Problem as problem:
                self.run.report.note(refused("tasks", problem), row.where)
                self.run.report.count("tasks", "skipped")
        return list(found.values())

    def _find(self, told: str) -> _Project:
        """Return a project by its external id, shortcode or name."""
        if not told:
            raise invalid("/project", "It says no project.")
        for key in (f"id {told}", f"code {fold(told)}", f"name {fold(told)}"):
            found = self.by_key.get(key, [])
            if len(found) > 1:
                raise invalid(
                    "/project", Phrase("There are several projects called %(name)s.", name=repr(told[:100]))
                )
            if found and found[0].archived:
                message = Phrase(
                    "The project %(name)s is archived; unarchive it first.", name=repr(told[:100])
                )
                raise Conflict(message, code="archived")
            if found:
                return found[0]
        raise invalid("/project", Phrase("There is no project %(name)s.", name=repr(told[:100])))

    def _card(self, row: Row, board: Board) -> Card:
        cells = row.cells
        title = cells.get("title", "")
        if not title:
            raise invalid("/title", "There is no title.")
        pressing = priority(cells.get("priority", ""))
        if pressing is None:
            raise invalid("/priority", Phrase("%(cell)s is no priority.", cell=repr(cells["priority"][:40])))
        external_id = line(cells.get("external_id", ""), LONG) or self.ids.next(board.project_id, title)
        only = {_OTHERWISE.get(member, member) for member in cells} - {"external_id", "project", "parent"}
        column = cells.get("column", "")
        return Card(
            id=external_id,
            external_id=external_id,
            where=row.where,
            title=title,
            lane=board.lane(column) if column else "",
            description=cells.get("description", ""),
            done=yes(cells.get("done", "")),
            people=[
                Person(each, each if "@" in each else "") for each in several(cells.get("assignees", ""))
            ],
            tags=[Tag(fold(each), each) for each in several(cells.get("labels", ""))],
            priority=pressing,
            start=read_cell_day(cells.get("start_date", ""), self.run.zone),
            due=read_cell_day(cells.get("due_date", ""), self.run.zone),
            parent=cells.get("parent", ""),
            only=frozenset(only),
        )
