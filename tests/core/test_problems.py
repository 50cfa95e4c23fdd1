from typing import Any

import pytest

from tests.cast import Troupe, code, faults

NOBODY = "019a0000-0000-7000-8000-000000000000"


def test_all_faults_of_a_body_are_named_at_once(agency: Troupe) -> None:
    body = {
        "name": "x" * 301,
        "shortcode": "x" * 11,
        "segment": "D",
        "external_id": 7,
        "primary_contact_id": "Mia",
        "colour": "red",
    }
    assert faults(agency.owner.post("/clients", body)) == {
        "/name": "invalid",
        "/shortcode": "invalid",
        "/segment": "invalid",
        "/external_id": "type",
        "/primary_contact_id": "pattern",
        "/colour": "unknown",
    }
    assert faults(agency.owner.post("/clients", {})) == {"/name": "required"}


def test_a_fault_says_what_would_be_right(agency: Troupe) -> None:
    body = agency.owner.post("/clients", {"name": "x", "segment": "D"}).json()
    assert body["errors"][0]["message"] == "One of A, B, C is needed."
    query = agency.owner.get("/clients?segment=a&sort=age&updated_after=yesterday&ids=x").json()
    told = {fault["parameter"]: fault["message"] for fault in query["errors"]}
    assert told["segment"] == "One of A, B, C is needed."
    assert told["sort"].startswith("One of id, -id, name, -name")
    assert told["updated_after"] == "A time such as 2026-11-24T08:30:00Z is needed."


def test_codes_of_standards_are_checked_with_everything_else(agency: Troupe) -> None:
    body = {"country": "XX", "currency": "EUX", "vat_id": "x", "payment_term_days": 1.5, "locale": "x"}
    answer = agency.owner.patch(f"/clients/{agency.client_id}/invoicing", body)
    assert faults(answer).keys() == {f"/{name}" for name in body}


@pytest.mark.parametrize("body", [[], "x", 7, None, True, [{"name": "x"}]])
def test_a_body_is_an_object(agency: Troupe, body: Any) -> None:
    raw = b"null" if body is None else body
    answer = agency.owner.post("/clients", raw)
    assert faults(answer) == {"": "type"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"name": }',
        b"{'name': 'x'}",
        b'{"name": "x"} {}',
        b"\xff\xfe",
        b'{"name": "\xff"}',
        b"NaN",
    ],
)
def test_what_is_not_json_is_a_400(agency: Troupe, raw: bytes) -> None:
    answer = agency.owner.post("/clients", raw)
    assert (answer.status_code, code(answer)) == (400, "unreadable")


