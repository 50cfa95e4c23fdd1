"""``kanwerk serve`` as a process: it starts, says so, stops cleanly, and loses nothing."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine

from kanwerk.config import Settings
from tests.serving import Server, free_port, kanwerk, serving


@pytest.fixture
def place(engine: Any, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A furnished data folder and the address of its database."""
    with engine.copy(tmp_path) as url:
        yield tmp_path, url


@pytest.fixture
def told(engine: Any) -> dict[str, Any]:
    return engine.cast()["agency"]


def token_of(told: dict[str, Any], who: str) -> str:
    return told["people"][who]["token"]


def log_of(server: Server, token: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        page = server.ask(token, "GET", f"/events?limit=500&after={after}").json()
        found += page["data"]
        after = page["meta"]["next_after"]
        if after >= page["meta"]["last_sequence"]:
            return found


def test_it_says_where_it_is_logs_json_and_stops_cleanly(
    place: tuple[Path, str], told: dict[str, Any]
) -> None:
    with serving(*place) as server:
        assert server.said == f"Kanwerk is ready at {server.address}"
        assert httpx.get(f"{server.address}/healthz").status_code == 200
        assert httpx.get(f"{server.address}/readyz").status_code == 200
        assert server.ask(token_of(told, "owner"), "GET", "/me").status_code == 200
        assert server.stop() == 0
        lines = [json.loads(line) for line in server.logged]
    asked = [line for line in lines if line.get("path") == "/api/v1/me"]
    assert asked[0]["status"] == 200
    assert token_of(told, "owner") not in "".join(server.logged)


def test_what_it_is_answering_when_it_is_stopped_is_answered(
    place: tuple[Path, str], told: dict[str, Any]
) -> None:
    items = [{"name": f"Client {i}", "external_id": f"slow-{i}"} for i in range(500)]
    with serving(*place) as server, ThreadPoolExecutor() as threads:
        slow = threads.submit(
            server.ask, token_of(told, "machine"), "POST", "/clients/bulk", {"items": items}
        )
        waiting = threads.submit(server.ask, token_of(told, "owner"), "GET", "/events?after=100000&wait=30")
        time.sleep(0.2)
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 25  # of the 30 that one of them waits for
        assert slow.result().status_code == 200
        assert waiting.result().status_code == 200
    with serving(*place) as server:
        total = server.ask(token_of(told, "owner"), "GET", "/clients?include_total=true").json()["meta"][
            "total"
        ]
        assert total == 502


def test_the_command_line_works_while_it_serves(place: tuple[Path, str], told: dict[str, Any]) -> None:
    with serving(*place) as server:
        words = ("token", "create", "--space", "nordlicht", "--name", "ERP", "--scopes", "clients:read")
        made = kanwerk(*place, *words)
        assert (made.returncode, made.stderr) == (0, "")
        token = made.stdout.strip()
        assert token.startswith("kw_")
        assert made.stdout == f"{token}\n"
        assert server.ask(token, "GET", "/clients").status_code == 200
        assert server.ask(token, "POST", "/clients", {"name": "X"}).status_code == 403
        person = (
            "--email",
            "zoe@third.example",
            "--password-stdin",
            "--first-name",
            "Zoë",
            "--last-name",
            "Zimt",
        )
        opened = kanwerk(*place, "init", "--space", "Third", *person, stdin="a good password\n")
        assert (opened.returncode, opened.stderr) == (0, "")
        again = kanwerk(*place, "init", "--space", "Third", *person, stdin="a good password\n")
        assert again.returncode == 1
        assert again.stderr.count("\n") == 1
        listed = kanwerk(*place, "space", "list").stdout
        assert [line.split("\t")[0] for line in listed.splitlines()] == ["nordlicht", "rival", "third"]


def test_two_processes_writing_one_external_id_at_once_make_one_record(
    place: tuple[Path, str], told: dict[str, Any]
) -> None:
    with serving(*place) as one, serving(*place) as other, ThreadPoolExecutor(16) as threads:
        for turn in range(5):
            barrier = threading.Barrier(8)

            def write(
                server: Server, who: str, name: str = f"race-{turn}", at: Any = barrier
            ) -> httpx.Response:
                at.wait(10)
                return server.ask(token_of(told, who), "PUT", f"/clients/external/{name}", {"name": "Cedar"})

            people = ("machine", "robot", "member", "owner")
            answers = [
                each.result()
                for each in [threads.submit(write, server, who) for server in (one, other) for who in people]
            ]
            assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
            assert len({answer.json()["id"] for answer in answers}) == 1
        events = log_of(one, token_of(told, "owner"))
        assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
        assert sum(event["actor"]["type"] != "system" for event in events) == 5


def test_killed_in_the_middle_of_writes_it_comes_back_with_all_it_answered_and_nothing_by_halves(
    place: tuple[Path, str], told: dict[str, Any]
) -> None:
    answered: list[str] = []

    def write(server: Server, number: int) -> None:
        with httpx.Client(base_url=f"{server.address}/api/v1", timeout=10) as client:
            for i in range(10_000):
                body = {"name": f"Client {number}-{i}", "external_id": f"{number}-{i}"}
                headers = {"Authorization": f"Bearer {token_of(told, 'machine')}"}
                try:
                    answer = client.post("/clients", json=body, headers=headers)
                except httpx.HTTPError:
                    return
                assert answer.status_code == 201
                answered.append(body["external_id"])

    with serving(*place) as server:
        writers = [threading.Thread(target=write, args=(server, number)) for number in range(4)]
        for writer in writers:
            writer.start()
        while len(answered) < 30 and any(writer.is_alive() for writer in writers):
            time.sleep(0.01)
        assert len(answered) >= 30, server.logged[-20:]
        server.kill()
        for writer in writers:
            writer.join(15)
    with serving(*place) as server:
        token = token_of(told, "owner")
        events = log_of(server, token)
        assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
        logged = {event["data"]["external_id"] for event in events if event["type"] == "client.created"}
        assert set(answered) <= logged
        found: set[str] = set()
        cursor = ""
        while cursor is not None:
            page = server.ask(
                token, "GET", "/clients?limit=500" + (f"&cursor={cursor}" if cursor else "")
            ).json()
            found |= {client["external_id"] for client in page["data"]}
            cursor = page["meta"]["next_cursor"]
        assert found == logged
        assert server.ask(token, "POST", "/clients", {"name": "Cedar"}).status_code == 201


def refused(folder: Path, url: str, *words: str) -> str:
    """Return the one line with which it gave up."""
    done = kanwerk(folder, url, *words)
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_taken_port_is_one_line_and_exit_code_1(place: tuple[Path, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}" in refused(*place, "serve", "--port", str(port))


def test_an_unwritable_folder_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "file" in refused(tmp_path, "", "serve", "--data", str(tmp_path / "file" / "data"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    assert "data" in refused(tmp_path, "", "serve", "--data", str(tmp_path / "data"))


@pytest.mark.parametrize("command", ["serve", "space list"])
def test_an_unreachable_database_is_one_line_and_exit_code_1(tmp_path: Path, command: str) -> None:
    nowhere = f"postgresql://nobody:secret@127.0.0.1:{free_port()}/nothing"
    line = refused(tmp_path, nowhere, *command.split())
    assert "secret" not in line


@pytest.mark.parametrize("url", ["mysql://x", "postgresql://", "sqlite:////nowhere/at/all.db"])
def test_an_address_that_is_no_database_is_one_line_and_exit_code_1(tmp_path: Path, url: str) -> None:
    refused(tmp_path, url, "migrate")


def test_a_newer_schema_is_one_line_and_exit_code_1(place: tuple[Path, str]) -> None:
    folder, url = place
    engine = create_engine(Settings(data=folder, database_url=url).url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    for command in ("serve", "migrate"):
        assert "9999" in refused(folder, url, command)


def test_an_empty_folder_is_filled_and_a_code_for_the_set_up_is_told(tmp_path: Path) -> None:
    with serving(tmp_path / "..", "", "--data", str(tmp_path / "new")) as server:
        assert server.said == f"Kanwerk is ready at {server.address}"
        assert server.process.stdout is not None
        assert "/set-up with the code " in server.process.stdout.readline()
    assert (tmp_path / "new" / "kanwerk.db").exists()


@pytest.mark.parametrize("workers", ["2"])
def test_several_workers_share_the_work(place: tuple[Path, str], told: dict[str, Any], workers: str) -> None:
    with serving(*place, "--workers", workers) as server, ThreadPoolExecutor(8) as threads:
        token = token_of(told, "machine")
        jobs = [threads.submit(server.ask, token, "POST", "/clients", {"name": f"C {i}"}) for i in range(40)]
        assert {job.result().status_code for job in jobs} == {201}
        events = log_of(server, token_of(told, "owner"))
        assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
        assert server.stop() == 0
