"""How far readers of the log have come. They begin at its end: what happened before is nobody's news."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Take the step."""
    op.add_column(
        "event_counters", sa.Column("last_notice", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.create_table(
        "log_readers",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["space_id"], ["event_counters.space_id"], name="fk_log_readers_space_id"),
        sa.PrimaryKeyConstraint("space_id", "name", name="pk_log_readers"),
    )
    for name in ("webhooks", "notifications"):
        op.execute(
            f"INSERT INTO log_readers SELECT space_id, '{name}', last_sequence FROM event_counters"  # noqa: S608
        )
