"""What a demo agency consists of; records name each other by key."""

from typing import Literal, NamedTuple


class DemoSpaceInvoicing(NamedTuple):
    legal_name: str
    address_line_1: str
    address_line_2: str | None
    postcode: str
    city: str
    country: str
    vat_id: str
    tax_number: str
    iban: str
    bic: str
    invoice_number_pattern: str
    default_vat_rate: str
    payment_term_days: int
    small_business: bool = False


class DemoSpace(NamedTuple):
    name: str
    slug: str
    timezone: str
    locale: str
    currency: str
    country: str
    invoicing: DemoSpaceInvoicing


class DemoPerson(NamedTuple):
    """A user of the space; rates in cents. An integration has no e-mail; equal e-mails are one identity."""

    key: str
    first_name: str
    last_name: str
    email: str | None
    type: Literal["user", "guest", "tax_advisor", "integration"] = "user"
    role: Literal["owner", "admin", "member"] | None = None
    client: str | None = None
    title: str | None = None
    phone: str | None = None
    timezone: str | None = None
    locale: str | None = None
    weekly_seconds: int | None = None
    hourly_rate: int | None = None
    cost_rate: int | None = None
    active: bool = True


class DemoBusinessField(NamedTuple):
    key: str
    name: str


class DemoInvoicing(NamedTuple):
    """The invoicing data of a client."""

    legal_name: str
    address_line_1: str
    postcode: str
    city: str
    invoice_email: str
    debtor_number: str
    address_line_2: str | None = None
    country: str = "DE"
    vat_id: str | None = None
    buyer_reference: str | None = None
    e_invoice_format: Literal["none", "factur_x", "xrechnung"] = "none"
    payment_term_days: int = 14
    currency: str = "EUR"
    locale: str = "de-DE"


class DemoClient(NamedTuple):
    """A client; its primary contact is the key of a person."""

    key: str
    name: str
    shortcode: str | None
    segment: Literal["A", "B", "C"]
    external_id: str | None = None
    primary_contact: str | None = None
    archived: bool = False
    invoicing: DemoInvoicing | None = None


class DemoProject(NamedTuple):
    """A project; its dates are days from today, its lead and members (beside the lead) are keys of people."""

    shortcode: str
    name: str
    status: Literal["planned", "active", "on_hold", "completed"]
    client: str
    business_field: str
    start_day: int
    due_day: int | None
    lead: str
    members: tuple[str, ...] = ()


class DemoAgency(NamedTuple):
    space: DemoSpace
    people: tuple[DemoPerson, ...]
    business_fields: tuple[DemoBusinessField, ...]
    clients: tuple[DemoClient, ...]
    projects: tuple[DemoProject, ...]
