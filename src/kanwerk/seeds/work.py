"""The work in the demo's projects: tasks made, assigned, moved, talked about and done over a year."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from kanwerk.comments.models import create_comment, react
from kanwerk.core.storage import Storage
from kanwerk.core.writes import Write
from kanwerk.fields.models import create_field
from kanwerk.fields.shapes import FieldOptionData
from kanwerk.labels.models import create_label
from kanwerk.people.access import Me
from kanwerk.projects.columns import columns_of
from kanwerk.projects.models import Project
from kanwerk.seeds.files import add_file
from kanwerk.seeds.shapes import DemoProject
from kanwerk.seeds.work_data import (
    CHECKLISTS,
    FIELDS,
    LABELS,
    PARTS,
    SAID,
    SAID_BY_GUESTS,
    SIZES,
    STEPS,
    VIEWS,
)
from kanwerk.tasks.models import Task
from kanwerk.tasks.moves import move
from kanwerk.tasks.relations import relate
from kanwerk.tasks.writing import create_task
from kanwerk.todos.models import create_todo
from kanwerk.views.models import create_view

Step = tuple[float, Callable[[], object]]
# Of twenty tasks of a project that goes on, so many are done, begun, and planned; the rest are ideas.
DONE, BEGUN, PLANNED = 11, 14, 17
PRIORITIES = ("none", "none", "medium", "none", "low", "high", "none", "medium", "urgent", "none", "none")


class Work:
    """The tasks of one agency's projects; all follows from the place in the lists, nothing is random."""

    def __init__(
        self,
        db: Write,
        storage: Storage,
        people: dict[str, Any],
        acting: Callable[[Any], Me],
        today: date,
    ) -> None:
        """Take the writer, the place for files and the people."""
        self.storage = storage
        self.db, self.people, self.acting, self.today = db, people, acting, today
        self.labels: list[str] = []
        self.tasks: dict[tuple[int, int], Task] = {}

    def begin(self, by: Me) -> None:
        """Make the labels, custom fields and shared views of the space."""
        for name, color in LABELS:
            label = create_label(self.db, {"name": name, "color": color, "project_id": None}, by=by)
            self.labels.append(label.id)
        for target, name, kind, options in FIELDS:
            chosen = [FieldOptionData(option) for option in options]
            members = {"applies_to": target, "name": name, "kind": kind, "options": chosen}
            create_field(self.db, members, by=by)
        self.db.flush()
        owner = self.acting(next(iter(self.people.values())))
        for view in VIEWS:
            create_view(self.db, {"shared": True, **view}, by=owner)
        self.db.flush()

    def plan(
        self, place: int, project: DemoProject, made: Callable[[], Project], earliest: float
    ) -> Iterator[Step]:
        """Yield what happens in a project, each with how many days ago."""
        titles = [
            f"{step} {part}"
            for part in PARTS[project.business_field]
            for step in STEPS[project.business_field]
        ]
        team = (project.lead, *project.members)
        staff = [key for key in team if key in self.people and self.people[key].type == "user"]
        guests = [key for key in team if key not in self.people]  # they come with their client
        start = min(earliest - 0.5, max(-project.start_day, 1) + 6.0)
        end = float(-(project.due_day or 0)) if project.status == "completed" else 0.3
        end = min(max(end, 0.3), start * 0.6)
        for index, title in enumerate(titles):
            share = index / len(titles)
            begun = start - (start - end) * share * 0.85
            yield begun, partial(self._create, place, index, title, project, made, staff)
            yield from self._progress(place, index, project, begun, end, staff, guests)

    def _progress(
        self,
        place: int,
        index: int,
        project: DemoProject,
        begun: float,
        end: float,
        staff: list[str],
        guests: list[str],
    ) -> Iterator[Step]:
        fate = (place * 7 + index * 5) % 20
        done = project.status == "completed" or (project.status in ("active", "on_hold") and fate < DONE)
        started = done or (project.status == "active" and fate < BEGUN)
        work = (begun - end) * 0.1
        by = staff[(index + place) % len(staff)]
        if started:
            yield begun - work * 0.4, partial(self._move, place, index, 2, by)
        if fate % 9 == 4:  # noqa: PLR2004 (every ninth)
            yield begun - work * 0.6, partial(self._attach, place, index, by)
        if fate % 4 == 1:
            yield (
                begun - work * 0.5,
                partial(self._say, place, index, by, SAID[(index * 3 + place) % len(SAID)]),
            )
        if guests and fate % 6 == 2:  # noqa: PLR2004 (every sixth)
            said = SAID_BY_GUESTS[index % len(SAID_BY_GUESTS)]
            yield begun - work * 0.7, partial(self._say, place, index, guests[index % len(guests)], said)
        if done:
            yield begun - work, partial(self._move, place, index, 3, by)

    def _create(
        self,
        place: int,
        index: int,
        title: str,
        project: DemoProject,
        made: Callable[[], Project],
        staff: list[str],
    ) -> None:
        fate = (place * 7 + index * 5) % 20
        lead = self.acting(self.people[staff[0]])
        doer = self.people[staff[(index + place) % len(staff)]]
        due = self.today + timedelta(days=project.start_day + (index * 2) % 70)
        if project.status == "active" and fate >= DONE:
            due = self.today + timedelta(days=(index * 3 + place) % 40 - 4)
        members: dict[str, Any] = {
            "project_id": made().id,
            "title": title[0].upper() + title[1:],
            "priority": PRIORITIES[(index + place) % len(PRIORITIES)],
            "assignee_ids": [doer.id] if fate % 7 else [],
            "label_ids": [self.labels[(index + place) % len(self.labels)]] if fate % 5 == 0 else [],
            "due_date": due if fate % 3 else None,
            "start_date": due - timedelta(days=1 + (index + place) % 8) if fate % 3 and fate % 4 else None,
            "fields": {"size": SIZES[(index + place) % len(SIZES)]} if fate % 3 else {},
            "estimate_seconds": 3600 * (1 + (index + place) % 12) if fate % 2 else None,
        }
        if fate >= PLANNED:
            members["column_id"] = columns_of(self.db, members["project_id"])[0].id
        task = self.tasks[place, index] = create_task(self.db, members, by=lead)
        before = self.tasks.get((place, index - 1))
        if (
            before is not None
            and before.due_date
            and before.due_date < (task.start_date or due)
            and index % 2
        ):
            relate(self.db, before, "blocks", task.id, by=lead)
        if fate % 6 == 0:
            for line, text in enumerate(CHECKLISTS[(index + place) % len(CHECKLISTS)]):
                create_todo(self.db, task, {"title": text, "done": line < fate % 4}, by=lead)

    def _move(self, place: int, index: int, column: int, by: str) -> None:
        task = self.tasks[place, index]
        columns = columns_of(self.db, task.project_id)
        move(self.db, task, column_id=columns[column].id, by=self.acting(self.people[by]))

    def _attach(self, place: int, index: int, who: str) -> None:
        task, by = self.tasks[place, index], self.acting(self.people[who])
        file = add_file(self.db, self.storage, place * 3 + index, task.title, by=by)
        file.attach(self.db, "task_id", task.id, by=by)

    def _say(self, place: int, index: int, who: str, body: str) -> None:
        task, by = self.tasks[place, index], self.acting(self.people[who])
        comment = create_comment(self.db, {"task_id": task.id}, {"body": body}, by=by)
        if index % 3 == 0:
            react(
                self.db,
                comment,
                "👍" if index % 2 else "🎉",
                by=self.acting(next(iter(self.people.values()))),
            )
