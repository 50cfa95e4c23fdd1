"""Spaces and the people in them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, synonym

from kanwerk.core import clock
from kanwerk.core.ids import new_id
from kanwerk.core.tables import (
    Base,
    External,
    Json,
    Key,
    Owned,
    Recorded,
    external_index,
    in_space,
    key,
    minor_units,
    small,
)
from kanwerk.core.text import fold

ROLES = ("owner", "admin", "member")
TYPES = ("user", "guest", "tax_advisor", "integration")


class Space(Recorded, Base):
    """A tenant: one agency, with its own people and records."""

    __tablename__ = "spaces"
    noun = "space"
    id: Mapped[str] = mapped_column(Key, primary_key=True, default=new_id)
    space_id = synonym("id")
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    timezone: Mapped[str] = mapped_column(default="Europe/Berlin")
    locale: Mapped[str] = mapped_column(default="en-GB")
    currency: Mapped[str] = mapped_column(default="EUR")
    country: Mapped[str] = mapped_column(default="DE")
    week_starts_on: Mapped[str] = mapped_column(default="monday")
    invoicing_legal_name: Mapped[str | None]
    invoicing_address_line_1: Mapped[str | None]
    invoicing_address_line_2: Mapped[str | None]
    invoicing_postcode: Mapped[str | None]
    invoicing_city: Mapped[str | None]
    invoicing_country: Mapped[str | None]
    invoicing_vat_id: Mapped[str | None]
    invoicing_tax_number: Mapped[str | None]
    invoicing_iban: Mapped[str | None]
    invoicing_bic: Mapped[str | None]
    invoicing_invoice_number_pattern: Mapped[str] = mapped_column(default="{year}-{number:04}")
    invoicing_default_vat_rate: Mapped[str] = mapped_column(default="19.00")
    invoicing_payment_term_days: Mapped[int] = small(default=14)
    invoicing_small_business: Mapped[bool] = mapped_column(default=False)


class Identity(Base):
    """One person: a sign-in address and a password, a user in any number of spaces."""

    __tablename__ = "identities"
    id: Mapped[str] = mapped_column(Key, primary_key=True, default=new_id)
    email: Mapped[str]
    email_fold: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class User(External, Owned, Base):
    """Somebody, or something, that acts in a space."""

    __tablename__ = "users"
    __table_args__ = (
        external_index("users"),
        Index("ix_users_name", "space_id", "name_fold", "id"),
        Index("ix_users_updated_at", "space_id", "updated_at", "id"),
        Index("uq_users_identity", "space_id", "identity_id", unique=True),
        Index("ix_users_client_id", "space_id", "client_id"),
        Index("uq_users_integration_name", "space_id", "integration_name", unique=True),
        CheckConstraint("type IN ('user', 'guest', 'tax_advisor', 'integration')", name="type"),
        CheckConstraint("role IS NULL OR role IN ('owner', 'admin', 'member')", name="role"),
        CheckConstraint("(type IN ('user', 'integration')) = (role IS NOT NULL)", name="role_of_type"),
        in_space("client_id", "clients", use_alter=True, name="fk_users_client_id"),
    )
    noun = "user"
    identity_id: Mapped[str | None] = key(ForeignKey("identities.id"), index=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    name_fold: Mapped[str]
    integration_name: Mapped[str | None]
    email: Mapped[str]
    type: Mapped[str]
    role: Mapped[str | None]
    client_id: Mapped[str | None] = key()
    title: Mapped[str | None]
    phone: Mapped[str | None]
    avatar_url: Mapped[str | None]
    timezone: Mapped[str | None]
    locale: Mapped[str | None]
    weekly_seconds: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)
    trash_id: Mapped[str | None] = key()
    last_active_at: Mapped[datetime | None]
    hourly_rate: Mapped[int | None] = minor_units()
    cost_rate: Mapped[int | None] = minor_units()

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    def set(self, **values: object) -> dict[str, dict[str, object]]:
        """Set members; the fold follows the names, and an integration's name is unique by it."""
        changes = super().set(**values)
        self.name_fold = fold(f"{self.first_name or ''} {self.last_name or ''}")
        self.integration_name = fold(self.first_name) if self.type == "integration" else None
        return changes


class Invitation(Base):
    """The one open invitation of a user who has not come in yet."""

    __tablename__ = "invitations"
    __table_args__ = (in_space("user_id", "users", ondelete="CASCADE"),)
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    user_id: Mapped[str] = mapped_column(Key, primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Token(Owned, Base):
    """An API token of one user; only its hash is kept."""

    __tablename__ = "tokens"
    __table_args__ = (in_space("user_id", "users"), Index("ix_tokens_user_id", "space_id", "user_id"))
    noun = "token"
    user_id: Mapped[str] = key()
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str] | None] = mapped_column(Json)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Session(Base):
    """A browser a person signed in with; only the hash of its cookie is kept."""

    __tablename__ = "sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    identity_id: Mapped[str] = key(ForeignKey("identities.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    user_agent: Mapped[str]


class PasswordReset(Base):
    """An open request to set a new password."""

    __tablename__ = "password_resets"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    identity_id: Mapped[str] = key(ForeignKey("identities.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]
