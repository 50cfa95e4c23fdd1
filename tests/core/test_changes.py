from typing import Any

import pytest

from tests.cast import Troupe, faults, made
from tests.conftest import Hands

NOBODY = "019a0000-0000-7000-8000-000000000000"


def test_a_patch_changes_only_the_members_sent(agency: Troupe) -> None:
    before = agency.owner.get(f"/clients/{agency.client_id}").json()
    after = agency.owner.patch(f"/clients/{agency.client_id}", {"segment": "C"}).json()
    assert after == before | {"segment": "C", "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]


def test_null_clears_what_may_be_null_and_is_refused_where_it_may_not(agency: Troupe) -> None:
    client = f"/clients/{agency.client_id}"
    assert agency.owner.patch(client, {"shortcode": None}).json()["shortcode"] is None
    assert faults(agency.owner.patch(client, {"name": None, "segment": None})).keys() == {"/name", "/segment"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/clients/{client}", {"id": NOBODY}),
        ("/clients/{client}", {"external_origin": "me"}),
        ("/clients/{client}", {"created_at": "2026-01-01T00:00:00Z"}),
        ("/clients/{client}", {"na/me~": "x"}),
        ("/clients/{client}/invoicing", {"iban": "x"}),
        ("/users/{owner}", {"active": False}),
        ("/users/{owner}", {"type": "guest"}),
        ("/spaces/{space}", {"id": NOBODY}),
        ("/spaces/{space}/invoicing", {"buyer_reference": "x"}),
    ],
)
def test_a_member_nobody_knows_or_may_write_is_refused(
    agency: Troupe, path: str, body: dict[str, Any]
) -> None:
    where = path.format(client=agency.client_id, owner=agency.owner.id, space=agency.space_id)
    pointers = {"/" + name.replace("~", "~0").replace("/", "~1"): "unknown" for name in body}
    assert faults(agency.owner.patch(where, body)) == pointers


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "Aster Media"},
        {"name": "\u00a0Aster Media \t"},
        {"name": "Aster Media", "shortcode": "AST", "segment": "B", "external_id": "crm-1"},
        {"primary_contact_id": None},
    ],
)
def test_a_write_that_changes_nothing_leaves_no_event_and_no_new_tag(
    agency: Troupe, body: dict[str, Any]
) -> None:
    before, last = agency.owner.get(f"/clients/{agency.client_id}"), agency.owner.last
    after = agency.owner.patch(f"/clients/{agency.client_id}", body)
    assert (after.status_code, after.json()) == (200, before.json())
    assert after.headers["ETag"] == before.headers["ETag"]
    assert agency.owner.last == last


def test_strings_are_kept_trimmed_and_in_nfc(agency: Troupe) -> None:
    client = made(agency.owner.post("/clients", {"name": "  Cafe\u0301 \u2003"}))
    assert client["name"] == "Caf\u00e9"


@pytest.mark.parametrize(
    ("wrong", "is_refused_as"),
    [
        (NOBODY, "not_found"),
        ("theirs", "not_found"),
        ("gone", "not_found"),
        ("tax", "not_found"),
        (7, "type"),
    ],
)
def test_an_id_in_a_body_that_leads_nowhere_is_refused_with_its_pointer(
    agency: Troupe, rival: Troupe, wrong: Any, is_refused_as: str
) -> None:
    agency.owner.delete(f"/users/{agency.colleague.id}")
    ids = {"theirs": rival.owner.id, "gone": agency.colleague.id, "tax": agency.tax_advisor.id}
    body = {"primary_contact_id": ids.get(wrong, wrong)}
    answer = agency.owner.patch(f"/clients/{agency.client_id}", body)
    assert faults(answer) == {"/primary_contact_id": is_refused_as}
    answer = agency.owner.post("/clients", {"name": "Cedar", **body})
    assert faults(answer) == {"/primary_contact_id": is_refused_as}


def test_created_records_say_where_they_are(agency: Troupe) -> None:
    answer = agency.owner.post("/clients", {"name": "Cedar"})
    assert answer.headers["Location"] == f"/api/v1/clients/{answer.json()['id']}"
    assert agency.owner.get(f"/clients/{answer.json()['id']}").headers["ETag"] == answer.headers["ETag"]


def test_ids_are_uuids_of_version_7_and_times_are_utc_with_six_digits(agency: Troupe) -> None:
    client = made(agency.owner.post("/clients", {"name": "Cedar"}))
    assert client["id"][14] == "7"
    assert client["id"] == client["id"].lower()
    for name in ("created_at", "updated_at"):
        assert len(client[name]) == 27
        assert client[name].endswith("Z")
        assert client[name][19] == "."


