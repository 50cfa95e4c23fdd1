"""Columns: the steps that a project's tasks go through."""

from typing import Any, Protocol, cast

from sqlalchemy import BigInteger, CheckConstraint, Index, Table, func, select
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.core.archive import refuse_archived
from kanwerk.core.ids import new_id
from kanwerk.core.ordering import STEP, Order
from kanwerk.core.problems import Conflict, Forbidden, invalid, invalid_parameter, missing
from kanwerk.core.tables import Base, Named, Owned, in_space, key
from kanwerk.core.text import fold
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.members import load_project, manages, sees
from kanwerk.projects.models import Project

USUAL = (
    ("Backlog", "slate", "backlog"),
    ("To do", "blue", "unstarted"),
    ("In progress", "amber", "started"),
    ("Done", "green", "done"),
)


class Column(Named, Owned, Base):
    """A step that tasks go through; its kind says what being in it means."""

    __tablename__ = "columns"
    __table_args__ = (
        in_space("project_id", "projects", ondelete="CASCADE"),
        Index("ix_columns_position", "space_id", "project_id", "position", "id"),
        CheckConstraint("kind IN ('backlog', 'unstarted', 'started', 'done', 'cancelled')", name="kind"),
    )
    noun = "column"
    project_id: Mapped[str] = key()
    color: Mapped[str]
    kind: Mapped[str]
    position: Mapped[int] = mapped_column(BigInteger)
    wip_limit: Mapped[int | None]

    def change(self, db: Write, members: dict[str, Any], *, by: Me) -> None:
        """Change members; the last ``done`` column stays one. A new kind completes or reopens its tasks."""
        before = self.kind
        if before == "done" and members.get("kind", "done") != "done":
            _keep_a_done_one(db, self)
        changes = self.set(**members)
        if changes:
            self.record("column.updated", by=by.actor, changes=changes)
        if ("done" in (before, self.kind)) and before != self.kind and TASKS is not None:
            db.flush()
            TASKS.settle(db, self, by=by)

    def remove(self, db: Write, *, move_to: str | None, by: Me) -> None:
        """Delete the column for good; its tasks go to another of the project, or it must be empty."""
        _keep_a_done_one(db, self)
        count = TASKS.count(db, self) if TASKS is not None else 0
        if count:
            if move_to is None:
                message = (
                    f"{count} {'task is' if count == 1 else 'tasks are'} in this column; say move_tasks_to."
                )
                raise Conflict(message, code="has_dependants", dependants={"tasks": count})
            other = db.find(Column, move_to, lock=True)
            if other is None or other is self or other.project_id != self.project_id:
                raise invalid_parameter("move_tasks_to", "There is no such other column here.", "not_found")
            assert TASKS is not None  # noqa: S101 (there are tasks)
            TASKS.move_all(db, self, other, by=by)
        self.record("column.deleted", by=by.actor)
        db.erase(self)


class Tasks(Protocol):
    """What columns ask of their tasks, a noun that stands above them and registers itself."""

    def count(self, db: Write, column: Column) -> int:
        """Return how many tasks are in the column, those in the trash too."""

    def move_all(self, db: Write, column: Column, other: Column, *, by: Me) -> None:
        """Move the column's tasks to the end of another, in their order."""

    def settle(self, db: Write, column: Column, *, by: Me) -> None:
        """Complete or reopen the column's tasks after its kind has changed."""


TASKS: Tasks | None = None


def has_tasks(tasks: Tasks) -> None:
    """Let tasks be asked."""
    global TASKS  # noqa: PLW0603 (set once, when the package above is imported)
    TASKS = tasks


ORDER = Order(cast("Table", Column.__table__), "project_id")


def add_usual_columns(db: Write, project: Project, *, by: Me) -> None:
    """Give a new project the columns that most begin with."""
    for place, (name, color, kind) in enumerate(USUAL, 1):
        column = Column(
            id=new_id(),
            space_id=db.space_id,
            project_id=project.id,
            name=name,
            name_fold=fold(name),
            color=color,
            kind=kind,
            position=place * STEP,
        )
        db.add(column)
        column.record("column.created", by=by.actor)


def create_column(db: Write, project: Project, members: dict[str, Any], *, by: Me) -> Column:
    """Add a column at the end of its project."""
    refuse_archived(project)
    position = ORDER.last(db, project_id=project.id)
    members = members | {"name_fold": fold(members["name"]), "position": position}
    column = Column(id=new_id(), space_id=db.space_id, project_id=project.id, **members)
    db.add(column)
    column.record("column.created", by=by.actor)
    return column


def bring_back_column(db: Write, was: dict[str, Any], *, by: Me) -> Column | None:
    """Make a deleted column anew, by its id and as its last event tells it; None when it is there already."""
    project = load_project(db, was["project_id"], by, manage=True)
    refuse_archived(project)
    if db.find(Column, was["id"]) is not None:
        return None
    members = {name: was[name] for name in ("id", "name", "color", "kind", "position", "wip_limit")}
    column = Column(space_id=db.space_id, project_id=project.id, name_fold=fold(was["name"]), **members)
    db.add(column)
    column.record("column.created", by=by.actor)
    db.flush()
    return column


def load_column(db: Write, column_id: str, me: Me) -> Column:
    """Return a column whose project the caller manages, locked after its project; 404 and 403 as there."""
    column = db.find(Column, column_id)
    if column is None:
        raise missing()
    project = db.find(Project, column.project_id, lock=True)
    if project is None or not sees(db, project, me):
        raise missing()
    if not manages(db, project, me):
        message = "Only those who manage this project may do that."
        raise Forbidden(message)
    refuse_archived(project)
    return db.load(Column, column_id)


def reorder(db: Write, project_id: str, ids: list[str], *, by: Me) -> None:
    """Put a project's columns into this order; all of them have to be named, once each."""
    project = load_project(db, project_id, by, manage=True)
    refuse_archived(project)
    columns = {column.id: column for column in columns_of(db, project_id)}
    if len(ids) != len(columns) or set(ids) != set(columns):
        raise invalid("/ids", "Name every column of the project, once each.")
    for place, column_id in enumerate(ids, 1):
        changes = columns[column_id].set(position=place * STEP)
        if changes:
            columns[column_id].record("column.reordered", by=by.actor, changes=changes)


def columns_of(db: Write, project_id: str) -> list[Column]:
    """Return a project's columns in order."""
    wanted = select(Column).where(Column.space_id == db.space_id, Column.project_id == project_id)
    return list(db.session.execute(wanted.order_by(Column.position, Column.id)).scalars())


def _keep_a_done_one(db: Write, column: Column) -> None:
    if column.kind != "done":
        return
    counting = select(func.count()).where(
        Column.space_id == db.space_id, Column.project_id == column.project_id, Column.kind == "done"
    )
    if db.session.execute(counting).scalar_one() == 1:
        message = "This is the last column of the kind done: without one, no task could be completed."
        raise Conflict(message, code="last_done_column")
