"""Imports in the web app: upload, look at what would happen, import, look at what happened."""

import json
from typing import Any

import pytest

from kanwerk import housekeeping
from kanwerk.files.models import sweep as sweep_files
from kanwerk.importers import arriving, working
from tests.cast import Troupe
from tests.conftest import Hands
from tests.files.test_files import stored
from tests.importers.sources import board, project, titles
from tests.importers.uploads import HERE, checked, row, send, told_each_time, uploaded, work
from tests.translations.test_pages import speaks
from tests.visitor import Visitor

__all__ = ["told_each_time"]
CLIENTS = "Firma;Kd.-Nr.;Farbe\nBirke AG;K1;rot\nZeder KG;K2;blau\n;K3;\n"


def test_a_board_is_uploaded_looked_at_and_imported(agency: Troupe) -> None:
    owner, here = Visitor(agency, agency.owner), uploaded(agency, board())
    page = owner.get(here)
    assert '<option value="trello" selected>' in page.text
    assert "Clients (CSV)" not in page.text
    assert owner.post(f"{here}/check", {"source": "trello"}).status_code == 303
    page = owner.get(here)
    assert "It begins in a moment." in page.text
    assert '<div id="import" data-live="notices">' in page.text
    last = agency.owner.last
    assert work(agency) == 1
    page = owner.get(here)
    assert "Nothing is imported yet." in page.text
    assert "Tasks</th><td>3</td>" in page.text
    assert "Values of custom fields: left out" in page.text
    assert agency.owner.last == last
    assert owner.post(f"{here}/start").status_code == 303
    assert work(agency) == 1
    page = owner.get(here)
    made = project(agency, "trello:b1")
    assert f'href="/nordlicht/projects/{made["shortcode"]}"' in page.text
    assert "Tasks</th><td>3</td>" in page.text
    assert set(titles(agency, "trello:b1")) == {"Choose type", "Go live", "Draw the header"}
    listed = owner.get(HERE).text
    assert "Imported" in listed
    assert "Ola Nordby" in listed
    assert owner.post(f"{here}/start").status_code == 409
    assert work(agency) == 0


def test_archived_cards_come_along_if_wanted(agency: Troupe) -> None:
    owner, here = checked(agency, board(), archived="true")
    assert "Tasks</th><td>5</td>" in owner.get(here).text


def test_columns_of_a_spreadsheet_are_guessed_and_said(agency: Troupe) -> None:
    owner, here = Visitor(agency, agency.owner), uploaded(agency, CLIENTS, "kunden.csv")
    page = owner.get(here).text
    assert '<option value="clients" selected>' in page
    assert "Birke AG, Zeder KG" in page
    bad = {"source": "clients", "column.0": "name", "column.1": "name", "column.2": ""}
    answer = owner.post(f"{here}/check", bad)
    assert answer.status_code == 422
    assert "Name is chosen for two columns." in answer.text
    fine = {"source": "clients", "column.0": "name", "column.1": "external_id", "column.2": ""}
    owner.post(f"{here}/check", fine)
    work(agency)
    page = owner.get(here).text
    assert "Clients refused: there is no name" in page
    assert "line 4" in page
    owner.post(f"{here}/start")
    work(agency)
    (birke,) = agency.owner.get("/clients", external_id="K1").json()["data"]
    assert birke["name"] == "Birke AG"
    assert f'href="/nordlicht/clients/{birke["id"]}"' in owner.get(here).text


def test_tasks_of_a_spreadsheet_need_a_project(agency: Troupe) -> None:
    owner, here = Visitor(agency, agency.owner), uploaded(agency, "Title;Status\nA;To Do\n", "t.csv")
    fields = {"source": "tasks", "column.0": "title", "column.1": "column", "project": ""}
    answer = owner.post(f"{here}/check", fields)
    assert answer.status_code == 422
    assert "Choose a project, or the column that says it." in answer.text
    owner.post(f"{here}/check", {**fields, "project": "WEB"})
    work(agency)
    owner.post(f"{here}/start")
    work(agency)
    found = agency.owner.everything("/tasks", project_id=agency.project_id)
    assert "A" in [each["title"] for each in found]


@pytest.mark.parametrize(
    ("content", "source"),
    [
        ('{"data":[{"gid":"1","name":"A"}]}', "asana"),
        ("Task ID,Created At,Name,Section/Column\n1,2026-01-01,A,To Do\n", "asana"),
        ("Summary,Issue key,Issue id\nA,W-1,1\n", "jira"),
        ("Projekt;Stav;Leitung\nWeb;aktiv;Mia\n", "projects"),
        ("Title,Assignees,Due\nA,Mia,2026-01-01\n", "tasks"),
        ("\ufeffFirma\nBirke\n", "clients"),
    ],
)
def test_what_a_file_is_is_recognised(agency: Troupe, content: str, source: str) -> None:
    here = uploaded(agency, content, "file")
    assert row(agency, here).source == source
    assert f'<option value="{source}" selected>' in Visitor(agency, agency.owner).get(here).text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Choose a file that is not empty."),
        (b"PK\x03\x04\x00\x00sheet", "This is neither JSON nor CSV."),
        (b"<html></html>", "This is neither JSON nor CSV."),
    ],
)
def test_what_cannot_be_read_is_refused_at_once(agency: Troupe, content: bytes, told: str) -> None:
    answer = send(agency, agency.owner, content, "x")
    assert answer.status_code == 422
    assert told in answer.text
    assert "Earlier imports" not in answer.text


