import re
from datetime import timedelta

import pytest

from kanwerk.tasks.lists import ROWS
from tests.cast import Troupe, made, today
from tests.core.test_statements import counted
from tests.visitor import Visitor


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


def walked(visitor: Visitor, path: str, **query: str) -> list[str]:
    """Open a list, scroll to its end, and return what it showed: rows and heads of groups in their order."""
    page, seen = visitor.get(path, **query), []
    while True:
        assert page.status_code == 200
        seen += re.findall(r'id="((?:row|group)-[^"]+)"', page.text)
        further = re.search(r'hx-get="([^"]*from=[^"]*)"', page.text)
        if further is None:
            return seen
        page = visitor.get(further[1].replace("&amp;", "&").removeprefix("/nordlicht"), part=True)
        assert "<html" not in page.text


@pytest.mark.parametrize("group", ["column", "priority", "none", "due_date", "kind", "project", "client"])
def test_a_list_shows_every_task_once_however_it_is_grouped(
    agency: Troupe, visitor: Visitor, code: str, group: str
) -> None:
    fill(agency, 130)
    seen = walked(visitor, f"/projects/{code}/list", group_by=group, sort="title")
    everything = agency.owner.everything("/tasks", project_id=agency.project_id)
    ids = [each.removeprefix("row-") for each in seen if each.startswith("row-")]
    assert sorted(ids) == sorted(task["id"] for task in everything)
    heads = [each for each in seen if each.startswith("group-")]
    assert len(heads) == len(set(heads))
    assert bool(heads) is (group != "none")


def test_a_task_of_two_people_stands_in_both_groups(agency: Troupe, visitor: Visitor, code: str) -> None:
    two = [agency.member.id, agency.colleague.id]
    body = {"project_id": agency.project_id, "title": "Both", "label_ids": [agency.label_id]}
    task = made(agency.owner.post("/tasks", body | {"assignee_ids": two}))["id"]
    page = visitor.get(f"/projects/{code}/list", group_by="assignee").text
    for user in two:
        assert f'id="row-{task}-{user}"' in page
        assert f'id="group-{user}"' in page
    assert f'id="row-{agency.task_id}-none"' in page
    assert page.index('id="group-none"') > page.index(f'id="group-{two[0]}"')
    labelled = walked(visitor, f"/projects/{code}/list", group_by="label")
    assert labelled.index(f"row-{task}-{agency.label_id}") > labelled.index(f"group-{agency.label_id}")


