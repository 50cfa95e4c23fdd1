"""Webhooks, through the API."""

from typing import Any

import msgspec

from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.bodies import sent
from kanwerk.core.db import Db
from kanwerk.core.web import Request
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.webhooks.api import webhooks
from kanwerk.webhooks.models import Webhook
from kanwerk.webhooks.models import create_webhook as make
from kanwerk.webhooks.repeating import deliver_again, deliver_test, replay
from kanwerk.webhooks.shapes import (
    DELIVERED,
    WEBHOOKS,
    CreateWebhookData,
    ReplayWebhookData,
    UpdateWebhookData,
    WebhookData,
    WebhookDeliveryData,
    WebhookReplayData,
    WebhookSecretData,
    check,
)
from kanwerk.webhooks.targets import look_behind

__all__ = ["webhooks"]


async def look_up(request: Request, body: Any) -> None:
    """Look where a name leads before anything is written."""
    if body.url is not msgspec.UNSET:
        await look_behind(body.url, request.runtime.settings.webhook_allow)


@webhooks.get("/webhooks", needs="webhooks:read", read=WEBHOOKS)
def list_webhooks(db: Db, query: ListQuery) -> Page[WebhookData]:
    """List the webhooks of your space."""
    return db.page(WEBHOOKS, query)


@webhooks.post(
    "/webhooks",
    needs="webhooks:write",
    creates=True,
    secret="secret",  # noqa: S106  # a member's name
    before=look_up,
)
def create_webhook(db: Write, me: Me, body: CreateWebhookData, request: Request) -> WebhookSecretData:
    """Make a webhook: what happens from now on, and you may see, is sent to its URL.

    The secret its deliveries are signed with is in this answer and never shown again.
    """
    members = sent(body)
    check(members, request.runtime.settings.webhook_allow)
    webhook = make(db, members, by=me)
    return _with_secret(db, webhook)


def _with_secret(db: Write, webhook: Webhook) -> WebhookSecretData:
    made = msgspec.structs.asdict(db.full(WEBHOOKS, webhook))
    return WebhookSecretData(**made, secret=None if db.dry else webhook.secret)


@webhooks.get("/webhooks/{id}", needs="webhooks:read", read=WEBHOOKS)
def get_webhook(db: Db, id: str, query: RecordQuery) -> WebhookData:
    """Show a webhook."""
    return db.one(WEBHOOKS, id, query)


@webhooks.patch("/webhooks/{id}", needs="webhooks:write", before=look_up)
def update_webhook(db: Write, me: Me, id: str, body: UpdateWebhookData, request: Request) -> WebhookData:
    """Change a webhook, switch it off or on. What happened while it was off is not sent, but for a replay.

    Whoever changes the URL takes the place of the webhook's creator: from then on it sees what they may see.
    """
    webhook = db.load(Webhook, id)
    members = sent(body)
    check(members, request.runtime.settings.webhook_allow)
    webhook.change(db, members, by=me)
    return db.full(WEBHOOKS, webhook)


@webhooks.delete("/webhooks/{id}", needs="webhooks:write")
def delete_webhook(db: Write, me: Me, id: str) -> None:
    """Delete a webhook for good, and the list of its deliveries with it."""
    db.load(Webhook, id).delete(db, by=me)


@webhooks.get("/webhooks/{id}/deliveries", needs="webhooks:read", read=DELIVERED)
def list_webhook_deliveries(db: Db, id: str, query: ListQuery) -> Page[WebhookDeliveryData]:
    """List what was sent, or waits to be, of the last 30 days, the newest first."""
    db.one(WEBHOOKS, id)
    db.version = None
    return db.page(DELIVERED, query, fence="webhook", of_webhook=id)


@webhooks.post("/webhooks/{id}/deliveries/{delivery_id}/replay", needs="webhooks:write")
def replay_webhook_delivery(db: Write, id: str, delivery_id: str) -> WebhookDeliveryData:
    """Send an event again: a new delivery with the same `webhook-id`."""
    return deliver_again(db, db.load(Webhook, id), delivery_id)


@webhooks.post("/webhooks/{id}/replay", needs="webhooks:write")
def replay_webhook(db: Write, id: str, body: ReplayWebhookData) -> WebhookReplayData:
    """Send again what happened after a number of the log, as far as the webhook's types and rights go.

    That goes on beside other deliveries, the oldest first.
    """
    return replay(db, db.load(Webhook, id), body.after_sequence)


@webhooks.post("/webhooks/{id}/test", needs="webhooks:write")
def deliver_webhook_test(db: Write, me: Me, id: str) -> WebhookDeliveryData:
    """Send a signed `webhook.test`, whose `data` is the webhook, to see whether it comes in."""
    return deliver_test(db, db.load(Webhook, id), by=me)


@webhooks.post("/webhooks/{id}/rotate-secret", needs="webhooks:write", secret="secret")  # noqa: S106
def rotate_webhook_secret(db: Write, me: Me, id: str) -> WebhookSecretData:
    """Give a webhook a new secret, which is in this answer and never shown again.

    For 24 hours deliveries carry a signature by the old one too.
    """
    webhook = db.load(Webhook, id)
    webhook.rotate_secret(by=me)
    return _with_secret(db, webhook)
