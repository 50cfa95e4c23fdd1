"""Imports in the web app."""

import sqlalchemy as sa
from alembic import op

from kanwerk.core.tables import Moment

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "imports",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("file_name", TEXT, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("claimed_by", KEY, nullable=True),
        sa.Column("beaten_at", Moment(), nullable=True),
        sa.Column("stopping", sa.Boolean(), nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Text(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "status IN ('uploaded', 'checking', 'checked', 'importing', 'done', 'stopped', 'failed')",
            name="ck_imports_status",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "user_id"], ["users.space_id", "users.id"], name="fk_imports_space_id_user_id"
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "sha256"], ["blobs.space_id", "blobs.sha256"], name="fk_imports_sha256"
        ),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_imports"),
    )
    claimed = sa.text("claimed_by IS NOT NULL")
    op.create_index("ix_imports_sha256", "imports", ["space_id", "sha256"])
    op.create_index("ix_imports_created_at", "imports", ["space_id", "created_at"])
    op.create_index(
        "uq_imports_claimed",
        "imports",
        ["space_id"],
        unique=True,
        sqlite_where=claimed,
        postgresql_where=claimed,
    )


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("imports")
