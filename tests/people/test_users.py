from typing import Any

import pytest

from tests.cast import Person, Troupe, code, faults, made, mails

NIA = {"first_name": "Nia", "last_name": "New", "email": "nia@nordlicht.example"}


def test_somebody_invited_gets_a_mail_with_a_link(agency: Troupe) -> None:
    user = made(agency.admin.post("/users", {**NIA, "role": "admin", "title": "Designer"}))
    assert (user["type"], user["role"], user["active"], user["title"]) == ("user", "admin", True, "Designer")
    (text,) = mails(agency, 1)
    assert "To: nia@nordlicht.example" in text
    assert "/invite/" in text
    again = agency.admin.post(f"/users/{user['id']}/invitation").json()
    assert again["user_id"] == user["id"]
    assert len(mails(agency, 2)) == 2
    assert agency.admin.delete(f"/users/{user['id']}/invitation").status_code == 204
    assert agency.admin.delete(f"/users/{user['id']}/invitation").status_code == 404


def test_people_need_a_name_and_an_address_and_machines_a_name(agency: Troupe) -> None:
    assert faults(agency.admin.post("/users", {"first_name": "Nia"})) == {
        "/last_name": "required",
        "/email": "required",
    }
    bot = made(agency.admin.post("/users", {"first_name": "Bot", "type": "integration"}))
    assert bot["email"] == f"{bot['id']}@integrations.invalid"
    assert bot["role"] == "member"
    assert not (agency.house.settings.data / "mail").exists()
    answer = agency.admin.post("/users", {"first_name": "bOT", "type": "integration"})
    assert faults(answer, 409) == {"/first_name": "taken"}
    assert answer.json()["existing_id"] == bot["id"]


def test_an_address_is_in_a_space_once(agency: Troupe) -> None:
    answer = agency.admin.post("/users", {**NIA, "email": "OLA@nordlicht.example"})
    assert faults(answer, 409) == {"/email": "taken"}
    assert answer.json()["existing_id"] == agency.owner.id
    answer = agency.admin.patch(f"/users/{agency.member.id}", {"email": "OLA@nordlicht.example"})
    assert faults(answer, 409) == {"/email": "taken"}
    own = {"email": "MIA@nordlicht.example"}
    assert agency.member.patch(f"/users/{agency.member.id}", own).status_code == 200


