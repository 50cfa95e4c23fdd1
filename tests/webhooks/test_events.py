import asyncio
import time
from typing import Any

import pytest

from tests.cast import Person, Troupe, code, faults, made

MEMBERS = ["id", "type", "timestamp", "space_id", "sequence", "actor", "data", "changes"]


def types(person: Person, after: int = 0) -> list[str]:
    return [event["type"] for event in person.events(after)]


def test_an_event_tells_who_did_what_to_which_record(agency: Troupe) -> None:
    before = agency.owner.last
    changed = agency.member.patch(f"/clients/{agency.client_id}", {"name": "Aster", "segment": "C"}).json()
    (event,) = agency.owner.events(before)
    assert list(event) == MEMBERS
    assert event["type"] == "client.updated"
    assert event["space_id"] == agency.space_id
    assert event["sequence"] == before + 1
    assert event["actor"] == {"id": agency.member.id, "name": "Mia Berger", "type": "user"}
    assert event["data"] == changed
    assert event["changes"] == {
        "name": {"from": "Aster Media", "to": "Aster"},
        "segment": {"from": "B", "to": "C"},
    }


def test_the_log_has_no_gaps_and_goes_page_by_page(agency: Troupe) -> None:
    agency.house.together(
        *(agency.machine.asking("POST", "/clients", {"name": f"Client {i}"}) for i in range(20)),
        *(
            agency.member.asking("PATCH", f"/clients/{agency.client_id}", {"name": f"Name {i}"})
            for i in range(20)
        ),
    )
    last = agency.owner.last
    assert [event["sequence"] for event in agency.owner.events()] == list(range(1, last + 1))
    page = agency.owner.get("/events", after=3, limit=5).json()
    assert [event["sequence"] for event in page["data"]] == [4, 5, 6, 7, 8]
    assert page["meta"] == {"next_after": 8, "last_sequence": last}


def test_deletes_stand_in_the_log_with_the_last_state(agency: Troupe) -> None:
    client = agency.owner.get(f"/clients/{agency.other_client_id}").json()
    before = agency.owner.last
    agency.owner.delete(f"/clients/{agency.other_client_id}")
    agency.owner.post(f"/clients/{agency.other_client_id}/restore")
    deleted, restored = agency.owner.events(before)
    assert (deleted["type"], restored["type"]) == ("client.deleted", "client.restored")
    assert deleted["data"] | {"updated_at": ""} == client | {"updated_at": ""}


def test_types_pick_events_and_the_end_of_the_page_still_advances(agency: Troupe) -> None:
    made(agency.owner.post("/business-fields", {"name": "Web"}))
    last = agency.owner.last
    page = agency.owner.get("/events", types="client.*", limit=500).json()
    assert {event["type"] for event in page["data"]} == {"client.created"}
    assert page["meta"]["next_after"] == last
    both = agency.owner.get("/events", types=["client.*", "business_field.created"], limit=500).json()["data"]
    assert {event["type"] for event in both} == {"client.created", "business_field.created"}
    assert len(agency.owner.get("/events", types="*", limit=500).json()["data"]) == last


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("after=-1", "after"),
        ("after=x", "after"),
        ("after=99999999999999999999", "after"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("wait=61", "wait"),
        ("wait=-1", "wait"),
        ("types=", "types"),
        ("types=client", "types"),
        ("types=client.eaten", "types"),
        ("types=nothing.*", "types"),
        ("cursor=x", "cursor"),
    ],
)
def test_a_faulty_question_to_the_log_is_refused(agency: Troupe, query: str, pointer: str) -> None:
    assert faults(agency.owner.get(f"/events?{query}")).keys() == {pointer}


def test_waiting_ends_with_the_next_event(agency: Troupe) -> None:
    after = agency.owner.last

    async def later() -> Any:
        await asyncio.sleep(0.3)
        return await agency.member.asking("POST", "/clients", {"name": "Cedar"})

    began = time.monotonic()
    waited, _ = agency.house.together(
        agency.owner.asking("GET", f"/events?after={after}&wait=20"),
        later(),
    )
    assert [event["type"] for event in waited.json()["data"]] == ["client.created"]
    assert 0.2 < time.monotonic() - began < 20


def test_waiting_for_nothing_ends_with_an_empty_page(agency: Troupe) -> None:
    after = agency.owner.last
    began = time.monotonic()
    page = agency.owner.get("/events", after=after, wait=1).json()
    assert page == {"data": [], "meta": {"next_after": after, "last_sequence": after}}
    assert time.monotonic() - began > 0.9


def test_waiting_does_not_stop_others(agency: Troupe) -> None:
    after = agency.owner.last

    async def others() -> Any:
        for _ in range(10):
            await agency.member.asking("GET", "/clients")
        return await agency.member.asking("POST", "/clients", {"name": "Cedar"})

    waited, _ = agency.house.together(agency.owner.asking("GET", f"/events?after={after}&wait=20"), others())
    assert [event["type"] for event in waited.json()["data"]] == ["client.created"]  # it came while it waited


