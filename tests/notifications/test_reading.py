from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kanwerk.core.signals import mark_of
from kanwerk.notifications.live import notices
from tests.cast import Person, Troupe, faults, made
from tests.notifications.telling import assign, at, comment, heard, lines, tell


def some(agency: Troupe, count: int) -> list[dict[str, Any]]:
    """Assign a member so many tasks and return the lines, the newest first."""
    items = [
        {"project_id": agency.project_id, "title": f"T{at}", "assignee_ids": [agency.member.id]}
        for at in range(count)
    ]
    assert agency.owner.post("/tasks/bulk", {"items": items}).status_code == 200
    tell(agency)
    return lines(agency.member)


def read(person: Person, **which: Any) -> tuple[int, int]:
    answer = person.post("/notifications/read", which)
    assert answer.status_code == 200, answer.text
    return answer.json()["read"], answer.json()["unread"]


def test_some_are_marked_as_read_or_all_up_to_one_or_all(agency: Troupe) -> None:
    found = some(agency, 6)
    ids = [line["id"] for line in found]
    assert read(agency.member, ids=[ids[2], ids[2]]) == (1, 5)
    assert read(agency.member, ids=[ids[2]]) == (0, 5)
    assert read(agency.member, until=ids[3]) == (3, 2)
    unread = agency.member.get("/notifications", unread=True).json()["data"]
    assert [line["id"] for line in unread] == ids[:2]
    assert len(agency.member.get("/notifications", unread=False).json()["data"]) == 4
    assert read(agency.member, all=True) == (2, 0)
    assert read(agency.member, all=True) == (0, 0)


def test_a_list_goes_on_by_cursor_and_keeps_its_filters(agency: Troupe) -> None:
    ids = [line["id"] for line in some(agency, 7)]
    made(agency.owner.post(f"/projects/{agency.project_id}/comments", {"body": at(agency.member)}))
    tell(agency)
    found = agency.member.everything("/notifications", limit=3, kind="assigned")
    assert [line["id"] for line in found] == ids
    assert heard(agency, agency.member, kind="mentioned,overdue") == [("mentioned", "Website")]
    assert agency.member.get("/notifications", include_total=True).json()["meta"]["total"] == 8
    assert faults(agency.member.get("/notifications", kind="news")) == {"kind": "invalid"}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, {"/ids": "invalid"}),
        ({"all": False}, {"/ids": "invalid"}),
        ({"all": True, "until": "{mine}"}, {"/all": "invalid"}),
        ({"ids": []}, {"/ids": "invalid"}),
        ({"ids": ["{mine}", "{theirs}"]}, {"/ids/1": "not_found"}),
        ({"until": "{theirs}"}, {"/until": "not_found"}),
        ({"everything": True}, {"/everything": "unknown"}),
    ],
)
def test_what_cannot_be_marked_as_read_is_refused_and_nothing_is(
    agency: Troupe, body: dict[str, Any], fault: dict[str, str]
) -> None:
    mine = some(agency, 1)[0]["id"]
    assign(agency, agency.colleague)
    tell(agency)
    ids = {"{mine}": mine, "{theirs}": lines(agency.colleague)[0]["id"]}
    filled = {
        name: [ids.get(each, each) for each in value]
        if isinstance(value, list)
        else ids.get(str(value), value)
        for name, value in body.items()
    }
    assert faults(agency.member.post("/notifications/read", filled)) == fault
    assert lines(agency.member)[0]["read_at"] is None


def test_reading_leaves_no_event_and_a_dry_run_and_a_retry_do_what_they_say(agency: Troupe) -> None:
    some(agency, 2)
    last = agency.owner.last
    dry = agency.member.post("/notifications/read", {"all": True}, validate_only=True)
    assert dry.json() == {"read": 2, "unread": 0}
    assert lines(agency.member)[0]["read_at"] is None
    first = agency.member.post("/notifications/read", {"all": True}, key="k")
    again = agency.member.post("/notifications/read", {"all": True}, key="k")
    assert first.json() == again.json() == {"read": 2, "unread": 0}
    assert again.headers["Idempotent-Replayed"] == "true"
    assert agency.owner.last == last


