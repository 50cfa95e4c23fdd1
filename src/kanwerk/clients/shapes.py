"""Clients on the wire, and the one SELECT behind each shape."""

from enum import Enum
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import bindparam, literal, null, select
from sqlalchemy.orm import aliased

from kanwerk.business_fields.shapes import BusinessFieldData
from kanwerk.clients.models import Client
from kanwerk.core.addresses import PAGE_OF
from kanwerk.core.codes import Country, Currency, Locale
from kanwerk.core.events import Kind, register
from kanwerk.core.listing import Filter, Read
from kanwerk.core.reads import Query, Shape
from kanwerk.core.text import Day, Email, ExternalId, Id, Moment, Name, Shortcode, fold
from kanwerk.fields.filters import FieldFilters
from kanwerk.fields.shapes import Values
from kanwerk.fields.values import values_of
from kanwerk.people.models import Space, User
from kanwerk.people.reads import space_data, user_data
from kanwerk.people.shapes import Days, Short, SpaceData, UserData, VatId

_EXTERNAL_ID = "Can be used to add an identifier to the client from an external system, must be unique"
_EXTERNAL_ORIGIN = "If originated from external system origin is added"
_ORIGIN = "Shared space which the client is shared from, if null client is not shared"


class ClientSegment(Enum):
    """How much a client matters."""

    A = "A"
    B = "B"
    C = "C"


class ProjectStatus(Enum):
    """Where a project stands."""

    PLANNED = "planned"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"


class ClientData(Struct, gc=False):
    """A client."""

    id: str
    external_id: Annotated[str | None, Meta(description=_EXTERNAL_ID)]
    external_origin: Annotated[str | None, Meta(description=_EXTERNAL_ORIGIN)]
    name: str
    shortcode: str | None
    primary_contact: UserData | None
    origin_space: Annotated[SpaceData | None, Meta(description=_ORIGIN)]


class ProjectData(Struct, gc=False):
    """A project, as its client shows it."""

    id: Id
    external_id: str | None
    external_origin: str | None
    name: str
    shortcode: str | None
    status: ProjectStatus
    client_id: Id | None
    business_field: BusinessFieldData | None
    start_date: Day | None
    due_date: Day | None
    origin_space: SpaceData | None


class ClientFullData(Struct, kw_only=True, gc=False):
    """A client, with everything about it."""

    id: str
    external_id: Annotated[str | None, Meta(description=_EXTERNAL_ID)]
    external_origin: Annotated[str | None, Meta(description=_EXTERNAL_ORIGIN)]
    name: str
    shortcode: str | None
    segment: Annotated[ClientSegment, Meta(extra_json_schema={"default": "B"})]
    updated_at: Moment
    created_at: Moment
    primary_contact: UserData | None
    projects: list[ProjectData] | UnsetType = UNSET
    origin_space: Annotated[SpaceData | None, Meta(description=_ORIGIN)]


class CreateClientData(Struct, forbid_unknown_fields=True):
    """A client to add."""

    name: Name
    external_id: ExternalId | None = None
    shortcode: Shortcode | None = None
    segment: ClientSegment = ClientSegment.B
    primary_contact_id: Id | None = None


class UpdateClientData(Struct, forbid_unknown_fields=True):
    """Members of a client to change."""

    name: Name | UnsetType = UNSET
    external_id: ExternalId | None | UnsetType = UNSET
    shortcode: Shortcode | None | UnsetType = UNSET
    segment: ClientSegment | UnsetType = UNSET
    primary_contact_id: Id | None | UnsetType = UNSET


class FieldsData(Struct):
    """What a client's custom fields hold."""

    fields: Values


class UpdateFieldsData(Struct, forbid_unknown_fields=True):
    """Custom fields of a client to change."""

    fields: Values


class EInvoiceFormat(Enum):
    """The form a client wants its invoices in."""

    NONE = "none"
    FACTUR_X = "factur_x"
    XRECHNUNG = "xrechnung"


class InvoicingData(Struct):
    """What a client's invoices need."""

    legal_name: str | None
    address_line_1: str | None
    address_line_2: str | None
    postcode: str | None
    city: str | None
    country: Country | None
    vat_id: str | None
    buyer_reference: str | None
    invoice_email: str | None
    e_invoice_format: EInvoiceFormat
    payment_term_days: int | None
    currency: Currency | None
    locale: Locale | None
    debtor_number: str | None