def test_a_file_that_is_too_large_is_refused_with_the_limit(
    agency: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "MOST", 1024)
    answer = send(agency, agency.owner, b"{" + b" " * 2000, "x.json")
    assert answer.status_code == 413
    assert "This file is too large" in answer.text


def test_a_cut_file_and_one_of_another_kind_are_told(agency: Troupe) -> None:
    owner = Visitor(agency, agency.owner)
    for content, told in (
        (json.dumps(board())[:200], "it ends in the middle"),
        ('{"cards": 1}', "This is not a board that Trello exported"),
    ):
        here = uploaded(agency, content)
        owner.post(f"{here}/check", {"source": "trello"})
        last = agency.owner.last
        work(agency)
        page = owner.get(here).text
        assert "Failed" in page
        assert told in page
        assert owner.post(f"{here}/start").status_code == 409
        assert agency.owner.last == last


def test_a_hostile_name_is_shown_as_text(agency: Troupe) -> None:
    here = uploaded(agency, board(name='<script>x</script>{{ 1 }} %(a)s "'), "../a<b>\u202e.json")
    owner = Visitor(agency, agency.owner)
    owner.post(f"{here}/check", {"source": "trello"})
    work(agency)
    owner.post(f"{here}/start")
    work(agency)
    page = owner.get(here).text
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page
    assert "<b>" not in owner.get(HERE).text


def test_what_nobody_expected_is_told_and_kept_apart(agency: Troupe, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        message = "secret"
        raise ZeroDivisionError(message)

    owner, here = checked(agency, board())
    owner.post(f"{here}/start")
    monkeypatch.setitem(working.SOURCES, "trello", working.SOURCES["trello"]._replace(run=broken))
    work(agency)
    page = owner.get(here).text
    assert "Something went wrong here." in page
    assert "secret" not in page


def test_only_owners_and_admins_of_the_space_import(agency: Troupe, rival: Troupe) -> None:
    here = uploaded(agency, board())
    assert Visitor(agency, agency.admin).get(here).status_code == 200
    for person in (agency.member, agency.guest, agency.tax_advisor):
        visitor = Visitor(agency, person)
        assert visitor.get(HERE).status_code == 403
        assert visitor.get(here).status_code == 403
        assert visitor.post(f"{here}/start").status_code == 403
        assert send(agency, person, b"{}", "x.json").status_code == 403
    stranger = Visitor(rival, rival.owner)
    assert stranger.get(here).status_code == 404
    theirs = Visitor(rival, rival.owner, "rival")
    assert theirs.get(here).status_code == 404
    for act in ("check", "start", "stop"):
        assert theirs.post(f"{here}/{act}", {"source": "trello"}).status_code == 404
    assert "board.json" not in theirs.get(HERE).text


def test_reports_are_in_the_readers_language(agency: Troupe) -> None:
    owner, here = checked(agency, board())
    speaks(agency, agency.owner, "de-DE")
    page = owner.get(here).text
    assert "Werte eigener Felder: weggelassen" in page
    assert "Zuweisungen an Personen, die in diesem Space kein Konto haben" in page


def test_imports_and_their_files_are_forgotten_after_thirty_days(agency: Troupe, hands: Hands) -> None:
    _, here = checked(agency, board())
    database, storage = agency.house.database, agency.house.runtime.storage
    hands.move(days=29)
    database.write(housekeeping.sweep)
    assert database.write(lambda session: sweep_files(session, storage)) == 0
    assert len(stored(agency)) == 1
    hands.move(days=2)
    database.write(housekeeping.sweep)
    assert database.write(lambda session: sweep_files(session, storage)) == 1
    assert stored(agency) == []
    assert Visitor(agency, agency.owner).get(here).status_code == 404


def test_a_list_of_imports_costs_the_same_however_long(
    agency: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = Visitor(agency, agency.owner)
    seen: list[str] = []
    usual = agency.house.database.read

    def read(sql: str, parameters: dict[str, Any]) -> Any:
        seen.append(sql)
        return usual(sql, parameters)

    counts = []
    for _ in range(2):
        uploaded(agency, board())
        monkeypatch.setattr(agency.house.database, "read", read)
        seen.clear()
        owner.get(HERE)
        counts.append(len(seen))
        monkeypatch.setattr(agency.house.database, "read", usual)
    assert counts[0] == counts[1]
