"""The data to measure on: spaces full of clients, each with its contact and its event, put there in bulk."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import insert, text

from kanwerk.clients.models import Client
from kanwerk.config import Settings
from kanwerk.core import clock
from kanwerk.core.database import Database
from kanwerk.core.events import Event, EventCounter
from kanwerk.core.ids import new_id, new_secret
from kanwerk.core.secrets import hashed
from kanwerk.core.text import fold
from kanwerk.migrations import upgrade
from kanwerk.nouns import reads as _nouns  # noqa: F401  # for all tables
from kanwerk.people.models import Space, Token, User

T = TypeVar("T")
SPACES, CLIENTS = 20, 2000
_FIRST = ("Mia", "Jonas", "Zoë", "Lukas", "Şule", "Emil", "Ines", "Björn", "Clara", "Noah", "Greta", "Anton")
_LAST = (
    "Berger",
    "Müller",
    "Krause",
    "Lindström",
    "Şahin",
    "Weiß",
    "Brandt",
    "Østergaard",
    "Vogel",
    "Sommer",
)
_TRADE = (
    "Media",
    "Logistik",
    "Möbel",
    "Energie",
    "Verlag",
    "Brauerei",
    "Optik",
    "Textil",
    "Pharma",
    "Software",
)


class Filled(Struct):
    """One space that was filled: the secret of its integration's token, the ids of its clients in order."""

    id: str
    token: str
    clients: list[str]


def made(folder: Path, work: Callable[[Database, Any], T]) -> T:
    """Make a database in a folder, and return what ``work`` answers that fills it in one transaction."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(Settings.load(data=folder, database_url="").url)
    upgrade(database)
    found = database.write(lambda session: work(database, session))
    database.close()
    return found


def fill(database: Database, spaces: int = SPACES, clients: int = CLIENTS) -> list[Filled]:
    """Migrate an empty database and fill it; the same names each time."""
    upgrade(database)
    chance = random.Random(7)
    with database.turn(), database.engine.begin() as connection:
        filled = [_space(connection, number, clients, chance) for number in range(spaces)]
        if not database.sqlite:
            connection.execute(text("ANALYZE"))  # what autovacuum would do in a minute or so
    return filled


def _space(connection: Any, number: int, clients: int, chance: random.Random) -> Filled:
    space_id, holder, secret = new_id(), new_id(), new_secret("kw_")
    began = clock.now() - timedelta(days=90)
    connection.execute(
        insert(Space).values(id=space_id, name=f"Agency {number:02}", slug=f"agency-{number:02}")
    )
    integration = {
        "space_id": space_id,
        "id": holder,
        "first_name": "Ledger",
        "last_name": "",
        "name_fold": "ledger",
        "integration_name": "ledger",
        "email": "",
        "type": "integration",
        "role": "admin",
        "client_id": None,
        "active": True,
    }
    actor = {"id": holder, "name": "Ledger", "type": "integration"}
    rows, guests, events = [], [], []
    for at in range(1, clients + 1):
        moment = began + timedelta(minutes=at)
        client = _client(space_id, at, moment, chance)
        rows.append(client)
        guests.append(_guest(integration, client, chance))
        events.append(_event(client, actor))
    connection.execute(insert(Client), rows)
    connection.execute(insert(User), [integration, *guests])
    connection.execute(
        text(
            "UPDATE clients SET primary_contact_id = (SELECT users.id FROM users WHERE "
            "users.space_id = clients.space_id AND users.client_id = clients.id) WHERE space_id = :space_id"
        ),
        {"space_id": space_id},
    )
    connection.execute(
        insert(Token).values(
            space_id=space_id,
            id=new_id(),
            user_id=holder,
            name="Ledger",
            token_hash=hashed(secret),
            scopes=None,
        )
    )
    connection.execute(insert(Event), events)
    connection.execute(insert(EventCounter).values(space_id=space_id, last_sequence=clients))
    return Filled(space_id, secret, [row["id"] for row in rows])


def _client(space_id: str, at: int, moment: datetime, chance: random.Random) -> dict[str, Any]:
    name = f"{chance.choice(_LAST)} {chance.choice(_TRADE)} {at}"
    return {
        "space_id": space_id,
        "id": new_id(),
        "external_id": f"ERP-{at:05}",
        "external_origin": "Ledger",
        "name": name,
        "name_fold": fold(name),
        "shortcode": f"C{at}",
        "shortcode_fold": f"c{at}",
        "segment": chance.choice("ABC"),
        "version": at,
        "created_at": moment,
        "updated_at": moment,
    }


def _guest(like: dict[str, Any], client: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    first, last = chance.choice(_FIRST), chance.choice(_LAST)
    return {
        **like,
        "id": new_id(),
        "first_name": first,
        "last_name": last,
        "name_fold": fold(f"{first} {last}"),
        "integration_name": None,
        "email": f"{fold(first).encode('ascii', 'ignore').decode()}.{client['shortcode_fold']}@example.com",
        "type": "guest",
        "role": None,
        "client_id": client["id"],
    }


def _event(client: dict[str, Any], actor: dict[str, Any]) -> dict[str, Any]:
    members = ("id", "external_id", "external_origin", "name", "shortcode", "segment")
    moment = clock.wire(client["created_at"])
    return {
        "space_id": client["space_id"],
        "sequence": client["version"],
        "id": new_id(),
        "type": "client.created",
        "kind": "client",
        "record_id": client["id"],
        "at": client["created_at"],
        "actor": actor,
        "data": {
            **{name: client[name] for name in members},
            "updated_at": moment,
            "created_at": moment,
            "primary_contact": None,
            "origin_space": None,
        },
        "changes": {},
        "private": None,
    }