def test_twins_of_one_address_invited_at_once_are_one_user(agency: Troupe) -> None:
    answers = agency.house.together(*(agency.admin.asking("POST", "/users", NIA) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


def test_a_link_lets_nobody_in_as_another_address(agency: Troupe) -> None:
    """Else whoever holds it could choose the password of an address that is not theirs."""
    user = made(agency.admin.post("/users", NIA))["id"]
    (letter,) = mails(agency, 1)
    link = letter[letter.index("/invite/") :].split()[0]
    assert agency.house.ask("GET", link).status_code == 200
    assert agency.admin.patch(f"/users/{user}", {"title": "Designer"}).status_code == 200
    assert agency.house.ask("GET", link).status_code == 200
    assert agency.admin.patch(f"/users/{user}", {"email": "victim@other.example"}).status_code == 200
    assert agency.house.ask("GET", link).status_code == 404
    assert agency.admin.post(f"/users/{user}/invitation").json()["email"] == "victim@other.example"


@pytest.mark.parametrize(
    "email", ["x", "@", "a@", "@b", "a b@c", "a@b@c", "a@b\n", "x" * 65 + "@b", "a@" + "b" * 300]
)
def test_an_address_has_the_form_of_one(agency: Troupe, email: str) -> None:
    answer = agency.admin.post("/users", {**NIA, "email": email})
    if email == "a@b\n":
        assert answer.status_code == 201
    else:
        assert faults(answer).keys() == {"/email"}


def test_the_last_active_owner_stays(agency: Troupe) -> None:
    owner = agency.owner
    for answer in (
        owner.patch(f"/users/{owner.id}", {"role": "admin"}),
        owner.delete(f"/users/{owner.id}"),
    ):
        assert (answer.status_code, code(answer)) == (409, "last-owner")
    assert owner.patch(f"/users/{agency.admin.id}", {"role": "owner"}).status_code == 200
    assert owner.patch(f"/users/{owner.id}", {"role": "member"}).status_code == 200
    assert agency.admin.delete(f"/users/{agency.admin.id}").status_code == 409


def test_two_owners_cannot_both_leave_at_once(agency: Troupe) -> None:
    agency.owner.patch(f"/users/{agency.admin.id}", {"role": "owner"})
    answers = agency.house.together(
        agency.owner.asking("PATCH", f"/users/{agency.owner.id}", {"role": "member"}),
        agency.admin.asking("PATCH", f"/users/{agency.admin.id}", {"role": "member"}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_only_an_owner_makes_or_unmakes_owners(agency: Troupe) -> None:
    assert agency.admin.patch(f"/users/{agency.member.id}", {"role": "owner"}).status_code == 403
    assert agency.admin.patch(f"/users/{agency.owner.id}", {"role": "member"}).status_code == 403
    assert agency.admin.delete(f"/users/{agency.owner.id}").status_code == 403
    assert agency.admin.post("/users", {**NIA, "role": "owner"}).status_code == 403
    assert agency.robot.patch(f"/users/{agency.robot.id}", {"role": "owner"}).status_code in (403, 422)


def test_deactivation_ends_tokens_at_once_and_keeps_the_history(agency: Troupe) -> None:
    assert agency.colleague.get("/me").status_code == 200
    assert agency.admin.delete(f"/users/{agency.colleague.id}").status_code == 204
    assert agency.colleague.get("/me").status_code == 401
    user = agency.admin.get(f"/users/{agency.colleague.id}").json()
    assert user["active"] is False
    restored = agency.admin.post(f"/users/{agency.colleague.id}/restore").json()
    assert restored["active"] is True
    assert agency.colleague.get("/me").status_code == 401
    assert agency.admin.delete(f"/users/{agency.colleague.id}").status_code == 204
    last = agency.owner.last
    assert agency.admin.delete(f"/users/{agency.colleague.id}").status_code == 204
    assert agency.owner.last == last


def test_an_upsert_brings_a_deactivated_user_back(agency: Troupe) -> None:
    where, body = "/users/external/hr-7", {"first_name": "Nia", "last_name": "New", "email": "nia@x.example"}
    user = made(agency.robot.put(where, body))
    agency.admin.delete(f"/users/{user['id']}")
    last = agency.owner.last
    assert agency.robot.put(where, {"title": "Designer"}).json()["active"] is True
    assert [each["type"] for each in agency.owner.events(last)] == ["user.reactivated", "user.updated"]


def test_a_deactivated_user_stays_where_he_is_and_is_not_newly_assigned(agency: Troupe) -> None:
    client = f"/clients/{agency.client_id}"
    agency.owner.patch(client, {"primary_contact_id": agency.colleague.id})
    agency.owner.delete(f"/users/{agency.colleague.id}")
    assert agency.owner.get(client).json()["primary_contact"]["id"] == agency.colleague.id
    assert (
        agency.owner.patch(client, {"name": "X", "primary_contact_id": agency.colleague.id}).status_code
        == 200
    )
    answer = agency.owner.patch(
        f"/clients/{agency.other_client_id}", {"primary_contact_id": agency.colleague.id}
    )
    assert faults(answer) == {"/primary_contact_id": "not_found"}


@pytest.mark.parametrize(
    ("person", "body", "pointer"),
    [
        ("guest", {"role": "admin"}, "/role"),
        ("tax_advisor", {"role": "member"}, "/role"),
        ("member", {"client_id": "{client}"}, "/client_id"),
        ("guest", {"client_id": "019a0000-0000-7000-8000-000000000000"}, "/client_id"),
        ("member", {"hourly_rate": "1.234"}, "/hourly_rate"),
        ("member", {"hourly_rate": 95}, "/hourly_rate"),
        ("member", {"cost_rate": "-1"}, "/cost_rate"),
        ("member", {"timezone": "Mars/Olympus"}, "/timezone"),
        ("member", {"weekly_seconds": 604_801}, "/weekly_seconds"),
        ("machine", {"email": "erp@nordlicht.example"}, "/email"),
    ],
)
def test_a_member_that_does_not_fit_somebody_is_refused(
    agency: Troupe, person: str, body: dict[str, Any], pointer: str
) -> None:
    body = {name: agency.client_id if value == "{client}" else value for name, value in body.items()}
    assert faults(agency.owner.patch(f"/users/{agency.people[person].id}", body)).keys() == {pointer}


def test_all_members_that_do_not_fit_are_told_at_once(agency: Troupe) -> None:
    nobody = "019a0000-0000-7000-8000-000000000000"
    body = {
        **NIA,
        "type": "guest",
        "role": "admin",
        "client_id": nobody,
        "hourly_rate": "1.234",
        "cost_rate": "0.001",
    }
    pointers = {"/role", "/client_id", "/hourly_rate", "/cost_rate"}
    assert faults(agency.admin.post("/users", body)).keys() == pointers
    again = {name: body[name] for name in ("role", "client_id", "hourly_rate")}
    answer = agency.admin.patch(f"/users/{agency.tax_advisor.id}", again)
    assert faults(answer).keys() == {"/role", "/client_id", "/hourly_rate"}


def test_money_is_exact_and_has_the_currencys_decimals(agency: Troupe) -> None:
    where = f"/users/{agency.member.id}"
    for sent, shown in (
        ("95", "95.00"),
        ("0.1", "0.10"),
        ("123456789012.99", "123456789012.99"),
        (None, None),
    ):
        assert agency.owner.patch(where, {"hourly_rate": sent}).json()["hourly_rate"] == shown
    last = agency.owner.last
    agency.owner.patch(where, {"hourly_rate": None})
    assert agency.owner.last == last
    agency.owner.patch(f"/spaces/{agency.space_id}", {"currency": "JPY"})
    assert agency.owner.patch(where, {"hourly_rate": "5000"}).json()["hourly_rate"] == "5000"
    assert faults(agency.owner.patch(where, {"hourly_rate": "5000.5"})).keys() == {"/hourly_rate"}


def test_last_activity_is_kept_in_memory_first(agency: Troupe) -> None:
    person: Person = agency.member
    person.get("/me")
    assert agency.house.runtime.state["uses"]
    assert person.get(f"/users/{person.id}").json()["last_active_at"] is None