class UpdateInvoicingData(Struct, forbid_unknown_fields=True):
    """Members of a client's invoicing data to change."""

    legal_name: Name | None | UnsetType = UNSET
    address_line_1: Name | None | UnsetType = UNSET
    address_line_2: Name | None | UnsetType = UNSET
    postcode: Short | None | UnsetType = UNSET
    city: Short | None | UnsetType = UNSET
    country: Country | None | UnsetType = UNSET
    vat_id: VatId | None | UnsetType = UNSET
    buyer_reference: Short | None | UnsetType = UNSET
    invoice_email: Email | None | UnsetType = UNSET
    e_invoice_format: EInvoiceFormat | UnsetType = UNSET
    payment_term_days: Days | None | UnsetType = UNSET
    currency: Currency | None | UnsetType = UNSET
    locale: Locale | None | UnsetType = UNSET
    debtor_number: Short | None | UnsetType = UNSET


_CONTACT, _CONTACT_SPACE, _FROM = aliased(User), aliased(Space), aliased(Space)
_SOURCE = (
    Client.__table__.outerjoin(
        _CONTACT, (_CONTACT.space_id == Client.space_id) & (_CONTACT.id == Client.primary_contact_id)
    )
    .outerjoin(_CONTACT_SPACE, _CONTACT_SPACE.id == _CONTACT.space_id)
    .outerjoin(_FROM, _FROM.id == Client.origin_space_id)
)
_RELATED: dict[str, Any] = {
    "primary_contact": user_data(_CONTACT, _CONTACT_SPACE, nullable=True),
    "origin_space": space_data(_FROM, nullable=True),
}


def _shape(struct: type[Any], but: tuple[str, ...] = ()) -> Shape[Any]:
    names = [name for name in struct.__struct_fields__ if name not in but]
    return Shape(
        struct, {name: _RELATED[name] if name in _RELATED else getattr(Client, name) for name in names}
    )


CLIENTS: Read[ClientData, ClientFullData] = Read(
    Client,
    _SOURCE,
    item=_shape(ClientData),
    full=_shape(ClientFullData, but=("projects",)),
    filters={
        "segment": Filter(Client.segment, ClientSegment, "Only clients of these segments"),
        "external_id": Filter(Client.external_id, str, "Only clients with these external ids"),
        "external_origin": Filter(Client.external_origin, str, "Only clients that these integrations gave"),
        "shortcode": Filter(
            Client.shortcode_fold, str, "Only clients with these shortcodes, any case", make=fold
        ),
        "primary_contact_id": Filter(
            Client.primary_contact_id, Id, "Only clients with these primary contacts"
        ),
        "origin_space_id": Filter(Client.origin_space_id, Id, "Only clients shared from these spaces"),
    },
    sorts={
        "name": Client.name_fold,
        "shortcode": Client.shortcode_fold,
        "segment": Client.segment,
        "created_at": Client.created_at,
        "updated_at": Client.updated_at,
    },
    search=Client.name_fold,
)
CLIENTS.further = FieldFilters(Client)
FIELDS: Read[ClientData, FieldsData] = Read(
    Client,
    Client.__table__,
    item=_shape(ClientData),
    full=Shape(FieldsData, {"fields": values_of(Client)}),
)
INVOICING: Read[ClientData, InvoicingData] = Read(
    Client,
    Client.__table__,
    item=_shape(ClientData),
    full=Shape(
        InvoicingData,
        {name: getattr(Client, f"invoicing_{name}") for name in InvoicingData.__struct_fields__},
    ),
)

STATE = Query(
    select(Client.archived_at, Client.trashed_at).where(
        Client.space_id == bindparam("space_id"), Client.id == bindparam("id")
    )
)

# What a guest sees of the client they belong to: its name. The rest is as if it were not set.
_NAME: dict[str, Any] = {
    **dict.fromkeys(
        ("external_id", "external_origin", "shortcode", "primary_contact", "origin_space"), null()
    ),
    "segment": literal("B"),
    **{name: getattr(Client, name) for name in ("id", "name", "created_at", "updated_at")},
}
CLIENTS_FOR_GUESTS: Read[ClientData, ClientFullData] = Read(
    Client,
    Client.__table__,
    item=Shape(ClientData, {name: _NAME[name] for name in ClientData.__struct_fields__}),
    full=Shape(
        ClientFullData, {name: _NAME[name] for name in ClientFullData.__struct_fields__ if name != "projects"}
    ),
    sorts={"name": Client.name_fold, "created_at": Client.created_at, "updated_at": Client.updated_at},
    search=Client.name_fold,
    fences={"own": Client.id == bindparam("own_client", type_=Client.id.type)},
)


register(
    "client",
    Kind(CLIENTS, "clients:details", ("created", "updated", "deleted", "restored", "archived", "unarchived")),
)
PAGE_OF["client"] = lambda client_id, _: f"/clients/{client_id}"
