"""The table of rights, row by row."""

import re
from typing import Any

import pytest

from tests.cast import Troupe, code

EVERYBODY = ("owner", "admin", "member", "guest", "tax_advisor", "machine", "robot")
ADMINS = ("owner", "admin", "robot")
STAFF = ("owner", "admin", "member", "machine", "robot")
STAFF_AND_TAX = (*STAFF, "tax_advisor")
PERSON = {"first_name": "Nia", "last_name": "New", "email": "nia@nordlicht.example"}

# operation, body, who may, the scope a token needs
TABLE: list[tuple[str, Any, tuple[str, ...], str | None]] = [
    ("GET /me", None, EVERYBODY, None),
    ("GET /spaces", None, EVERYBODY, "spaces:read"),
    ("GET /spaces/{space}", None, STAFF, "spaces:read"),
    ("PATCH /spaces/{space}", {"name": "Southern"}, ADMINS, "spaces:write"),
    ("GET /spaces/{space}/invoicing", None, ADMINS, "spaces:read"),
    ("PATCH /spaces/{space}/invoicing", {"city": "Bonn"}, ADMINS, "spaces:write"),
    ("GET /users", None, (*STAFF, "guest"), "users:read"),
    ("GET /users/{colleague}", None, STAFF, "users:read"),
    ("POST /users", PERSON, ADMINS, "users:write"),
    ("PUT /users/external/hr-1", PERSON, ADMINS, "users:write"),
    ("PATCH /users/{colleague}", {"title": "Designer"}, ADMINS, "users:write"),
    ("DELETE /users/{colleague}", None, ADMINS, "users:write"),
    ("POST /users/{colleague}/restore", None, ADMINS, "users:write"),
    ("POST /users/{newcomer}/invitation", None, ADMINS, "users:write"),
    ("DELETE /users/{newcomer}/invitation", None, ADMINS, "users:write"),
    ("GET /tokens", None, ("owner", "admin", "member"), "tokens:read"),
    ("POST /tokens", {"name": "script"}, ("owner", "admin", "member"), "tokens:write"),
    ("DELETE /tokens/{token}", None, ("owner", "admin"), None),
    ("GET /business-fields", None, STAFF_AND_TAX, "business-fields:read"),
    ("GET /business-fields/{field}", None, STAFF_AND_TAX, "business-fields:read"),
    ("POST /business-fields", {"name": "Print"}, STAFF, "business-fields:write"),
    ("PATCH /business-fields/{field}", {"name": "Print"}, STAFF, "business-fields:write"),
    ("DELETE /business-fields/{field}", None, STAFF, "business-fields:write"),
    ("POST /business-fields/{field}/restore", None, STAFF, "business-fields:write"),
    ("GET /clients", None, EVERYBODY, "clients:read"),
    ("GET /clients/{client}", None, EVERYBODY, "clients:read"),
    ("GET /clients/{other}", None, STAFF_AND_TAX, "clients:read"),
    ("POST /clients", {"name": "Cedar"}, STAFF, "clients:write"),
    ("POST /clients/bulk", {"items": [{"name": "Cedar"}]}, STAFF, "clients:write"),
    ("PUT /clients/external/crm-1", {"name": "Cedar"}, STAFF, "clients:write"),
    ("PATCH /clients/{client}", {"name": "Cedar"}, STAFF, "clients:write"),
    ("POST /clients/{client}/archive?projects=archive", None, STAFF, "clients:write"),
    ("POST /clients/{client}/unarchive", None, STAFF, "clients:write"),
    ("DELETE /clients/{client}?dependants=detach", None, STAFF, "clients:write"),
    ("POST /clients/{client}/restore", None, STAFF, "clients:write"),
    ("GET /clients/{client}/invoicing", None, STAFF_AND_TAX, "clients:read"),
    ("PATCH /clients/{client}/invoicing", {"city": "Bonn"}, STAFF, "clients:write"),
    ("GET /clients/{client}/contacts", None, STAFF_AND_TAX, "clients:read"),
    ("GET /events", None, STAFF, "events:read"),
]
ALL_SCOPES = sorted({scope for *_, scope in TABLE if scope} | {"projects:read"})
OPERATIONS = [pytest.param(*row, id=row[0]) for row in TABLE]
NOT_FOR_MACHINES = ("tokens:read", "tokens:write")


def placed(agency: Troupe, operation: str) -> tuple[str, str]:
    method, _, path = operation.partition(" ")
    found = {
        "space": agency.space_id,
        "client": agency.client_id,
        "other": agency.other_client_id,
        "colleague": agency.colleague.id,
        "token": agency.colleague.token_id,
    }
    if "{field}" in path:
        found["field"] = agency.owner.post("/business-fields", {"name": "Web"}).json()["id"]
        if path.endswith("restore"):
            agency.owner.delete(f"/business-fields/{found['field']}")
    if "{newcomer}" in path:
        found["newcomer"] = agency.owner.post("/users", PERSON).json()["id"]
    if path.endswith("colleague}/restore"):
        agency.owner.delete(f"/users/{agency.colleague.id}")
    return method, path.format(**found)


@pytest.mark.parametrize(("operation", "body", "may", "scope"), OPERATIONS)
def test_the_table_of_rights_holds(
    agency: Troupe, operation: str, body: Any, may: tuple[str, ...], scope: str | None
) -> None:
    method, path = placed(agency, operation)
    last = agency.owner.last
    for name in EVERYBODY:
        if name not in may:
            answer = agency.people[name].ask(method, path, body)
            assert answer.status_code in (403, 404), (name, answer.text)
            assert code(answer) in ("forbidden", "not-found")
    assert agency.owner.last == last
    dry = {} if method == "GET" else {"validate_only": True}
    for name in may:
        answer = agency.people[name].ask(method, path, body, query=dry)
        assert answer.status_code in (200, 204), (name, answer.text)


