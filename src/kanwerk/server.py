"""Serving: Granian's workers, one line when they are ready, and a clean stop."""

import contextlib
import gc
import itertools
import multiprocessing
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import Any

from granian.constants import Interfaces
from granian.server import Server

from kanwerk.beside import Beside
from kanwerk.config import Settings, SettingsError
from kanwerk.core import stopping
from kanwerk.core.database import Database
from kanwerk.core.gate import Gate
from kanwerk.people.set_up import open_code

STOP_SECONDS = 10


def set_up_code(database: Database) -> str | None:
    """Return the one-time code that lets a browser set up the first space; None when there is a space."""
    return database.write(open_code)


def run(settings: Settings, host: str, port: int, workers: int, code: str | None) -> None:
    """Serve until SIGTERM or SIGINT; what is being answered is finished within ten seconds."""
    _free(host, port)
    os.environ["KANWERK_DATA"] = str(settings.data)
    if settings.database_url:
        os.environ["KANWERK_DATABASE_URL"] = settings.database_url
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    everywhere = host in ("0.0.0.0", "::")  # noqa: S104  # told apart, not bound
    os.environ.setdefault("KANWERK_PUBLIC_URL", f"http://localhost:{port}" if everywhere else address)
    multiprocessing.set_start_method("fork", force=True)  # from Python 3.14 on another one is the default
    server = Server(
        "kanwerk.server:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        factory=True,
        log_enabled=False,
        websockets=False,
        workers_kill_timeout=STOP_SECONDS,
        backpressure=4096,
    )
    server.on_startup(stopping.tell_on_signals)
    beside = Beside() if settings.background == "on" else None
    telling = threading.Thread(target=_tell_when_ready, args=(address, code, beside), daemon=True)
    _after_forks(workers, telling)
    try:
        server.serve()
    finally:
        if beside is not None:
            beside.stop()


def application() -> Gate:
    """Return a worker's application; what is loaded by then stays, so the collector may pass it by."""
    from kanwerk.app import create

    gate = create()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    return gate


def _free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"cannot listen on {host}:{port}: {error.strerror}"
            raise SettingsError(message) from None


def _after_forks(count: int, thread: threading.Thread) -> None:
    """Start a thread once all workers are forked: a fork beside it takes along its locks, held for good."""
    left = itertools.count(count - 1, -1)
    os.register_at_fork(after_in_parent=lambda: thread.start() if next(left) == 0 else None)


def _tell_when_ready(address: str, code: str | None, beside: Beside | None) -> None:
    while True:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):  # noqa: S310 (our own address)
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    _say(f"Kanwerk is ready at {address}")
    if code is not None:
        _say(f"Set it up at {address}/set-up with the code {code}")
    if beside is not None:  # only now: the workers' start has the processors to itself
        beside.keep()


def _say(line: Any) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
