"""Notifications, how people want them, and the mails that wait."""

import sqlalchemy as sa
from alembic import op

from kanwerk.core.ids import new_secret
from kanwerk.core.tables import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    """Take the step."""
    secrets = sa.table("secrets", sa.column("name", TEXT), sa.column("value", TEXT))
    op.execute(secrets.insert().values(name="unsubscribe", value=new_secret()))
    _lines()
    _settings()
    op.create_table(
        "notification_mornings",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("zone", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_notification_mornings_space_id"),
        sa.PrimaryKeyConstraint("space_id", "zone", name="pk_notification_mornings"),
    )
    op.create_table(
        "quiet_events",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["space_id"], ["event_counters.space_id"], name="fk_quiet_events_space_id"),
        sa.PrimaryKeyConstraint("space_id", "first", name="pk_quiet_events"),
    )


def _lines() -> None:
    op.create_table(
        "notifications",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("record_kind", TEXT, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("comment_id", KEY, nullable=True),
        sa.Column("record_key", TEXT, nullable=True),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("snippet", TEXT, nullable=True),
        sa.Column("actors", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("in_app", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.Column("mailed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_notifications_space_id"),
        _of_user("notifications"),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_notifications"),
    )
    op.create_index("ix_notifications_user_id", "notifications", ["space_id", "user_id", "id"])
    op.create_index("ix_notifications_number", "notifications", ["space_id", "number"])
    op.create_index("ix_notifications_created_at", "notifications", ["created_at"])
    op.create_index(
        "ix_notifications_unread",
        "notifications",
        ["space_id", "user_id", "record_id"],
        sqlite_where=UNREAD,
        postgresql_where=UNREAD,
    )
    op.create_index(
        "ix_notifications_to_mail",
        "notifications",
        ["space_id", "user_id", "id"],
        sqlite_where=sa.text("mail = 1"),
        postgresql_where=sa.text("mail"),
    )
    op.create_index(
        "uq_notifications_day",
        "notifications",
        ["space_id", "record_id", "user_id", "kind", "day"],
        unique=True,
    )


def _settings() -> None:
    op.create_table(
        "notification_settings",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("mails", TEXT, nullable=False),
        sa.Column("quiet_from", TEXT, nullable=True),
        sa.Column("quiet_to", TEXT, nullable=True),
        sa.Column("unwanted", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "mails IN ('at_once', 'daily', 'weekly', 'none')", name="ck_notification_settings_mails"
        ),
        sa.CheckConstraint(
            "(quiet_from IS NULL) = (quiet_to IS NULL)", name="ck_notification_settings_quiet"
        ),
        _of_user("notification_settings"),
        sa.PrimaryKeyConstraint("space_id", "user_id", name="pk_notification_settings"),
    )
    op.create_table(
        "notification_mails",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("first_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _of_user("notification_mails"),
        sa.PrimaryKeyConstraint("space_id", "user_id", name="pk_notification_mails"),
    )
    op.create_index("ix_notification_mails_due_at", "notification_mails", ["due_at"])


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_space_id_user_id"
    return sa.ForeignKeyConstraint(["space_id", "user_id"], ["users.space_id", "users.id"], name=name)
