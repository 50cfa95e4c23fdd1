import pytest

from tests.cast import Troupe, code, faults, made
from tests.conftest import Hands


def test_the_same_key_gives_the_same_answer_and_does_nothing_again(agency: Troupe) -> None:
    first = agency.machine.post("/clients", {"name": "Cedar"}, key="k1")
    last = agency.owner.last
    again = agency.machine.post("/clients", {"name": "Cedar"}, key="k1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    for name in ("ETag", "Location", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert agency.owner.last == last


def test_the_same_key_for_another_request_is_refused(agency: Troupe) -> None:
    agency.machine.post("/clients", {"name": "Cedar"}, key="k1")
    client = f"/clients/{agency.client_id}"
    for answer in (
        agency.machine.post("/clients", {"name": "Dill"}, key="k1"),
        agency.machine.post("/business-fields", {"name": "Cedar"}, key="k1"),
        agency.machine.post(f"{client}/archive?projects=archive", key="k1"),
    ):
        assert faults(answer) == {"Idempotency-Key": "key_reused"}


def test_a_key_belongs_to_one_user_of_one_space(agency: Troupe, rival: Troupe) -> None:
    for person in (agency.machine, agency.member, agency.robot, rival.machine):
        made(person.post("/clients", {"name": "Cedar"}, key="k1"))


def test_only_answers_that_did_something_are_kept(agency: Troupe) -> None:
    assert agency.machine.post("/clients", {"name": ""}, key="k1").status_code == 422
    assert agency.machine.post("/clients", {"name": "X", "shortcode": "AST"}, key="k1").status_code == 409
    made(agency.machine.post("/clients", {"name": "Cedar"}, key="k1"))


def test_a_key_is_forgotten_after_a_day(agency: Troupe, hands: Hands) -> None:
    first = made(agency.machine.post("/clients", {"name": "Cedar"}, key="k1"))
    hands.move(hours=23, minutes=59)
    assert agency.machine.post("/clients", {"name": "Cedar"}, key="k1").json() == first
    hands.move(minutes=2)
    assert made(agency.machine.post("/clients", {"name": "Cedar"}, key="k1"))["id"] != first["id"]


@pytest.mark.parametrize("key", ["k" * 256, "a b", "a\tb", "ä"])
def test_a_key_is_1_to_255_visible_ascii_characters(agency: Troupe, key: str) -> None:
    headers = {"Idempotency-Key": key}
    answer = agency.machine.post("/clients", {"name": "Cedar"}, headers=headers)
    assert faults(answer) == {"Idempotency-Key": "invalid"}


def test_an_empty_key_is_refused(agency: Troupe) -> None:
    answer = agency.machine.post("/clients", {"name": "Cedar"}, key="")
    assert faults(answer) == {"Idempotency-Key": "invalid"}


def test_a_key_of_255_characters_is_taken(agency: Troupe) -> None:
    made(agency.machine.post("/clients", {"name": "Cedar"}, key="!" * 254 + "~"))


def test_twins_at_once_are_done_once(agency: Troupe) -> None:
    headers = {"Idempotency-Key": "twins"}
    answers = agency.house.together(
        *(agency.machine.asking("POST", "/clients", {"name": "Cedar"}, headers=headers) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert len(agency.owner.get("/clients", q="Cedar").json()["data"]) == 1


def test_rights_are_checked_before_a_replay(agency: Troupe) -> None:
    made(agency.admin.post("/users", {"first_name": "Bot", "type": "integration"}, key="k1"))
    agency.owner.patch(f"/users/{agency.admin.id}", {"role": "member"})
    answer = agency.admin.post("/users", {"first_name": "Bot", "type": "integration"}, key="k1")
    assert (answer.status_code, code(answer)) == (403, "forbidden")


def test_a_replay_carries_null_for_a_secret(agency: Troupe) -> None:
    first = made(agency.member.post("/tokens", {"name": "script"}, key="k1"))
    assert first["token"].startswith("kw_")
    again = made(agency.member.post("/tokens", {"name": "script"}, key="k1"))
    assert again == first | {"token": None}


def test_an_action_is_replayed_too(agency: Troupe) -> None:
    where = f"/clients/{agency.other_client_id}/archive"
    first = agency.member.post(where, key="k1")
    agency.member.post(f"/clients/{agency.other_client_id}/unarchive")
    last = agency.owner.last
    again = agency.member.post(where, key="k1")
    assert (again.status_code, again.content) == (200, first.content)
    assert agency.owner.last == last


def test_a_bulk_is_replayed_too(agency: Troupe) -> None:
    body = {"items": [{"name": "Cedar"}, {"name": "Dill"}]}
    first = agency.machine.post("/clients/bulk", body, key="k1")
    assert agency.machine.post("/clients/bulk", body, key="k1").content == first.content
    assert agency.owner.get("/clients", include_total=True).json()["meta"]["total"] == 4


def test_methods_that_are_safe_to_repeat_take_no_notice_of_a_key(agency: Troupe) -> None:
    for name in ("One", "Two"):
        answer = agency.machine.patch(
            f"/clients/{agency.client_id}", {"name": name}, headers={"Idempotency-Key": "k1"}
        )
        assert answer.json()["name"] == name
