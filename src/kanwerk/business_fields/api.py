"""Business fields, through the API."""

from typing import Annotated

from msgspec import UNSET, Meta

from kanwerk.business_fields.models import BusinessField, create_field, merge
from kanwerk.business_fields.shapes import (
    BUSINESS_FIELDS,
    BusinessFieldData,
    CreateBusinessFieldData,
    UpdateBusinessFieldData,
)
from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.db import Db
from kanwerk.core.groups import Group
from kanwerk.core.problems import invalid_parameter
from kanwerk.core.text import Id
from kanwerk.core.trash import DeleteQuery, bring_back, throw_away
from kanwerk.core.writes import Write
from kanwerk.people.access import Me

business_fields = Group(
    "Business fields", "The fields of business your space works in, such as web development."
)


@business_fields.get("/business-fields", needs="business-fields:read", read=BUSINESS_FIELDS)
def list_business_fields(db: Db, query: ListQuery) -> Page[BusinessFieldData]:
    """List the business fields of your space."""
    return db.page(BUSINESS_FIELDS, query)


@business_fields.post("/business-fields", needs="business-fields:write", creates=True)
def create_business_field(db: Write, me: Me, body: CreateBusinessFieldData) -> BusinessFieldData:
    """Add a business field; its name is unique, whatever case and accents."""
    return db.full(BUSINESS_FIELDS, create_field(db, body.name, by=me))


@business_fields.get("/business-fields/{id}", needs="business-fields:read", read=BUSINESS_FIELDS)
def get_business_field(db: Db, id: str, query: RecordQuery) -> BusinessFieldData:
    """Show a business field."""
    return db.one(BUSINESS_FIELDS, id, query)


@business_fields.patch("/business-fields/{id}", needs="business-fields:write")
def update_business_field(db: Write, me: Me, id: str, body: UpdateBusinessFieldData) -> BusinessFieldData:
    """Rename a business field."""
    field = db.load(BusinessField, id)
    if body.name is not UNSET:
        field.rename(db, body.name, by=me)
    return db.full(BUSINESS_FIELDS, field)


class DeleteFieldQuery(DeleteQuery, frozen=True):
    """How to delete a business field."""

    merge_into: (
        Annotated[Id, Meta(description="Another business field that takes over what depends on it")] | None
    ) = None


@business_fields.delete("/business-fields/{id}", needs="business-fields:write")
def delete_business_field(db: Write, me: Me, id: str, query: DeleteFieldQuery) -> None:
    """Move a business field to the trash, or merge it into another."""
    field = db.load(BusinessField, id)
    if query.merge_into is None:
        throw_away(db, field, fate=query.dependants, by=me)
        return
    other = db.find(BusinessField, query.merge_into, lock=True)
    if other is None or other is field:
        raise invalid_parameter("merge_into", "There is no such other business field.", "not_found")
    merge(db, field, other, by=me)


@business_fields.post("/business-fields/{id}/restore", needs="business-fields:write")
def restore_business_field(db: Write, me: Me, id: str) -> BusinessFieldData:
    """Bring a business field back from the trash."""
    field = db.load(BusinessField, id, trashed=True)
    bring_back(db, field, by=me)
    return db.full(BUSINESS_FIELDS, field)
