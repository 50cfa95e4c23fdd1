"""Custom fields, through the API."""

from typing import Annotated

from msgspec import Meta, Struct

from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.bodies import sent
from kanwerk.core.db import Db
from kanwerk.core.groups import Group
from kanwerk.core.problems import invalid_parameter
from kanwerk.core.trash import Fate, bring_back
from kanwerk.core.writes import Write
from kanwerk.fields.models import CustomField
from kanwerk.fields.models import create_field as make
from kanwerk.fields.shapes import FIELDS, CreateFieldData, FieldData, UpdateFieldData
from kanwerk.people.access import Me

fields = Group("Custom fields", "What your space wants to know of its clients, projects and tasks.")


@fields.get("/fields", needs="fields:read", read=FIELDS)
def list_fields(db: Db, query: ListQuery) -> Page[FieldData]:
    """List the custom fields of your space."""
    return db.page(FIELDS, query)


@fields.post("/fields", needs="fields:write", creates=True)
def create_field(db: Write, me: Me, body: CreateFieldData) -> FieldData:
    """Add a custom field to clients, projects or tasks."""
    return db.full(FIELDS, make(db, sent(body), by=me))


@fields.get("/fields/{id}", needs="fields:read", read=FIELDS)
def get_field(db: Db, id: str, query: RecordQuery) -> FieldData:
    """Show a custom field."""
    return db.one(FIELDS, id, query)


@fields.patch("/fields/{id}", needs="fields:write")
def update_field(db: Write, me: Me, id: str, body: UpdateFieldData) -> FieldData:
    """Change a field's name or its options. An option that records have chosen can be archived, not
    removed.
    """
    field = db.load(CustomField, id)
    field.change(db, sent(body), by=me)
    return db.full(FIELDS, field)


class DeleteFieldQuery(Struct, frozen=True):
    """How to delete a custom field."""

    dependants: (
        Annotated[Fate, Meta(description="`trash` although records have values: these go along")] | None
    ) = None


@fields.delete("/fields/{id}", needs="fields:write")
def delete_field(db: Write, me: Me, id: str, query: DeleteFieldQuery) -> None:
    """Move a field to the trash, and its values with it."""
    if query.dependants is Fate.DETACH:
        raise invalid_parameter("dependants", "Values do not stay without their field: say trash.")
    db.load(CustomField, id).throw_away(db, with_values=query.dependants is Fate.TRASH, by=me)


@fields.post("/fields/{id}/restore", needs="fields:write")
def restore_field(db: Write, me: Me, id: str) -> FieldData:
    """Bring a field back from the trash, with its values."""
    field = db.load(CustomField, id, trashed=True)
    bring_back(db, field, by=me)
    return db.full(FIELDS, field)
