"""Kanbert: a server that speaks what its public reference shows, and a served one of our own."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kanwerk.core.problems import Problem
from kanwerk.importers import kanbert, other_server
from kanwerk.importers.report import Report
from kanwerk.importers.runner import Options
from tests.cast import Troupe, made
from tests.engines import Sqlite
from tests.importers.sources import counted, notes
from tests.serving import free_port, serving

TOKEN = "kb_secret"
MIA = {
    "id": "u1",
    "first_name": "Mia",
    "last_name": "Berger",
    "email": "mia@nordlicht.example",
    "type": "user",
    "space": {"id": "s1", "name": "Elsewhere"},
}


def client(number: int, **more: Any) -> dict[str, Any]:
    """Return a client as the list shows it."""
    return {
        "id": f"k{number}",
        "external_id": None,
        "external_origin": None,
        "name": f"Client {number}",
        "shortcode": f"C{number}",
        "primary_contact": None,
        "origin_space": None,
    } | more


PROJECT = {
    "id": "p1",
    "external_id": "ERP-9",
    "external_origin": "ERP",
    "name": "Launch",
    "shortcode": "LAU",
    "status": "on_hold",
    "client_id": "k1",
    "business_field": {"id": "f1", "name": "Web"},
    "start_date": "2024-05-01",
    "due_date": None,
    "origin_space": None,
}


class Far(ThreadingHTTPServer):
    """A server of that API: two clients a page, nothing that the reference does not show."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.address = f"http://127.0.0.1:{self.server_port}/api/v1"
        self.clients = [client(1, primary_contact=MIA, shortcode="AST"), client(2), client(3)]
        self.projects: list[dict[str, Any]] = [PROJECT]
        self.fields: list[dict[str, Any]] = []
        self.by_link = False
        self.busy = 0
        self.elsewhere = ""
        self.asked: list[str] = []

    def bring(self, agency: Troupe, *, token: str = TOKEN, **options: Any) -> Report:
        """Import from it."""
        source = kanbert.Source(self.address, token)
        return kanbert.run(agency.house.database, "nordlicht", source, Options(**options))


class Asked(BaseHTTPRequestHandler):
    """One request to it."""

    server: Far

    def do_GET(self) -> None:
        path, _, query = self.path.removeprefix("/api/v1").partition("?")
        self.server.asked.append(path)
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.answer(401, {})
        elif self.server.busy:
            self.server.busy -= 1
            self.answer(429, {}, **{"Retry-After": "0"})
        elif self.server.elsewhere and path == "/clients":
            self.answer(302, {}, Location=self.server.elsewhere)
        elif path == "/business-fields":
            self.answer(200, [{"id": "f1", "name": "Web"}, {"id": "f2", "name": "Print"}])
        elif path == "/fields" and self.server.fields:
            self.answer(200, self.server.fields)
        elif path in ("/clients", "/projects"):
            self.page(path, getattr(self.server, path[1:]), int(query.partition("cursor=")[2] or 0))
        elif path.startswith("/clients/") and not path.endswith("/fields"):
            (found,) = (each for each in self.server.clients if each["id"] == path[9:])
            self.answer(200, found | {"segment": "A", "projects": []})
        else:
            self.answer(404, {"detail": "nothing"})

    def page(self, path: str, records: list[Any], start: int) -> None:
        data = records[start : start + 2]
        more = str(start + 2) if start + 2 < len(records) else None
        if not self.server.by_link:
            self.answer(200, {"data": data, "meta": {"next_cursor": more}})
        elif more is None:
            self.answer(200, data)
        else:
            self.answer(200, data, Link=f'</api/v1{path}?cursor={more}>; rel="next"')

    def answer(self, status: int, body: Any, **headers: str) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(raw))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@pytest.fixture
def far() -> Iterator[Far]:
    with Far() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def clients(agency: Troupe) -> dict[str, dict[str, Any]]:
    found = agency.owner.everything("/clients", external_origin="Kanbert")
    return {each["name"]: agency.owner.get(f"/clients/{each['id']}").json() for each in found}


