"""Upserts: a client by the id an outside system knows it by, alone or in bulk."""

from typing import Any

from kanwerk.clients.models import Client, create_client
from kanwerk.clients.shapes import CreateClientData, UpdateClientData
from kanwerk.core.bodies import convert, sent
from kanwerk.core.upserts import upsert
from kanwerk.core.writes import Write
from kanwerk.people.access import Me


def upsert_client(db: Write, external_id: str, members: dict[str, Any], *, by: Me) -> tuple[Client, bool]:
    """Create the client (True) or change the one there is (False)."""
    return upsert(
        db,
        Client,
        external_id,
        members,
        create=lambda found: create_client(db, sent(convert(found, CreateClientData)), by=by),
        change=lambda client, found: client.change(db, found, by=by),
        by=by,
    )


def create_or_upsert(db: Write, item: Any, *, by: Me) -> tuple[Client, bool]:
    """Do one item of a bulk request: a create, or an upsert where it carries an ``external_id``."""
    if isinstance(item, dict) and item.get("external_id") is not None:
        members = sent(convert(item, UpdateClientData))
        return upsert_client(db, members.pop("external_id"), members, by=by)
    return create_client(db, sent(convert(item, CreateClientData)), by=by), True
