from datetime import UTC, datetime
from typing import Any

import pytest

from kanwerk.tasks.recurrence import make_due_ones
from tests.cast import Troupe, faults, made
from tests.conftest import Hands


@pytest.fixture
def hands(hands: Hands) -> Hands:
    """A Monday noon."""
    hands.at = datetime(2027, 3, 1, 12, tzinfo=UTC)
    return hands


def weekly(agency: Troupe, **more: Any) -> dict[str, Any]:
    body = {
        "project_id": agency.project_id,
        "title": "Write the newsletter",
        "start_date": "2027-02-28",
        "due_date": "2027-03-02",
        "assignee_ids": [agency.member.id],
        "label_ids": [agency.label_id],
        "priority": "high",
        "recurrence": {"rule": "FREQ=WEEKLY"},
    }
    return made(agency.owner.post("/tasks", {**body, **more}))


def finish(agency: Troupe, task: dict[str, Any]) -> None:
    done = {"column_id": agency.column_ids[-1]}
    assert agency.owner.patch(f"/tasks/{task['id']}", done).status_code == 200


def open_ones(agency: Troupe) -> list[dict[str, Any]]:
    page = agency.owner.get("/tasks", completed=False, limit=500).json()
    return [each for each in page["data"] if each["title"] == "Write the newsletter"]


def test_a_completed_task_comes_again_on_the_next_day_of_its_rule(agency: Troupe, hands: Hands) -> None:
    task = weekly(agency)
    made(agency.owner.post(f"/tasks/{task['id']}/todos", {"title": "Proofread", "done": True}))
    finish(agency, task)
    (again,) = open_ones(agency)
    assert (again["start_date"], again["due_date"], again["priority"]) == ("2027-03-07", "2027-03-09", "high")
    assert [each["id"] for each in again["assignees"]] == [agency.member.id]
    assert [each["id"] for each in again["labels"]] == [agency.label_id]
    assert (again["todo_count"], again["todo_done_count"]) == (1, 0)
    full = agency.owner.get(f"/tasks/{again['id']}").json()
    assert full["recurrence"] == {"rule": "FREQ=WEEKLY", "when": "completed"}
    assert agency.owner.get(f"/tasks/{task['id']}").json()["recurrence"] is None
    agency.owner.patch(f"/tasks/{task['id']}", {"column_id": agency.column_ids[0]})
    agency.owner.patch(f"/tasks/{task['id']}", {"title": "Another", "column_id": agency.column_ids[-1]})
    assert len(open_ones(agency)) == 1


def test_missed_days_do_not_pile_up(agency: Troupe, hands: Hands) -> None:
    task = weekly(agency)
    hands.move(days=30)
    finish(agency, task)
    (again,) = open_ones(agency)
    assert again["due_date"] == "2027-04-06"


def test_a_task_that_recurs_when_due_is_made_anew_on_that_day(agency: Troupe, hands: Hands) -> None:
    weekly(agency, recurrence={"rule": "FREQ=WEEKLY", "when": "due"})
    database = agency.house.database
    assert database.write(lambda session: make_due_ones(database, session)) == 0
    hands.move(days=1)
    assert database.write(lambda session: make_due_ones(database, session)) == 1
    assert database.write(lambda session: make_due_ones(database, session)) == 0
    assert sorted(each["due_date"] for each in open_ones(agency)) == ["2027-03-02", "2027-03-09"]
    hands.move(days=40)
    assert database.write(lambda session: make_due_ones(database, session)) == 1
    assert max(each["due_date"] for each in open_ones(agency)) == "2027-04-13"


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;COUNT=2", "FREQ=WEEKLY;UNTIL=20270310"])
def test_a_rule_ends(agency: Troupe, hands: Hands, rule: str) -> None:
    finish(agency, weekly(agency, recurrence={"rule": rule}))
    (again,) = open_ones(agency)
    finish(agency, again)
    assert open_ones(agency) == []


@pytest.mark.parametrize(
    "rule",
    [
        "every monday",
        "FREQ=HOURLY",
        "FREQ=WEEKLY;BYHOUR=3",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;INTERVAL=x",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;DTSTART=20270101",
        "FREQ=DAILY;COUNT=0;FOO=1",
    ],
)
def test_what_is_no_rule_of_days_is_refused(agency: Troupe, rule: str) -> None:
    answer = agency.owner.patch(f"/tasks/{agency.task_id}", {"recurrence": {"rule": rule}})
    assert faults(answer).keys() == {"/recurrence/rule"}


def test_a_rule_is_taken_back_by_null(agency: Troupe, hands: Hands) -> None:
    task = weekly(agency)
    assert agency.owner.patch(f"/tasks/{task['id']}", {"recurrence": None}).json()["recurrence"] is None
    finish(agency, task)
    assert open_ones(agency) == []
