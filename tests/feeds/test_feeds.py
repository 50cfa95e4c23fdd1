import re
from datetime import date, timedelta
from typing import Any

import pytest
from httpx import Response
from icalendar import Calendar

from kanwerk.core import clock
from kanwerk.feeds.serving import FETCHES
from tests.cast import Person, Troupe, code, faults, made
from tests.conftest import Hands
from tests.notifications.telling import assign

TODAY = date.today()  # noqa: DTZ011 (any day near now)


def fetch(agency: Troupe, url: str, **headers: str) -> Response:
    """Fetch a calendar as a calendar program does: without a token or a cookie."""
    path = url.partition("://")[2].partition("/")[2]
    return agency.house.ask("GET", f"/{path}", headers={k.replace("_", "-"): v for k, v in headers.items()})


def feed(person: Person, **members: Any) -> dict[str, Any]:
    return made(person.post("/feeds", {"kind": "mine", **members}))


def events(answer: Response) -> dict[str, Any]:
    """Read a calendar strictly, and by the rules of its lines too; return its events by their titles."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    raw = answer.content
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    by_hand = re.findall(r"^SUMMARY:(.*)$", unfolded(raw), re.MULTILINE)
    calendar = Calendar.from_ical(raw)
    assert calendar.errors == []
    found = {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}
    assert [each.replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\") for each in by_hand] == [
        *found
    ]
    for event in found.values():
        assert event.errors == []
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "LAST-MODIFIED"} <= set(event)
        assert type(event["DTSTART"].dt) is type(event["DTEND"].dt) is date
        assert event["DTSTART"].dt < event["DTEND"].dt
    return found


def unfolded(raw: bytes) -> str:
    """Undo the folding of lines (RFC 5545, 3.1)."""
    return re.sub(rb"\r\n[ \t]", b"", raw).decode().replace("\r\n", "\n")


def task(agency: Troupe, title: str, **members: Any) -> dict[str, Any]:
    body = {"project_id": agency.project_id, "title": title, "due_date": str(TODAY), **members}
    return made(agency.owner.post("/tasks", body))


def test_a_person_sees_what_they_are_to_do_and_their_projects(agency: Troupe) -> None:
    mine = [agency.member.id]
    long = {"start_date": str(TODAY - timedelta(days=3)), "assignee_ids": mine}
    task(agency, "Long", **long)
    task(agency, "Somebody else's", assignee_ids=[agency.colleague.id])
    task(agency, "Without a day", assignee_ids=mine, due_date=None)
    url = feed(agency.member)["url"]
    assert events(fetch(agency, url)).keys() == {"Long (WEB-3)"}
    (event,) = events(fetch(agency, url)).values()
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (TODAY - timedelta(days=3), TODAY + timedelta(days=1))
    agency.owner.patch(
        f"/projects/{agency.project_id}", {"due_date": str(TODAY), "lead_id": agency.member.id}
    )
    assert events(fetch(agency, url)).keys() == {"Long (WEB-3)", "Website is due"}
    tag = fetch(agency, url).headers["etag"]
    agency.owner.patch(f"/users/{agency.member.id}", {"locale": "sk-SK"})
    assert events(fetch(agency, url)).keys() == {"Long (WEB-3)", "Termín projektu Website"}
    assert fetch(agency, url).headers["etag"] != tag
    text = unfolded(fetch(agency, url).content)
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in text
    assert "NAME:Nordlicht: Mia Berger" in text


def test_a_project_shows_all_its_tasks_and_what_became_of_them(agency: Troupe) -> None:
    project = {"start_date": str(TODAY), "due_date": str(TODAY + timedelta(days=9))}
    agency.owner.patch(f"/projects/{agency.project_id}", project)
    made_ = feed(agency.member, kind="project", project_id=agency.project_id)
    one = task(agency, "One")
    column = {"name": "Off", "kind": "cancelled"}
    off = made(agency.owner.post(f"/projects/{agency.project_id}/columns", column))["id"]
    task(agency, "Two", column_id=off)
    before = events(fetch(agency, made_["url"]))
    assert before.keys() == {"One (WEB-3)", "Two (WEB-4)", "Website starts", "Website is due"}
    assert before["Two (WEB-4)"]["STATUS"] == "CANCELLED"
    agency.owner.patch(f"/tasks/{one['id']}", {"column_id": agency.column_ids[-1], "title": "Uno"})
    after = events(fetch(agency, made_["url"]))["✓ Uno (WEB-3)"]
    assert after["UID"] == before["One (WEB-3)"]["UID"]
    assert after["SEQUENCE"] > before["One (WEB-3)"]["SEQUENCE"]
    agency.owner.delete(f"/tasks/{one['id']}")
    assert "✓ Uno (WEB-3)" not in events(fetch(agency, made_["url"]))


def test_any_title_comes_out_as_it_went_in(agency: Troupe) -> None:
    titles = [
        "BEGIN:VEVENT, or; not \\n END:VCALENDAR",
        "Möwen 🐦 " + "und noch mehr davon, " * 20,
        '"quoted": <b>bold</b>',
    ]
    for title in titles:
        task(agency, title, assignee_ids=[agency.member.id])
    found = events(fetch(agency, feed(agency.member)["url"]))
    assert sorted(found) == sorted(f"{title.strip()} (WEB-{at})" for at, title in enumerate(titles, 3))


def test_the_link_is_shown_once_and_its_hash_kept(agency: Troupe) -> None:
    shown = made(agency.member.post("/feeds", {"kind": "mine"}, key="once"))
    again = agency.member.post("/feeds", {"kind": "mine"}, key="once")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == shown | {"url": None}
    (listed,) = agency.member.get("/feeds").json()["data"]
    assert listed == {name: value for name, value in shown.items() if name != "url"}
    secret = shown["url"].rpartition("/")[2].removesuffix(".ics")
    assert len(secret) == 43
    for table in ("feeds", "events"):
        rows = agency.house.database.read(f"SELECT * FROM {table}", {})
        assert not any(secret in str(row) for row in rows)


def test_the_link_is_not_written_to_the_log(agency: Troupe, capfd: pytest.CaptureFixture[str]) -> None:
    url = feed(agency.member)["url"]
    fetch(agency, url)
    agency.house.app.log.flush()
    said = "".join(capfd.readouterr())
    assert '"/feeds/…"' in said
    assert url.rpartition("/")[2].removesuffix(".ics") not in said


def test_what_did_not_change_is_not_sent_again(agency: Troupe) -> None:
    task(agency, "Menu", assignee_ids=[agency.member.id])
    url = feed(agency.member)["url"]
    first = fetch(agency, url)
    again = fetch(agency, url, If_None_Match=f'"other", W/{first.headers["ETag"]}')
    assert (again.status_code, again.content) == (304, b"")
    assert fetch(agency, url).content == first.content
    task(agency, "More", assignee_ids=[agency.member.id])
    assert fetch(agency, url, If_None_Match=first.headers["ETag"]).status_code == 200


def test_rights_are_those_of_now(agency: Troupe) -> None:
    task(agency, "Menu", assignee_ids=[agency.member.id])
    mine = feed(agency.member)["url"]
    project = feed(agency.member, kind="project", project_id=agency.project_id)["url"]
    assert len(events(fetch(agency, mine))) == len(events(fetch(agency, project))) == 1
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": "members"})
    assert events(fetch(agency, mine)) == {}
    assert fetch(agency, project).status_code == 404
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": "space"})
    assert len(events(fetch(agency, project))) == 1
    agency.owner.delete(f"/users/{agency.member.id}")
    assert fetch(agency, mine).status_code == fetch(agency, project).status_code == 404


def test_guests_have_their_projects_and_no_others(agency: Troupe) -> None:
    task(agency, "Menu")
    url = feed(agency.guest, kind="project", project_id=agency.project_id)["url"]
    assert events(fetch(agency, url)).keys() == {"Menu (WEB-3)"}
    other = made(agency.owner.post("/projects", {"name": "Other"}))["id"]
    refused = agency.guest.post("/feeds", {"kind": "project", "project_id": other})
    assert faults(refused) == {"/project_id": "not_found"}
    agency.owner.delete(f"/projects/{agency.project_id}/members/{agency.guest.id}")
    assert fetch(agency, url).status_code == 404


def test_a_feed_is_ended_by_its_owner_alone_and_for_good(agency: Troupe, rival: Troupe) -> None:
    mine = feed(agency.member)
    for other in (agency.owner, agency.colleague, rival.owner):
        assert other.delete(f"/feeds/{mine['id']}").status_code == 404
        assert other.get(f"/feeds/{mine['id']}").status_code == 404
        assert other.get("/feeds").json()["data"] == []
    last = agency.owner.last
    assert agency.member.delete(f"/feeds/{mine['id']}").status_code == 204
    assert fetch(agency, mine["url"]).status_code == 404
    assert [event["type"] for event in agency.owner.events(last)] == ["feed.deleted"]
    assert agency.member.delete(f"/feeds/{mine['id']}").status_code == 404


def test_who_may_not_have_feeds(agency: Troupe) -> None:
    for person in (agency.tax_advisor, agency.machine, agency.robot):
        assert person.get("/feeds").status_code == 403
        assert person.post("/feeds", {"kind": "mine"}).status_code == 403
    scopes = {"name": "half", "scopes": ["feeds:write", "projects:read"]}
    token = made(agency.member.post("/tokens", scopes))["token"]
    half = Person(agency.house, agency.member.id, token)
    assert code(half.post("/feeds", {"kind": "mine"})) == "forbidden"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"kind": "yours"}, {"/kind": "invalid"}),
        ({"kind": "project"}, {"/project_id": "invalid"}),
        ({"kind": "mine", "project_id": "{project}"}, {"/project_id": "invalid"}),
        ({"kind": "project", "project_id": "{rival}"}, {"/project_id": "not_found"}),
    ],
)
def test_a_feed_that_makes_no_sense_is_refused(
    agency: Troupe, rival: Troupe, body: dict[str, Any], fault: dict[str, str]
) -> None:
    ids = {"{project}": agency.project_id, "{rival}": rival.project_id}
    body = {name: ids.get(value, value) for name, value in body.items()}
    assert faults(agency.member.post("/feeds", body)) == fault


def test_twenty_feeds_are_the_most_and_a_dry_run_makes_none(agency: Troupe) -> None:
    dry = agency.member.post("/feeds", {"kind": "mine"}, validate_only=True)
    assert (dry.status_code, dry.json()["url"], dry.json()["id"]) == (200, None, None)
    for _ in range(20):
        feed(agency.member)
    assert faults(agency.member.post("/feeds", {"kind": "mine"})) == {"/kind": "invalid"}


def test_guessing_links_and_fetching_without_end_are_stopped(agency: Troupe) -> None:
    url = feed(agency.member)["url"]
    # The allowance comes back with time, so a slow machine is refused a little later.
    answers = [fetch(agency, url).status_code for _ in range(FETCHES[0] * 3)]
    assert answers[: FETCHES[0]] == [200] * FETCHES[0]
    assert 429 in answers
    path = "/feeds/" + "x" * 43
    for name in (path, f"{path}.ics", "/feeds/%00.ics", "/feeds/.ics"):
        assert agency.house.ask("GET", name).status_code == 404
    assert 429 in [agency.house.ask("GET", f"{path}.ics").status_code for _ in range(180)]


def test_today_moves_what_is_shown(agency: Troupe, hands: Hands) -> None:
    assign(agency, agency.member, task_id=task(agency, "Menu")["id"])
    url = feed(agency.member)["url"]
    assert len(events(fetch(agency, url))) == 1
    hands.move(days=100)
    assert events(fetch(agency, url)) == {}
    assert clock.now() == hands.at
