import pytest

from tests.cast import Troupe, code, faults, made


def test_a_client_is_made_read_changed_and_deleted(agency: Troupe) -> None:
    client = made(agency.owner.post("/clients", {"name": "Cedar"}))
    assert agency.owner.get(f"/clients/{client['id']}").json() == client
    changed = agency.owner.patch(f"/clients/{client['id']}", {"name": "Cedar Group"}).json()
    assert changed["name"] == "Cedar Group"
    assert agency.owner.delete(f"/clients/{client['id']}").status_code == 204
    assert agency.owner.get(f"/clients/{client['id']}").status_code == 404


def test_a_client_has_the_members_of_the_reference_in_their_order(agency: Troupe) -> None:
    body = {
        "name": "Cedar",
        "external_id": "x",
        "shortcode": "CED",
        "segment": "A",
        "primary_contact_id": agency.member.id,
    }
    client = made(agency.machine.post("/clients", body))
    assert list(client) == [
        "id",
        "external_id",
        "external_origin",
        "name",
        "shortcode",
        "segment",
        "updated_at",
        "created_at",
        "primary_contact",
        "origin_space",
    ]
    assert client["primary_contact"] == {
        "id": agency.member.id,
        "first_name": "Mia",
        "last_name": "Berger",
        "email": "mia@nordlicht.example",
        "type": "user",
        "space": {"id": agency.space_id, "name": "Nordlicht"},
    }
    (listed,) = agency.member.get("/clients", ids=client["id"]).json()["data"]
    assert list(listed) == [
        "id",
        "external_id",
        "external_origin",
        "name",
        "shortcode",
        "primary_contact",
        "origin_space",
    ]
    full = agency.member.get(f"/clients/{agency.client_id}", include="projects").json()
    assert list(full).index("projects") == list(full).index("origin_space") - 1


def test_only_the_name_is_needed_and_the_segment_is_b(agency: Troupe) -> None:
    client = made(agency.owner.post("/clients", {"name": "Cedar"}))
    assert client["segment"] == "B"
    for name in ("external_id", "external_origin", "shortcode", "primary_contact", "origin_space"):
        assert client[name] is None


def test_a_shortcode_is_unique_in_any_case_and_names_who_has_it(agency: Troupe, rival: Troupe) -> None:
    for answer in (
        agency.owner.post("/clients", {"name": "X", "shortcode": "ast"}),
        agency.owner.patch(f"/clients/{agency.other_client_id}", {"shortcode": "Ast"}),
    ):
        assert faults(answer, 409) == {"/shortcode": "taken"}
        assert answer.json()["existing_id"] == agency.client_id
    made(rival.owner.post("/clients", {"name": "X", "shortcode": "AST"}))
    agency.owner.delete(f"/clients/{agency.client_id}", dependants="trash")
    trashed = agency.owner.post("/clients", {"name": "X", "shortcode": "ast"})
    assert (trashed.status_code, trashed.json()["trashed"]) == (409, True)
    assert agency.owner.patch(f"/clients/{agency.other_client_id}", {"shortcode": None}).status_code == 200


def test_a_primary_contact_is_a_user_of_the_space_or_a_guest_of_the_client(agency: Troupe) -> None:
    def set_to(client: str, user: str) -> int:
        return agency.owner.patch(f"/clients/{client}", {"primary_contact_id": user}).status_code

    assert set_to(agency.client_id, agency.guest.id) == 200
    assert set_to(agency.other_client_id, agency.guest.id) == 422
    assert set_to(agency.other_client_id, agency.owner.id) == 200
    assert set_to(agency.other_client_id, agency.machine.id) == 422
    assert set_to(agency.other_client_id, agency.tax_advisor.id) == 422


def test_a_clients_contacts_are_its_guests(agency: Troupe) -> None:
    contacts = agency.member.get(f"/clients/{agency.client_id}/contacts").json()["data"]
    assert [each["id"] for each in contacts] == [agency.guest.id]
    assert agency.member.get(f"/clients/{agency.other_client_id}/contacts").json()["data"] == []


def test_a_clients_invoicing_data_are_read_and_changed(agency: Troupe) -> None:
    where = f"/clients/{agency.client_id}/invoicing"
    empty = agency.tax_advisor.get(where)
    assert empty.json() == dict.fromkeys(empty.json()) | {"e_invoice_format": "none"}
    body = {"legal_name": "Aster Media GmbH", "country": "DE", "vat_id": "DE136695976", "currency": "EUR"}
    body |= {"e_invoice_format": "xrechnung", "payment_term_days": 30, "invoice_email": "buch@aster.example"}
    before = agency.owner.last
    changed = agency.member.patch(where, body)
    assert changed.json().items() >= body.items()
    (event,) = agency.owner.events(before)
    assert event["type"] == "client.updated"
    assert event["changes"].keys() == {f"invoicing.{name}" for name in body}
    assert agency.member.patch(where, body).headers["ETag"] == changed.headers["ETag"]
    assert agency.owner.last == before + 1
    stale = empty.headers["ETag"]
    assert agency.member.patch(where, {"city": "Bonn"}, headers={"If-Match": stale}).status_code == 412
    agency.member.post(f"/clients/{agency.client_id}/archive", projects="archive")
    assert code(agency.member.patch(where, {"city": "Bonn"})) == "archived"


@pytest.mark.parametrize(
    "wrong",
    [
        {"vat_id": "de1"},
        {"country": "XX"},
        {"currency": "eur"},
        {"invoice_email": "x"},
        {"e_invoice_format": "pdf"},
        {"e_invoice_format": None},
        {"payment_term_days": -1},
        {"payment_term_days": "14"},
        {"legal_name": "x" * 301},
    ],
)
def test_invoicing_data_that_cannot_be_right_are_refused(agency: Troupe, wrong: dict[str, object]) -> None:
    answer = agency.owner.patch(f"/clients/{agency.client_id}/invoicing", wrong)
    assert faults(answer).keys() == {f"/{name}" for name in wrong}


def test_a_new_record_was_changed_when_it_was_made(agency: Troupe) -> None:
    for group, body in (
        ("clients", {"name": "New"}),
        ("business-fields", {"name": "New"}),
        ("users", {"first_name": "New bot", "type": "integration"}),
    ):
        record = made(agency.owner.post(f"/{group}", body))
        full = agency.owner.get(f"/{group}/{record['id']}").json()
        assert full.get("created_at") == full.get("updated_at")
