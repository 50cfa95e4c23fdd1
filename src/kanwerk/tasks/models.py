"""Tasks: what is to be done, numbered in their project and placed in a column of its board."""

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import BigInteger, CheckConstraint, Index, Table, text
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.core.ordering import Order
from kanwerk.core.tables import (
    Base,
    External,
    Key,
    Owned,
    Trashable,
    external_index,
    in_space,
    key,
    small,
)
from kanwerk.core.text import fold

PRIORITIES = ("none", "low", "medium", "high", "urgent")


class Task(External, Trashable, Owned, Base):
    """One thing to do."""

    __tablename__ = "tasks"
    __table_args__ = (
        external_index("tasks"),
        in_space("project_id", "projects"),
        in_space("column_id", "columns"),
        in_space("parent_id", "tasks"),
        in_space("creator_id", "users"),
        Index("uq_tasks_number", "space_id", "project_id", "number", unique=True),
        Index("ix_tasks_project_id", "space_id", "project_id", "id"),
        Index("ix_tasks_position", "space_id", "column_id", "position", "id"),
        Index("ix_tasks_due_date", "space_id", "due_date", "id"),
        Index("ix_tasks_priority", "space_id", "priority", "id"),
        Index("ix_tasks_title", "space_id", "title_fold", "id"),
        Index("ix_tasks_updated_at", "space_id", "updated_at", "id"),
        Index(
            "ix_tasks_parent_id",
            "space_id",
            "parent_id",
            sqlite_where=text("parent_id IS NOT NULL"),
            postgresql_where=text("parent_id IS NOT NULL"),
        ),
        Index(
            "ix_tasks_recurs_when",
            "space_id",
            "recurs_when",
            "due_date",
            sqlite_where=text("recurrence IS NOT NULL"),
            postgresql_where=text("recurrence IS NOT NULL"),
        ),
        CheckConstraint("priority BETWEEN 0 AND 4", name="priority"),
    )
    noun = "task"
    project_id: Mapped[str] = key()
    number: Mapped[int]
    column_id: Mapped[str] = key()
    position: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str]
    title_fold: Mapped[str]
    description: Mapped[str | None]
    priority: Mapped[int] = small(default=0)
    start_date: Mapped[date | None]
    due_date: Mapped[date | None]
    completed_at: Mapped[datetime | None]
    parent_id: Mapped[str | None] = key()
    creator_id: Mapped[str | None] = key()
    estimate_seconds: Mapped[int | None] = mapped_column(BigInteger)
    tracked_seconds: Mapped[int] = mapped_column(BigInteger, default=0)
    recurrence: Mapped[str | None]
    recurs_when: Mapped[str | None]
    comment_count: Mapped[int] = mapped_column(default=0)
    todo_count: Mapped[int] = mapped_column(default=0)
    todo_done_count: Mapped[int] = mapped_column(default=0)
    file_count: Mapped[int] = mapped_column(default=0)

    def set(self, **values: object) -> dict[str, dict[str, object]]:
        """Set members; the fold follows the title, and a priority is told by its name."""
        if isinstance(title := values.get("title"), str):
            self.title_fold = fold(title)
        changes = super().set(**values)
        if "priority" in changes:
            changes["priority"] = {
                side: None if rank is None else PRIORITIES[cast("int", rank)]
                for side, rank in changes["priority"].items()
            }
        return changes


class TaskAlias(Base):
    """A number that a task had in a project it has left: its old key keeps leading to it."""

    __tablename__ = "task_aliases"
    __table_args__ = (
        in_space("project_id", "projects", ondelete="CASCADE"),
        in_space("task_id", "tasks", ondelete="CASCADE"),
        Index("ix_task_aliases_task_id", "space_id", "task_id"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    project_id: Mapped[str] = mapped_column(Key, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[str] = key()


def _between(table: str, other: str, others: str) -> tuple[Any, ...]:
    return (
        in_space("task_id", "tasks", ondelete="CASCADE"),
        in_space(other, others, ondelete="CASCADE"),
        Index(f"ix_{table}_{other}", "space_id", other, "task_id"),
    )


class TaskAssignee(Base):
    """Who is to do a task."""

    __tablename__ = "task_assignees"
    __table_args__ = _between("task_assignees", "user_id", "users")
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    task_id: Mapped[str] = mapped_column(Key, primary_key=True)
    user_id: Mapped[str] = mapped_column(Key, primary_key=True)


class TaskLabel(Base):
    """What a task is marked with."""

    __tablename__ = "task_labels"
    __table_args__ = _between("task_labels", "label_id", "labels")
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    task_id: Mapped[str] = mapped_column(Key, primary_key=True)
    label_id: Mapped[str] = mapped_column(Key, primary_key=True)


class TaskWatcher(Base):
    """Who is told what happens to a task."""

    __tablename__ = "task_watchers"
    __table_args__ = _between("task_watchers", "user_id", "users")
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    task_id: Mapped[str] = mapped_column(Key, primary_key=True)
    user_id: Mapped[str] = mapped_column(Key, primary_key=True)


class TaskRelation(Base):
    """How one task bears on another; the inverse is the same row read from the other side."""

    __tablename__ = "task_relations"
    __table_args__ = (
        *_between("task_relations", "other_id", "tasks"),
        CheckConstraint("kind IN ('blocks', 'relates_to', 'duplicates')", name="kind"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    task_id: Mapped[str] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    other_id: Mapped[str] = mapped_column(Key, primary_key=True)


ORDER = Order(cast("Table", Task.__table__), "column_id")
