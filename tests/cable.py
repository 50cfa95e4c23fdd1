"""The cable to a PostgreSQL server, to be cut in the middle of something."""

import socket
import threading
from contextlib import suppress
from typing import Any, Self

from sqlalchemy import make_url


class Cable:
    """Forwards connections from a port of this machine to the server of an address, until it is cut."""

    def __init__(self, url: str) -> None:
        there = make_url(url)
        host, port = str(there.query.get("host") or there.host), there.port or 5432
        unix = host.startswith("/")
        self.server: Any = f"{host}/.s.PGSQL.{port}" if unix else (host, port)
        self.family = socket.AF_UNIX if unix else socket.AF_INET
        self.entry = socket.create_server(("127.0.0.1", 0))
        own = there.difference_update_query(["host"]).set(host="127.0.0.1", port=self.entry.getsockname()[1])
        self.url = own.render_as_string(hide_password=False)
        self.ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.entry.accept()
            except OSError:
                return
            far = socket.socket(self.family, socket.SOCK_STREAM)
            far.connect(self.server)
            self.ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(one, other), daemon=True).start()

    def cut(self) -> None:
        """Cut all connections; new ones go through."""
        ends, self.ends = self.ends, []
        for end in ends:
            _end(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.entry.close()
        self.cut()


def _pump(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(65_536):
            other.sendall(piece)
    _end(one)
    _end(other)


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
