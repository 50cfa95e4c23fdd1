"""The application in this process: started and stopped as a server would, and asked through HTTP."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import select

from kanwerk.app import create
from kanwerk.config import Settings
from kanwerk.core.database import Database
from kanwerk.core.web import Runtime
from kanwerk.core.writes import Write
from kanwerk.people.access import system
from kanwerk.people.models import Space

T = TypeVar("T")
ADDRESS = "198.51.100.7"
MEMBERS_OF_A_PROBLEM = {"type", "title", "status", "detail", "instance"}
NEVER_SHOWN = ("Traceback", "SELECT ", "INSERT ", "UPDATE ", "sqlite3", "psycopg", "sqlalchemy")


class House:
    """One worker's application, its loop, and a client at its door."""

    def __init__(self, settings: Settings, loop: asyncio.AbstractEventLoop) -> None:
        self.settings, self.loop = settings, loop
        self.app = create(settings)
        self.client = self._client(ADDRESS)
        self._lifespan = Lifespan(self.app)

    def _client(self, address: str) -> AsyncClient:
        return AsyncClient(
            transport=ASGITransport(self.app, client=(address, 40_000)), base_url="http://kanwerk.example"
        )

    def __enter__(self) -> Self:
        self.run(self._lifespan.start())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._lifespan.stop())
        self.run(self.client.aclose())

    @property
    def runtime(self) -> Runtime:
        return self.app.runtime

    @property
    def database(self) -> Database:
        return self.app.runtime.database

    def run(self, job: Coroutine[Any, Any, T]) -> T:
        """Run to its end what must be awaited."""
        return self.loop.run_until_complete(job)

    def together(self, *jobs: Coroutine[Any, Any, T]) -> list[T]:
        """Run several at once."""

        async def all_of_them() -> list[T]:
            return await asyncio.gather(*jobs)

        return self.run(all_of_them())

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Response:
        """Send one request as it is, without a token."""
        return self.run(self.send(method, path, body, **options))

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        query: dict[str, Any] | None = None,
        address: str = ADDRESS,
    ) -> Response:
        """Send one request and check what holds for every answer. Bytes go as they are, the rest as JSON."""
        given = {name: value.encode("latin-1") for name, value in (headers or {}).items()}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None and "Content-Type" not in given:
            given["Content-Type"] = b"application/json"
        asked = {name: _written(value) for name, value in (query or {}).items() if value is not None}
        client = self.client if address == ADDRESS else self._client(address)
        if asked:
            path += ("&" if "?" in path else "?") + urlencode(asked)
        answer = await client.request(method, path, content=body, headers=given)
        if client is not self.client:
            await client.aclose()
        _check(method, answer)
        return answer

    def in_space(self, space_id: str, job: Callable[[Write], T]) -> T:
        """Do what only the command line can, in a transaction of its own."""

        def work(session: Any) -> T:
            space = session.execute(select(Space).where(Space.id == space_id)).scalar_one()
            db = Write(self.database, session, system(space))
            result = job(db)
            db.end()
            return result

        return self.database.write(work)


def _written(value: object) -> str:
    if isinstance(value, list):
        return ",".join(str(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check(method: str, answer: Response) -> None:
    """Check what holds for every answer of ours, whatever was asked."""
    assert answer.headers["X-Request-Id"]
    if method == "HEAD":
        assert answer.content == b""
        return
    if answer.status_code >= 400 and answer.request.url.path.startswith("/api/"):
        problem = answer.json()
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert problem.keys() >= MEMBERS_OF_A_PROBLEM
        assert problem["status"] == answer.status_code
        assert problem["instance"] == answer.headers["X-Request-Id"]
        assert not any(word in answer.text for word in NEVER_SHOWN), answer.text
    assert answer.status_code != 500, answer.text


class Lifespan:
    """A server's part of the ASGI lifespan protocol."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def start(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        self.task = asyncio.ensure_future(self.app(scope, self.said.get, self.heard.put))
        await self._say("startup")

    async def stop(self) -> None:
        await self._say("shutdown")
        await self.task

    async def _say(self, word: str) -> None:
        await self.said.put({"type": f"lifespan.{word}"})
        answer = await self.heard.get()
        assert answer["type"] == f"lifespan.{word}.complete", answer
