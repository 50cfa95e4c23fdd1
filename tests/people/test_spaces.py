from typing import Any

import pytest

from tests.cast import Troupe, faults


def test_me_says_who_where_and_what_may_be_done(agency: Troupe) -> None:
    me = agency.reader.get("/me").json()
    assert me["user"]["first_name"] == "Reader"
    assert me["space"]["id"] == agency.space_id
    assert (me["role"], me["scopes"]) == ("member", ["clients:read"])
    assert me["token_id"] == agency.reader.token_id
    guest = agency.guest.get("/me").json()
    assert guest["role"] is None
    assert guest["space"] == {"id": agency.space_id, "name": "Nordlicht"}
    everything = agency.owner.get("/me").json()["scopes"]
    assert everything == sorted(everything)
    assert {"clients:read", "business-fields:write", "events:read"} <= set(everything)


def test_a_space_is_read_and_changed(agency: Troupe) -> None:
    where = f"/spaces/{agency.space_id}"
    body = {"name": "Südlicht", "timezone": "Europe/Vienna", "locale": "de-AT", "week_starts_on": "sunday"}
    changed = agency.admin.patch(where, body)
    assert changed.status_code == 200
    assert agency.member.get(where).json() == changed.json()
    assert {name: changed.json()[name] for name in body} == body
    assert [each["name"] for each in agency.guest.get("/spaces").json()["data"]] == ["Südlicht"]


@pytest.mark.parametrize(
    "slug", ["docs", "api", "live", "healthz", "readyz", "metrics", "sign-in", "sign-out", "set-up"]
)
def test_a_slug_that_is_an_address_of_ours_is_refused(agency: Troupe, slug: str) -> None:
    assert faults(agency.owner.patch(f"/spaces/{agency.space_id}", {"slug": slug})) == {"/slug": "reserved"}


@pytest.mark.parametrize(
    "slug", ["static", "files", "feeds", "invite", "Nord", "a_b", "-a", "a-", "", "x" * 49, "a b"]
)
def test_a_slug_is_a_word_for_addresses(agency: Troupe, slug: str) -> None:
    assert faults(agency.owner.patch(f"/spaces/{agency.space_id}", {"slug": slug})).keys() == {"/slug"}


def test_a_slug_is_taken_once(agency: Troupe) -> None:
    answer = agency.owner.patch(f"/spaces/{agency.space_id}", {"slug": "rival"})
    assert faults(answer, 409) == {"/slug": "taken"}
    assert "existing_id" not in answer.json()


def test_what_stands_on_invoices_is_read_and_changed(agency: Troupe) -> None:
    where = f"/spaces/{agency.space_id}/invoicing"
    body = {"legal_name": "Nordlicht GmbH", "iban": "DE89370400440532013000", "default_vat_rate": "7.00"}
    assert agency.owner.patch(where, body).status_code == 200
    assert agency.owner.get(where).json().items() >= body.items()
    event = agency.owner.events(agency.owner.last - 1)[0]
    assert event["type"] == "space.updated"
    assert event["changes"]["invoicing.iban"] == {"from": None, "to": "DE89370400440532013000"}


@pytest.mark.parametrize(
    "body",
    [
        {"iban": "DE89370400440532013001"},
        {"iban": "DE"},
        {"vat_id": "136695976"},
        {"country": "ZZ"},
        {"default_vat_rate": 19},
        {"payment_term_days": 366},
        {"payment_term_days": None},
        {"small_business": "no"},
        {"invoice_number_pattern": "{year}"},
    ],
)
def test_invoicing_data_that_cannot_be_right_are_refused(agency: Troupe, body: dict[str, Any]) -> None:
    answer = agency.owner.patch(f"/spaces/{agency.space_id}/invoicing", body)
    assert faults(answer).keys() == {f"/{name}" for name in body}