def test_what_only_admins_read_reaches_admins_only(agency: Troupe) -> None:
    before = agency.owner.last
    agency.owner.patch(f"/users/{agency.member.id}", {"hourly_rate": "95.00", "title": "Designer"})
    for name, admin in (
        ("owner", True),
        ("admin", True),
        ("robot", True),
        ("colleague", False),
        ("machine", False),
    ):
        (event,) = agency.people[name].events(before)
        assert ("hourly_rate" in event["data"]) is admin
        assert event["changes"].get("hourly_rate") == ({"from": None, "to": "95.00"} if admin else None)
        assert event["changes"]["title"] == {"from": None, "to": "Designer"}
    assert "95.00" not in agency.member.get("/events", after=before).text


def test_a_change_of_invoicing_data_tells_the_client_as_it_is(agency: Troupe) -> None:
    before = agency.owner.last
    agency.owner.patch(f"/clients/{agency.client_id}/invoicing", {"city": "Bremen"})
    (event,) = agency.owner.events(before)
    assert event["changes"] == {"invoicing.city": {"from": None, "to": "Bremen"}}
    client = agency.owner.get(f"/clients/{agency.client_id}").json()
    assert event["data"] == client


def test_what_stands_on_the_spaces_invoices_is_told_to_admins_only(agency: Troupe) -> None:
    before, iban = agency.owner.last, "DE89370400440532013000"
    agency.owner.patch(f"/spaces/{agency.space_id}/invoicing", {"iban": iban})
    agency.owner.patch(f"/spaces/{agency.space_id}", {"name": "Nordlicht Studio"})
    for name, admin in (("owner", True), ("robot", True), ("member", False), ("machine", False)):
        first, second = agency.people[name].events(before)
        assert first["changes"] == ({"invoicing.iban": {"from": None, "to": iban}} if admin else {})
        assert second["changes"].keys() == {"name"}
        assert first["data"].keys() == second["data"].keys() >= {"id", "name", "slug", "timezone"}
    assert iban not in agency.member.get("/events", after=before).text


def test_a_scoped_token_sees_the_events_of_what_it_may_read(agency: Troupe) -> None:
    kinds = {each.partition(".")[0] for each in types(agency.watcher)}
    assert kinds == {"client"}
    bare = agency.with_scopes("events:read", role="admin")
    assert types(bare) == []
    assert bare.last == agency.owner.last
    users = agency.with_scopes("events:read", "users:read")
    assert {each.partition(".")[0] for each in types(users)} == {"user"}


def test_members_see_the_events_of_their_own_tokens_only(agency: Troupe) -> None:
    made(agency.member.post("/tokens", {"name": "mine"}))
    made(agency.colleague.post("/tokens", {"name": "theirs"}))
    seen = agency.member.get("/events", types="token.*", limit=500).json()["data"]
    assert {event["data"]["user"]["id"] for event in seen} == {agency.member.id}
    assert "theirs" in agency.owner.get("/events", types="token.*", limit=500).text


@pytest.mark.parametrize("who", ["guest", "tax_advisor", "reader"])
def test_the_log_is_closed_to(agency: Troupe, who: str) -> None:
    answer = agency.people[who].get("/events")
    assert (answer.status_code, code(answer)) == (403, "forbidden")


def test_a_space_sees_its_own_log_only(agency: Troupe, rival: Troupe) -> None:
    before = rival.owner.last
    made(agency.owner.post("/clients", {"name": "Cedar"}))
    assert rival.owner.last == before
    assert {event["space_id"] for event in rival.owner.events()} == {rival.space_id}


def test_the_activity_of_a_client_is_its_events_newest_first(agency: Troupe) -> None:
    client = made(agency.member.post("/clients", {"name": "Cedar"}))["id"]
    agency.admin.patch(f"/clients/{client}", {"segment": "A"})
    agency.admin.patch(f"/clients/{client}/invoicing", {"city": "Bonn"})
    agency.owner.delete(f"/clients/{client}")
    activity = agency.member.get(f"/clients/{client}/activity").json()["data"]
    assert [event["type"] for event in activity] == [
        "client.deleted",
        "client.updated",
        "client.updated",
        "client.created",
    ]
    assert activity[1]["changes"] == {"invoicing.city": {"from": None, "to": "Bonn"}}
    assert list(activity[0]) == MEMBERS
    whole = agency.member.everything(f"/clients/{client}/activity", limit=1)
    assert whole == activity
    only = agency.member.get(f"/clients/{client}/activity", types="client.created").json()["data"]
    assert [event["actor"]["id"] for event in only] == [agency.member.id]


def test_what_the_command_line_does_is_done_by_the_system(agency: Troupe) -> None:
    first = agency.owner.events()[0]
    assert first["type"] == "space.created"
    assert first["actor"] == {"id": None, "name": "Kanwerk", "type": "system"}