def test_an_action_takes_no_body_or_any_json(agency: Troupe) -> None:
    assert agency.owner.post(f"/clients/{agency.other_client_id}/archive").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/clients", {"GET", "HEAD", "POST"}),
        ("DELETE", "/clients", {"GET", "HEAD", "POST"}),
        ("POST", f"/clients/{NOBODY}", {"GET", "HEAD", "PATCH", "DELETE"}),
        ("GET", f"/clients/{NOBODY}/archive", {"POST"}),
        ("PATCH", "/me", {"GET", "HEAD"}),
        ("POST", "/events", {"GET", "HEAD"}),
        ("GET", "/clients/external/x", {"PUT"}),
        ("HEAD", "/clients/bulk", set()),
    ],
)
def test_a_method_an_address_does_not_take_is_a_405_that_names_those_it_does(
    agency: Troupe, method: str, path: str, allowed: set[str]
) -> None:
    answer = agency.owner.ask(method, path)
    if method == "HEAD":
        assert answer.status_code in (404, 405)
        return
    assert (answer.status_code, code(answer)) == (405, "method_not_allowed".replace("_", "-"))
    given = {each.strip() for each in answer.headers["Allow"].split(",")}
    assert given - {"OPTIONS"} == allowed


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml, text/*;q=0.5", "application/json;q=0", "image/*"]
)
def test_a_caller_that_takes_no_json_gets_a_406(agency: Troupe, accept: str) -> None:
    answer = agency.owner.get("/clients", headers={"Accept": accept})
    assert (answer.status_code, code(answer)) == (406, "not-acceptable")


@pytest.mark.parametrize(
    "accept", ["", "*/*", "application/json", "text/html, application/*;q=0.1", "Application/JSON"]
)
def test_a_caller_that_takes_json_among_others_gets_it(agency: Troupe, accept: str) -> None:
    assert agency.owner.get("/clients", headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""]
)
def test_a_body_that_is_not_sent_as_json_is_a_415(agency: Troupe, kind: str) -> None:
    answer = agency.owner.post("/clients", {"name": "Cedar"}, headers={"Content-Type": kind})
    assert (answer.status_code, code(answer)) == (415, "unsupported-media-type")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", 'application/JSON;charset="UTF-8"']
)
def test_json_may_name_its_charset(agency: Troupe, kind: str) -> None:
    assert agency.owner.post("/clients", {"name": "Cedar"}, headers={"Content-Type": kind}).status_code == 201


def test_a_body_over_four_mebibytes_is_a_413(agency: Troupe) -> None:
    raw = b'{"name": "' + b"x" * (4 * 1024 * 1024) + b'"}'
    answer = agency.owner.post("/clients", raw)
    assert (answer.status_code, code(answer)) == (413, "too-large")
    answer = agency.owner.post("/clients", b"{}", headers={"Content-Length": str(5 * 1024 * 1024)})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path", ["/nothing", "/clients/x/y/z", "//clients", f"/clients//{NOBODY}", "/clients%2F"]
)
def test_an_address_nothing_stands_at_is_a_404(agency: Troupe, path: str) -> None:
    answer = agency.owner.get(path)
    assert (answer.status_code, code(answer)) == (404, "not-found")


def test_an_empty_segment_leads_nowhere_and_does_nothing(agency: Troupe) -> None:
    last, signed = agency.owner.last, {"Authorization": f"Bearer {agency.owner.token}"}
    for path in ("//api/v1/clients", "/api//v1/clients", "/api/v1//clients/external/x", "//"):
        for method in ("GET", "PUT"):
            address = f"http://kanwerk.example{path}"
            assert agency.house.ask(method, address, {"name": "X"}, headers=signed).status_code == 404, path
    assert agency.owner.last == last


def test_a_slash_at_the_end_changes_nothing(agency: Troupe) -> None:
    record = agency.owner.get(f"/clients/{agency.client_id}/")
    assert record.json() == agency.owner.get(f"/clients/{agency.client_id}").json()
    made_ = agency.owner.post("/clients/", {"name": "Cedar"})
    assert made_.headers["Location"] == f"/api/v1/clients/{made_.json()['id']}"


@pytest.mark.parametrize("record", [NOBODY, "x", "7", "%00", NOBODY.upper(), f"{NOBODY}%0A", "null"])
def test_an_id_of_nothing_is_a_404(agency: Troupe, record: str) -> None:
    for group in ("clients", "users", "business-fields", "spaces"):
        assert agency.owner.get(f"/{group}/{record}").status_code == 404
        assert agency.owner.patch(f"/{group}/{record}", {}).status_code == 404


def test_a_foreign_record_looks_exactly_like_none(agency: Troupe, rival: Troupe) -> None:
    theirs = agency.owner.get(f"/clients/{rival.client_id}").json()
    nothing = agency.owner.get(f"/clients/{NOBODY}").json()
    assert theirs | {"instance": ""} == nothing | {"instance": ""}
    for method, path, body in [
        ("GET", f"/clients/{rival.client_id}", None),
        ("PATCH", f"/clients/{rival.client_id}", {"name": "Mine"}),
        ("DELETE", f"/clients/{rival.client_id}", None),
        ("POST", f"/clients/{rival.client_id}/archive", None),
        ("POST", f"/clients/{rival.client_id}/restore", None),
        ("GET", f"/clients/{rival.client_id}/invoicing", None),
        ("PATCH", f"/clients/{rival.client_id}/invoicing", {"city": "Bonn"}),
        ("GET", f"/clients/{rival.client_id}/contacts", None),
        ("GET", f"/clients/{rival.client_id}/activity", None),
        ("GET", f"/users/{rival.owner.id}", None),
        ("PATCH", f"/users/{rival.owner.id}", {"first_name": "X"}),
        ("DELETE", f"/users/{rival.owner.id}", None),
        ("POST", f"/users/{rival.owner.id}/invitation", None),
        ("DELETE", f"/tokens/{rival.owner.token_id}", None),
        ("GET", f"/spaces/{rival.space_id}", None),
        ("PATCH", f"/spaces/{rival.space_id}", {"name": "Mine"}),
        ("GET", f"/spaces/{rival.space_id}/invoicing", None),
        ("PATCH", f"/spaces/{rival.space_id}/invoicing", {"city": "Bonn"}),
    ]:
        answer = agency.owner.ask(method, path, body)
        assert (answer.status_code, code(answer)) == (404, "not-found"), (method, path)


def test_a_problem_names_its_type_title_and_request(agency: Troupe) -> None:
    answer = agency.owner.get(f"/clients/{NOBODY}")
    assert answer.json() == {
        "type": "/docs/problems#not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no such record.",
        "instance": answer.headers["X-Request-Id"],
    }
