"""Projects that people have starred."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "project_favourites",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "user_id"],
            ["users.space_id", "users.id"],
            name="fk_project_favourites_space_id_user_id",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "project_id"],
            ["projects.space_id", "projects.id"],
            name="fk_project_favourites_space_id_project_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "user_id", "project_id", name="pk_project_favourites"),
    )
    op.create_index("ix_project_favourites_project_id", "project_favourites", ["space_id", "project_id"])
