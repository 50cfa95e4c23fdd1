"""Calendar and timeline: which days a month shows, where bars and lines are, who may see and change what."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from kanwerk.tasks.calendar_pages import grid
from kanwerk.tasks.timelines import ROW, SCALES, Axis, bar
from tests.cast import Troupe, made, today
from tests.core.test_statements import counted
from tests.visitor import Visitor


@pytest.fixture
def here(agency: Troupe) -> str:
    code = agency.owner.get(f"/projects/{agency.project_id}").json()["shortcode"]
    return f"/projects/{code}"


def task(agency: Troupe, title: str, **members: Any) -> dict[str, Any]:
    return made(agency.owner.post("/tasks", {"project_id": agency.project_id, "title": title, **members}))


@pytest.mark.parametrize(
    ("month", "begins", "first", "last"),
    [
        ("2026-11-25", 0, "2026-10-26", "2026-12-06"),
        ("2026-11-25", 6, "2026-11-01", "2026-12-05"),
        ("2027-02-01", 0, "2027-02-01", "2027-02-28"),
        ("2028-02-29", 5, "2028-01-29", "2028-03-03"),
    ],
)
def test_a_month_is_shown_in_whole_weeks(month: str, begins: int, first: str, last: str) -> None:
    assert grid(date.fromisoformat(month), begins) == (date.fromisoformat(first), date.fromisoformat(last))


def test_a_bar_ends_where_the_days_end() -> None:
    axis = Axis(SCALES["month"], date(2026, 11, 2))
    width = axis.scale.width
    assert bar(axis, date(2026, 11, 3), date(2026, 11, 5)) == (width, 3 * width, False, False)
    assert bar(axis, date(2026, 10, 1), date(2026, 11, 2)) == (0, width, True, False)
    assert bar(axis, axis.last, axis.last + timedelta(days=9)) == (axis.width - width, width, False, True)
    assert bar(axis, date(2026, 10, 1), date(2026, 11, 1)) is None
    assert bar(axis, None, None) is None
    assert sum(each[2] for each in axis.months()) == axis.width


def test_a_calendar_shows_tasks_on_their_days(agency: Troupe, visitor: Visitor, here: str) -> None:
    due = task(agency, "Due", due_date="2027-03-10", start_date="2027-03-02")
    starting = task(agency, "Starting", start_date="2027-03-11")
    never = task(agency, "Never")
    task(agency, "Elsewhere", due_date="2027-05-10")
    page = visitor.get(f"{here}/calendar", month="2027-03").text
    days = {
        day: re.findall(r'id="on-([^"]+)"', part)
        for day, part in re.findall(r'data-day="([^"]*)">(.*?)</ul>', page, re.DOTALL)
    }
    assert days["2027-03-10"] == [due["id"]]
    assert days["2027-03-11"] == [starting["id"]]
    assert never["id"] in days[""]
    assert "Elsewhere" not in page


def test_a_timeline_draws_bars_and_what_blocks_what(agency: Troupe, visitor: Visitor, here: str) -> None:
    first = task(agency, "First", start_date="2027-03-01", due_date="2027-03-05")
    then = task(agency, "Then", start_date="2027-03-08", due_date="2027-03-09")
    early = task(agency, "Early", start_date="2027-03-04", due_date="2027-03-09")
    spanning = task(agency, "Spanning", start_date="2026-01-01", due_date="2028-01-01")
    for other in (then, early):
        assert agency.owner.put(f"/tasks/{first['id']}/relations/blocks/{other['id']}").status_code < 300
    page = visitor.get(f"{here}/timeline", **{"from": "2027-03-01"}).text
    assert re.findall(r'id="bar-([^"]+)"', page) == [each["id"] for each in (spanning, first, early, then)]
    assert page.count('class="plan-link"') == 1
    assert page.count("plan-link--late") == 1
    width = SCALES["month"].width
    assert re.search(rf'class="plan-box" x="1" y="{ROW + 6}" width="{5 * width - 2}"', page)


def test_days_are_set_and_given_back(agency: Troupe, visitor: Visitor, here: str) -> None:
    one = task(agency, "One", start_date="2027-03-01", due_date="2027-03-05")
    back = f"/nordlicht{here}/calendar"
    answer = visitor.post(
        "/tasks/dates", {"id": one["id"], "start_date": "2027-03-03", "due_date": "", "back": back}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, back)
    now = agency.owner.get(f"/tasks/{one['id']}").json()
    assert (now["start_date"], now["due_date"]) == ("2027-03-03", None)
    undo = f"/tasks/dates?id={one['id']}&start_date=2027-03-01&due_date=2027-03-05&back={back}"
    assert visitor.post(undo).headers["location"] == back
    now = agency.owner.get(f"/tasks/{one['id']}").json()
    assert (now["start_date"], now["due_date"]) == ("2027-03-01", "2027-03-05")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"start_date": "2027-03-09"}, 422),  # behind the day it is due
        ({"due_date": "tomorrow"}, 422),
        ({"due_date": "2027-02-30"}, 422),
        ({"id": "nothing", "due_date": "2027-03-09"}, 422),
        ({"id": "01a21512-ab9d-7436-bdef-d09d0959843a", "due_date": "2027-03-09"}, 404),
    ],
)
def test_days_that_cannot_be_change_nothing(
    agency: Troupe, visitor: Visitor, fields: dict[str, str], status: int
) -> None:
    one = task(agency, "One", due_date="2027-03-05")
    assert visitor.post("/tasks/dates", {"id": one["id"], **fields}).status_code == status
    assert agency.owner.get(f"/tasks/{one['id']}").json()["due_date"] == "2027-03-05"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/other", "/nordlicht/\\evil"])
def test_nobody_is_sent_elsewhere(agency: Troupe, visitor: Visitor, back: str) -> None:
    one = task(agency, "One")
    answer = visitor.post("/tasks/dates", {"id": one["id"], "due_date": "2027-03-05", "back": back})
    assert answer.headers["location"] == "/nordlicht"


@pytest.mark.parametrize("path", ["calendar", "timeline"])
def test_who_may_not_see_a_project_sees_none_of_its_days(agency: Troupe, here: str, path: str) -> None:
    task(agency, "Secret", due_date=str(today()))
    assert Visitor(agency, agency.tax_advisor).get(f"{here}/{path}").status_code == 403
    assert Visitor(agency, agency.tax_advisor).get(f"/{path}").status_code == 403
    stranger = made(agency.owner.post("/projects", {"name": "Hidden", "visibility": "members"}))
    hidden = f"/projects/{stranger['shortcode']}/{path}"
    assert Visitor(agency, agency.colleague).get(hidden).status_code == 404
    made(
        agency.owner.post(
            "/tasks", {"project_id": stranger["id"], "title": "Quiet", "due_date": "2027-03-05"}
        )
    )
    everywhere = Visitor(agency, agency.colleague).get(
        f"/{path}", assignee="all", month="2027-03", **{"from": "2027-03-01"}
    )
    assert everywhere.status_code == 200
    assert "Quiet" not in everywhere.text


@pytest.mark.parametrize(
    "asked",
    [
        {"month": "2027-13", "from": "2027-02-31"},
        {"month": "9999-12", "from": "0001-01-01"},
        {"month": "x", "from": "x", "scale": "x", "group": "x", "add": "x"},
        {"month": "2999-12", "from": "2999-12-31", "scale": "year"},
        {"month": "1970-01", "from": "1970-01-01"},
    ],
)
def test_days_that_there_are_not_show_today(visitor: Visitor, here: str, asked: dict[str, str]) -> None:
    for page in (f"{here}/calendar", f"{here}/timeline", "/calendar", "/timeline"):
        assert visitor.get(page, **asked).status_code == 200


def test_days_cost_the_same_statements_however_many_tasks(
    agency: Troupe, visitor: Visitor, here: str
) -> None:
    costs = []
    for count in (3, 30):
        for number in range(count):
            task(agency, f"{count} {number}", due_date="2027-03-05")
        with counted(agency.house) as statements:
            visitor.get(f"{here}/calendar", month="2027-03")
            visitor.get(f"{here}/timeline", **{"from": "2027-03-01"})
            visitor.get("/timeline", assignee="all", group_by="client", **{"from": "2027-03-01"})
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_more_than_fits_is_said(
    agency: Troupe, visitor: Visitor, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kanwerk.tasks.days.MOST_SHOWN", 2)
    for number in range(3):
        task(agency, f"Task {number}", due_date="2027-03-05")
    assert "more than can be shown" in visitor.get(f"{here}/calendar", month="2027-03").text
    assert "more than can be shown" not in visitor.get(f"{here}/calendar", month="2027-04").text
