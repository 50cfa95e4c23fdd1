import uuid
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select, update

from kanwerk.core import clock
from kanwerk.core.events import Event, EventCounter
from kanwerk.importers.report import Report
from kanwerk.importers.runner import Options, Run
from kanwerk.notifications.models import Notification, QuietEvents
from kanwerk.notifications.sweeping import sweep
from kanwerk.tasks.writing import create_task
from tests.cast import Troupe, made
from tests.conftest import Hands
from tests.notifications.telling import assign, at, comment, heard, lines, tell, watch

HEADER = "Header"


def test_who_is_to_do_a_task_is_told(agency: Troupe) -> None:
    body = {"project_id": agency.project_id, "title": "Menu", "assignee_ids": [agency.member.id]}
    task = made(agency.owner.post("/tasks", body))
    assign(agency, agency.colleague, by=agency.admin)
    assert heard(agency, agency.member) == [("assigned", "Menu")]
    assert heard(agency, agency.colleague) == [("assigned", HEADER)]
    (line,) = lines(agency.member)
    assert line["actors"] == [{"id": agency.owner.id, "name": "Ola Nordby", "type": "user"}]
    assert line["record"] == {"kind": "task", "id": task["id"], "key": task["key"], "title": "Menu"}
    assert line["project_id"] == agency.project_id
    url = f"/nordlicht/tasks/{task['key']}"
    assert (line["read_at"], line["url"], line["count"]) == (None, url, 1)


def test_nobody_is_told_of_their_own_doing(agency: Troupe) -> None:
    watch(agency, agency.member)
    assign(agency, agency.member, by=agency.member)
    comment(agency.member, agency.task_id, f"Note to {at(agency.member)}")
    assert heard(agency, agency.member) == []


def test_an_assignment_by_a_machine_is_news(agency: Troupe) -> None:
    assign(agency, agency.member, by=agency.machine)
    assert heard(agency, agency.member) == [("assigned", HEADER)]
    assert lines(agency.member)[0]["actors"][0]["type"] == "integration"


def test_mentions_and_comments_reach_whom_they_concern_once_each(agency: Troupe) -> None:
    watch(agency, agency.member, agency.colleague)
    comment(agency.owner, agency.task_id, f"**Look**, {at(agency.member)} at [this](https://example.com)")
    assert heard(agency, agency.member) == [("mentioned", HEADER)]
    assert heard(agency, agency.colleague) == [("commented", HEADER)]
    assert lines(agency.colleague)[0]["snippet"].endswith("at this")
    assert heard(agency, agency.admin) == []


def test_who_is_mentioned_when_a_comment_is_edited_is_told_then(agency: Troupe) -> None:
    said = comment(agency.owner, agency.task_id, f"Hello {at(agency.member)}")
    assert heard(agency, agency.member) == [("mentioned", HEADER)]
    body = f"Hello {at(agency.member)} and {at(agency.colleague)}"
    agency.owner.patch(f"/comments/{said['id']}", {"body": body})
    agency.owner.put(f"/comments/{said['id']}/reactions/%F0%9F%91%8D")
    assert heard(agency, agency.colleague) == [("mentioned", HEADER)]
    assert len(lines(agency.member)) == 1
    assert lines(agency.member)[0]["count"] == 1


def test_comments_on_projects_and_clients_reach_those_they_mention(agency: Troupe) -> None:
    made(agency.owner.post(f"/projects/{agency.project_id}/comments", {"body": at(agency.member)}))
    body = {"body": f"{at(agency.member)} {at(agency.tax_advisor)}", "visibility": "external"}
    made(agency.owner.post(f"/clients/{agency.client_id}/comments", body))
    assert heard(agency, agency.member) == [("mentioned", "Aster Media"), ("mentioned", "Website")]
    assert lines(agency.member)[0]["url"] == f"/nordlicht/clients/{agency.client_id}"
    assert heard(agency, agency.tax_advisor) == [("mentioned", "Aster Media")]


def test_guests_are_told_of_what_is_external_and_of_nothing_else(agency: Troupe) -> None:
    watch(agency, agency.guest)
    comment(agency.owner, agency.task_id, f"Among us, {at(agency.guest)}")
    assert heard(agency, agency.guest) == []
    comment(agency.owner, agency.task_id, "For you", visibility="external")
    assert heard(agency, agency.guest) == [("commented", HEADER)]
    assert lines(agency.guest)[0]["snippet"] == "For you"


