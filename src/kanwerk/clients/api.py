"""Clients, through the API."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from kanwerk.clients.models import Client, create_client
from kanwerk.clients.shapes import (
    CLIENTS,
    CLIENTS_FOR_GUESTS,
    FIELDS,
    INVOICING,
    ClientData,
    ClientFullData,
    CreateClientData,
    FieldsData,
    InvoicingData,
    UpdateClientData,
    UpdateFieldsData,
    UpdateInvoicingData,
)
from kanwerk.clients.upserts import create_or_upsert, upsert_client
from kanwerk.core import archive, bulk
from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.bodies import sent
from kanwerk.core.bulk import ResultsData
from kanwerk.core.db import Db
from kanwerk.core.events import ACTIVITY, EventData, EventPrivate, tell
from kanwerk.core.externals import same_as_path
from kanwerk.core.groups import Group
from kanwerk.core.problems import invalid_parameter, missing
from kanwerk.core.trash import DeleteQuery, bring_back, throw_away
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.people.reads import USERS
from kanwerk.people.shapes import UserData

clients = Group(
    "Clients",
    "The clients of your space, its own and those other spaces share with it.",
    webhooks={
        "client.created": "A client was added.",
        "client.updated": "A client was changed; invoicing data as `invoicing.vat_id`, custom fields as"
        " `fields.<key>`.",
        "client.deleted": "A client was moved to the trash.",
        "client.restored": "A client was brought back from the trash.",
        "client.archived": "A client was archived.",
        "client.unarchived": "A client was brought back from the archive.",
    },
    shape=ClientFullData,
)


@clients.get("/clients", needs="clients:read", read=CLIENTS)
def list_clients(db: Db, me: Me, query: ListQuery) -> Page[ClientData]:
    """List the clients of your space, its own and those shared with it.

    Custom fields filter as `fields.<key>=…`.
    """
    if me.may("clients:details"):
        return db.page(CLIENTS, query)
    for name in query.filters:
        if name not in ("ids", "q", "updated_after"):
            raise invalid_parameter(name, "Guests cannot filter by this.")
    if query.sort not in CLIENTS_FOR_GUESTS.sorts:
        raise invalid_parameter("sort", "Guests cannot sort by this.")
    return db.page(CLIENTS_FOR_GUESTS, query, fence="own", own_client=me.client_id)


@clients.post("/clients", needs="clients:write", creates=True)
def create_client_(db: Write, me: Me, body: CreateClientData) -> ClientFullData:
    """Add a client."""
    return db.full(CLIENTS, create_client(db, sent(body), by=me))


class CreateClientsData(Struct, forbid_unknown_fields=True):
    """Items to create, or to upsert where they carry an `external_id`."""

    items: Annotated[list[Any], Meta(min_length=1, max_length=bulk.MOST)]
    atomic: bool = True


@clients.post("/clients/bulk", needs="clients:write", heavy=True, items=CreateClientData)
def bulk_clients(db: Write, me: Me, body: CreateClientsData) -> ResultsData:
    """Create or upsert up to 500 clients in one request, all of them or each for itself."""
    return bulk.run(db, body.items, lambda item: create_or_upsert(db, item, by=me), atomic=body.atomic)


@clients.get("/clients/{id}", needs="clients:read", read=CLIENTS)
def get_client(db: Db, me: Me, id: str, query: RecordQuery) -> ClientFullData:
    """Show a client, with everything about it."""
    if me.may("clients:details"):
        return db.one(CLIENTS, id, query)
    if query.include:
        me.need("projects:read")
    if query.trashed:
        raise missing()
    return db.one(CLIENTS_FOR_GUESTS, id, fence="own", own_client=me.client_id)


@clients.patch("/clients/{id}", needs="clients:write")
def update_client(db: Write, me: Me, id: str, body: UpdateClientData) -> ClientFullData:
    """Change the members sent; `null` clears one."""
    client = db.load(Client, id)
    client.change(db, sent(body), by=me)
    return db.full(CLIENTS, client)


@clients.put("/clients/external/{external_id}", needs="clients:write", may_create=True)
def upsert_client_(db: Write, me: Me, external_id: str, body: UpdateClientData) -> ClientFullData:
    """Create (201) or change (200) a client by the id your system knows it by, in one atomic step."""
    same_as_path(body, external_id)
    client, _ = upsert_client(db, external_id, sent(body, but=("external_id",)), by=me)
    return db.full(CLIENTS, client)


@clients.delete("/clients/{id}", needs="clients:write")
def delete_client(db: Write, me: Me, id: str, query: DeleteQuery) -> None:
    """Move a client to the trash, where it stays for 30 days."""
    throw_away(db, db.load(Client, id), fate=query.dependants, by=me)


@clients.post("/clients/{id}/restore", needs="clients:write")
def restore_client(db: Write, me: Me, id: str) -> ClientFullData:
    """Bring a client back from the trash, with what was deleted with it."""
    client = db.load(Client, id, trashed=True)
    bring_back(db, client, by=me)
    return db.full(CLIENTS, client)


class ArchiveQuery(Struct, frozen=True):
    """How to archive."""

    projects: (
        Annotated[
            str, Meta(pattern="^archive$", description="`archive` archives the client's open projects too")
        ]
        | None
    ) = None


@clients.post("/clients/{id}/archive", needs="clients:write")
def archive_client(db: Write, me: Me, id: str, query: ArchiveQuery) -> ClientFullData:
    """Put a client away: there to read, not to change."""
    client = db.load(Client, id)
    client.archive(db, projects_too=query.projects is not None, by=me)
    return db.full(CLIENTS, client)


@clients.post("/clients/{id}/unarchive", needs="clients:write")
def unarchive_client(db: Write, me: Me, id: str) -> ClientFullData:
    """Bring a client back from the archive."""
    client = db.load(Client, id)
    archive.unarchive(client, by=me)
    return db.full(CLIENTS, client)


@clients.get("/clients/{id}/invoicing", needs="clients:details", read=INVOICING)
def get_client_invoicing(db: Db, id: str) -> InvoicingData:
    """Show what a client's invoices need."""
    return db.one(INVOICING, id)