@pytest.mark.parametrize("by_link", [False, True])
def test_clients_and_projects_come_in_page_by_page(agency: Troupe, far: Far, *, by_link: bool) -> None:
    far.by_link = by_link
    report = far.bring(agency)
    found = clients(agency)
    first = found["Client 1"]
    assert (first["external_id"], first["segment"]) == ("kanbert:k1", "A")
    assert first["primary_contact"]["first_name"] == "Mia"
    assert (first["shortcode"], found["Client 3"]["shortcode"]) == (None, "C3")  # AST is taken here
    (listed,) = agency.owner.get("/projects", external_id="kanbert:p1").json()["data"]
    assert (listed["name"], listed["status"], listed["shortcode"]) == ("Launch", "on_hold", "LAU")
    assert (listed["client_id"], listed["business_field"]["name"]) == (first["id"], "Web")
    assert counted(report, "business fields") == {"created": 2}
    told = notes(report)
    assert told["shortcodes that are taken here: left out"] == 1
    assert told["external ids of the source's own: not kept, since here it is the source's id"] == 1


def test_importing_again_leaves_no_event_and_changes_what_changed(agency: Troupe, far: Far) -> None:
    far.bring(agency)
    last = agency.owner.last
    report = far.bring(agency)
    assert agency.owner.events(last) == []
    assert counted(report, "clients") == {"unchanged": 3}
    assert counted(report, "business fields") == {"unchanged": 2}
    far.clients[1]["name"] = "Renamed"
    agency.owner.delete(f"/clients/{clients(agency)['Client 3']['id']}")
    last = agency.owner.last
    assert counted(far.bring(agency), "clients") == {"changed": 1, "unchanged": 1, "left in the trash": 1}
    assert [event["type"] for event in agency.owner.events(last)] == ["client.updated"]


def test_a_dry_run_keeps_nothing(agency: Troupe, far: Far) -> None:
    last = agency.owner.last
    report = far.bring(agency, dry=True)
    assert agency.owner.events(last) == []
    assert report.counts == far.bring(agency).counts


def test_a_busy_server_is_asked_again(agency: Troupe, far: Far) -> None:
    far.busy = 3
    assert counted(far.bring(agency), "clients") == {"created": 3}


def test_a_server_that_stays_busy_is_said(agency: Troupe, far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    far.busy = 1000
    monkeypatch.setattr(other_server, "TRIES", 2)
    with pytest.raises(Problem, match="answered /me with 429"):
        far.bring(agency)


def test_a_token_that_is_refused_is_said_and_not_shown(agency: Troupe, far: Far) -> None:
    with pytest.raises(Problem, match="does not let this token read") as caught:
        far.bring(agency, token="kb_other")
    assert "kb_other" not in str(caught.value)


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: 1", "ü"])
def test_what_can_be_no_token_is_never_sent(agency: Troupe, far: Far, token: str) -> None:
    with pytest.raises(Problem, match="no token"):
        far.bring(agency, token=token)
    assert far.asked == []


def test_a_redirect_to_another_server_is_not_followed(agency: Troupe, far: Far) -> None:
    with Far() as other:
        far.elsewhere = f"{other.address}/clients"
        with pytest.raises(Problem, match="points to another"):
            far.bring(agency)
        assert other.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "http://kanbert.example/api/v1",
        "ftp://127.0.0.1",
        "https://",
        "https://a:b@kanbert.example",
        "x",
        "https://[x",
    ],
)
def test_only_an_encrypted_address_is_asked(agency: Troupe, address: str) -> None:
    with pytest.raises(Problem, match="address"):
        kanbert.run(agency.house.database, "nordlicht", kanbert.Source(address, TOKEN), Options())


