"""Tasks: what is to be done, numbered in their project and placed in a column of its board.

Lists of a million tasks begin where an index lets them begin. There is one for each order of all tasks, of a
client's and of a project's, and one of the open tasks alone where most that comes first was done long ago.
"""

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import BigInteger, CheckConstraint, Index, Table, false, text
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
    trash_index,
)
from kanwerk.core.text import fold

PRIORITIES = ("none", "low", "medium", "high", "urgent")
_OPEN_OF_CLIENTS = "client_id IS NOT NULL AND completed_at IS NULL"


def _some(name: str, condition: str, *columns: str, lite: str = "") -> Index:
    """Return an index of those rows of a space for which the condition holds, as the engines write it."""
    return Index(
        name, "space_id", *columns, sqlite_where=text(lite or condition), postgresql_where=text(condition)
    )


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
        Index("ix_tasks_creator_id", "space_id", "creator_id", "id"),
        Index("ix_tasks_all_position", "space_id", "position", "id"),
        _some("ix_tasks_open", "completed_at IS NULL", "id"),
        _some("ix_tasks_open_due_date", "completed_at IS NULL", "due_date", "id"),
        _some("ix_tasks_open_position", "completed_at IS NULL", "position", "id"),
        Index("ix_tasks_project_due_date", "space_id", "project_id", "due_date", "id"),
        Index("ix_tasks_project_priority", "space_id", "project_id", "priority", "id"),
        Index("ix_tasks_project_title", "space_id", "project_id", "title_fold", "id"),
        Index("ix_tasks_project_updated_at", "space_id", "project_id", "updated_at", "id"),
        _some("ix_tasks_project_open_due_date", "completed_at IS NULL", "project_id", "due_date", "id"),
        _some("ix_tasks_client_id", "client_id IS NOT NULL", "client_id", "id"),
        _some("ix_tasks_client_position", "client_id IS NOT NULL", "client_id", "position", "id"),
        _some("ix_tasks_client_due_date", "client_id IS NOT NULL", "client_id", "due_date", "id"),
        _some("ix_tasks_client_priority", "client_id IS NOT NULL", "client_id", "priority", "id"),
        _some("ix_tasks_client_title", "client_id IS NOT NULL", "client_id", "title_fold", "id"),
        _some("ix_tasks_client_updated_at", "client_id IS NOT NULL", "client_id", "updated_at", "id"),
        _some("ix_tasks_client_open", _OPEN_OF_CLIENTS, "client_id", "id"),
        _some("ix_tasks_client_open_due_date", _OPEN_OF_CLIENTS, "client_id", "due_date", "id"),
        _some("ix_tasks_parent_id", "parent_id IS NOT NULL", "parent_id"),
        trash_index("tasks"),
        _some("ix_tasks_recurs_when", "recurrence IS NOT NULL", "recurs_when", "due_date"),
        CheckConstraint("priority BETWEEN 0 AND 4", name="priority"),
    )
    noun = "task"
    project_id: Mapped[str] = key()
    client_id: Mapped[str | None] = key()  # its project's
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


def _in_order(table: str, other: str) -> tuple[Any, ...]:
    return (
        Index(f"ix_{table}_due_date", "space_id", other, "due_date", "task_id"),
        Index(f"ix_{table}_priority", "space_id", other, "priority", "task_id"),
        _some(f"ix_{table}_open", "NOT completed", other, "task_id", lite="completed = 0"),
        _some(
            f"ix_{table}_open_due_date", "NOT completed", other, "due_date", "task_id", lite="completed = 0"
        ),
    )


class _Like:
    """What rows between tasks and others repeat of the task, so that an index carries a list by the other."""

    due_date: Mapped[date | None]
    priority: Mapped[int] = small(server_default="0")
    completed: Mapped[bool] = mapped_column(server_default=false())


class TaskAssignee(_Like, Base):
    """Who is to do a task."""

    __tablename__ = "task_assignees"
    __table_args__ = (
        *_between("task_assignees", "user_id", "users"),
        *_in_order("task_assignees", "user_id"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    task_id: Mapped[str] = mapped_column(Key, primary_key=True)
    user_id: Mapped[str] = mapped_column(Key, primary_key=True)


class TaskLabel(_Like, Base):
    """What a task is marked with."""

    __tablename__ = "task_labels"
    __table_args__ = (
        *_between("task_labels", "label_id", "labels"),
        *_in_order("task_labels", "label_id"),
    )
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