def test_nobody_is_told_of_what_they_may_not_see_when_it_is_made(agency: Troupe) -> None:
    watch(agency, agency.member)
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": "members"})
    comment(agency.owner, agency.task_id, "Secret")
    assert heard(agency, agency.member) == []
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": "space"})
    assert heard(agency, agency.member) == []  # it was not made, so it does not come later


def test_what_somebody_may_no_longer_see_is_not_shown_nor_counted(agency: Troupe) -> None:
    watch(agency, agency.member)
    comment(agency.owner, agency.task_id, "Open")
    assert heard(agency, agency.member) == [("commented", HEADER)]
    project = f"/projects/{agency.project_id}"
    agency.owner.patch(project, {"visibility": "members"})
    assert heard(agency, agency.member) == []
    assert agency.member.post("/notifications/read", {"all": True}, validate_only=True).json()["unread"] == 0
    agency.owner.put(f"{project}/members/{agency.member.id}", {"role": "member"})
    assert heard(agency, agency.member) == [("commented", HEADER)]


def test_a_guest_is_no_longer_shown_what_became_internal(agency: Troupe) -> None:
    watch(agency, agency.guest)
    said = comment(agency.owner, agency.task_id, "For you", visibility="external")
    assert heard(agency, agency.guest) == [("commented", HEADER)]
    agency.owner.patch(f"/comments/{said['id']}", {"visibility": "internal"})
    assert heard(agency, agency.guest) == []


@pytest.mark.parametrize("gone", ["comment", "task", "project"])
def test_what_is_in_the_trash_is_not_shown(agency: Troupe, gone: str) -> None:
    watch(agency, agency.member)
    said = comment(agency.owner, agency.task_id, "Soon gone")
    assert heard(agency, agency.member) == [("commented", HEADER)]
    path = {
        "comment": f"/comments/{said['id']}",
        "task": f"/tasks/{agency.task_id}",
        "project": f"/projects/{agency.project_id}",
    }[gone]
    assert agency.owner.delete(path, dependants="trash" if gone == "project" else None).status_code == 204
    assert heard(agency, agency.member) == []
    agency.owner.post(f"{path}/restore")
    assert heard(agency, agency.member) == [("commented", HEADER)]


def test_the_deactivated_and_machines_are_told_nothing(agency: Troupe) -> None:
    watch(agency, agency.member, agency.colleague)
    assign(agency, agency.colleague)
    agency.owner.delete(f"/users/{agency.colleague.id}")
    comment(agency.owner, agency.task_id, f"{at(agency.colleague)} {at(agency.machine)}")
    tell(agency)
    with agency.house.database.engine.connect() as connection:
        told = {str(each) for each in connection.execute(select(Notification.user_id)).scalars()}
    assert told == {agency.member.id}
    answer = agency.machine.get("/notifications")
    assert answer.status_code == 403


def test_comments_close_to_each_other_are_one_line(agency: Troupe, hands: Hands) -> None:
    watch(agency, agency.member)
    first = comment(agency.owner, agency.task_id, "One")
    tell(agency)
    hands.move(minutes=2)
    comment(agency.colleague, agency.task_id, "Two")
    third = comment(agency.owner, agency.task_id, "Three")
    assert heard(agency, agency.member) == [("commented", HEADER)]
    (line,) = lines(agency.member)
    assert (line["count"], line["snippet"], line["comment_id"]) == (3, "Three", third["id"])
    assert [actor["name"] for actor in line["actors"]] == ["Ola Nordby", "Max Öztürk"]
    agency.owner.delete(f"/comments/{third['id']}")
    (line,) = lines(agency.member)
    assert (line["count"], line["snippet"]) == (3, None)
    hands.move(minutes=6)
    comment(agency.owner, agency.task_id, "Later")
    assert len(heard(agency, agency.member)) == 2
    assert first


def test_a_line_that_was_read_is_not_added_to(agency: Troupe) -> None:
    watch(agency, agency.member)
    comment(agency.owner, agency.task_id, "One")
    tell(agency)
    agency.member.post("/notifications/read", {"all": True})
    comment(agency.owner, agency.task_id, "Two")
    tell(agency)
    assert [line["count"] for line in lines(agency.member)] == [1, 1]
    assert [line["read_at"] is None for line in lines(agency.member)] == [True, False]


