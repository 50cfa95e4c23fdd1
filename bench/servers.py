"""Servers as processes of their own: the product as an operator starts it, and the floor."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

from msgspec import Struct

HOST = "127.0.0.1"
KANWERK = str(Path(sys.executable).with_name("kanwerk"))


class Running(Struct):
    """A server that answers: where, its first process, how long it took to get ready."""

    port: int
    process: "subprocess.Popen[bytes]"
    seconds: float

    def memory(self) -> list[int]:
        """Return the resident memory in bytes of the first process and of its workers; the process beside
        them is left out.
        """
        pid = self.process.pid
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        workers = [int(each) for task in tasks for each in task.read_text().split() if _is_worker(each)]
        return [_resident(pid), *(_resident(each) for each in workers)]


def _is_worker(pid: str) -> bool:
    command = Path(f"/proc/{pid}/cmdline").read_text()
    return not any(word in command for word in ("resource_tracker", "kanwerk.background"))


def _resident(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


@contextlib.contextmanager
def product(folder: Path, database_url: str = "", **variables: str) -> Iterator[Running]:
    """Run ``kanwerk serve`` with one worker; its limit counts but never bites, its log goes to a file."""
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KANWERK_")}
    # Python must be able to keep what it compiled: a warm start is one that does not compile again.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment |= {"KANWERK_RATE_LIMIT": "1000000000/minute", "KANWERK_LOG_FORMAT": "json"} | variables
    command = [KANWERK, "serve", "--port", str(port), "--data", str(folder)]
    if database_url:
        command += ["--database-url", database_url]
    with (folder / "server.log").open("ab") as log:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log)
        with _ending(process):
            assert process.stdout is not None
            line = process.stdout.readline()
            seconds = time.perf_counter() - began
            if b"ready" not in line:
                told = Path(log.name).read_text().splitlines()[-1:]
                raise SystemExit(f"kanwerk serve did not start: {told}")
            yield Running(port, process, seconds)


@contextlib.contextmanager
def floor(folder: Path) -> Iterator[Running]:
    """Run the floor on the same database file."""
    port = _free_port()
    command = [sys.executable, "-m", "bench.floor", str(port), str(folder / "kanwerk.db")]
    began = time.perf_counter()
    process = subprocess.Popen(command)
    with _ending(process):
        while not _listens(port):
            if process.poll() is not None or time.perf_counter() - began > 30:
                raise SystemExit("the floor did not start")
            time.sleep(0.02)
        yield Running(port, process, time.perf_counter() - began)


@contextlib.contextmanager
def _ending(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex((HOST, port)) == 0


def fetch(server: Running, path: str, token: str) -> bytes:
    """Return the body of one answer; anything but 200 ends the run."""
    with contextlib.closing(HTTPConnection(HOST, server.port, timeout=10)) as connection:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {body[:500]!r}")
        return body
