"""Todos and comments."""

import sqlalchemy as sa
from alembic import op

from kanwerk.core.tables import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "comments",
        sa.Column("author_id", KEY, nullable=True),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("task_id", KEY, nullable=True),
        sa.Column("of_project_id", KEY, nullable=True),
        sa.Column("client_id", KEY, nullable=True),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("visibility", TEXT, nullable=False),
        sa.Column("edited_at", Moment(), nullable=True),
        sa.Column("trashed_at", Moment(), nullable=True),
        sa.Column("trash_id", KEY, nullable=True),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.CheckConstraint("visibility IN ('internal', 'external')", name="ck_comments_visibility"),
        sa.CheckConstraint(
            "CASE WHEN task_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN of_project_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN client_id IS NULL THEN 0 ELSE 1 END = 1",
            name="ck_comments_one_record",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "author_id"], ["users.space_id", "users.id"], name="fk_comments_space_id_author_id"
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "client_id"],
            ["clients.space_id", "clients.id"],
            name="fk_comments_space_id_client_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "of_project_id"],
            ["projects.space_id", "projects.id"],
            name="fk_comments_space_id_of_project_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "parent_id"],
            ["comments.space_id", "comments.id"],
            name="fk_comments_space_id_parent_id",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "task_id"],
            ["tasks.space_id", "tasks.id"],
            name="fk_comments_space_id_task_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_comments_space_id"),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_comments"),
    )
    op.create_index("ix_comments_client_id", "comments", ["space_id", "client_id", "id"], unique=False)
    op.create_index(
        "ix_comments_of_project_id", "comments", ["space_id", "of_project_id", "id"], unique=False
    )
    op.create_index("ix_comments_task_id", "comments", ["space_id", "task_id", "id"], unique=False)
    op.create_index("ix_comments_updated_at", "comments", ["space_id", "updated_at", "id"], unique=False)
    op.create_table(
        "todos",
        sa.Column("task_id", KEY, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("assignee_id", KEY, nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("trashed_at", Moment(), nullable=True),
        sa.Column("trash_id", KEY, nullable=True),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "assignee_id"], ["users.space_id", "users.id"], name="fk_todos_space_id_assignee_id"
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "task_id"],
            ["tasks.space_id", "tasks.id"],
            name="fk_todos_space_id_task_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_todos_space_id"),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_todos"),
    )
    op.create_index("ix_todos_assignee_id", "todos", ["space_id", "assignee_id"], unique=False)
    op.create_index("ix_todos_position", "todos", ["space_id", "task_id", "position", "id"], unique=False)
    op.create_index("ix_todos_updated_at", "todos", ["space_id", "updated_at", "id"], unique=False)
    op.create_table(
        "comment_mentions",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("comment_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "comment_id"],
            ["comments.space_id", "comments.id"],
            name="fk_comment_mentions_space_id_comment_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "user_id"],
            ["users.space_id", "users.id"],
            name="fk_comment_mentions_space_id_user_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "comment_id", "user_id", name="pk_comment_mentions"),
    )
    op.create_index(
        "ix_comment_mentions_user_id", "comment_mentions", ["space_id", "user_id", "comment_id"], unique=False
    )
    op.create_table(
        "comment_reactions",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("comment_id", KEY, nullable=False),
        sa.Column("emoji", TEXT, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "comment_id"],
            ["comments.space_id", "comments.id"],
            name="fk_comment_reactions_space_id_comment_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "user_id"],
            ["users.space_id", "users.id"],
            name="fk_comment_reactions_space_id_user_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "comment_id", "emoji", "user_id", name="pk_comment_reactions"),
    )
    op.create_index(
        "ix_comment_reactions_user_id", "comment_reactions", ["space_id", "user_id"], unique=False
    )
