"""Receivers of webhooks: servers of their own on this machine, each with a manner."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple, Self

from standardwebhooks import Webhook

Talk = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Manner = Callable[["Received", asyncio.StreamWriter], Coroutine[Any, Any, None]]


class Received(NamedTuple):
    """One delivery as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def opened(self, secret: str) -> dict[str, Any]:
        """Return the event, its signature verified as any receiver would."""
        return Webhook(secret).verify(self.body, self.headers)


def answering(status: str, body: bytes = b"ok", after: float = 0, **headers: str) -> Manner:
    """Make a receiver that answers so."""

    async def manner(_: Received, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(after)
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body)

    return manner


async def silent(_: Received, __: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.sleep(3600)


OK = answering("200 OK")


class Receiver:
    """A server on a thread of its own; use it in a ``with`` block."""

    def __init__(self, manner: Manner = OK, trust: ssl.SSLContext | None = None) -> None:
        self.manner, self._trust = manner, trust
        self.got: list[Received] = []
        self.open = self.opened = self.most = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"{'https' if self._trust else 'http'}://127.0.0.1:{self.port}/hook"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._over = asyncio.Event()
        self._talks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=self._trust, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()
        for task in self._talks:
            task.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await asyncio.sleep(0)  # what was hung up is let go of in the loop's next turn

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self.opened += 1
        try:
            while (received := await self._read(reader)) is not None:
                self.got.append(received)
                self.open += 1
                self.most = max(self.most, self.open)
                try:
                    await self.manner(received, writer)
                    await writer.drain()
                finally:
                    self.open -= 1
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            self._talks.discard(task)
            if self._over.is_set():
                writer.transport.abort()
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Received | None:
        line = await reader.readline()
        if not line:
            return None
        headers = {}
        while each := (await reader.readline()).decode().strip():
            name, _, value = each.partition(":")
            headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Received(line.split()[1].decode(), headers, body, self._loop.time())