def test_a_server_that_is_not_there_is_said(agency: Troupe) -> None:
    address = f"http://127.0.0.1:{free_port()}/api/v1"
    with pytest.raises(Problem, match="cannot be reached"):
        kanbert.run(agency.house.database, "nordlicht", kanbert.Source(address, TOKEN), Options())


def test_what_a_server_says_wrongly_does_no_harm(agency: Troupe, far: Far) -> None:
    far.clients = [client(1, name=None), client(2, name="N" * 500, shortcode=5), client(3, name="A\x00\nB")]
    far.projects = [PROJECT | {"status": 7, "start_date": "x", "client_id": [], "business_field": "Web"}]
    report = far.bring(agency)
    assert counted(report, "clients") == {"created": 2, "skipped": 1}
    assert sorted(clients(agency)) == ["A B", "N" * 300]
    assert counted(report, "projects") == {"created": 1}


def test_another_kanwerk_is_read_to_its_last_page(agency: Troupe, sqlite: Sqlite, tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    items = [{"name": f"Client {i}", "external_id": f"far-{i}"} for i in range(120)]
    owner = sqlite.cast()["rival"]["people"]["owner"]["token"]
    with sqlite.copy(folder) as url, serving(folder, url) as server:
        assert server.ask(owner, "POST", "/clients/bulk", {"items": items}).status_code == 200
        field = server.ask(owner, "POST", "/business-fields", {"name": "Print"}).json()
        members = {"name": "Flyer", "description": "All *of* it", "business_field_id": field["id"]}
        there = server.ask(owner, "POST", "/projects", members | {"visibility": "members"}).json()
        source = kanbert.Source(f"{server.address}/api/v1", owner)
        report = kanbert.run(agency.house.database, "nordlicht", source, Options())
        again = kanbert.run(agency.house.database, "nordlicht", source, Options())
    assert counted(report, "clients") == {"created": 122}
    assert counted(again, "clients") == {"unchanged": 122}
    assert counted(again, "projects") == {"unchanged": 2}
    (listed,) = agency.owner.get("/projects", external_id=f"kanbert:{there['id']}").json()["data"]
    here = agency.owner.get(f"/projects/{listed['id']}").json()
    assert (here["description"], here["visibility"]) == ("All *of* it", "members")
    assert here["business_field"]["name"] == "Print"
    (secret,) = agency.owner.get("/projects", q="Secret").json()["data"]
    assert secret["client_id"] is not None


MOOD = {
    "name": "Mood",
    "key": "mood",
    "kind": "multi_select",
    "options": [{"name": "Calm"}, {"name": "Loud"}, {"name": "Grim"}],
}


def test_custom_fields_of_another_kanwerk_come_with_their_values(
    agency: Troupe, sqlite: Sqlite, tmp_path: Path
) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    people = sqlite.cast()["rival"]["people"]
    token = people["owner"]["token"]
    made(agency.owner.post("/fields", MOOD | {"applies_to": "client", "options": MOOD["options"][:1]}))
    taken = {"name": "Budget", "key": "budget", "kind": "text", "applies_to": "project"}
    made(agency.owner.post("/fields", taken))
    with sqlite.copy(folder) as url, serving(folder, url) as server:

        def told(method: str, path: str, body: Any) -> dict[str, Any]:
            answer = server.ask(token, method, path, body)
            assert answer.status_code in (200, 201), answer.text
            return answer.json()

        for field in (
            MOOD | {"applies_to": "client"},
            {"name": "Owner", "key": "owner", "kind": "user", "applies_to": "client"},
            {"name": "Since", "key": "since", "kind": "date", "applies_to": "project"},
            taken | {"kind": "number"},
            {"name": "Of tasks", "kind": "text", "applies_to": "task"},
        ):
            told("POST", "/fields", field)
        client = told("POST", "/clients", {"name": "Far client"})["id"]
        values = {"mood": ["calm", "loud"], "owner": people["owner"]["id"]}
        told("PATCH", f"/clients/{client}/fields", {"fields": values})
        filled = {"name": "Far project", "fields": {"since": "2024-02-29", "budget": 12.5}}
        project = told("POST", "/projects", filled)["id"]
        source = kanbert.Source(f"{server.address}/api/v1", token)

        def bring(**options: Any) -> Report:
            return kanbert.run(agency.house.database, "nordlicht", source, Options(**options))

        dry, last = bring(dry=True), agency.owner.last
        assert agency.owner.events(last) == []
        first, last = bring(), agency.owner.last
        assert dry.counts == first.counts
        again = bring()
        assert agency.owner.events(last) == []
        told("PATCH", f"/clients/{client}/fields", {"fields": {"mood": None}})
        told("PATCH", f"/projects/{project}", {"fields": {"since": "2024-03-01"}})
        changed = bring()
    assert counted(first, "custom fields") == {"created": 2, "changed": 1, "skipped": 1}
    assert counted(first, "field values") == {"created": 2}
    assert counted(again, "custom fields") == {"unchanged": 3, "skipped": 1}
    assert counted(again, "field values") == {"unchanged": 2}
    assert counted(changed, "field values") == {"changed": 1}
    assert notes(first)["custom fields whose key is another kind of field here: left out"] == 1
    assert notes(first)["values of custom fields that are people who are no users of this space"] == 1
    fields = {each["key"]: each for each in agency.owner.everything("/fields")}
    assert [each["value"] for each in fields["mood"]["options"]] == ["calm", "loud", "grim"]
    assert (fields["since"]["kind"], fields["budget"]["kind"]) == ("date", "text")
    (here,) = agency.owner.get("/clients", external_id=f"kanbert:{client}").json()["data"]
    assert agency.owner.get(f"/clients/{here['id']}/fields").json()["fields"] == {}
    moods = [
        event["changes"].get("fields.mood")
        for event in agency.owner.everything(f"/clients/{here['id']}/activity")
    ]
    assert {"from": None, "to": ["calm", "loud"]} in moods
    assert {"from": ["calm", "loud"], "to": None} in moods
    (there,) = agency.owner.get("/projects", external_id=f"kanbert:{project}").json()["data"]
    assert agency.owner.get(f"/projects/{there['id']}").json()["fields"] == {"since": "2024-03-01"}


def test_a_token_that_may_not_read_custom_fields_brings_the_rest(
    agency: Troupe, sqlite: Sqlite, tmp_path: Path
) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    owner = sqlite.cast()["rival"]["people"]["owner"]["token"]
    with sqlite.copy(folder) as url, serving(folder, url) as server:
        scopes = ["spaces:read", "users:read", "business-fields:read", "clients:read", "projects:read"]
        token = server.ask(owner, "POST", "/tokens", {"name": "Narrow", "scopes": scopes}).json()["token"]
        source = kanbert.Source(f"{server.address}/api/v1", token)
        report = kanbert.run(agency.house.database, "nordlicht", source, Options())
    assert counted(report, "clients") == {"created": 2}


def test_what_a_server_says_wrongly_of_custom_fields_does_no_harm(agency: Troupe, far: Far) -> None:
    far.fields = [
        {"id": "x", "name": "No key", "applies_to": "client", "kind": "text"},
        {"id": "y", "name": "Odd", "applies_to": "client", "kind": "blob", "key": "odd"},
        {"id": "z", "name": "Pick", "applies_to": "client", "kind": "select", "key": "pick", "options": "x"},
        {"id": "n", "name": "N", "applies_to": "project", "kind": "number", "key": "n", "options": [7]},
    ]
    far.projects = [PROJECT | {"fields": {"n": "seven"}}, PROJECT | {"id": "p2", "fields": [1]}]
    report = far.bring(agency)
    assert counted(report, "custom fields") == {"created": 1, "skipped": 1}
    assert counted(report, "projects") == {"created": 2}
    assert notes(report)["custom fields that make no sense here: left out"] == 2
    assert counted(report, "field values") == {}
