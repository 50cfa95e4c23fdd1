"""Tasks as they depend on projects, parents and labels; and upserts, alone or in bulk."""

from typing import Any

from sqlalchemy import func, select

from kanwerk.core.bodies import convert, sent
from kanwerk.core.problems import invalid_parameter, missing
from kanwerk.core.trash import DEPENDANTS, bring_back, go_along, thrown_with
from kanwerk.core.upserts import upsert
from kanwerk.core.writes import Write
from kanwerk.labels.models import MARKED, Label
from kanwerk.people.access import Me
from kanwerk.projects.members import sees
from kanwerk.projects.models import Project
from kanwerk.tasks.labelling import add_label, remove_label
from kanwerk.tasks.models import Task, TaskLabel
from kanwerk.tasks.moves import move
from kanwerk.tasks.shapes import CreateTaskData, UpsertTaskData
from kanwerk.tasks.writing import change_task, create_task, refuse_closed


def upsert_task(db: Write, external_id: str, members: dict[str, Any], *, by: Me) -> tuple[Task, bool]:
    """Create the task (True) or change the one there is (False)."""

    def change(task: Task, found: dict[str, Any]) -> None:
        if not sees(db, db.session.get_one(Project, (db.space_id, task.project_id)), by):
            raise missing()
        refuse_closed(db, task)
        found = dict(found)
        project_id = found.pop("project_id", task.project_id)
        if project_id != task.project_id:
            move(db, task, by=by, project_id=project_id, column_id=found.pop("column_id", None))
        change_task(db, task, found, by=by)

    return upsert(
        db,
        Task,
        external_id,
        members,
        create=lambda found: create_task(db, sent(convert(found, CreateTaskData)), by=by),
        change=change,
        by=by,
    )


def create_or_upsert(db: Write, item: Any, *, by: Me) -> tuple[Task, bool]:
    """Do one item of a bulk request: a create, or an upsert where it carries an ``external_id``."""
    if isinstance(item, dict) and item.get("external_id") is not None:
        members = sent(convert(item, UpsertTaskData))
        return upsert_task(db, members.pop("external_id"), members, by=by)
    return create_task(db, sent(convert(item, CreateTaskData)), by=by), True


class _Dependants:
    """Tasks as they depend on their project, or subtasks on their task."""

    def __init__(self, name: str, column: str) -> None:
        self.name, self.column = name, column

    def all(self, db: Write, record: Project | Task) -> list[Task]:
        """Return those that are not in the trash."""
        db.flush()
        wanted = select(Task).where(
            Task.space_id == db.space_id, getattr(Task, self.column) == record.id, Task.trashed_at.is_(None)
        )
        return list(db.session.execute(wanted.with_for_update()).scalars())

    def trash(self, db: Write, one: Task, trash_id: str, by: Me) -> None:
        """Throw a task away in the same delete, with its subtasks."""
        go_along(db, one, trash_id, by=by)

    def detach(self, db: Write, one: Task, by: Me) -> None:  # noqa: ARG002 (the protocol's)
        """Leave a subtask without its parent; a task cannot be without its project."""
        if self.column == "project_id":
            raise invalid_parameter("dependants", "Tasks cannot be without their project: say trash.")
        one.record("task.updated", by=by.actor, changes=one.set(parent_id=None))

    def restore(self, db: Write, trash_id: str, by: Me) -> None:
        """Bring back the tasks that went along."""
        db.flush()
        for task in thrown_with(db, Task, trash_id):
            bring_back(db, task, by=by)


class _Marked:
    """Tasks as labels ask of them."""

    name = "tasks"

    def count(self, db: Write, label: Label) -> int:
        """Return how many carry the label."""
        counting = select(func.count()).where(
            TaskLabel.space_id == db.space_id, TaskLabel.label_id == label.id
        )
        return db.session.execute(counting).scalar_one()

    def hand_over(self, db: Write, label: Label, other: Label | None, *, by: Me) -> None:
        """Let the tasks that carry the label carry another instead, or none."""
        wanted = (
            select(Task)
            .join(TaskLabel, (TaskLabel.space_id == Task.space_id) & (TaskLabel.task_id == Task.id))
            .where(Task.space_id == db.space_id, TaskLabel.label_id == label.id)
            .with_for_update(of=Task)
        )
        for task in db.session.execute(wanted).scalars():
            if other is not None:
                add_label(db, task, other.id, by=by)
                db.flush()
            remove_label(db, task, label.id, by=by)
            db.flush()


DEPENDANTS.setdefault("project", []).append(_Dependants("tasks", "project_id"))
DEPENDANTS.setdefault("task", []).append(_Dependants("subtasks", "parent_id"))
MARKED.append(_Marked())
