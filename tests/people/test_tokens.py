import pytest

from tests.cast import Person, Troupe, faults, made
from tests.conftest import Hands


def holder(agency: Troupe, answer: dict[str, str]) -> Person:
    return Person(agency.house, "", answer["token"], answer["id"])


def test_a_token_is_shown_once_and_lets_its_maker_in(agency: Troupe) -> None:
    token = made(agency.member.post("/tokens", {"name": "script", "scopes": ["clients:read"]}))
    assert token["token"].startswith("kw_")
    assert token["user"]["id"] == agency.member.id
    script = holder(agency, token)
    assert script.get("/me").json()["scopes"] == ["clients:read"]
    assert script.get("/clients").status_code == 200
    assert script.post("/clients", {"name": "X"}).status_code == 403
    listed = agency.member.get("/tokens").json()["data"]
    assert all("token" not in each for each in listed)
    assert token["token"] not in agency.owner.get("/events", limit=500).text


def test_a_token_without_scopes_has_all_its_users_rights(agency: Troupe) -> None:
    script = holder(agency, made(agency.member.post("/tokens", {"name": "script"})))
    assert script.get("/me").json()["role"] == "member"
    assert script.post("/clients", {"name": "Cedar"}).status_code == 201
    assert script.patch(f"/spaces/{agency.space_id}", {"name": "X"}).status_code == 403


def test_a_revoked_token_is_dead_at_once(agency: Troupe) -> None:
    token = made(agency.member.post("/tokens", {"name": "script"}))
    script = holder(agency, token)
    assert script.get("/me").status_code == 200
    assert agency.member.delete(f"/tokens/{token['id']}").status_code == 204
    assert script.get("/me").status_code == 401
    assert token["id"] not in [each["id"] for each in agency.member.get("/tokens").json()["data"]]


def test_an_expired_token_is_dead(agency: Troupe, hands: Hands) -> None:
    later = hands.at.replace(microsecond=0)
    hands.move(seconds=-3600)
    body = {"name": "script", "expires_at": later.isoformat()}
    script = holder(agency, made(agency.member.post("/tokens", body)))
    hands.move(minutes=59)
    assert script.get("/me").status_code == 200
    hands.move(minutes=2)
    assert script.get("/me").status_code == 401


def test_members_see_and_revoke_their_own_tokens_and_admins_all(agency: Troupe) -> None:
    def seen(person: Person) -> set[str]:
        return {each["user"]["id"] for each in person.get("/tokens").json()["data"]}

    assert seen(agency.member) == {agency.member.id}
    assert seen(agency.admin) >= {agency.member.id, agency.owner.id, agency.machine.id}
    assert agency.member.delete(f"/tokens/{agency.colleague.token_id}").status_code == 404
    assert agency.colleague.get("/me").status_code == 200
    assert agency.admin.delete(f"/tokens/{agency.colleague.token_id}").status_code == 204
    assert agency.colleague.get("/me").status_code == 401


def test_an_integration_revokes_its_own_token_and_makes_none(agency: Troupe) -> None:
    assert agency.robot.post("/tokens", {"name": "x"}).status_code == 403
    assert agency.robot.delete(f"/tokens/{agency.member.token_id}").status_code == 404
    assert agency.robot.delete(f"/tokens/{agency.robot.token_id}").status_code == 204
    assert agency.robot.get("/me").status_code == 401


def test_a_token_makes_no_token_with_a_scope_it_lacks(agency: Troupe) -> None:
    body = {"name": "maker", "scopes": ["tokens:write", "clients:read"]}
    maker = holder(agency, made(agency.member.post("/tokens", body)))
    made(maker.post("/tokens", {"name": "child", "scopes": ["clients:read"]}))
    assert maker.post("/tokens", {"name": "child", "scopes": ["clients:write"]}).status_code == 403
    assert maker.post("/tokens", {"name": "child"}).status_code == 403


def test_faulty_scopes_and_expiries_are_refused(agency: Troupe) -> None:
    answer = agency.member.post("/tokens", {"name": "x", "scopes": ["clients:read", "all", "x:y"]})
    assert faults(answer) == {"/scopes/1": "unknown_scope", "/scopes/2": "unknown_scope"}
    for wrong in ("2020-01-01T00:00:00Z", "2099-01-01", "2099-01-01T00:00:00", "soon", 7):
        answer = agency.member.post("/tokens", {"name": "x", "expires_at": wrong})
        assert faults(answer).keys() == {"/expires_at"}, wrong
    assert faults(agency.member.post("/tokens", {"name": "x", "scopes": []})).keys() == {"/scopes"}


def test_a_token_of_another_space_sees_that_space(agency: Troupe, rival: Troupe) -> None:
    assert rival.owner.get("/me").json()["space"]["name"] == "Rival"
    assert rival.owner.get(f"/clients/{agency.client_id}").status_code == 404
    ours = {each["id"] for each in agency.owner.everything("/clients")}
    theirs = {each["id"] for each in rival.owner.everything("/clients")}
    assert not ours & theirs


@pytest.mark.parametrize("path", ["/clients", "/users", "/tokens", "/business-fields", "/spaces", "/events"])
def test_lists_of_two_spaces_have_nothing_in_common(agency: Troupe, rival: Troupe, path: str) -> None:
    def seen(person: Person) -> set[str]:
        return {each["id"] for each in person.get(path, limit=500).json()["data"]}

    assert not seen(agency.owner) & seen(rival.owner)
