"""Bringing boards in: first the place, then the tasks in it, then what holds between these."""

from collections.abc import Sequence
from functools import partial

from kanwerk.core.writes import Write
from kanwerk.importers.boards import Board, Card
from kanwerk.importers.cards import TASKS, Cards
from kanwerk.importers.places import Place, open_place
from kanwerk.importers.report import Report
from kanwerk.importers.runner import Run, hash_of
from kanwerk.importers.settling import settle
from kanwerk.people.access import Me
from kanwerk.tasks.models import Task
from kanwerk.tasks.relations import relate
from kanwerk.tasks.writing import change_task


def bring(run: Run, boards: list[Board]) -> Report:
    """Bring boards in and return the report of the run; what a board cannot hold is noted."""
    for board in boards:
        _Bringing(run, settle(board, run.report)).go()
    return run.report


class _Bringing:
    """One board on its way."""

    def __init__(self, run: Run, board: Board) -> None:
        self.run, self.board = run, board
        self.place: Place | None = None
        self.ids = {card.id: card.external_id or run.external_id(card.id) for card in board.cards}

    def go(self) -> None:
        place = self.run.write(lambda db, me: open_place(self.run, db, me, self.board))
        if place is None:
            return
        self.place = place
        if not self.run.dry:
            self.run.report.lead_to("projects", place.project_id)
        self.run.batches("tasks", self.board.cards, self._cards)
        between = [card for card in self.board.cards if card.parent or card.links]
        self.run.careful = True
        self.run.batches("relations", between, self._between)
        self.run.careful = False

    def _cards(self, db: Write, me: Me, cards: Sequence[Card]) -> None:
        place = self.place
        if self.run.dry:  # what the first transaction made was not kept, so it is made again, uncounted
            counted, self.run.report = self.run.report, Report()
            place = open_place(self.run, db, me, self.board)
            self.run.report = counted
        if place is not None:
            Cards(self.run, db, me, place).bring(cards)

    def _between(self, db: Write, me: Me, cards: Sequence[Card]) -> None:
        wanted = {card.id for card in cards} | {card.parent for card in cards if card.parent}
        wanted |= {other for card in cards for _, other in card.links}
        external_ids = {each: self.ids.get(each, each) for each in wanted}
        there = {
            row[0]: row[1] for row in db.rows(TASKS, external_ids=[*external_ids.values()]) if not row[2]
        }
        found = {each: there[name] for each, name in external_ids.items() if name in there}
        known = self.run.known(db, [card.id for card in cards])
        for card in cards:
            self._relate(db, me, card, found, known.get(("relations seen", card.id)))

    def _relate(self, db: Write, me: Me, card: Card, found: dict[str, str], before: str | None) -> None:
        ends = [("parent", card.parent)] if card.parent else []
        ends = [(kind, other) for kind, other in (*ends, *card.links) if self._is_there(card, other, found)]
        seen = hash_of(ends)
        task = db.find(Task, found[card.id]) if card.id in found else None
        done = True
        for kind, other in ends:
            noun = "subtasks" if kind == "parent" else "relations"
            if before == seen:
                self.run.report.count(noun, "unchanged")
            elif task is not None and other in found:
                tell = partial(self._tie, db, me, task, kind, found[other])
                done &= self.run.each(db, noun, card.shown, tell)
            elif self.run.dry:
                self.run.report.count(noun, "created")
        if task is not None and before != seen and done:
            self.run.keep("relations seen", card.id, seen, task.project_id)

    def _is_there(self, card: Card, other: str, found: dict[str, str]) -> bool:
        if other in found or (self.run.dry and other in self.ids):
            return True
        self.run.report.note("relations with tasks that are not in the file, nor here", card.shown)
        return False

    def _tie(self, db: Write, me: Me, task: Task, kind: str, other_id: str) -> str:
        mark = db.mark()
        if kind == "parent":
            change_task(db, task, {"parent_id": other_id}, by=me)
        else:
            relate(db, task, kind, other_id, by=me)
        return "created" if db.mark() > mark else "unchanged"
