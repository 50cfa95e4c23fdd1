"""The first schema: spaces, people, business fields, clients, projects, events."""

import sqlalchemy as sa
from alembic import op

from kanwerk.core.tables import Json, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def _users_to_clients() -> sa.ForeignKeyConstraint:
    columns = ["space_id", "client_id"]
    return sa.ForeignKeyConstraint(columns, ["clients.space_id", "clients.id"], name="fk_users_client_id")


def _inline_on_sqlite() -> list[sa.ForeignKeyConstraint]:
    """SQLite cannot add a constraint later, but may name a table that is still to come."""
    return [_users_to_clients()] if op.get_bind().dialect.name == "sqlite" else []


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "event_counters",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("space_id", name="pk_event_counters"),
    )
    op.create_table(
        "events",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", Json(), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.Column("changes", Json(), nullable=False),
        sa.Column("private", Json(), nullable=True),
        sa.PrimaryKeyConstraint("space_id", "sequence", name="pk_events"),
    )
    op.create_index("ix_events_record", "events", ["space_id", "kind", "record_id", "sequence"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", Json(), nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("space_id", "user_id", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "identities",
        sa.Column("id", KEY, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("email_fold", TEXT, nullable=False),
        sa.Column("password_hash", TEXT, nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identities"),
        sa.UniqueConstraint("email_fold", name="uq_identities_email_fold"),
    )
    op.create_table(
        "secrets",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )
    op.create_table(
        "spaces",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("timezone", TEXT, nullable=False),
        sa.Column("locale", TEXT, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("country", TEXT, nullable=False),
        sa.Column("week_starts_on", TEXT, nullable=False),
        sa.Column("invoicing_legal_name", TEXT, nullable=True),
        sa.Column("invoicing_address_line_1", TEXT, nullable=True),
        sa.Column("invoicing_address_line_2", TEXT, nullable=True),
        sa.Column("invoicing_postcode", TEXT, nullable=True),
        sa.Column("invoicing_city", TEXT, nullable=True),
        sa.Column("invoicing_country", TEXT, nullable=True),
        sa.Column("invoicing_vat_id", TEXT, nullable=True),
        sa.Column("invoicing_tax_number", TEXT, nullable=True),
        sa.Column("invoicing_iban", TEXT, nullable=True),
        sa.Column("invoicing_bic", TEXT, nullable=True),
        sa.Column("invoicing_invoice_number_pattern", TEXT, nullable=False),
        sa.Column("invoicing_default_vat_rate", TEXT, nullable=False),
        sa.Column("invoicing_payment_term_days", sa.SmallInteger(), nullable=False),
        sa.Column("invoicing_small_business", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_spaces"),
        sa.UniqueConstraint("slug", name="uq_spaces_slug"),
    )
    op.create_table(
        "business_fields",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_fold", TEXT, nullable=False),
        sa.Column("trashed_at", Moment(), nullable=True),
        sa.Column("trash_id", KEY, nullable=True),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_business_fields_space_id"),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_business_fields"),
    )
    op.create_index(
        "ix_business_fields_updated_at", "business_fields", ["space_id", "updated_at", "id"], unique=False
    )
    op.create_index("uq_business_fields_name", "business_fields", ["space_id", "name_fold"], unique=True)
    op.create_table(
        "password_resets",
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("identity_id", KEY, nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name="fk_password_resets_identity_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_password_resets"),
    )
    op.create_index("ix_password_resets_identity_id", "password_resets", ["identity_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("identity_id", KEY, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("user_agent", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name="fk_sessions_identity_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_identity_id", "sessions", ["identity_id"], unique=False)
    op.create_table(
        "users",
        sa.Column("identity_id", KEY, nullable=True),
        sa.Column("first_name", TEXT, nullable=False),
        sa.Column("last_name", TEXT, nullable=False),
        sa.Column("name_fold", TEXT, nullable=False),
        sa.Column("integration_name", TEXT, nullable=True),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=True),
        sa.Column("client_id", KEY, nullable=True),
        sa.Column("title", TEXT, nullable=True),
        sa.Column("phone", TEXT, nullable=True),
        sa.Column("avatar_url", TEXT, nullable=True),
        sa.Column("timezone", TEXT, nullable=True),
        sa.Column("locale", TEXT, nullable=True),
        sa.Column("weekly_seconds", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("trash_id", KEY, nullable=True),
        sa.Column("last_active_at", Moment(), nullable=True),
        sa.Column("hourly_rate", sa.BigInteger(), nullable=True),
        sa.Column("cost_rate", sa.BigInteger(), nullable=True),
        sa.Column("external_id", TEXT, nullable=True),
        sa.Column("external_origin", TEXT, nullable=True),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "(type IN ('user', 'integration')) = (role IS NOT NULL)", name="ck_users_role_of_type"
        ),
        sa.CheckConstraint("role IS NULL OR role IN ('owner', 'admin', 'member')", name="ck_users_role"),
        sa.CheckConstraint("type IN ('user', 'guest', 'tax_advisor', 'integration')", name="ck_users_type"),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name="fk_users_identity_id"),
        *_inline_on_sqlite(),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_users_space_id"),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_users"),
    )
    op.create_index("ix_users_client_id", "users", ["space_id", "client_id"], unique=False)
    op.create_index("ix_users_identity_id", "users", ["identity_id"], unique=False)
    op.create_index("ix_users_name", "users", ["space_id", "name_fold", "id"], unique=False)
    op.create_index("ix_users_updated_at", "users", ["space_id", "updated_at", "id"], unique=False)
    op.create_index("uq_users_external_id", "users", ["space_id", "external_id"], unique=True)
    op.create_index("uq_users_identity", "users", ["space_id", "identity_id"], unique=True)
    op.create_index("uq_users_integration_name", "users", ["space_id", "integration_name"], unique=True)
    op.create_table(
        "clients",
        sa.Column("shortcode", TEXT, nullable=True),
        sa.Column("shortcode_fold", TEXT, nullable=True),
        sa.Column("segment", TEXT, nullable=False),
        sa.Column("primary_contact_id", KEY, nullable=True),
        sa.Column("origin_space_id", KEY, nullable=True),
        sa.Column("invoicing_legal_name", TEXT, nullable=True),
        sa.Column("invoicing_address_line_1", TEXT, nullable=True),
        sa.Column("invoicing_address_line_2", TEXT, nullable=True),
        sa.Column("invoicing_postcode", TEXT, nullable=True),
        sa.Column("invoicing_city", TEXT, nullable=True),
        sa.Column("invoicing_country", TEXT, nullable=True),
        sa.Column("invoicing_vat_id", TEXT, nullable=True),
        sa.Column("invoicing_buyer_reference", TEXT, nullable=True),
        sa.Column("invoicing_invoice_email", TEXT, nullable=True),
        sa.Column("invoicing_e_invoice_format", TEXT, nullable=False),
        sa.Column("invoicing_payment_term_days", sa.SmallInteger(), nullable=True),
        sa.Column("invoicing_currency", TEXT, nullable=True),
        sa.Column("invoicing_locale", TEXT, nullable=True),
        sa.Column("invoicing_debtor_number", TEXT, nullable=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_fold", TEXT, nullable=False),
        sa.Column("external_id", TEXT, nullable=True),
        sa.Column("external_origin", TEXT, nullable=True),
        sa.Column("trashed_at", Moment(), nullable=True),
        sa.Column("trash_id", KEY, nullable=True),
        sa.Column("archived_at", Moment(), nullable=True),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.CheckConstraint("segment IN ('A', 'B', 'C')", name="ck_clients_segment"),
        sa.ForeignKeyConstraint(
            ["space_id", "primary_contact_id"],
            ["users.space_id", "users.id"],
            name="fk_clients_space_id_primary_contact_id",
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_clients_space_id"),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_clients"),
    )
    op.create_index("ix_clients_created_at", "clients", ["space_id", "created_at", "id"], unique=False)
    op.create_index("ix_clients_name", "clients", ["space_id", "name_fold", "id"], unique=False)
    op.create_index(
        "ix_clients_primary_contact_id", "clients", ["space_id", "primary_contact_id"], unique=False
    )
    op.create_index("ix_clients_updated_at", "clients", ["space_id", "updated_at", "id"], unique=False)
    op.create_index("uq_clients_external_id", "clients", ["space_id", "external_id"], unique=True)
    op.create_index(
        "uq_clients_shortcode",
        "clients",
        ["space_id", "shortcode_fold"],
        unique=True,
        sqlite_where=sa.text("origin_space_id IS NULL"),
        postgresql_where=sa.text("origin_space_id IS NULL"),
    )
    op.create_table(
        "invitations",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "user_id"],
            ["users.space_id", "users.id"],
            name="fk_invitations_space_id_user_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "user_id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
    )
    op.create_table(
        "tokens",
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("scopes", Json(), nullable=True),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.Column("last_used_at", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "user_id"], ["users.space_id", "users.id"], name="fk_tokens_space_id_user_id"
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_tokens_space_id"),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_tokens_token_hash"),
    )
    op.create_index("ix_tokens_user_id", "tokens", ["space_id", "user_id"], unique=False)
    op.create_table(
        "uploads",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("file_name", TEXT, nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "user_id"],
            ["users.space_id", "users.id"],
            name="fk_uploads_space_id_user_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_uploads"),
    )
    op.create_index("ix_uploads_created_at", "uploads", ["created_at"], unique=False)
    op.create_table(
        "projects",
        sa.Column("shortcode", TEXT, nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("client_id", KEY, nullable=True),
        sa.Column("business_field_id", KEY, nullable=True),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("origin_space_id", KEY, nullable=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_fold", TEXT, nullable=False),
        sa.Column("external_id", TEXT, nullable=True),
        sa.Column("external_origin", TEXT, nullable=True),
        sa.Column("trashed_at", Moment(), nullable=True),
        sa.Column("trash_id", KEY, nullable=True),
        sa.Column("archived_at", Moment(), nullable=True),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "status IN ('planned', 'active', 'on_hold', 'completed')", name="ck_projects_status"
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "business_field_id"],
            ["business_fields.space_id", "business_fields.id"],
            name="fk_projects_space_id_business_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "client_id"],
            ["clients.space_id", "clients.id"],
            name="fk_projects_space_id_client_id",
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_projects_space_id"),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_projects"),
    )
    op.create_index(
        "ix_projects_business_field_id", "projects", ["space_id", "business_field_id"], unique=False
    )
    op.create_index("ix_projects_client_id", "projects", ["space_id", "client_id"], unique=False)
    op.create_index("ix_projects_name", "projects", ["space_id", "name_fold", "id"], unique=False)
    op.create_index("ix_projects_updated_at", "projects", ["space_id", "updated_at", "id"], unique=False)
    op.create_index("uq_projects_external_id", "projects", ["space_id", "external_id"], unique=True)
    op.create_index("uq_projects_shortcode", "projects", ["space_id", "shortcode"], unique=True)
    if op.get_bind().dialect.name != "sqlite":
        op.create_foreign_key(
            "fk_users_client_id", "users", "clients", ["space_id", "client_id"], ["space_id", "id"]
        )
