"""Cards: the tasks of a board, their checklists and comments."""

from collections.abc import Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import bindparam, select

from kanwerk.comments.models import Comment, create_comment
from kanwerk.core import clock
from kanwerk.core.bodies import convert, sent
from kanwerk.core.languages import Phrase
from kanwerk.core.reads import Among, Query
from kanwerk.core.writes import Write
from kanwerk.importers.boards import Card, Item, Said
from kanwerk.importers.people import STRANGERS, People
from kanwerk.importers.places import Place, hold
from kanwerk.importers.runner import Run, hash_of
from kanwerk.importers.settling import TITLE, line, text
from kanwerk.people.access import Me
from kanwerk.tasks.models import Task
from kanwerk.tasks.shapes import UpsertTaskData
from kanwerk.tasks.writing import change_task, create_task
from kanwerk.todos.models import Todo, create_todo

TASKS = Query(
    select(Task.external_id, Task.id, Task.trashed_at.is_not(None)).where(
        Task.space_id == bindparam("space_id"), Among(Task.external_id, "external_ids")
    )
)


class Cards:
    """Some cards on their way into a place, in one transaction."""

    def __init__(self, run: Run, db: Write, me: Me, place: Place) -> None:
        """Take the place and the transaction."""
        self.run, self.db, self.me, self.place = run, db, me, place
        self.people: People
        self.people, self.held = hold(db, place)
        self.known: dict[tuple[str, str], str] = {}
        self.today = clock.now().astimezone(run.zone).date().isoformat()

    def bring(self, cards: Sequence[Card]) -> None:
        """Create, change or leave each; what somebody threw away here stays there."""
        ids = [card.id for card in cards]
        ids += [item.id for card in cards for item in card.items]
        ids += [said.id for card in cards for said in card.said]
        self.known = self.run.known(self.db, ids)
        external_ids = [self.external_id(card) for card in cards]
        there = {row[0]: (row[1], bool(row[2])) for row in self.db.rows(TASKS, external_ids=external_ids)}
        for card in cards:
            seen, before = self._seen(card), self.known.get(("task seen", card.id))
            task_id, trashed = there.get(self.external_id(card), ("", before is not None))
            if trashed:
                self.run.report.count("tasks", "left in the trash")
            elif before == seen:
                for noun, many in (("tasks", 1), ("todos", len(card.items)), ("comments", len(card.said))):
                    self.run.report.count(noun, "unchanged", many)
            else:
                change = lambda card=card, task_id=task_id, seen=seen: self._card(card, task_id, seen)  # noqa: E731
                self.run.each(self.db, "tasks", card.shown, change)

    def external_id(self, card: Card) -> str:
        """Return the external id of a card's task."""
        return card.external_id or self.run.external_id(card.id)

    def _seen(self, card: Card) -> str:
        """Return a hash of the card and who of its people is here: those who come later are found then."""
        return hash_of(structs.replace(card, where=""), [self.people.find(person) for person in card.people])

    def _card(self, card: Card, task_id: str, seen: str) -> str:
        db, me = self.db, self.me
        members = self._members(card)
        mark = db.mark()
        if not task_id:
            members |= {"project_id": self.place.project_id, "external_id": self.external_id(card)}
            db.free = members["external_id"]
            task = create_task(db, sent(convert(members, UpsertTaskData)), by=me)
            verb = "created"
        else:
            found = db.find(Task, task_id, lock=True)
            assert found is not None  # noqa: S101 (just read, and not in the trash)
            task = found
            if task.project_id != self.place.project_id:
                self.run.report.note("tasks that are in another project here: they stay there", card.shown)
                members = {name: members[name] for name in members if name not in _OF_THE_PLACE}
            elif members.get("column_id") is None:
                members.pop("column_id", None)
            change_task(db, task, sent(convert(members, UpsertTaskData)), by=me)
            verb = "changed" if db.mark() > mark else "unchanged"
        for item in card.items:
            self._item(task, item)
        for said in card.said:
            self._said(task, said)
        self.run.keep("task seen", card.id, seen, task.project_id)
        return verb

    def _members(self, card: Card) -> dict[str, Any]:
        column_id = self.place.columns.get(card.lane)
        if card.done and column_id not in self.place.completing:
            column_id = self.place.done or column_id
        members = {
            "title": card.title,
            "description": card.description or None,
            "column_id": column_id,
            "priority": card.priority,
            "start_date": card.start,
            "due_date": card.due,
            "estimate_seconds": card.estimate,
            "label_ids": _distinct(self.place.labels.get(tag.id) for tag in card.tags),
            "assignee_ids": self.people.assignees(card.people, self.run.report),
        }
        if column_id is None:
            del members["column_id"]
        if card.only is not None:
            return {name: value for name, value in members.items() if name in card.only}
        return members

    def _item(self, task: Task, item: Item) -> None:
        members = {"title": line(item.title, TITLE) or "Untitled", "done": item.done}
        known = self.known.get(("todo", item.id))
        if known is None:
            todo = create_todo(self.db, task, members, by=self.me)
            self.run.keep("todo", item.id, todo.id, task.project_id)
            self.run.report.count("todos", "created")
            return
        found = self.db.find(Todo, known)
        mark = self.db.mark()
        if found is not None:
            found.change(self.db, members, by=self.me)
        self.run.report.count("todos", self._verb(mark) if found is not None else "left in the trash")

    def _said(self, task: Task, said: Said) -> None:
        author = self.people.find(said.by)
        if said.by is not None and author is None:
            sentence = Phrase("comments by %(strangers)s: they begin with the name", strangers=STRANGERS)
            self.run.report.note(sentence, said.by.shown)
        bodies = self._bodies(said)
        known = self.known.get(("comment", said.id))
        if known is None:
            by = self.people.acting(self.me, author)
            fresh = author is not None and said.on == self.today
            members = {"body": bodies[0] if fresh else bodies[1]}
            comment = create_comment(self.db, {"task_id": task.id}, members, by=by)
            self.run.keep("comment", said.id, comment.id, task.project_id)
            self.run.report.count("comments", "created")
            return
        found = self.db.find(Comment, known)
        mark = self.db.mark()
        if found is not None and found.body not in bodies:
            found.change(self.db, {"body": bodies[1]}, by=self.me)
        self.run.report.count("comments", self._verb(mark) if found is not None else "left in the trash")

    def _bodies(self, said: Said) -> tuple[str, str]:
        """Return what a comment says, alone and below who said it when."""
        who = said.by.shown if said.by is not None else ""
        head = ", ".join(part for part in (line(who, 200).replace("*", ""), said.on) if part)
        head = f"*{head}*\n\n" if head else ""
        body = text(said.body, head.strip("*\n"), self.run.report, len(head)) or "…"
        return body, f"{head}{body}"

    def _verb(self, mark: int) -> str:
        return "changed" if self.db.mark() > mark else "unchanged"


_OF_THE_PLACE = ("column_id", "label_ids", "assignee_ids")


def _distinct(ids: Any) -> list[str]:
    return list(dict.fromkeys(each for each in ids if each))
