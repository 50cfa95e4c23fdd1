"""When tasks come again."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    text = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.add_column("tasks", sa.Column("recurs_when", text, nullable=True))
    recurs = sa.text("recurrence IS NOT NULL")
    op.create_index(
        "ix_tasks_recurs_when",
        "tasks",
        ["space_id", "recurs_when", "due_date"],
        sqlite_where=recurs,
        postgresql_where=recurs,
    )
