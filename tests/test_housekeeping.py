"""What a worker does beside answering: the trash is emptied, uses are kept, what has run out is forgotten."""

import re

from kanwerk import housekeeping
from tests.cast import Troupe, made, mails
from tests.conftest import Hands


def sweep(agency: Troupe) -> int:
    return agency.house.database.write(housekeeping.sweep)


def test_the_trash_is_emptied_after_thirty_days_with_what_went_along(agency: Troupe, hands: Hands) -> None:
    kept = made(agency.owner.post("/clients", {"name": "Kept", "external_id": "kept"}))["id"]
    agency.owner.delete(f"/clients/{agency.client_id}", dependants="trash")
    hands.move(days=1)
    agency.owner.delete(f"/clients/{kept}")
    last = agency.owner.last
    hands.move(days=28, hours=23)
    assert sweep(agency) == 0
    assert agency.owner.get(f"/clients/{agency.client_id}", trashed=True).status_code == 200
    hands.move(hours=2)
    assert sweep(agency) == 4  # the client, its project and that one's two tasks
    assert agency.owner.get(f"/projects/{agency.project_id}", trashed=True).status_code == 404
    assert agency.owner.get(f"/columns/{agency.column_ids[0]}").status_code == 404
    assert agency.owner.get("/tasks/WEB-1", trashed=True).status_code == 404
    assert agency.owner.get(f"/clients/{agency.client_id}", trashed=True).status_code == 404
    assert agency.owner.post(f"/clients/{agency.client_id}/restore").status_code == 404
    assert agency.owner.post(f"/clients/{kept}/restore").status_code == 200
    guest = agency.owner.get(f"/users/{agency.guest.id}").json()
    assert (guest["client_id"], guest["active"]) == (None, False)
    assert agency.owner.events(last)[0]["type"] == "client.restored"  # and nothing of the sweep


def test_an_external_id_is_free_again_after_the_sweep(agency: Troupe, hands: Hands) -> None:
    agency.owner.delete(f"/clients/{agency.client_id}", dependants="trash")
    hands.move(days=31)
    sweep(agency)
    again = made(agency.machine.put("/clients/external/crm-1", {"name": "Aster again"}))
    assert again["id"] != agency.client_id


def test_the_last_use_of_a_token_and_its_user_is_kept(agency: Troupe, hands: Hands) -> None:
    token = next(
        each
        for each in agency.owner.get("/tokens", limit=500).json()["data"]
        if each["id"] == agency.machine.token_id
    )
    assert token["last_used_at"] is None
    agency.machine.get("/me")
    at = hands.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    last = agency.owner.last
    hands.move(seconds=30)
    agency.house.run(housekeeping.keep_uses(agency.house.runtime))
    shown = agency.owner.get("/tokens", ids=[agency.machine.token_id]).json()["data"][0]
    assert shown["last_used_at"] == at
    assert agency.owner.get(f"/users/{agency.machine.id}").json()["last_active_at"] == at
    assert agency.owner.last == last


def test_an_invitation_runs_out_and_can_be_sent_again(agency: Troupe, hands: Hands) -> None:
    body = {"first_name": "Nia", "last_name": "New", "email": "nia@nordlicht.example"}
    user = made(agency.admin.post("/users", body))["id"]
    (letter,) = mails(agency, 1)
    link = re.search(r"/invite/\S+", letter)
    assert link is not None
    hands.move(days=13, hours=23)
    assert agency.house.ask("GET", link[0]).status_code == 200
    hands.move(hours=2)
    page = agency.house.ask("GET", link[0])
    assert page.status_code == 404
    form = b"first_name=Nia&last_name=New&password=a-long-password"
    sent = agency.house.ask(
        "POST", link[0], form, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert sent.status_code == 404
    assert agency.admin.post(f"/users/{user}/invitation").status_code == 200
    assert agency.house.ask("GET", link[0]).status_code == 404
