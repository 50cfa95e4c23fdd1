"""Lists of tasks that begin where an index lets them begin, however many tasks there are."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
OPEN, OF_CLIENTS = "completed_at IS NULL", "client_id IS NOT NULL"
# Where two would do, SQLite takes the one that was made last: the smaller ones stand below, and of those the
# ones that lead through the rows as they lie.
OF_TASKS = {
    "ix_tasks_creator_id": ("creator_id id", ""),
    "ix_tasks_all_position": ("position id", ""),
    "ix_tasks_project_due_date": ("project_id due_date id", ""),
    "ix_tasks_project_priority": ("project_id priority id", ""),
    "ix_tasks_project_title": ("project_id title_fold id", ""),
    "ix_tasks_project_updated_at": ("project_id updated_at id", ""),
    "ix_tasks_client_position": ("client_id position id", OF_CLIENTS),
    "ix_tasks_client_due_date": ("client_id due_date id", OF_CLIENTS),
    "ix_tasks_client_priority": ("client_id priority id", OF_CLIENTS),
    "ix_tasks_client_title": ("client_id title_fold id", OF_CLIENTS),
    "ix_tasks_client_updated_at": ("client_id updated_at id", OF_CLIENTS),
    "ix_tasks_client_id": ("client_id id", OF_CLIENTS),
    "ix_tasks_open_due_date": ("due_date id", OPEN),
    "ix_tasks_open_position": ("position id", OPEN),
    "ix_tasks_open": ("id", OPEN),
    "ix_tasks_project_open_due_date": ("project_id due_date id", OPEN),
    "ix_tasks_client_open_due_date": ("client_id due_date id", f"{OF_CLIENTS} AND {OPEN}"),
    "ix_tasks_client_open": ("client_id id", f"{OF_CLIENTS} AND {OPEN}"),
}
LINKS = {"task_assignees": "user_id", "task_labels": "label_id"}


def upgrade() -> None:
    """Take the step."""
    op.add_column("tasks", sa.Column("client_id", KEY, nullable=True))
    op.execute(
        "UPDATE tasks SET client_id = (SELECT p.client_id FROM projects p"
        " WHERE p.space_id = tasks.space_id AND p.id = tasks.project_id)"
    )
    for name, (columns, condition) in OF_TASKS.items():
        _index(name, "tasks", columns.split(), condition, condition)
    for table, other in LINKS.items():
        op.add_column(table, sa.Column("due_date", sa.Date(), nullable=True))
        op.add_column(table, sa.Column("priority", sa.SmallInteger(), nullable=False, server_default="0"))
        op.add_column(table, sa.Column("completed", sa.Boolean(), nullable=False, server_default=sa.false()))
        op.execute(
            f"UPDATE {table} SET (due_date, priority, completed) ="  # noqa: S608  # names of this step
            " (SELECT t.due_date, t.priority, t.completed_at IS NOT NULL FROM tasks t"
            f" WHERE t.space_id = {table}.space_id AND t.id = {table}.task_id)"
        )
        _index(f"ix_{table}_due_date", table, [other, "due_date", "task_id"], "", "")
        _index(f"ix_{table}_priority", table, [other, "priority", "task_id"], "", "")
        _index(
            f"ix_{table}_open_due_date",
            table,
            [other, "due_date", "task_id"],
            "NOT completed",
            "completed = 0",
        )
        _index(f"ix_{table}_open", table, [other, "task_id"], "NOT completed", "completed = 0")


def _index(name: str, table: str, columns: list[str], condition: str, lite: str) -> None:
    only: dict[str, Any] = (
        {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(lite)} if condition else {}
    )
    op.create_index(name, table, ["space_id", *columns], unique=False, **only)
