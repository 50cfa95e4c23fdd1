"""Webhooks, their deliveries and queues."""

import sqlalchemy as sa
from alembic import op

from kanwerk.core.tables import Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "webhooks",
        sa.Column("url", TEXT, nullable=False),
        sa.Column("event_types", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", TEXT, nullable=True),
        sa.Column("secret", TEXT, nullable=False),
        sa.Column("previous_secret", TEXT, nullable=True),
        sa.Column("previous_until", Moment(), nullable=True),
        sa.Column("creator_id", KEY, nullable=False),
        sa.Column("scopes", sa.Text(), nullable=True),
        sa.Column("activation", sa.BigInteger(), nullable=False),
        sa.Column("since_sequence", sa.BigInteger(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_fold", TEXT, nullable=False),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "disabled_reason IS NULL OR disabled_reason IN ('gone', 'failing', 'creator_deactivated')",
            name="ck_webhooks_disabled_reason",
        ),
        sa.CheckConstraint("NOT active OR disabled_reason IS NULL", name="ck_webhooks_active"),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_webhooks_space_id"),
        sa.ForeignKeyConstraint(
            ["space_id", "creator_id"], ["users.space_id", "users.id"], name="fk_webhooks_space_id_creator_id"
        ),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_webhooks"),
    )
    op.create_index("ix_webhooks_name", "webhooks", ["space_id", "name_fold", "id"])
    op.create_index("ix_webhooks_updated_at", "webhooks", ["space_id", "updated_at", "id"])
    op.create_index("ix_webhooks_creator_id", "webhooks", ["space_id", "creator_id"])
    _deliveries()
    op.create_table(
        "webhook_queues",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("webhook_id", KEY, nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("claimed_by", KEY, nullable=True),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", Moment(), nullable=True),
        sa.Column("replay_after", sa.BigInteger(), nullable=True),
        sa.Column("replay_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("space_id", "webhook_id", name="pk_webhook_queues"),
    )
    free, taken = sa.text("claimed_by IS NULL"), sa.text("claimed_by IS NOT NULL")
    op.create_index(
        "ix_webhook_queues_due_at",
        "webhook_queues",
        ["trusted", "due_at"],
        sqlite_where=free,
        postgresql_where=free,
    )
    op.create_index(
        "ix_webhook_queues_claimed_by",
        "webhook_queues",
        ["claimed_by"],
        sqlite_where=taken,
        postgresql_where=taken,
    )
    op.create_table(
        "webhook_dispatchers",
        sa.Column("id", KEY, nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_dispatchers"),
    )


def _deliveries() -> None:
    table, of = "webhook_deliveries", ["space_id", "webhook_id"]
    op.create_table(
        table,
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("webhook_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("activation", sa.BigInteger(), nullable=False),
        sa.Column("replay", sa.Boolean(), nullable=False),
        sa.Column("body", TEXT, nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Moment(), nullable=True),
        sa.Column("attempted_at", Moment(), nullable=True),
        sa.Column("response_code", sa.Integer(), nullable=True),
        sa.Column("response_body", TEXT, nullable=True),
        sa.Column("error", TEXT, nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'delivered', 'failed', 'skipped', 'cancelled')",
            name="ck_webhook_deliveries_status",
        ),
        sa.PrimaryKeyConstraint("space_id", "webhook_id", "id", name="pk_webhook_deliveries"),
    )
    pending = sa.text("status = 'pending'")
    op.create_index(
        "ix_webhook_deliveries_pending",
        table,
        [*of, "next_attempt_at", "sequence"],
        sqlite_where=pending,
        postgresql_where=pending,
    )
    op.create_index("ix_webhook_deliveries_status", table, [*of, "status", "id"])
    op.create_index("ix_webhook_deliveries_type", table, [*of, "type", "id"])
    op.create_index("ix_webhook_deliveries_created_at", table, ["created_at"])
