"""Spaces, users and tokens on the wire, and the one SELECT behind each."""

from datetime import datetime
from enum import Enum
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from kanwerk.core.codes import Country, Currency, Locale, Timezone
from kanwerk.core.money import Rate
from kanwerk.core.text import Email, ExternalId, Id, Line, Moment, Name


class UserType(Enum):
    """What somebody is in a space."""

    USER = "user"
    GUEST = "guest"
    TAX_ADVISOR = "tax_advisor"
    INTEGRATION = "integration"


class UserRole(Enum):
    """What a user or an integration may do; guests and tax advisors have none."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


class WeekDay(Enum):
    """A day a week can start on."""

    MONDAY = "monday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


Short = Annotated[str, Meta(min_length=1, max_length=120, pattern=Line.__metadata__[0].pattern)]
Slug = Annotated[str, Meta(pattern="^[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?$", examples=["nordlicht"])]
WeeklySeconds = Annotated[int, Meta(ge=0, le=604_800, description="Working time per week")]
Days = Annotated[int, Meta(ge=0, le=365)]
VatRate = Annotated[
    str, Meta(pattern=r"^[0-9]{1,2}(\.[0-9]{1,2})?$", description="Per cent", examples=["19.00"])
]
VatId = Annotated[str, Meta(pattern=r"^[A-Z]{2}[A-Z0-9+*]{2,13}$", examples=["DE136695976"])]


class SpaceData(Struct, gc=False):
    """A space."""

    id: Id
    name: str


class SpaceFullData(Struct):
    """A space with its settings."""

    id: Id
    name: str
    slug: str
    timezone: Timezone
    locale: Locale
    currency: Currency
    country: Country
    week_starts_on: WeekDay
    created_at: Moment
    updated_at: Moment


class SpaceInvoicingData(Struct):
    """What stands on a space's invoices."""

    legal_name: str | None
    address_line_1: str | None
    address_line_2: str | None
    postcode: str | None
    city: str | None
    country: Country | None
    vat_id: str | None
    tax_number: str | None
    iban: str | None
    bic: str | None
    invoice_number_pattern: str
    default_vat_rate: VatRate
    payment_term_days: int
    small_business: bool


class UpdateSpaceData(Struct, forbid_unknown_fields=True):
    """Settings of a space to change."""

    name: Name | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    timezone: Timezone | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    week_starts_on: WeekDay | UnsetType = UNSET


class UpdateSpaceInvoicingData(Struct, forbid_unknown_fields=True):
    """Invoicing data of a space to change."""

    legal_name: Name | None | UnsetType = UNSET
    address_line_1: Name | None | UnsetType = UNSET
    address_line_2: Name | None | UnsetType = UNSET
    postcode: Short | None | UnsetType = UNSET
    city: Short | None | UnsetType = UNSET
    country: Country | None | UnsetType = UNSET
    vat_id: VatId | None | UnsetType = UNSET
    tax_number: Short | None | UnsetType = UNSET
    iban: Annotated[str, Meta(pattern="^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$")] | None | UnsetType = UNSET
    bic: Annotated[str, Meta(pattern="^[A-Z0-9]{8}([A-Z0-9]{3})?$")] | None | UnsetType = UNSET
    invoice_number_pattern: (
        Annotated[str, Meta(max_length=60, pattern=r"^[^{}]*(\{year\}[^{}]*)?\{number(:0?[1-9])?\}[^{}]*$")]
        | UnsetType
    ) = UNSET
    default_vat_rate: VatRate | UnsetType = UNSET
    payment_term_days: Days | UnsetType = UNSET
    small_business: bool | UnsetType = UNSET


class UserData(Struct, gc=False):
    """Somebody in a space."""

    id: Id
    first_name: str
    last_name: str
    email: str
    type: UserType
    space: SpaceData


class UserFullData(Struct):
    """Somebody in a space, with everything about them; the rates are there for admins only."""

    id: Id
    first_name: str
    last_name: str
    email: str
    type: UserType
    space: SpaceData
    role: UserRole | None
    client_id: Annotated[Id | None, Meta(description="The client a guest belongs to")]
    title: str | None
    phone: str | None
    avatar_url: str | None
    timezone: str | None
    locale: str | None
    weekly_seconds: int | None
    active: bool
    last_active_at: Moment | None
    external_id: str | None
    external_origin: str | None
    created_at: Moment
    updated_at: Moment
    hourly_rate: Annotated[Rate | None | UnsetType, Meta(description="Sold for, per hour; admins only")] = (
        UNSET
    )
    cost_rate: Annotated[Rate | None | UnsetType, Meta(description="Costs, per hour; admins only")] = UNSET


class _UserMembers(Struct, forbid_unknown_fields=True, kw_only=True):
    role: UserRole | UnsetType = UNSET
    client_id: Id | None | UnsetType = UNSET
    title: Short | None | UnsetType = UNSET
    phone: Short | None | UnsetType = UNSET
    timezone: Timezone | None | UnsetType = UNSET
    locale: Locale | None | UnsetType = UNSET
    weekly_seconds: WeeklySeconds | None | UnsetType = UNSET
    external_id: ExternalId | None | UnsetType = UNSET
    hourly_rate: Rate | None | UnsetType = UNSET
    cost_rate: Rate | None | UnsetType = UNSET


class CreateUserData(_UserMembers):
    """Somebody to invite; an integration needs a first name only, and is not invited."""

    first_name: Name
    last_name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    type: UserType = UserType.USER


class UpdateUserData(_UserMembers):
    """Members of a user to change."""

    first_name: Name | UnsetType = UNSET
    last_name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET


class UpsertUserData(UpdateUserData):
    """A user as an outside system knows it."""

    type: UserType | UnsetType = UNSET


class MeData(Struct):
    """Who calls, where, and with which rights."""

    user: UserFullData
    space: SpaceData
    role: UserRole | None
    scopes: Annotated[list[str], Meta(description="What this token may do")]
    token_id: Annotated[Id, Meta(description="The token you call with; its holder may revoke it")]


class TokenData(Struct):
    """An API token; its secret is shown once, when it is made."""

    id: Id
    name: str
    user: UserData
    scopes: Annotated[list[str] | None, Meta(description="null: all")]
    expires_at: Moment | None
    last_used_at: Moment | None
    revoked_at: Moment | None
    created_at: Moment
    updated_at: Moment


class CreatedTokenData(TokenData):
    """A new API token, with its secret."""

    token: Annotated[
        str | None, Meta(description="The secret: shown now and never again; null in a replay")
    ] = None


class CreateTokenData(Struct, forbid_unknown_fields=True):
    """A token to make for yourself."""

    name: Name
    scopes: Annotated[list[str], Meta(min_length=1, max_length=100)] | None = None
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class InvitationData(Struct):
    """An open invitation."""

    user_id: Id
    email: str
    created_at: Moment
    expires_at: Moment


class PersonData(Struct):
    """Who comes in by an invitation."""

    first_name: Name
    last_name: Name
    password: str


class NamedData(Struct):
    """The name of a space that the command line opens."""

    name: Name


class NewPersonData(Struct):
    """Whom the command line makes a user."""

    email: Email
    first_name: Name
    last_name: Name


class SetUpData(Struct):
    """The first space and its owner, as the form of the set-up sends them."""

    code: Line
    space_name: Name
    first_name: Name
    last_name: Name
    email: Email
    password: str