def test_settings_are_ones_own_and_change_by_parts(agency: Troupe) -> None:
    before = agency.member.get("/notifications/settings").json()
    assert before["mails"] == "at_once"
    assert (before["quiet_from"], before["quiet_to"]) == (None, None)
    assert all(ways == {"in_app": True, "mail": True} for ways in before["kinds"].values())
    change = {"mails": "daily", "kinds": {"commented": {"mail": False}}}
    after = agency.member.patch("/notifications/settings", change).json()
    assert after["kinds"]["commented"] == {"in_app": True, "mail": False}
    assert after == before | {"mails": "daily", "kinds": after["kinds"]}
    assert agency.member.get("/notifications/settings").json() == after
    assert agency.colleague.get("/notifications/settings").json() == before
    dry = agency.member.patch("/notifications/settings", {"mails": "none"}, validate_only=True)
    assert dry.json()["mails"] == "none"
    back = {"mails": "at_once", "kinds": {"commented": {"mail": True}}}
    assert agency.member.patch("/notifications/settings", back).json() == before


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"mails": "hourly"}, {"/mails": "invalid"}),
        ({"quiet_from": "20:00"}, {"/quiet_to": "invalid"}),
        ({"quiet_to": "20:00"}, {"/quiet_from": "invalid"}),
        ({"quiet_from": "20:00", "quiet_to": "20:00"}, {"/quiet_to": "invalid"}),
        ({"quiet_from": "24:00", "quiet_to": "8:00"}, {"/quiet_from": "pattern", "/quiet_to": "pattern"}),
        ({"kinds": {"invoice_paid": {"mail": False}}}, {"/kinds/invoice_paid": "unknown"}),
        ({"kinds": {"assigned": {"mail": 0}}}, {"/kinds/assigned/mail": "type"}),
        ({"user_id": "me"}, {"/user_id": "unknown"}),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    agency: Troupe, body: dict[str, Any], fault: dict[str, str]
) -> None:
    before = agency.member.get("/notifications/settings").json()
    assert faults(agency.member.patch("/notifications/settings", body)) == fault
    assert agency.member.get("/notifications/settings").json() == before


def test_machines_and_tokens_without_the_scope_stay_out(agency: Troupe) -> None:
    for machine in (agency.machine, agency.robot, agency.reader):
        assert machine.get("/notifications").status_code == 403
        assert machine.post("/notifications/read", {"all": True}).status_code == 403
        assert machine.get("/notifications/settings").status_code == 403
        assert machine.patch("/notifications/settings", {}).status_code == 403


def test_a_token_shows_what_its_scopes_let_it_read(agency: Troupe) -> None:
    assign(agency, agency.member)
    comment(agency.owner, agency.task_id, "Hello")
    tell(agency)

    def shown(*scopes: str) -> list[str]:
        body = {"name": "some", "scopes": ["notifications:read", *scopes]}
        token = made(agency.member.post("/tokens", body))["token"]
        return [line["kind"] for line in lines(Person(agency.house, agency.member.id, token))]

    assert shown() == []
    assert shown("tasks:read") == ["assigned"]
    assert shown("comments:read") == ["commented"]
    assert shown("comments:read", "tasks:read") == ["commented", "assigned"]


def test_those_who_look_are_told_when_something_comes_and_when_it_was_read(agency: Troupe) -> None:
    house = agency.house

    def told(before: int) -> set[str]:
        now = mark_of(house.database, agency.space_id).notice or 0
        return set(notices(house.runtime, agency.space_id, before, now))

    before = mark_of(house.database, agency.space_id).notice or 0
    assign(agency, agency.member, agency.colleague)
    assert told(before) == set()
    tell(agency)
    assert told(before) == {agency.member.id, agency.colleague.id}
    before = mark_of(house.database, agency.space_id).notice or 0
    read(agency.member, all=True)
    assert told(before) == {agency.member.id}
    before = mark_of(house.database, agency.space_id).notice or 0
    read(agency.member, all=True)
    assert mark_of(house.database, agency.space_id).notice == before


def test_two_who_mark_the_same_as_read_count_it_once(agency: Troupe) -> None:
    some(agency, 3)
    answers = agency.house.together(
        *(agency.member.asking("POST", "/notifications/read", {"all": True}) for _ in range(4))
    )
    assert sorted(answer.json()["read"] for answer in answers) == [0, 0, 0, 3]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_two_notifiers_at_once_make_each_line_once(agency: Troupe) -> None:
    items = [
        {"project_id": agency.project_id, "title": f"T{at}", "assignee_ids": [agency.member.id]}
        for at in range(300)
    ]
    for _ in range(2):
        assert agency.owner.post("/tasks/bulk", {"items": items}).status_code == 200

    def one() -> None:
        try:
            tell(agency)
        finally:
            agency.house.database.release()

    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(one) for _ in range(4)]:
            each.result(60)
    tell(agency)
    found = agency.member.everything("/notifications", limit=500)
    assert len(found) == len({line["record"]["id"] for line in found}) == 600
