from typing import Any

import pytest

from tests.cast import Person, Troupe, faults


def bulk(person: Person, *items: Any, **more: Any) -> list[dict[str, Any]]:
    answer = person.post("/clients/bulk", {"items": list(items), **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def test_creates_and_upserts_are_answered_in_their_order(agency: Troupe) -> None:
    first, second, third = bulk(
        agency.machine,
        {"name": "Cedar"},
        {"name": "Aster", "external_id": "crm-1"},
        {"name": "Dill", "external_id": "crm-2"},
    )
    assert [each["index"] for each in (first, second, third)] == [0, 1, 2]
    assert [each["status"] for each in (first, second, third)] == [201, 200, 201]
    assert second["id"] == agency.client_id
    assert agency.owner.get(f"/clients/{first['id']}").json()["name"] == "Cedar"
    assert agency.owner.get(f"/clients/{third['id']}").json()["external_origin"] == "ERP"


def test_an_atomic_bulk_with_one_fault_keeps_nothing_and_names_all_faults(agency: Troupe) -> None:
    before = agency.owner.last
    items = [
        {"name": "Cedar"},
        {"name": " ", "segment": "D", "colour": "red"},
        7,
        {"name": "Dill", "shortcode": "ast"},
        {"external_id": "new"},
    ]
    answer = agency.machine.post("/clients/bulk", {"items": items})
    assert faults(answer) == {
        "/items/1/name": "invalid",
        "/items/1/segment": "invalid",
        "/items/1/colour": "unknown",
        "/items/2": "type",
        "/items/3/shortcode": "taken",
        "/items/4/name": "required",
    }
    assert agency.owner.last == before
    assert agency.owner.get("/clients", include_total=True).json()["meta"]["total"] == 2


def test_without_atomic_each_item_stands_for_itself(agency: Troupe) -> None:
    before = agency.owner.last
    results = bulk(
        agency.machine,
        {"name": "Cedar"},
        {"name": ""},
        {"name": "Dill", "shortcode": "AST"},
        {"name": "Elm"},
        atomic=False,
    )
    assert [each["status"] for each in results] == [201, 422, 409, 201]
    assert [each["id"] is None for each in results] == [False, True, True, False]
    assert [list(each.get("errors", [])) != [] for each in results] == [False, True, True, False]
    assert results[1]["errors"][0]["pointer"] == "/items/1/name"
    told = [(event["type"], event["data"]["name"]) for event in agency.owner.events(before)]
    assert told == [("client.created", "Cedar"), ("client.created", "Elm")]


def test_each_changed_record_leaves_its_own_event_one_after_the_other(agency: Troupe) -> None:
    before = agency.owner.last
    bulk(agency.machine, {"name": "Cedar"}, {"name": "Aster Media", "external_id": "crm-1"}, {"name": "Elm"})
    events = agency.owner.events(before)
    assert [event["sequence"] for event in events] == [before + 1, before + 2]
    assert [event["data"]["name"] for event in events] == ["Cedar", "Elm"]


def test_a_repeated_external_id_is_a_fault_of_the_second(agency: Troupe) -> None:
    items = [{"name": "One", "external_id": "x"}, {"name": "Two", "external_id": " x "}]
    assert faults(agency.machine.post("/clients/bulk", {"items": items})) == {
        "/items/1/external_id": "repeated"
    }
    first, second = bulk(agency.machine, *items, atomic=False)
    assert (first["status"], second["status"]) == (201, 422)


def test_a_fault_of_one_item_does_not_spoil_a_record_another_changed(agency: Troupe) -> None:
    results = bulk(
        agency.machine,
        {"external_id": "crm-1", "name": "Aster One"},
        {"name": "Dill", "shortcode": "AST"},
        {"name": "Elm", "shortcode": "ELM"},
        {"name": "Fern", "shortcode": "elm"},
        atomic=False,
    )
    assert [each["status"] for each in results] == [200, 409, 201, 409]
    client = agency.owner.get(f"/clients/{agency.client_id}").json()
    assert (client["name"], client["shortcode"]) == ("Aster One", "AST")


def test_what_a_failed_item_restored_stays_in_the_trash(agency: Troupe) -> None:
    agency.owner.delete(f"/clients/{agency.client_id}", dependants="trash")
    before = agency.owner.last
    items = [{"external_id": "crm-1", "primary_contact_id": "019a0000-0000-7000-8000-000000000000"}]
    assert bulk(agency.machine, *items, atomic=False)[0]["status"] == 422
    assert agency.owner.get(f"/clients/{agency.client_id}").status_code == 404
    assert agency.owner.last == before


@pytest.mark.parametrize("items", [[], [{"name": "x"}] * 501, None, {}, "x"])
def test_a_bulk_holds_1_to_500_items(agency: Troupe, items: Any) -> None:
    assert faults(agency.machine.post("/clients/bulk", {"items": items})).keys() == {"/items"}


def test_500_clients_are_made_at_once_and_change_nothing_the_second_time(agency: Troupe) -> None:
    items = [{"name": f"Client {i}", "external_id": f"bulk-{i}"} for i in range(500)]
    assert {each["status"] for each in bulk(agency.machine, *items)} == {201}
    last = agency.owner.last
    assert {each["status"] for each in bulk(agency.machine, *items)} == {200}
    assert agency.owner.last == last
    sequences = [event["sequence"] for event in agency.owner.events()]
    assert sequences == list(range(1, last + 1))


def test_a_dry_bulk_checks_everything_and_keeps_nothing(agency: Troupe) -> None:
    before = agency.owner.last
    items = [{"name": "Cedar"}, {"name": "Aster", "external_id": "crm-1"}]
    answer = agency.machine.post("/clients/bulk", {"items": items}, validate_only=True)
    assert [(each["status"], each["id"]) for each in answer.json()["results"]] == [
        (201, None),
        (200, agency.client_id),
    ]
    assert agency.owner.last == before
    assert agency.owner.get(f"/clients/{agency.client_id}").json()["name"] == "Aster Media"
