"""What lies in the trash is found among millions of tasks, comments and lines that do not."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
TABLES = ("tasks", "todos", "comments")


def upgrade() -> None:
    """Take the step."""
    there = sa.text("trashed_at IS NOT NULL")
    for table in TABLES:
        op.create_index(
            f"ix_{table}_trash_id",
            table,
            ["space_id", "trash_id"],
            sqlite_where=there,
            postgresql_where=there,
        )


def downgrade() -> None:
    """Take the step back."""
    for table in TABLES:
        op.drop_index(f"ix_{table}_trash_id", table)