@pytest.mark.parametrize(
    ("operation", "body", "may", "scope"), [row for row in OPERATIONS if row.values[-1] is not None]
)
def test_a_token_does_what_its_scopes_say_and_nothing_else(
    agency: Troupe, operation: str, body: Any, may: tuple[str, ...], scope: str
) -> None:
    method, path = placed(agency, operation)
    dry = {} if method == "GET" else {"validate_only": True}
    others = agency.with_scopes(*(each for each in ALL_SCOPES if each != scope), role="admin")
    answer = others.ask(method, path, body, query=dry)
    assert (answer.status_code, code(answer)) == (403, "forbidden")
    if scope in NOT_FOR_MACHINES:
        return
    assert scope in answer.json()["detail"]
    only = agency.with_scopes(scope, role="admin")
    assert only.ask(method, path, body, query=dry).status_code in (200, 204)
    weak = agency.with_scopes(scope)
    status = weak.ask(method, path, body, query=dry).status_code
    assert status in ((200, 204) if "machine" in may else (403, 404))


def test_every_operation_stands_in_the_table(agency: Troupe) -> None:
    described = agency.owner.get("/openapi.json").json()["paths"]
    known = {operation for operation, *_ in TABLE}
    known |= {"GET /users/{own}", "PATCH /users/{own}", "GET /clients/{client}/activity"}

    def plain(operation: str) -> str:
        return re.sub(r"{\w+}|(?<=external/)[\w-]+", "{}", operation.partition("?")[0])

    there = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    assert {plain(each) for each in there} == {plain(each) for each in known}


@pytest.mark.parametrize("who", ["member", "guest", "tax_advisor"])
def test_everybody_changes_their_own_profile_and_no_more(agency: Troupe, who: str) -> None:
    person = agency.people[who]
    body = {
        "first_name": "Toni",
        "title": "Boss",
        "phone": "1",
        "timezone": "Europe/Paris",
        "locale": "de-DE",
    }
    changed = person.patch(f"/users/{person.id}", body)
    assert changed.status_code == 200
    assert changed.json()["first_name"] == "Toni"
    for beyond in ({"role": "owner"}, {"hourly_rate": "1.00"}, {"weekly_seconds": 1}, {"external_id": "x"}):
        assert person.patch(f"/users/{person.id}", beyond).status_code == 403
    assert person.patch(f"/users/{agency.colleague.id}", {"title": "X"}).status_code in (403, 404)


def test_a_guest_sees_the_name_of_its_own_client_only(agency: Troupe) -> None:
    guest = agency.guest
    assert [each["name"] for each in guest.get("/clients").json()["data"]] == ["Aster Media"]
    seen = guest.get(f"/clients/{agency.client_id}").json()
    assert seen["name"] == "Aster Media"
    for name in ("external_id", "external_origin", "shortcode", "primary_contact", "origin_space"):
        assert seen[name] is None
    assert seen["segment"] == "B"
    assert guest.get(f"/clients/{agency.other_client_id}").status_code == 404
    assert guest.get(f"/clients/{agency.client_id}", include="projects").status_code in (200, 403)
    assert "projects" not in seen
    assert guest.get("/clients", segment="B").status_code == 422
    assert guest.get("/clients", include_total=True).json()["meta"]["total"] == 1
    assert guest.get("/clients", ids=[agency.other_client_id]).json()["data"] == []


def test_a_guest_sees_itself_among_the_users(agency: Troupe) -> None:
    assert [each["id"] for each in agency.guest.get("/users").json()["data"]] == [agency.guest.id]
    assert agency.guest.get(f"/users/{agency.guest.id}").status_code == 200
    assert agency.guest.get(f"/users/{agency.owner.id}").status_code == 404
    assert agency.guest.get("/users", include_total=True).json()["meta"]["total"] == 1


def test_a_guest_without_a_client_sees_none(agency: Troupe) -> None:
    agency.owner.patch(f"/users/{agency.guest.id}", {"client_id": None})
    assert agency.guest.get("/clients").json()["data"] == []
    assert agency.guest.get(f"/clients/{agency.client_id}").status_code == 404


def test_rates_are_for_admins_only(agency: Troupe) -> None:
    rates = {"hourly_rate": "95.00", "cost_rate": "40.50"}
    changed = agency.admin.patch(f"/users/{agency.colleague.id}", rates).json()
    assert {name: changed[name] for name in rates} == rates
    for name in EVERYBODY:
        answer = agency.people[name].get(f"/users/{agency.colleague.id}")
        if answer.status_code == 200:
            assert bool(rates.keys() & answer.json().keys()) == (name in ADMINS), name
    mine = agency.colleague.get("/me").json()["user"]
    assert not rates.keys() & mine.keys()
    assert agency.colleague.get(f"/users/{agency.colleague.id}").json().keys().isdisjoint(rates)
    own = agency.colleague.patch(f"/users/{agency.colleague.id}", {"title": "X"}).json()
    assert own.keys().isdisjoint(rates)


def test_what_may_not_be_included_is_refused(agency: Troupe) -> None:
    assert agency.reader.get(f"/clients/{agency.client_id}", include="projects").status_code == 403
    assert agency.reader.get(f"/clients/{agency.client_id}").status_code == 200
