from urllib.parse import quote

import pytest

from tests.cast import Troupe, code, faults, made


def at(external_id: str, group: str = "clients") -> str:
    return f"/{group}/external/{quote(external_id, safe='')}"


def test_an_upsert_creates_then_changes_then_does_nothing(agency: Troupe) -> None:
    machine = agency.machine
    first = machine.put(at("erp-7"), {"name": "Cedar", "segment": "A"})
    client = made(first)
    assert client["external_id"] == "erp-7"
    assert client["external_origin"] == "ERP"
    second = machine.put(at("erp-7"), {"name": "Cedar Group"})
    assert second.status_code == 200
    assert second.json() == client | {"name": "Cedar Group", "updated_at": second.json()["updated_at"]}
    last = agency.owner.last
    third = machine.put(at("erp-7"), {"name": "  Cedar Group "})
    assert third.status_code == 200
    assert third.json() == second.json()
    assert third.headers["ETag"] == second.headers["ETag"]
    assert agency.owner.last == last


def test_absent_members_stay_and_null_clears_in_an_upsert(agency: Troupe) -> None:
    body = {"name": "Cedar", "shortcode": "CED", "primary_contact_id": agency.member.id}
    made(agency.machine.put(at("erp-7"), body))
    kept = agency.machine.put(at("erp-7"), {"shortcode": None}).json()
    assert kept["name"] == "Cedar"
    assert kept["shortcode"] is None
    assert kept["primary_contact"]["id"] == agency.member.id


def test_required_members_are_required_only_when_an_upsert_creates(agency: Troupe) -> None:
    assert faults(agency.machine.put(at("erp-7"), {"segment": "A"})) == {"/name": "required"}
    made(agency.machine.put(at("erp-7"), {"name": "Cedar"}))
    assert agency.machine.put(at("erp-7"), {"segment": "A"}).json()["segment"] == "A"


def test_the_origin_is_null_when_a_person_gave_the_external_id(agency: Troupe) -> None:
    assert made(agency.member.put(at("x"), {"name": "Cedar"}))["external_origin"] is None
    given = agency.machine.patch(f"/clients/{agency.other_client_id}", {"external_id": "y"}).json()
    assert given["external_origin"] == "ERP"
    cleared = agency.member.patch(f"/clients/{agency.other_client_id}", {"external_id": None}).json()
    assert (cleared["external_id"], cleared["external_origin"]) == (None, None)


def test_an_upsert_of_something_in_the_trash_restores_it_first(agency: Troupe) -> None:
    client = made(agency.machine.put(at("erp-7"), {"name": "Cedar"}))
    agency.machine.delete(f"/clients/{client['id']}")
    before = agency.owner.last
    back = agency.machine.put(at("erp-7"), {"name": "Cedar Group"})
    assert back.status_code == 200
    assert back.json()["id"] == client["id"]
    assert [event["type"] for event in agency.owner.events(before)] == ["client.restored", "client.updated"]
    assert agency.owner.get(f"/clients/{client['id']}").json()["name"] == "Cedar Group"


@pytest.mark.parametrize(
    "external_id", ["a/b", "a%2Fb", "/", "a..b", "ä ö", "a b", "ERP#7?x=1", "%", "a" * 255]
)
def test_an_external_id_may_hold_any_character_percent_encoded(agency: Troupe, external_id: str) -> None:
    client = made(agency.machine.put(at(external_id), {"name": "Cedar"}))
    assert client["external_id"] == external_id
    assert agency.machine.put(at(external_id), {"name": "Cedar"}).status_code == 200
    assert agency.owner.get(f"/clients/{client['id']}").json()["external_id"] == external_id


@pytest.mark.parametrize("external_id", ["a" * 256, "a\x00b", "a\nb", " ", "\u200b"])
def test_an_external_id_is_one_line_of_255_characters_with_something_to_see(
    agency: Troupe, external_id: str
) -> None:
    assert faults(agency.machine.put(at(external_id), {"name": "Cedar"})) == {"external_id": "invalid"}
    answer = agency.machine.post("/clients", {"name": "Cedar", "external_id": external_id})
    assert faults(answer).keys() == {"/external_id"}


