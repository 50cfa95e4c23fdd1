"""What a delivery holds, for those who look at it."""

import msgspec
from sqlalchemy import bindparam, select

from kanwerk.core.db import Db
from kanwerk.core.reads import Query
from kanwerk.webhooks.deliveries import WebhookDelivery
from kanwerk.webhooks.loading import body_of, receiver_of

_BODY = Query(
    select(WebhookDelivery.body).where(
        WebhookDelivery.space_id == bindparam("space_id"),
        WebhookDelivery.webhook_id == bindparam("webhook_id", type_=WebhookDelivery.webhook_id.type),
        WebhookDelivery.id == bindparam("id"),
    )
)


def sent_body(db: Db, webhook_id: str, delivery_id: str, sequence: int) -> bytes | None:
    """Return what is sent as it would be now; None for what the webhook's creator may not see."""
    rows = db.rows(_BODY, webhook_id=webhook_id, id=delivery_id)
    if rows and rows[0][0] is not None:
        return msgspec.json.encode(msgspec.json.decode(rows[0][0]))
    receiver = receiver_of(db.database, (db.space_id, webhook_id))
    if receiver is None or receiver.me is None:
        return None
    return body_of(db.database, receiver.me, sequence)
