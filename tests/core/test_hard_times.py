"""A database that is locked, full or gone: nothing half-written, and the answers the contract names."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import create_engine, event

from kanwerk.config import Settings
from tests.cable import Cable
from tests.cast import Person, Troupe, code
from tests.house import House

only_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@contextmanager
def write_lock(house: House, seconds: float) -> Iterator[None]:
    """Let somebody else hold SQLite's write lock for a while."""
    path = house.database.path
    assert path is not None
    taken = threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            taken.set()
            time.sleep(seconds)
            other.execute("ROLLBACK")

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait(5)
    yield
    thread.join()


@only_sqlite
def test_while_another_process_holds_the_write_lock_reads_go_on_and_the_write_succeeds_after(
    agency: Troupe,
) -> None:
    read = 0

    async def reading() -> None:
        nonlocal read
        ends = time.monotonic() + 1.5  # the lock is held until after that
        while time.monotonic() < ends:
            assert (await agency.member.asking("GET", "/clients")).status_code == 200
            assert (await agency.house.send("GET", "/healthz")).status_code == 200
            read += 1
            await asyncio.sleep(0.01)

    async def writing() -> Any:
        began = time.monotonic()
        answer = await agency.member.asking("POST", "/clients", {"name": "Cedar"})
        return answer.status_code, time.monotonic() - began

    with write_lock(agency.house, 2):
        _, (status, took) = agency.house.together(reading(), writing())
    assert status == 201
    assert took > 1
    assert read >= 5


@only_sqlite
def test_a_write_that_waits_too_long_is_a_503_and_leaves_nothing(agency: Troupe) -> None:
    last = agency.owner.last
    with write_lock(agency.house, 5):
        answer = agency.member.post("/clients", {"name": "Cedar"})
        assert (answer.status_code, code(answer)) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
    assert agency.owner.last == last
    assert agency.member.post("/clients", {"name": "Cedar"}).status_code == 201


