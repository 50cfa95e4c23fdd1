"""Custom fields and what they hold."""

import sqlalchemy as sa
from alembic import op

from kanwerk.core.tables import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "fields",
        sa.Column("applies_to", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_fold", TEXT, nullable=False),
        sa.Column("trashed_at", Moment(), nullable=True),
        sa.Column("trash_id", KEY, nullable=True),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('text', 'number', 'date', 'select', 'multi_select', 'user', 'url', 'checkbox')",
            name="ck_fields_kind",
        ),
        sa.CheckConstraint("applies_to IN ('client', 'project', 'task')", name="ck_fields_applies_to"),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_fields_space_id"),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_fields"),
    )
    op.create_index("ix_fields_name", "fields", ["space_id", "name_fold", "id"], unique=False)
    op.create_index("ix_fields_updated_at", "fields", ["space_id", "updated_at", "id"], unique=False)
    op.create_index("uq_fields_key", "fields", ["space_id", "applies_to", "key"], unique=True)
    for noun in ("client", "project", "task"):
        _values(noun)


def _values(noun: str) -> None:
    table, of = f"{noun}_fields", f"{noun}_id"
    op.create_table(
        table,
        sa.Column(of, KEY, nullable=False),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("field_id", KEY, nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("folded", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", of],
            [f"{noun}s.space_id", f"{noun}s.id"],
            name=f"fk_{table}_space_id_{of}",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "field_id"],
            ["fields.space_id", "fields.id"],
            name=f"fk_{table}_space_id_field_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", of, "field_id", "place", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_folded", table, ["space_id", "field_id", "folded", of], unique=False)