def switched_off(agency: Troupe, **data: Any) -> None:
    """Put an event into the log as the package of webhooks leaves it."""
    told = {
        "id": str(uuid.uuid4()),
        "name": "ERP",
        "active": False,
        "disabled_reason": "Five days of failure",
    }

    def job(session: Any) -> None:
        mine = EventCounter.space_id == agency.space_id
        counted = update(EventCounter).where(mine).values(last_sequence=EventCounter.last_sequence + 1)
        sequence = session.execute(counted.returning(EventCounter.last_sequence)).scalar_one()
        row = {
            "space_id": agency.space_id,
            "sequence": sequence,
            "id": str(uuid.uuid4()),
            "type": "webhook.updated",
            "kind": "webhook",
            "record_id": told["id"],
            "project_id": None,
            "at": clock.now(),
            "actor": {"id": None, "name": "Kanwerk", "type": "system"},
            "data": told | data,
            "changes": {"active": {"from": True, "to": False}},
            "private": None,
        }
        session.execute(insert(Event).values(row))

    agency.house.database.write(job)


def test_admins_are_told_that_a_webhook_was_switched_off(agency: Troupe) -> None:
    switched_off(agency)
    switched_off(agency, disabled_reason=None)
    for admin in (agency.owner, agency.admin):
        assert heard(agency, admin) == [("webhook_disabled", "ERP")]
        (line,) = lines(admin)
        assert line["snippet"] == "Five days of failure"
        assert line["actors"] == []
    for person in (agency.member, agency.guest, agency.tax_advisor):
        assert heard(agency, person) == []


def test_what_an_import_brings_is_nobodys_news(agency: Troupe) -> None:
    run = Run(agency.house.database, "nordlicht", "Trello", Options(), lambda *_: None)
    members = {"project_id": agency.project_id, "title": "Brought", "assignee_ids": [agency.member.id]}
    run.write(lambda db, me: create_task(db, members, by=me))
    assign(agency, agency.member)
    assert heard(agency, agency.member) == [("assigned", HEADER)]
    assert isinstance(run.report, Report)
    kept = select(QuietEvents.first)
    assert agency.house.database.look(lambda session: len(session.execute(kept).all())) == 1
    agency.house.database.write(sweep)
    assert agency.house.database.look(lambda session: session.execute(kept).all()) == []


def test_lines_are_kept_for_90_days(agency: Troupe, hands: Hands) -> None:
    assign(agency, agency.member)
    tell(agency)
    hands.move(days=89)
    agency.house.database.write(sweep)
    assert len(lines(agency.member)) == 1
    hands.move(days=2)
    agency.house.database.write(sweep)
    assert lines(agency.member) == []


def test_spaces_know_nothing_of_each_other(agency: Troupe, rival: Troupe) -> None:
    assign(agency, agency.owner, by=agency.admin)
    tell(agency)
    assert lines(rival.owner) == []
    (line,) = lines(agency.owner)
    answer = rival.owner.post("/notifications/read", {"ids": [line["id"]]})
    assert answer.status_code == 422
    assert lines(agency.owner)[0]["read_at"] is None


def test_kinds_that_somebody_switched_off_are_not_made(agency: Troupe) -> None:
    both = {"in_app": False, "mail": False}
    agency.member.patch("/notifications/settings", {"kinds": {"assigned": both}})
    assign(agency, agency.member)
    comment(agency.owner, agency.task_id, at(agency.member))
    assert heard(agency, agency.member) == [("mentioned", HEADER)]
    mail_only = {"kinds": {"mentioned": {"in_app": False}}}
    settings = agency.member.patch("/notifications/settings", mail_only).json()
    assert settings["kinds"]["mentioned"] == {"in_app": False, "mail": True}
    assert settings["kinds"]["assigned"] == both
    comment(agency.owner, agency.other_task_id, at(agency.member))
    assert heard(agency, agency.member) == [("mentioned", HEADER)]


def test_a_log_that_was_read_once_is_not_read_again(agency: Troupe) -> None:
    assign(agency, agency.member)
    for _ in range(3):
        tell(agency)
    assert len(lines(agency.member)) == 1
    assert msgspec.json.encode(lines(agency.member))