@only_sqlite
def test_a_full_disk_is_a_503_and_nothing_is_half_written(agency: Troupe) -> None:
    """SQLite's own SQLITE_FULL, by a limit on the pages of the file; lifted, everything goes on."""
    engine = agency.house.database.engine

    def limit(pages: int) -> None:
        engine.dispose()
        event.listen(
            engine, "connect", lambda connection, _: connection.execute(f"PRAGMA max_page_count = {pages}")
        )

    pages = agency.house.database.read("PRAGMA page_count", {})[0][0]
    limit(pages)
    status, made = 201, 0
    while status == 201 and made < 500:
        answer = agency.member.post("/clients", {"name": f"Client {made} " + "x" * 250})
        status = answer.status_code
        made += status == 201
    assert (status, code(answer)) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    bulk = agency.member.post("/clients/bulk", {"items": [{"name": "y" * 250}] * 200})
    assert bulk.status_code == 503
    assert agency.member.get("/clients", include_total=True).json()["meta"]["total"] == 2 + made
    events = agency.owner.events()
    assert [each["sequence"] for each in events] == list(range(1, len(events) + 1))
    assert sum(each["type"] == "client.created" for each in events) == 2 + made
    assert agency.house.database.read("PRAGMA integrity_check", {}) == [("ok",)]
    limit(1_000_000)
    assert agency.member.post("/clients", {"name": "Cedar"}).status_code == 201


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_full_disk_of_postgresql_is_a_503_and_nothing_is_half_written(agency: Troupe) -> None:
    """PostgreSQL's own 53100, raised in the server when the log is written: last of all in a transaction."""
    database, before = agency.house.database, agency.owner.last

    def run(*statements: str) -> None:
        with database.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    run(
        "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$",
        "CREATE TRIGGER no_space BEFORE INSERT ON events EXECUTE FUNCTION no_space()",
    )
    try:
        for answer in (
            agency.member.post("/clients", {"name": "Cedar"}, key="cedar"),
            agency.member.post("/clients/bulk", {"items": [{"name": "Cedar"}] * 5}),
            agency.machine.put("/clients/external/crm-1", {"name": "Cedar"}),
            agency.owner.delete(f"/clients/{agency.other_client_id}"),
        ):
            assert (answer.status_code, code(answer)) == (503, "unavailable")
            assert int(answer.headers["Retry-After"]) >= 1
            assert "space" in answer.json()["detail"]
        assert agency.member.get("/clients", include_total=True).json()["meta"]["total"] == 2
        assert agency.member.get("/clients", external_id="crm-1").json()["data"][0]["name"] == "Aster Media"
        assert agency.owner.last == before
    finally:
        run("DROP TRIGGER no_space ON events", "DROP FUNCTION no_space()")
    assert agency.member.post("/clients", {"name": "Cedar"}, key="cedar").status_code == 201
    assert agency.owner.last == before + 1


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_connection_that_broke_is_opened_anew(agency: Troupe) -> None:
    assert agency.member.get("/clients").status_code == 200
    agency.house.database.engine.dispose()
    held = agency.house.database._held.connection
    pid = held.info.backend_pid
    with agency.house.database.engine.connect() as other:
        other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
    assert agency.member.get("/clients").status_code == 200
    assert agency.member.post("/clients", {"name": "Cedar"}).status_code == 201


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize("path", ["/clients/bulk", "/clients/external/crm-1"])
@pytest.mark.parametrize("table", ["clients", "event_counters"])
def test_a_connection_that_is_cut_in_the_middle_of_a_write_is_a_503_and_leaves_nothing(
    settings: Settings, loop: asyncio.AbstractEventLoop, engine: Any, path: str, table: str
) -> None:
    """Cut while it waits for a lock: with half of its statements done, or with all but the last."""
    item = {"name": "Aster", "external_id": "crm-1"}
    method, body = ("POST", {"items": [{"name": "New"}, item]}) if path.endswith("bulk") else ("PUT", item)
    waiting = (
        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with (
        Cable(settings.url) as cable,
        House(structs.replace(settings, database_url=cable.url), loop) as house,
    ):
        agency = Troupe(house, engine.cast()["agency"])
        before = agency.owner.last
        direct = create_engine(settings.url)
        looking = {"isolation_level": "AUTOCOMMIT"}  # in a transaction it would see the same again and again
        with direct.connect() as holder, direct.connect().execution_options(**looking) as looker:
            holder.exec_driver_sql(f"SELECT * FROM {table} FOR UPDATE")

            async def cut() -> bool:
                for _ in range(100):
                    if looker.exec_driver_sql(waiting).fetchall():
                        cable.cut()
                        return True
                    await asyncio.sleep(0.02)
                return False

            answer, was_cut = house.together(agency.machine.asking(method, path, body), cut())
        assert was_cut
        direct.dispose()
        assert (answer.status_code, code(answer)) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
        assert agency.owner.last == before
        assert agency.member.get("/clients", include_total=True).json()["meta"]["total"] == 2
        assert agency.machine.ask(method, path, body).status_code == 200


def test_without_a_database_the_answer_is_a_503_and_the_house_is_alive(
    tmp_path: Any, loop: asyncio.AbstractEventLoop
) -> None:
    nowhere = Settings(
        data=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/nothing", log_format="json"
    )
    with House(nowhere, loop) as house:
        person = Person(house, "", "kw_x")
        answer = person.get("/clients")
        assert (answer.status_code, code(answer)) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
        assert house.ask("GET", "/healthz").status_code == 200
        assert house.ask("GET", "/readyz").status_code == 503


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_record_locked_by_somebody_else_is_waited_for(agency: Troupe) -> None:
    with agency.house.database.engine.connect() as other:
        other.exec_driver_sql("SELECT * FROM clients FOR UPDATE")

        async def release() -> None:
            await asyncio.sleep(0.5)
            other.rollback()

        answer, _ = agency.house.together(
            agency.member.asking("PATCH", f"/clients/{agency.client_id}", {"name": "Aster"}), release()
        )
    assert answer.status_code == 200


def test_a_failed_write_spoils_nothing_for_those_beside_it(agency: Troupe) -> None:
    """Writes that wait together may be committed together: each keeps its own fate."""
    before = agency.owner.last
    jobs = []
    for i in range(20):
        jobs.append(agency.member.asking("POST", "/clients", {"name": f"Client {i}"}))
        jobs.append(agency.member.asking("POST", "/clients", {"name": "X", "shortcode": "AST"}))
        jobs.append(agency.machine.asking("POST", "/clients", {"name": "Y"}, query={"validate_only": True}))
        jobs.append(agency.owner.asking("DELETE", f"/clients/{agency.client_id}"))
    answers = agency.house.together(*jobs)
    statuses = [answer.status_code for answer in answers]
    assert statuses == [201, 409, 200, 409] * 20
    events = agency.owner.events(before)
    assert [each["sequence"] for each in events] == list(range(before + 1, before + 21))
    told = {each["data"]["id"] for each in events}
    assert told == {answer.json()["id"] for answer in answers[::4]}
    tags = {answer.headers["ETag"] for answer in answers[::4]}
    assert {int(tag[1:].partition("-")[0]) for tag in tags} == set(range(before + 1, before + 21))
    assert agency.member.get("/clients", include_total=True).json()["meta"]["total"] == 22
