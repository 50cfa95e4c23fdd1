"""Upserts: a client by the id an outside system knows it by, alone or in bulk."""

from typing import Any

from kanwerk.clients.models import Client, create_client
from kanwerk.clients.shapes import CreateClientData, UpdateClientData, members_of
from kanwerk.core import bodies
from kanwerk.core.externals import holder
from kanwerk.core.trash import bring_back
from kanwerk.core.writes import Write
from kanwerk.people.access import Me


def upsert_client(db: Write, external_id: str, members: dict[str, Any], *, by: Me) -> tuple[Client, bool]:
    """Create the client (True) or change the one there is (False), in one step; a trashed one is restored
    first.
    """
    db.lock(f"client {db.space_id} {external_id}")
    client = holder(db, Client, external_id=external_id)
    db.match(client)
    if client is None:
        db.free = external_id
        body = bodies.convert({**members, "external_id": external_id}, CreateClientData)
        return create_client(db, members_of(body), by=by), True
    bring_back(db, client, by=by)
    client.change(db, members, by=by)
    return client, False


def create_or_upsert(db: Write, item: Any, *, by: Me) -> tuple[Client, bool]:
    """Do one item of a bulk request: a create, or an upsert where it carries an ``external_id``."""
    if isinstance(item, dict) and item.get("external_id") is not None:
        body = bodies.convert(item, UpdateClientData)
        members = members_of(body)
        return upsert_client(db, members.pop("external_id"), members, by=by)
    return create_client(db, members_of(bodies.convert(item, CreateClientData)), by=by), True