def test_a_record_one_has_already_is_not_sent_again(agency: Troupe) -> None:
    first = agency.owner.get(f"/clients/{agency.client_id}")
    tag = first.headers["ETag"]
    for header in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = agency.owner.get(f"/clients/{agency.client_id}", headers={"If-None-Match": header})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    wide = agency.owner.get(
        f"/clients/{agency.client_id}", headers={"If-None-Match": tag}, include="projects"
    )
    assert wide.status_code == 200
    agency.owner.patch(f"/clients/{agency.client_id}", {"name": "Aster"})
    changed = agency.owner.get(f"/clients/{agency.client_id}", headers={"If-None-Match": tag})
    assert changed.status_code == 200


def test_the_tag_changes_when_a_member_joined_from_elsewhere_does(agency: Troupe) -> None:
    agency.owner.patch(f"/clients/{agency.client_id}", {"primary_contact_id": agency.member.id})
    tag = agency.owner.get(f"/clients/{agency.client_id}").headers["ETag"]
    agency.owner.patch(f"/users/{agency.member.id}", {"first_name": "Maria"})
    again = agency.owner.get(f"/clients/{agency.client_id}", headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert again.json()["primary_contact"]["first_name"] == "Maria"
    held = agency.owner.patch(f"/clients/{agency.client_id}", {"name": "X"}, headers={"If-Match": tag})
    assert held.status_code == 200


def test_a_tag_got_with_any_include_matches(agency: Troupe) -> None:
    wide = agency.owner.get(f"/clients/{agency.client_id}", include="projects").headers["ETag"]
    answer = agency.owner.patch(f"/clients/{agency.client_id}", {"name": "Aster"}, headers={"If-Match": wide})
    assert answer.status_code == 200
    new = answer.headers["ETag"]
    assert new == agency.owner.get(f"/clients/{agency.client_id}").headers["ETag"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/clients/{client}", {"name": "X"}),
        ("PATCH", "/clients/{client}", {}),
        ("PUT", "/clients/external/crm-1", {"name": "X"}),
        ("PUT", "/clients/external/not-there", {"name": "X"}),
        ("DELETE", "/clients/{client}?dependants=trash", None),
        ("POST", "/clients/{client}/archive", None),
        ("POST", "/clients/{client}/unarchive", None),
        ("POST", "/clients/{client}/restore", None),
        ("PATCH", "/clients/{client}/invoicing", {"city": "Bonn"}),
        ("PATCH", "/users/{owner}", {"title": "Boss"}),
        ("PATCH", "/spaces/{space}", {"name": "X"}),
        ("PATCH", "/spaces/{space}/invoicing", {"city": "Bonn"}),
        ("DELETE", "/users/{colleague}", None),
        ("POST", "/users/{colleague}/restore", None),
        ("POST", "/users/{colleague}/invitation", None),
        ("DELETE", "/users/{colleague}/invitation", None),
        ("DELETE", "/tokens/{token}", None),
    ],
)
def test_a_stale_tag_is_refused_by_everything_that_changes_one_record(
    agency: Troupe, method: str, path: str, body: Any
) -> None:
    where = path.format(
        client=agency.client_id,
        owner=agency.owner.id,
        colleague=agency.colleague.id,
        space=agency.space_id,
        token=agency.member.token_id,
    )
    last = agency.owner.last
    for stale in ('"99-0123456789abcdef"', '"no tag"', "99"):
        answer = agency.owner.ask(method, where, body, headers={"If-Match": stale})
        assert answer.status_code == 412, answer.text
    assert agency.owner.last == last


def test_a_star_matches_whatever_is_there_and_nothing_that_is_not(agency: Troupe) -> None:
    star = {"If-Match": "*"}
    assert agency.owner.patch(f"/clients/{agency.client_id}", {"name": "X"}, headers=star).status_code == 200
    assert agency.owner.put("/clients/external/crm-1", {"name": "Y"}, headers=star).status_code == 200
    assert agency.owner.put("/clients/external/new", {"name": "Y"}, headers=star).status_code == 412


def test_updated_at_moves_with_the_clock(agency: Troupe, hands: Hands) -> None:
    hands.move(days=1)
    changed = agency.owner.patch(f"/clients/{agency.client_id}", {"name": "Aster"}).json()
    assert changed["updated_at"] == hands.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert changed["created_at"] < changed["updated_at"]
