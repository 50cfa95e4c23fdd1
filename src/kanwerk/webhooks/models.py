"""Webhooks: who is told of what, and where."""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import BigInteger, CheckConstraint, Index, Table, bindparam, select, update
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.core import clock
from kanwerk.core.db import Actor
from kanwerk.core.events import FOLLOWERS
from kanwerk.core.ids import new_id
from kanwerk.core.problems import Conflict
from kanwerk.core.tables import Base, Json, Named, Owned, in_space, key
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.people.models import User
from kanwerk.webhooks.deliveries import WebhookQueue, forget_failures, wake
from kanwerk.webhooks.targets import taken_apart

REASONS = ("gone", "failing", "creator_deactivated")
OVERLAP = timedelta(hours=24)  # so long a secret that was replaced signs too
PREFIX = "whsec_"


class Webhook(Named, Owned, Base):
    """Somebody's wish to be told of events. What it sees is what its creator may see.

    ``activation`` counts how often it was switched on: what waited from before is not sent any more.
    """

    __tablename__ = "webhooks"
    __table_args__ = (
        in_space("creator_id", "users"),
        Index("ix_webhooks_name", "space_id", "name_fold", "id"),
        Index("ix_webhooks_updated_at", "space_id", "updated_at", "id"),
        Index("ix_webhooks_creator_id", "space_id", "creator_id"),
        CheckConstraint(f"disabled_reason IS NULL OR disabled_reason IN {REASONS}", name="disabled_reason"),
        CheckConstraint("NOT active OR disabled_reason IS NULL", name="active"),
    )
    noun = "webhook"
    url: Mapped[str]
    event_types: Mapped[list[str]] = mapped_column(Json)
    active: Mapped[bool]
    disabled_reason: Mapped[str | None]
    secret: Mapped[str]
    previous_secret: Mapped[str | None]
    previous_until: Mapped[datetime | None]
    creator_id: Mapped[str] = key()
    scopes: Mapped[list[str] | None] = mapped_column(Json)  # of the token it was made with
    activation: Mapped[int] = mapped_column(BigInteger, default=1)
    since_sequence: Mapped[int] = mapped_column(BigInteger, default=0)

    begins = False  # with the next event recorded: that one's number is where it begins

    def change(self, db: Write, members: dict[str, Any], *, by: Me) -> None:
        """Change members; who changes where it sends to stands in for its creator from then on."""
        switched = members.get("active", self.active) != self.active
        if "name" in members:
            members = members | {"name": members["name"] or taken_apart(members.get("url", self.url)).host}
        changes = self.set(**members)
        if "url" in changes or (switched and self.active and not _is_active(db, self.creator_id)):
            _answers_for(self, by)
        if switched:
            changes |= self.set(disabled_reason=None)
            self.activation += 1
            self.begins = self.active
            forget_failures(db, self)
        if changes:
            self.record("webhook.updated", by=by.actor, changes=changes)

    def switch_off(self, db: Write, reason: str, *, by: Actor) -> None:
        """Switch it off for a reason of ours; what waits is not sent any more."""
        if self.active:
            changes = self.set(active=False, disabled_reason=reason)
            self.record("webhook.updated", by=by, changes=changes)
            forget_failures(db, self)

    def rotate_secret(self, *, by: Me) -> str:
        """Give it a new secret and return that; the one before signs too for a day."""
        self.previous_secret, self.previous_until = self.secret, clock.now() + OVERLAP
        self.secret = new_signing_secret()
        self.touch()
        changes = {"secret": {"from": None, "to": None}}  # that it changed, not what it is
        self.record("webhook.updated", by=by.actor, changes=changes)
        return self.secret

    def delete(self, db: Write, *, by: Me) -> None:
        """Delete it for good; the dispatcher clears away what was delivered."""
        self.record("webhook.deleted", by=by.actor)
        db.erase(self)
        wake(db, self)

    def check_active(self) -> None:
        """Raise ``Conflict`` when it is switched off."""
        if not self.active:
            raise Conflict("The webhook is switched off. Switch it on first.", code="webhook_off")


def create_webhook(db: Write, members: dict[str, Any], *, by: Me) -> Webhook:
    """Make a webhook and return it; it is told of what happens from then on."""
    if not by.id:
        raise Conflict("A webhook is made by somebody of the space.")
    webhook = Webhook(
        id=new_id(),
        space_id=db.space_id,
        url=members["url"],
        event_types=members["event_types"],
        active=members.get("active", True),
        secret=new_signing_secret(),
        activation=1,
        since_sequence=0,
    )
    webhook.set(name=members.get("name") or taken_apart(webhook.url).host)
    _answers_for(webhook, by)
    webhook.begins = True
    db.add(webhook)
    db.session.add(WebhookQueue(space_id=db.space_id, webhook_id=webhook.id))
    webhook.record("webhook.created", by=by.actor)
    return webhook


def new_signing_secret() -> str:
    """Return a secret to sign with, as Standard Webhooks writes it: 256 bits in base64 behind ``whsec_``."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def webhooks_of(db: Write, creator_id: str) -> list[Webhook]:
    """Return the active webhooks that somebody answers for."""
    wanted = select(Webhook).where(
        Webhook.space_id == db.space_id, Webhook.creator_id == creator_id, Webhook.active.is_(True)
    )
    return list(db.session.execute(wanted.order_by(Webhook.id).with_for_update()).scalars())


def _answers_for(webhook: Webhook, me: Me) -> None:
    webhook.creator_id = me.id
    webhook.scopes = None if me.scopes is None else list(me.scopes)


def _is_active(db: Write, user_id: str) -> bool:
    user = db.find(User, user_id)
    return user is not None and user.active


_BEGINNING = (
    update(cast("Table", Webhook.__table__))
    .where(Webhook.space_id == bindparam("of_space"), Webhook.id == bindparam("of_webhook"))
    .values(since_sequence=bindparam("since"))
)


def _begin(db: Write, pending: list[Any]) -> None:
    """Let webhooks that were made or switched on begin behind the event that says so."""
    begun = {each.record for each in pending if isinstance(each.record, Webhook) and each.record.begins}
    if begun:
        rows = [{"of_space": each.space_id, "of_webhook": each.id, "since": each.version} for each in begun]
        db.send(_BEGINNING, rows)


FOLLOWERS.append(_begin)