def test_a_list_costs_the_same_statements_however_long_it_is(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    columns = "key,project,client,estimate_seconds,assignees"
    for group in ("column", "assignee", "label", "due_date", "client"):
        costs = []
        for count in (8, 40):
            fill(agency, count)
            with counted(agency.house) as statements:
                page = visitor.get(f"/projects/{code}/list", group_by=group, columns=columns)
            total = len(agency.owner.everything("/tasks", project_id=agency.project_id))
            assert len(set(rows(page.text))) == min(total, ROWS)
            costs.append(len(statements))
        assert costs[0] == costs[1]
        assert costs[0] <= 20


@pytest.mark.parametrize("group", ["column", "assignee", "priority"])
def test_a_folded_group_shows_how_much_is_in_it_and_none_of_it(
    agency: Troupe, visitor: Visitor, code: str, group: str
) -> None:
    fill(agency, 70)
    folded = {"column": agency.column_ids[0], "assignee": agency.owner.id, "priority": "urgent"}[group]
    here = f"/projects/{code}/list"
    open_ = walked(visitor, here, group_by=group)
    found = walked(visitor, here, group_by=group, folded=folded)
    at = open_.index(f"group-{folded}")
    inside = next((n for n, each in enumerate(open_[at + 1 :]) if each.startswith("group-")), len(open_))
    assert inside > 0
    assert found == open_[: at + 1] + open_[at + 1 + inside :]
    page = visitor.get(here, group_by=group, folded=folded).text
    head = re.search(rf'id="group-{folded}".*?lane-count">(\d+)', page, re.DOTALL)
    assert head is not None
    assert int(head[1]) == inside


def test_tasks_are_grouped_by_when_they_are_due(agency: Troupe, visitor: Visitor, code: str) -> None:
    days = {"overdue": -3, "today": 0, "week": 6, "later": 40}
    for name, ahead in days.items():
        due = str(today() + timedelta(days=ahead))
        made(agency.owner.post("/tasks", {"project_id": agency.project_id, "title": name, "due_date": due}))
    page = visitor.get(f"/projects/{code}/list", group_by="due_date").text
    places = [page.index(f'id="group-{name}"') for name in (*days, "none")]
    assert places == sorted(places)
    for name in days:
        assert page.index(f'id="group-{name}"') < page.index(f">{name}</a>")


def test_columns_are_chosen_named_in_the_address_and_remembered(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    field = {"name": "<Größe>", "kind": "select", "applies_to": "task", "options": [{"name": "Sehr groß"}]}
    added = made(agency.owner.post("/fields", field))
    key, option = added["key"], added["options"][0]["value"]
    body = {
        "project_id": agency.project_id,
        "title": "Sized",
        "estimate_seconds": 5400,
        "fields": {key: option},
    }
    made(agency.owner.post("/tasks", body))
    here = f"/nordlicht/projects/{code}/list"
    fields = {
        "back": f"{here}?sort=title",
        "columns": ["project", "client", "estimate_seconds", f"fields.{key}"],
    }
    answer = visitor.post("/tasks/columns", fields)
    assert answer.headers["location"].startswith(f"{here}?sort=title&columns=project")
    page = visitor.get(answer.headers["location"].removeprefix("/nordlicht")).text
    assert "Sehr groß" in page
    assert "1.5" in page
    assert "&lt;Größe&gt;" in page
    assert "cell-select" not in page
    visitor.cookie += "; " + answer.headers["set-cookie"].partition(";")[0]
    assert "Sehr groß" in visitor.get(f"/projects/{code}/list").text
    assert "Sehr groß" not in visitor.get(f"/projects/{code}/list", columns="key").text
    usual = visitor.post("/tasks/columns", {"back": f"{here}?columns=key", "usual": "1"})
    assert usual.headers["location"] == here
    assert "Max-Age=0" in usual.headers["set-cookie"]


def test_a_guest_chooses_among_what_guests_see(agency: Troupe, code: str) -> None:
    made(agency.owner.post("/fields", {"name": "Margin", "kind": "number", "applies_to": "task"}))
    asked = {"columns": "estimate_seconds,fields.margin,project"}
    page = Visitor(agency, agency.guest).get(f"/projects/{code}/list", **asked)
    assert page.status_code == 200
    assert "Margin" not in page.text
    assert "Estimate" not in page.text


def test_an_address_filters_by_what_the_api_filters_by(agency: Troupe, visitor: Visitor, code: str) -> None:
    fill(agency, 12)
    column = agency.column_ids[1]
    asked = {"column_id": column, "priority": "low,urgent"}
    wanted = agency.owner.everything("/tasks", **asked)
    found = rows(visitor.get(f"/projects/{code}/list", **asked).text)
    assert sorted(found) == sorted(task["id"] for task in wanted)
    assert found
    late = agency.owner.everything("/tasks", project_id=agency.project_id, completed="true")
    assert len(rows(visitor.get(f"/projects/{code}/list", completed="true").text)) == len(late)


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
    fields = {"ids": task["id"], "priority": "high", "back": f"{here}?group_by=none", "part": here}
    answer = visitor.post("/tasks/bulk", fields | {"filters": "group_by=none"}, part=True)
    assert answer.headers["location"] == f"{here}?ids={task['id']}&group_by=none"
    assert visitor.post("/tasks/bulk", fields).headers["location"] == f"{here}?group_by=none"
    assert agency.owner.get(f"/tasks/{task['id']}").json()["priority"] == "high"


def test_who_may_see(agency: Troupe, rival: Troupe, code: str) -> None:
    for path in (f"/projects/{code}/list", "/tasks"):
        assert Visitor(agency, agency.tax_advisor).get(path).status_code == 403
        assert Visitor(rival, rival.owner).get(path).status_code == 404
    assert "cell-select" not in Visitor(agency, agency.guest).get(f"/projects/{code}/list").text


def test_rows_that_are_no_number_and_unknown_sorts_are_passed_over(visitor: Visitor, code: str) -> None:
    odd = {
        "rows": "x",
        "sort": "evil",
        "group_by": "moon",
        "from": "nonsense",
        "folded": "x,,",
        "columns": ",x",
    }
    assert visitor.get(f"/projects/{code}/list", **odd).status_code == 200
    assert visitor.get(f"/projects/{code}/list", **odd, part=True).status_code == 200
    assert visitor.get("/tasks", **odd).status_code == 200
