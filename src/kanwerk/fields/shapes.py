"""Custom fields on the wire, and the one SELECT behind them."""

from enum import Enum
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from kanwerk.core.colors import Color
from kanwerk.core.events import Kind, register
from kanwerk.core.listing import Filter, Read
from kanwerk.core.reads import Shape
from kanwerk.core.text import Id, Moment, Name
from kanwerk.fields.models import CustomField

_SLUG = "^[a-z][a-z0-9_]{0,49}$"


class FieldKind(Enum):
    """What a custom field holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    SELECT = "select"
    MULTI_SELECT = "multi_select"
    USER = "user"
    URL = "url"
    CHECKBOX = "checkbox"


class FieldTarget(Enum):
    """What a custom field is a field of."""

    CLIENT = "client"
    PROJECT = "project"
    TASK = "task"


Slug = Annotated[str, Meta(pattern=_SLUG, examples=["contract_type"])]


class FieldOptionData(Struct, forbid_unknown_fields=True):
    """Something to choose."""

    name: Name
    value: Annotated[Slug | None, Meta(description="What records hold; made from the name if absent")] = None
    color: Color | None = None
    archived: Annotated[bool, Meta(description="Kept where it was chosen, and not to choose anew")] = False


class FieldData(Struct, kw_only=True):
    """A custom field."""

    id: Id
    name: str
    applies_to: FieldTarget
    key: Annotated[str, Meta(description="Its name in `fields: {key: value}` and in filters")]
    kind: FieldKind
    options: Annotated[list[FieldOptionData], Meta(description="Of the kinds `select` and `multi_select`")]
    created_at: Moment
    updated_at: Moment


class CreateFieldData(Struct, forbid_unknown_fields=True, kw_only=True):
    """A field to add. Its key, kind and what it applies to cannot change later."""

    name: Name
    applies_to: FieldTarget
    key: Slug | None = None
    kind: FieldKind = FieldKind.TEXT
    options: Annotated[list[FieldOptionData], Meta(max_length=200)] = []


class UpdateFieldData(Struct, forbid_unknown_fields=True):
    """Members of a field to change."""

    name: Name | UnsetType = UNSET
    options: Annotated[list[FieldOptionData], Meta(max_length=200)] | UnsetType = UNSET


FIELD: Shape[FieldData] = Shape(
    FieldData, {name: getattr(CustomField, name) for name in FieldData.__struct_fields__}
)
FIELDS: Read[FieldData, FieldData] = Read(
    CustomField,
    CustomField.__table__,
    item=FIELD,
    full=FIELD,
    filters={
        "applies_to": Filter(CustomField.applies_to, FieldTarget, "Only fields of clients, projects, tasks"),
        "kind": Filter(CustomField.kind, FieldKind, "Only fields of these kinds"),
    },
    sorts={"name": CustomField.name_fold, "updated_at": CustomField.updated_at},
    search=CustomField.name_fold,
)
register("field", Kind(FIELDS, "fields:read", ("created", "updated", "deleted", "restored")))

Values = Annotated[
    dict[str, Any],
    Meta(
        description="Custom fields by their keys: text, number, true or false, a date, the value of an"
        " option or a list of them, the id of a user; null clears one",
        examples=[{"contract_type": "retainer", "go_live": "2027-03-01"}],
    ),
]
