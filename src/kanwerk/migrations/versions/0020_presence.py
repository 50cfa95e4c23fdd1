"""Who looks at a task."""

import sqlalchemy as sa
from alembic import op

from kanwerk.core.tables import Moment

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "presences",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("task_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "task_id"],
            ["tasks.space_id", "tasks.id"],
            name="fk_presences_space_id_task_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "user_id"],
            ["users.space_id", "users.id"],
            name="fk_presences_space_id_user_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "task_id", "user_id", name="pk_presences"),
    )
    op.create_index("ix_presences_seen_at", "presences", ["seen_at"])
