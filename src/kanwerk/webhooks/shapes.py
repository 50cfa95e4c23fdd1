"""Webhooks and deliveries on the wire, and the SELECTs behind them."""

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import bindparam

from kanwerk.core.addresses import PAGE_OF
from kanwerk.core.db import Db
from kanwerk.core.events import KINDS, TYPES, EventPrivate, Kind, register
from kanwerk.core.languages import Phrase
from kanwerk.core.listing import Filter, Read
from kanwerk.core.problems import Fault, Invalid
from kanwerk.core.reads import Shape
from kanwerk.core.text import URL_PATTERN, Id, Moment, Name
from kanwerk.webhooks.deliveries import WebhookDelivery
from kanwerk.webhooks.models import Webhook
from kanwerk.webhooks.targets import LONGEST, Reach

EVERYTHING = "*"
TEST = "webhook.test"  # of a delivery that tells of nothing
Type = Annotated[str, Meta(pattern=r"^(\*|[a-z_]+\.(\*|[a-z_]+))$", max_length=64, examples=["client.*"])]
Types = Annotated[
    list[Type],
    Meta(min_length=1, max_length=200, description="Types of event; `client.*` for a family, `*` for all"),
]
Url = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST,
        pattern=URL_PATTERN,
        description="Where events are sent to, by POST",
        examples=["https://erp.example.com/hooks/kanwerk"],
    ),
]


class WebhookDisabledReason(Enum):
    """Why a webhook was switched off by itself: the receiver answered 410, failed for days, or the one who
    made it was deactivated.
    """

    GONE = "gone"
    FAILING = "failing"
    CREATOR_DEACTIVATED = "creator_deactivated"


class WebhookDeliveryStatus(Enum):
    """Where a delivery stands: `skipped` is what the webhook's creator may not see, `cancelled` what waited
    when it was switched off.
    """

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class WebhookData(Struct):
    """A webhook: where events are sent to, and which."""

    id: Id
    name: str
    url: str
    event_types: list[str]
    active: bool
    disabled_reason: WebhookDisabledReason | None
    created_at: Moment
    updated_at: Moment


class WebhookSecretData(WebhookData):
    """A webhook, with the secret that its deliveries are signed with."""

    secret: Annotated[
        str | None, Meta(description="`whsec_…`: shown now and never again; null in a replay")
    ] = None


class CreateWebhookData(Struct, forbid_unknown_fields=True, kw_only=True):
    """A webhook to make; without a name it is called by its host."""

    name: Name | None = None
    url: Url
    event_types: Types
    active: bool = True


class UpdateWebhookData(Struct, forbid_unknown_fields=True):
    """Members of a webhook to change; the name null is that of the host."""

    name: Name | None | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    event_types: Types | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class WebhookDeliveryData(Struct):
    """A delivery: an event, and what became of sending it."""

    id: Annotated[Id | None, Meta(description="null with `validate_only`")]
    webhook_id: Id
    event_id: Annotated[Id, Meta(description="The header `webhook-id`")]
    type: str
    sequence: Annotated[int, Meta(description="Number of the event in its space; 0 for a test")]
    replay: Annotated[bool, Meta(description="Whether it was asked for again")]
    status: WebhookDeliveryStatus
    attempts: int
    next_attempt_at: Annotated[Moment | None, Meta(description="null for the first attempt, which is now")]
    attempted_at: Moment | None
    response_code: int | None
    response_body: Annotated[str | None, Meta(description="The first 4 KB of the answer")]
    error: Annotated[str | None, Meta(description="Why the last attempt did not count")]
    duration_ms: int | None
    created_at: Moment


class WebhookReplayData(Struct):
    """The events that are sent again."""

    after_sequence: int
    until_sequence: int


class ReplayWebhookData(Struct, forbid_unknown_fields=True):
    """Where to begin."""

    after_sequence: Annotated[int, Meta(ge=0, le=2**62, description="Events after this number")]


WEBHOOK: Shape[WebhookData] = Shape(
    WebhookData, {name: getattr(Webhook, name) for name in WebhookData.__struct_fields__}
)
WEBHOOKS: Read[WebhookData, WebhookData] = Read(
    Webhook,
    Webhook.__table__,
    item=WEBHOOK,
    full=WEBHOOK,
    filters={"active": Filter(Webhook.active, bool, "Only those switched on, or off", many=False)},
    sorts={"name": Webhook.name_fold, "created_at": Webhook.created_at, "updated_at": Webhook.updated_at},
    search=Webhook.name_fold,
)
DELIVERY: Shape[WebhookDeliveryData] = Shape(
    WebhookDeliveryData,
    {name: getattr(WebhookDelivery, name) for name in WebhookDeliveryData.__struct_fields__},
)
DELIVERED: Read[WebhookDeliveryData, WebhookDeliveryData] = Read(
    WebhookDelivery,
    WebhookDelivery.__table__,
    item=DELIVERY,
    full=DELIVERY,
    filters={
        "status": Filter(WebhookDelivery.status, WebhookDeliveryStatus, "Only with these statuses"),
        "type": Filter(WebhookDelivery.type, str, "Only these types of event"),
    },
    fences={
        "webhook": WebhookDelivery.webhook_id
        == bindparam("of_webhook", type_=WebhookDelivery.webhook_id.type)
    },
    default_sort="-id",
)


def check(members: dict[str, Any], allowed: Sequence[str]) -> None:
    """Raise ``Invalid`` for types that no event has or that stand twice, and for a URL nothing is sent to.

    ``allowed`` are the networks of ``KANWERK_WEBHOOK_ALLOW``.
    """
    faults = []
    types = members.get("event_types", [])
    for place, each in enumerate(types):
        pointer = f"/event_types/{place}"
        if each in types[:place]:
            faults.append(Fault("repeated", Phrase("%(type)s stands twice.", type=each), pointer=pointer))
        elif each != EVERYTHING and each not in TYPES and each.removesuffix(".*") not in KINDS:
            faults.append(
                Fault("invalid", Phrase("There is no event '%(type)s'.", type=each), pointer=pointer)
            )
    if "url" in members:
        try:
            Reach(allowed).check(members["url"])
        except Invalid as refused:
            faults += refused.errors
    if faults:
        raise Invalid(
            "The request has faults." if len(faults) > 1 else "The request has a fault.", errors=faults
        )


def _admins_only(db: Db, events: list[EventPrivate]) -> set[str]:
    me: Any = db.me
    return {event.record_id for event in events} if me.admin else set()


PAGE_OF["webhook"] = lambda webhook_id, _: f"/settings/webhooks/{webhook_id}"
register("webhook", Kind(WEBHOOKS, "webhooks:read", ("created", "updated", "deleted"), _admins_only))
