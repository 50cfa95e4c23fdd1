"""Saved views."""

import sqlalchemy as sa
from alembic import op

from kanwerk.core.tables import Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "views",
        sa.Column("owner_id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("sort", TEXT, nullable=False),
        sa.Column("group_by", TEXT, nullable=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_fold", TEXT, nullable=False),
        sa.Column("trashed_at", Moment(), nullable=True),
        sa.Column("trash_id", KEY, nullable=True),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_views_space_id"),
        sa.ForeignKeyConstraint(
            ["space_id", "owner_id"], ["users.space_id", "users.id"], name="fk_views_space_id_owner_id"
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "project_id"],
            ["projects.space_id", "projects.id"],
            name="fk_views_space_id_project_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_views"),
    )
    op.create_index("ix_views_name", "views", ["space_id", "name_fold", "id"], unique=False)
    op.create_index("ix_views_owner_id", "views", ["space_id", "owner_id"], unique=False)
    op.create_index("ix_views_project_id", "views", ["space_id", "project_id"], unique=False)
    op.create_index("ix_views_updated_at", "views", ["space_id", "updated_at", "id"], unique=False)
