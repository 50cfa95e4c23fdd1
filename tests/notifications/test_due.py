from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cast import Troupe, made
from tests.conftest import Hands
from tests.notifications.telling import assign, lines, morning

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def day(hands: Hands) -> date:
    """A Wednesday, at noon."""
    hands.at = datetime(2026, 11, 25, 11, tzinfo=UTC)
    return date(2026, 11, 25)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def task(agency: Troupe, title: str, due: date, **members: Any) -> dict[str, Any]:
    body = {"project_id": agency.project_id, "title": title, "due_date": str(due), **members}
    return made(agency.owner.post("/tasks", {"assignee_ids": [agency.member.id], **body}))


def told(agency: Troupe, person: Any = None) -> list[tuple[str, str, str]]:
    found = [each for each in lines(person or agency.member) if each["kind"] in ("due_today", "overdue")]
    return sorted((each["kind"], each["record"]["title"], each["due_date"]) for each in found)


def test_what_is_due_is_told_at_eight_and_once(agency: Troupe, hands: Hands, day: date) -> None:
    tomorrow = day + timedelta(days=1)
    task(agency, "Menu", tomorrow)
    task(agency, "Later", tomorrow + timedelta(days=1))
    morning(agency)
    assert told(agency) == []
    hands.at = local("2026-11-26 07:59:59")
    morning(agency)
    assert told(agency) == []
    hands.at = local("2026-11-26 08:00")
    for _ in range(3):
        morning(agency)
    assert told(agency) == [("due_today", "Menu", "2026-11-26")]
    hands.at = local("2026-11-27 08:30")
    morning(agency)
    hands.at = local("2026-11-28 08:30")
    morning(agency)
    assert told(agency) == [
        ("due_today", "Later", "2026-11-27"),
        ("due_today", "Menu", "2026-11-26"),
        ("overdue", "Later", "2026-11-27"),
        ("overdue", "Menu", "2026-11-26"),
    ]
    (line,) = [each for each in lines(agency.member) if each["kind"] == "overdue"][:1]
    assert line["actors"] == []


def test_eight_is_the_persons_and_today_is_the_spaces(agency: Troupe, hands: Hands, day: date) -> None:
    agency.owner.patch(f"/users/{agency.colleague.id}", {"timezone": "Pacific/Auckland"})
    people = [agency.member.id, agency.colleague.id]
    task(agency, "Menu", day + timedelta(days=1), assignee_ids=people)
    morning(agency)
    hands.at = local("2026-11-25 20:00")  # eight of the 26th in Auckland, still the 25th in Berlin
    morning(agency)
    assert told(agency, agency.colleague) == []
    hands.at = local("2026-11-26 08:00")
    morning(agency)
    assert told(agency) == [("due_today", "Menu", "2026-11-26")]
    hands.at = local("2026-11-26 20:00")  # eight of the 27th there, the 26th here
    morning(agency)
    assert told(agency, agency.colleague) == [("due_today", "Menu", "2026-11-26")]


def test_only_what_is_open_and_seen_is_told_and_only_to_who_is_to_do_it(
    agency: Troupe, hands: Hands, day: date
) -> None:
    done, gone = task(agency, "Done", day), task(agency, "Gone", day)
    agency.owner.post(f"/tasks/{done['id']}/move", {"column_id": agency.column_ids[-1]})
    agency.owner.delete(f"/tasks/{gone['id']}")
    task(agency, "Old", day - timedelta(days=8))
    task(agency, "Nobody's", day, assignee_ids=[])
    hidden = made(agency.owner.post("/projects", {"name": "Hidden"}))["id"]
    task(agency, "Hidden", day, project_id=hidden, assignee_ids=[agency.member.id, agency.admin.id])
    agency.owner.patch(f"/projects/{hidden}", {"visibility": "members"})
    shelved = made(agency.owner.post("/projects", {"name": "Shelved"}))["id"]
    task(agency, "Shelved", day, project_id=shelved)
    agency.owner.post(f"/projects/{shelved}/archive")
    task(agency, "Left", day, assignee_ids=[agency.colleague.id])
    agency.owner.delete(f"/users/{agency.colleague.id}")
    morning(agency)
    assert told(agency) == []
    assert told(agency, agency.admin) == [("due_today", "Hidden", str(day))]
    assert told(agency, agency.owner) == []


def test_a_day_that_was_missed_is_made_up_for(agency: Troupe, hands: Hands, day: date) -> None:
    task(agency, "Menu", day)
    morning(agency)
    task(agency, "Slow", day + timedelta(days=1))
    hands.move(days=3)
    morning(agency)
    assert told(agency) == [
        ("due_today", "Menu", str(day)),
        ("overdue", "Menu", str(day)),
        ("overdue", "Slow", "2026-11-26"),
    ]


def test_a_new_due_day_is_told_anew(agency: Troupe, hands: Hands, day: date) -> None:
    found = task(agency, "Menu", day)
    morning(agency)
    agency.owner.patch(f"/tasks/{found['id']}", {"due_date": str(day + timedelta(days=1))})
    hands.move(days=1)
    morning(agency)
    assert told(agency) == [("due_today", "Menu", "2026-11-25"), ("due_today", "Menu", "2026-11-26")]


def test_what_is_not_wanted_is_not_told_and_many_are_told_in_parts(
    agency: Troupe, hands: Hands, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kanwerk.notifications.mornings.AT_ONCE", 2)
    off = {"kinds": {"due_today": {"in_app": False, "mail": False}}}
    agency.colleague.patch("/notifications/settings", off)
    for at in range(5):
        assign(agency, agency.colleague, task_id=task(agency, f"T{at}", day)["id"])
    morning(agency)
    assert len(told(agency)) == 5
    assert told(agency, agency.colleague) == []
