"""A real server process on a free port of this machine, and the command line beside it."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import httpx
from click.testing import CliRunner, Result

from kanwerk.cli import cli

COMMAND = Path(sys.executable).with_name("kanwerk")


def environment(folder: Path, url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KANWERK_")}
    found = {**kept, "KANWERK_DATA": str(folder), "KANWERK_RATE_LIMIT": "off"}
    return found | ({"KANWERK_DATABASE_URL": url.replace("+psycopg", "", 1)} if url else {})


def kanwerk(folder: Path, url: str, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [COMMAND, *words],
        env=environment(folder, url),
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def invoke(folder: Path, url: str, *words: str, stdin: str = "") -> Result:
    """Run one command in this process: the same, but a second sooner."""
    return CliRunner(env=environment(folder, url)).invoke(cli, words, input=stdin)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running ``kanwerk serve``."""

    def __init__(self, folder: Path, url: str, *words: str, **variables: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.logged: list[str] = []
        self.process = subprocess.Popen(
            [COMMAND, "serve", "--port", str(self.port), *words],
            env=environment(folder, url) | variables,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.said = self.process.stdout.readline().strip()
        self.client = httpx.Client(base_url=f"{self.address}/api/v1", timeout=30)

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.logged.extend(self.process.stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.kill()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()

    def ask(self, token: str, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        signed = {"Authorization": f"Bearer {token}", **headers}
        return self.client.request(method, path, json=body, headers=signed)

    def stop(self, seconds: float = 25) -> int:
        """Ask it to stop, and return how it ended."""
        self.process.terminate()
        return self.process.wait(seconds)

    def kill(self) -> None:
        """End it, and its workers, without a word."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self._reader.join(10)


@contextmanager
def serving(folder: Path, url: str, *words: str, **variables: str) -> Iterator[Server]:
    with Server(folder, url, *words, **variables) as server:
        yield server
