"""Files and the contents behind them."""

import sqlalchemy as sa
from alembic import op

from kanwerk.core.ids import new_secret
from kanwerk.core.tables import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Take the step."""
    secrets = sa.table("secrets", sa.column("name"), sa.column("value"))
    op.execute(secrets.insert().values(name="links", value=new_secret()))
    op.create_table(
        "blobs",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content_type", TEXT, nullable=False),
        sa.Column("stored", sa.Boolean(), nullable=False),
        sa.Column("thumbnail", sa.Boolean(), nullable=False),
        sa.Column("wanted_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("space_id", "sha256", name="pk_blobs"),
    )
    op.create_index("ix_blobs_wanted_at", "blobs", ["wanted_at"], unique=False)
    op.create_table(
        "files",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("uploader_id", KEY, nullable=True),
        sa.Column("task_id", KEY, nullable=True),
        sa.Column("comment_id", KEY, nullable=True),
        sa.Column("of_project_id", KEY, nullable=True),
        sa.Column("client_id", KEY, nullable=True),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN task_id IS NULL THEN 0 ELSE 1 END + CASE WHEN comment_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN of_project_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN client_id IS NULL THEN 0 ELSE 1 END <= 1",
            name="ck_files_one_record",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "client_id"],
            ["clients.space_id", "clients.id"],
            name="fk_files_space_id_client_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "comment_id"],
            ["comments.space_id", "comments.id"],
            name="fk_files_space_id_comment_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "of_project_id"],
            ["projects.space_id", "projects.id"],
            name="fk_files_space_id_of_project_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "sha256"], ["blobs.space_id", "blobs.sha256"], name="fk_files_sha256"
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "task_id"],
            ["tasks.space_id", "tasks.id"],
            name="fk_files_space_id_task_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "uploader_id"], ["users.space_id", "users.id"], name="fk_files_space_id_uploader_id"
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_files_space_id"),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_files"),
    )
    op.create_index("ix_files_client_id", "files", ["space_id", "client_id", "id"], unique=False)
    op.create_index("ix_files_comment_id", "files", ["space_id", "comment_id", "id"], unique=False)
    op.create_index("ix_files_of_project_id", "files", ["space_id", "of_project_id", "id"], unique=False)
    op.create_index("ix_files_sha256", "files", ["space_id", "sha256"], unique=False)
    op.create_index("ix_files_task_id", "files", ["space_id", "task_id", "id"], unique=False)
    op.create_index("ix_files_updated_at", "files", ["space_id", "updated_at", "id"], unique=False)
