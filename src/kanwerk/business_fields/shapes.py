"""Business fields on the wire."""

from msgspec import UNSET, Struct, UnsetType

from kanwerk.business_fields.models import BusinessField
from kanwerk.core.events import Kind, register
from kanwerk.core.listing import Read
from kanwerk.core.reads import Shape
from kanwerk.core.text import Id, Name


class BusinessFieldData(Struct, gc=False):
    """A field of business."""

    id: Id
    name: str


class CreateBusinessFieldData(Struct, forbid_unknown_fields=True):
    """A field to add."""

    name: Name


class UpdateBusinessFieldData(Struct, forbid_unknown_fields=True):
    """Members of a field to change."""

    name: Name | UnsetType = UNSET


BUSINESS_FIELD = Shape(BusinessFieldData, {"id": BusinessField.id, "name": BusinessField.name})
BUSINESS_FIELDS: Read[BusinessFieldData, BusinessFieldData] = Read(
    BusinessField,
    BusinessField.__table__,
    item=BUSINESS_FIELD,
    full=BUSINESS_FIELD,
    sorts={
        "name": BusinessField.name_fold,
        "created_at": BusinessField.created_at,
        "updated_at": BusinessField.updated_at,
    },
    search=BusinessField.name_fold,
)
register(
    "business_field",
    Kind(BUSINESS_FIELDS, "business-fields:read", ("created", "updated", "deleted", "restored")),
)
