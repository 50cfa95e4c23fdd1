"""Calendar feeds."""

import sqlalchemy as sa
from alembic import op

from kanwerk.core.tables import Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "feeds",
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.CheckConstraint("kind IN ('mine', 'project')", name="ck_feeds_kind"),
        sa.CheckConstraint("(kind = 'project') = (project_id IS NOT NULL)", name="ck_feeds_project"),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_feeds_space_id"),
        sa.ForeignKeyConstraint(
            ["space_id", "user_id"], ["users.space_id", "users.id"], name="fk_feeds_space_id_user_id"
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "project_id"],
            ["projects.space_id", "projects.id"],
            name="fk_feeds_space_id_project_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_feeds"),
        sa.UniqueConstraint("token_hash", name="uq_feeds_token_hash"),
    )
    op.create_index("ix_feeds_user_id", "feeds", ["space_id", "user_id", "id"])
    op.create_index("ix_feeds_project_id", "feeds", ["space_id", "project_id"])