@clients.patch("/clients/{id}/invoicing", needs="clients:write")
def update_client_invoicing(db: Write, me: Me, id: str, body: UpdateInvoicingData) -> InvoicingData:
    """Change what a client's invoices need."""
    client = db.load(Client, id)
    client.change(db, {f"invoicing_{name}": value for name, value in sent(body).items()}, by=me)
    return db.full(INVOICING, client)


@clients.get("/clients/{id}/fields", needs="clients:fields", read=FIELDS)
def get_client_fields(db: Db, id: str) -> FieldsData:
    """Show what a client's custom fields hold."""
    return db.one(FIELDS, id)


@clients.patch("/clients/{id}/fields", needs="clients:write")
def update_client_fields(db: Write, me: Me, id: str, body: UpdateFieldsData) -> FieldsData:
    """Change the custom fields sent; `null` clears one."""
    client = db.load(Client, id)
    client.change_fields(db, body.fields, by=me)
    return db.full(FIELDS, client)


@clients.get("/clients/{id}/contacts", needs="clients:details", read=USERS)
def list_client_contacts(db: Db, id: str, query: ListQuery) -> Page[UserData]:
    """List a client's guests."""
    db.one(CLIENTS, id)
    db.version = None
    return db.page(USERS, query, fence="of_client", of_client=id)


@clients.get("/clients/{id}/activity", needs="clients:details", read=ACTIVITY)
def list_client_activity(db: Db, me: Me, id: str, query: ListQuery) -> Page[EventData]:
    """List what happened to a client, newest first."""
    db.one(CLIENTS, id, RecordQuery(trashed=True))
    db.version = None
    page: Page[EventPrivate] = db.page(ACTIVITY, query, fence="record", of_kind="client", of_record=id)
    return Page([tell(event, admin=me.admin) for event in page.data], page.meta)
