import re

import pytest

from tests.cast import Troupe, made
from tests.core.test_statements import counted
from tests.visitor import Visitor


@pytest.fixture
def visitor(agency: Troupe) -> Visitor:
    return Visitor(agency, agency.owner)


@pytest.fixture
def code(agency: Troupe) -> str:
    return str(agency.owner.get(f"/projects/{agency.project_id}").json()["shortcode"])


def fill(agency: Troupe, count: int) -> None:
    items = [
        {
            "project_id": agency.project_id,
            "title": f"Task {n}",
            "column_id": agency.column_ids[n % 2],
            "priority": ("none", "low", "urgent")[n % 3],
            "assignee_ids": [agency.owner.id] if n % 4 == 0 else [],
        }
        for n in range(count)
    ]
    assert agency.owner.post("/tasks/bulk", {"items": items}).status_code == 200


def rows(text: str) -> list[str]:
    return re.findall(r'id="row-([^"]+)"', text)


@pytest.mark.parametrize("group", ["column", "priority", "none"])
def test_a_list_shows_every_task_once_however_it_is_grouped(
    agency: Troupe, visitor: Visitor, code: str, group: str
) -> None:
    fill(agency, 130)
    page = visitor.get(f"/projects/{code}/list", group=group, sort="title")
    seen, waiting = rows(page.text), re.findall(r'hx-get="([^"]*cursor=[^"]*)"', page.text)
    while waiting:
        part = visitor.get(waiting.pop().replace("&amp;", "&").removeprefix("/nordlicht"), part=True)
        assert "<html" not in part.text
        seen += rows(part.text)
        waiting += re.findall(r'hx-get="([^"]*cursor=[^"]*)"', part.text)
    everything = agency.owner.everything("/tasks", project_id=agency.project_id)
    assert sorted(seen) == sorted(task["id"] for task in everything)


def test_a_list_costs_the_same_statements_however_long_it_is(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    costs = []
    for count in (8, 40):
        fill(agency, count)
        with counted(agency.house) as statements:
            assert visitor.get(f"/projects/{code}/list").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_my_tasks_are_those_that_are_open_and_mine(agency: Troupe, visitor: Visitor) -> None:
    fill(agency, 8)
    mine = agency.owner.everything("/tasks", assignee_id=agency.owner.id, completed="false")
    assert sorted(rows(visitor.get("/tasks").text)) == sorted(task["id"] for task in mine)
    everybodys = agency.owner.everything("/tasks", completed="false")
    page = visitor.get("/tasks", assignee="all")
    assert sorted(rows(page.text)) == sorted(task["id"] for task in everybodys)


def test_a_cell_is_changed_in_place_and_leads_back_to_the_list(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    body = {"project_id": agency.project_id, "title": "Inline"}
    task = made(agency.owner.post("/tasks", body))
    here = f"/nordlicht/projects/{code}/list"
    fields = {"ids": task["id"], "priority": "high", "back": f"{here}?group=none", "part": here}
    answer = visitor.post("/tasks/bulk", fields | {"filters": "group=none"}, part=True)
    assert answer.headers["location"] == f"{here}?ids={task['id']}&group=none"
    assert visitor.post("/tasks/bulk", fields).headers["location"] == f"{here}?group=none"
    assert agency.owner.get(f"/tasks/{task['id']}").json()["priority"] == "high"


def test_who_may_see(agency: Troupe, rival: Troupe, code: str) -> None:
    for path in (f"/projects/{code}/list", "/tasks"):
        assert Visitor(agency, agency.tax_advisor).get(path).status_code == 403
        assert Visitor(rival, rival.owner).get(path).status_code == 404
    assert "cell-select" not in Visitor(agency, agency.guest).get(f"/projects/{code}/list").text


def test_rows_that_are_no_number_and_unknown_sorts_are_passed_over(visitor: Visitor, code: str) -> None:
    odd = {"rows": "x", "sort": "evil", "group": "moon", "cursor": "nonsense"}
    assert visitor.get(f"/projects/{code}/list", **odd).status_code == 200
    assert visitor.get(f"/projects/{code}/list", **odd, part=True).status_code == 200
    assert visitor.get("/tasks", **odd).status_code == 200