def test_external_ids_are_compared_exactly_and_in_nfc(agency: Troupe) -> None:
    made(agency.machine.put(at("erp"), {"name": "One"}))
    made(agency.machine.put(at("ERP"), {"name": "Two"}))
    made(agency.machine.put(at("caf\u00e9"), {"name": "Three"}))
    assert agency.machine.put(at("cafe\u0301"), {"name": "Three"}).status_code == 200


def test_an_external_id_in_the_body_equals_the_paths(agency: Troupe) -> None:
    made(agency.machine.put(at("a"), {"name": "Cedar", "external_id": "a"}))
    assert faults(agency.machine.put(at("a"), {"external_id": "b"})) == {"/external_id": "invalid"}
    assert faults(agency.machine.put(at("a"), {"external_id": None})) == {"/external_id": "invalid"}


def test_a_taken_external_id_names_the_record_that_has_it_and_whether_it_is_in_the_trash(
    agency: Troupe,
) -> None:
    body = {"name": "Cedar", "external_id": "crm-1"}
    for answer in (
        agency.member.post("/clients", body),
        agency.member.patch(f"/clients/{agency.other_client_id}", {"external_id": "crm-1"}),
    ):
        assert faults(answer, 409) == {"/external_id": "taken"}
        assert answer.json()["existing_id"] == agency.client_id
        assert "trashed" not in answer.json()
    agency.member.delete(f"/clients/{agency.client_id}", dependants="detach")
    answer = agency.member.post("/clients", body)
    assert answer.status_code == 409
    assert answer.json()["trashed"] is True


def test_external_ids_are_unique_in_a_space_and_kind_only(agency: Troupe, rival: Troupe) -> None:
    made(rival.machine.put(at("erp-7"), {"name": "Theirs"}))
    made(agency.machine.put(at("erp-7"), {"name": "Ours"}))
    user = {"first_name": "Nia", "last_name": "New", "email": "nia@nordlicht.example"}
    made(agency.robot.put(at("erp-7", "users"), user))


def test_a_user_is_upserted_by_external_id(agency: Troupe) -> None:
    body = {"first_name": "Nia", "last_name": "New", "email": "nia@nordlicht.example"}
    user = made(agency.robot.put(at("hr-1", "users"), body))
    assert (user["external_id"], user["external_origin"]) == ("hr-1", "Robot")
    last = agency.owner.last
    same = agency.robot.put(at("hr-1", "users"), body)
    assert (same.status_code, same.json()) == (200, user)
    assert agency.owner.last == last
    assert agency.robot.put(at("hr-1", "users"), {"title": "Designer"}).json()["title"] == "Designer"
    assert faults(agency.robot.put(at("hr-2", "users"), {"title": "Designer"})).keys() >= {"/first_name"}


def test_twenty_writers_of_one_external_id_at_once_make_one_record(agency: Troupe) -> None:
    writers = [agency.machine, agency.member, agency.robot, agency.owner] * 5
    answers = agency.house.together(*(each.asking("PUT", at("race"), {"name": "Cedar"}) for each in writers))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    found = agency.owner.get("/clients", external_id="race").json()["data"]
    assert len(found) == 1
    events = [event for event in agency.owner.events() if event["data"]["id"] == found[0]["id"]]
    assert [event["type"] for event in events] == ["client.created"]


def test_an_upsert_of_an_archived_client_changes_nothing(agency: Troupe) -> None:
    agency.member.post(f"/clients/{agency.client_id}/archive", projects="archive")
    answer = agency.machine.put(at("crm-1"), {"name": "Another name"})
    assert (answer.status_code, code(answer)) == (409, "archived")
    assert agency.machine.put(at("crm-1"), {"name": "Aster Media"}).status_code == 200
