"""The floor: what the same framework and JSON cost over the bare driver, with nothing else a product needs.

Litestar and Granian as the product has them, and what one would write first: the token is looked up, one
hand-written SELECT runs on a held ``sqlite3`` connection, its rows are made into msgspec Structs in order,
Litestar encodes what the handler returns. No rights, no limit, no ETag, no cursor, no query, no request id,
no log line.

Under ``/bare`` the token is not even looked up (the space stands in the path), and the answer goes past
Litestar's responses as plain ASGI, as the product's does: below that there is only a faster framework.
"""

import hashlib
import sqlite3
import sys
from typing import Any

import msgspec
from granian.constants import Interfaces
from granian.server import Server
from litestar import Litestar, Request, get
from litestar.types import ASGIApp
from msgspec import Struct

from bench import floor_tasks

_CONTACT = (
    "u.id, u.first_name, u.last_name, u.email, u.type, s.id, s.name, o.id, o.name FROM clients c"
    " LEFT JOIN users u ON u.space_id = c.space_id AND u.id = c.primary_contact_id"
    " LEFT JOIN spaces s ON s.id = u.space_id LEFT JOIN spaces o ON o.id = c.origin_space_id"
    " WHERE c.space_id = ?"
)
LIST = (
    f"SELECT c.id, c.external_id, c.external_origin, c.name, c.shortcode, {_CONTACT}"
    " AND c.trashed_at IS NULL AND c.archived_at IS NULL ORDER BY c.id LIMIT 50"
)
ONE = (
    "SELECT c.id, c.external_id, c.external_origin, c.name, c.shortcode, c.segment, c.updated_at,"
    f" c.created_at, {_CONTACT} AND c.id = ? AND c.trashed_at IS NULL"
)
TOKEN = (
    "SELECT t.space_id FROM tokens t JOIN users u ON u.space_id = t.space_id AND u.id = t.user_id"
    " JOIN spaces s ON s.id = t.space_id"
    " WHERE t.token_hash = ? AND t.revoked_at IS NULL AND t.expires_at IS NULL AND u.active"
)


class SpaceData(Struct):
    id: str
    name: str


class UserData(Struct):
    id: str
    first_name: str
    last_name: str
    email: str
    type: str
    space: SpaceData


class ClientData(Struct):
    id: str
    external_id: str | None
    external_origin: str | None
    name: str
    shortcode: str | None
    primary_contact: UserData | None
    origin_space: SpaceData | None


class ClientFullData(Struct):
    id: str
    external_id: str | None
    external_origin: str | None
    name: str
    shortcode: str | None
    segment: str
    updated_at: str
    created_at: str
    primary_contact: UserData | None
    origin_space: SpaceData | None


class Page(Struct):
    data: list[ClientData]


class Answer:
    """JSON as an ASGI application: the shortest way out of Litestar."""

    def __init__(self, answer: object) -> None:
        self.body = _encode(answer)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 (ASGI)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(self.body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


_encode = msgspec.json.Encoder().encode


def app() -> Litestar:
    """Return the application; the database's file is the last argument of the command line."""
    held = sqlite3.connect(sys.argv[-1], isolation_level=None, cached_statements=512)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -8192"):
        held.execute(f"PRAGMA {pragma}")

    def related(r: Any) -> Any:
        contact = None if r[0] is None else UserData(r[0], r[1], r[2], r[3], r[4], SpaceData(r[5], r[6]))
        return contact, None if r[7] is None else SpaceData(r[7], r[8])

    def page(space_id: str) -> Page:
        rows = held.execute(LIST, (space_id,)).fetchall()
        return Page([ClientData(*row[:5], *related(row[5:])) for row in rows])

    def record(space_id: str, client_id: str) -> ClientFullData:
        row = held.execute(ONE, (space_id, client_id)).fetchall()[0]
        return ClientFullData(*row[:8], *related(row[8:]))

    def known(request: Request[Any, Any, Any]) -> str:
        token = request.headers["authorization"].partition(" ")[2]
        space_id: str = held.execute(TOKEN, (hashlib.sha256(token.encode()).hexdigest(),)).fetchall()[0][0]
        return space_id

    @get("/clients", sync_to_thread=False)
    def list_clients(request: Request[Any, Any, Any]) -> Page:
        return page(known(request))

    @get("/clients/{client_id:str}", sync_to_thread=False)
    def get_client(request: Request[Any, Any, Any], client_id: str) -> ClientFullData:
        return record(known(request), client_id)

    @get("/bare/{space_id:str}/clients", sync_to_thread=False)
    def bare_list(space_id: str) -> ASGIApp:
        return Answer(page(space_id))

    @get("/bare/{space_id:str}/clients/{client_id:str}", sync_to_thread=False)
    def bare_one(space_id: str, client_id: str) -> ASGIApp:
        return Answer(record(space_id, client_id))

    handlers = [list_clients, get_client, bare_list, bare_one, *floor_tasks.handlers(held, known)]
    return Litestar(handlers, openapi_config=None, logging_config=None)


def main() -> None:
    """Serve on a port of this machine: ``python -m bench.floor PORT DATABASE``."""
    Server(
        "bench.floor:app",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.ASGI,
        workers=1,
        factory=True,
        log_enabled=False,
        websockets=False,
        backpressure=1024,
    ).serve()


if __name__ == "__main__":
    main()
