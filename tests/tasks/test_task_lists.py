import re
from typing import Any

import pytest

from tests.cast import Troupe, faults, made
from tests.core.test_statements import counted


@pytest.fixture
def named(agency: Troupe) -> dict[str, str]:
    """Ids by name, of a space with four tasks of different kinds beside the two there are."""
    other = made(agency.owner.post("/projects", {"name": "Shop", "client_id": agency.other_client_id}))["id"]
    place = {"project_id": agency.project_id}
    bodies: dict[str, dict[str, Any]] = {
        "Draft": {**place, "column_id": agency.column_ids[0], "priority": "low", "due_date": "2026-03-01"},
        "Ärger": {**place, "priority": "urgent", "due_date": "2026-01-01", "label_ids": [agency.label_id]},
        "Done": {**place, "column_id": agency.column_ids[3], "assignee_ids": [agency.member.id]},
        "Part": {**place, "parent_id": agency.task_id, "assignee_ids": [agency.colleague.id]},
    }
    made(agency.colleague.post("/tasks", {"project_id": other, "title": "Basket"}))
    for title, body in bodies.items():
        made(agency.owner.post("/tasks", {"title": title, **body}))
    agency.machine.put("/tasks/external/erp-1", {"project_id": other, "title": "Synced"})
    ids = {name: person.id for name, person in agency.people.items()}
    ids |= {f"column{at}": column for at, column in enumerate(agency.column_ids)}
    return ids | {
        "website": agency.project_id,
        "shop": other,
        "client": agency.client_id,
        "other_client": agency.other_client_id,
        "header": agency.task_id,
        "label": agency.label_id,
    }


WEBSITE = ["Done", "Draft", "Footer", "Header", "Part", "Ärger"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Basket", *WEBSITE, "Synced"]),
        ({"project_id": "shop"}, ["Basket", "Synced"]),
        ({"project_id": "shop,website"}, ["Basket", *WEBSITE, "Synced"]),
        ({"client_id": "client"}, WEBSITE),
        ({"client_id": "other_client"}, ["Basket", "Synced"]),
        ({"column_id": "column0"}, ["Draft"]),
        ({"column_id": "column0,column3"}, ["Done", "Draft"]),
        ({"kind": "backlog,done"}, ["Done", "Draft"]),
        ({"kind": "cancelled"}, []),
        ({"assignee_id": "member"}, ["Done"]),
        ({"assignee_id": "member,colleague"}, ["Done", "Part"]),
        ({"has_assignee": True, "project_id": "website"}, ["Done", "Part"]),
        ({"has_assignee": False}, ["Basket", "Draft", "Footer", "Header", "Synced", "Ärger"]),
        ({"has_assignee": True, "assignee_id": "member"}, ["Done"]),
        ({"has_assignee": False, "assignee_id": "member"}, []),
        ({"label_id": "label"}, ["Ärger"]),
        ({"has_label": True}, ["Ärger"]),
        ({"has_label": False, "column_id": "column0,column3"}, ["Done", "Draft"]),
        ({"has_label": True, "has_assignee": False}, ["Ärger"]),
        ({"creator_id": "colleague,machine"}, ["Basket", "Synced"]),
        ({"parent_id": "header"}, ["Part"]),
        ({"priority": "urgent"}, ["Ärger"]),
        ({"priority": "low,urgent"}, ["Draft", "Ärger"]),
        ({"due_before": "2026-01-01"}, ["Ärger"]),
        ({"due_after": "2026-03-01"}, ["Draft"]),
        ({"due_after": "2026-01-01", "due_before": "2026-03-01"}, ["Draft", "Ärger"]),
        ({"has_due_date": True}, ["Draft", "Ärger"]),
        ({"has_due_date": False, "project_id": "shop"}, ["Basket", "Synced"]),
        ({"has_start_date": True}, []),
        ({"begins_before": "2026-01-01"}, ["Ärger"]),
        ({"start_after": "2020-01-01"}, []),
        ({"start_before": "2030-01-01"}, []),
        ({"completed": True}, ["Done"]),
        ({"completed": False, "project_id": "website"}, [name for name in WEBSITE if name != "Done"]),
        ({"external_id": "erp-1"}, ["Synced"]),
        ({"external_origin": "ERP"}, ["Synced"]),
        ({"q": "ARG"}, ["Ärger"]),
        ({"ids": "header"}, ["Header"]),
        ({"project_id": "shop", "completed": True}, []),
        ({"trashed": True}, []),
    ],
)
def test_tasks_are_filtered(
    agency: Troupe, named: dict[str, str], query: dict[str, Any], found: list[str]
) -> None:
    asked = {
        name: ",".join(named.get(each, each) for each in value.split(","))
        if isinstance(value, str)
        else value
        for name, value in query.items()
    }
    page = agency.member.get("/tasks", include_total=True, **asked).json()
    assert sorted(each["title"] for each in page["data"]) == sorted(found)
    assert page["meta"]["total"] == len(found)


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("title", ["Ärger", "Basket", "Done", "Draft", "Footer", "Header", "Part", "Synced"]),
        ("-title", ["Synced", "Part", "Header", "Footer", "Draft", "Done", "Basket", "Ärger"]),
        ("-priority", ["Ärger", "Draft"]),
        ("due_date", ["Ärger", "Draft"]),
        ("-due_date", ["Draft", "Ärger"]),
        ("-updated_at", ["Synced", "Part", "Done", "Ärger", "Draft", "Basket"]),
        ("id", ["Header", "Footer", "Basket"]),
    ],
)
@pytest.mark.usefixtures("named")
def test_tasks_are_sorted_and_pages_put_together_are_the_list(
    agency: Troupe, sort: str, first: list[str]
) -> None:
    whole = agency.member.get("/tasks", sort=sort).json()["data"]
    assert [each["title"] for each in whole][: len(first)] == first
    assert agency.member.everything("/tasks", sort=sort, limit=3) == whole


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "open"),
        ("priority", "1"),
        ("completed", "yes"),
        ("due_before", "tomorrow"),
        ("assignee_id", "me"),
        ("sort", "created"),
        ("include", "watchers"),
        ("archived", "true"),
    ],
)
def test_what_a_list_does_not_know_is_refused(agency: Troupe, name: str, value: str) -> None:
    assert faults(agency.member.get("/tasks", **{name: value})).keys() == {name}


def test_a_listed_task_has_the_members_of_a_full_one_in_their_order(agency: Troupe) -> None:
    full = agency.member.get(f"/tasks/{agency.task_id}").json()
    (listed,) = agency.member.get("/tasks", ids=agency.task_id).json()["data"]
    assert list(listed) == [
        *("id", "external_id", "external_origin", "key", "title", "project_id", "column", "assignees"),
        *("labels", "priority", "start_date", "due_date", "completed_at", "parent_id", "position"),
        *("comment_count", "todo_count", "todo_done_count", "file_count"),
    ]
    assert list(full)[: len(listed)] == list(listed)
    assert listed == {name: full[name] for name in listed}
    lazy = {"todos", "comments", "files", "relations", "watchers", "subtasks"}
    assert lazy.isdisjoint(full)
    assert lazy <= agency.member.get(f"/tasks/{agency.task_id}", include=sorted(lazy)).json().keys()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("person", ["owner", "member"])
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("sort", ["id", "updated_at", "due_date", "priority", "title", "position"])
def test_a_sorted_list_of_tasks_walks_an_index(agency: Troupe, sort: str, sign: str, person: str) -> None:
    agency.owner.patch(f"/tasks/{agency.task_id}", {"due_date": "2026-01-01"})
    asked: dict[str, Any] = {"sort": f"{sign}{sort}", "limit": 1}
    if sort == "position":
        asked["column_id"] = agency.column_ids[1]
    with counted(agency.house) as statements:
        first = agency.people[person].get("/tasks", **asked).json()["meta"]["next_cursor"]
        agency.people[person].get("/tasks", **asked, cursor=first)
    lists = [each for each in statements if " LIMIT " in each[0].replace("\n", " ")]
    assert lists
    for sql, parameters in lists:
        plan = agency.house.database.read(f"EXPLAIN QUERY PLAN {sql}", parameters)
        told = "\n".join(row[-1] for row in plan)
        assert "TEMP B-TREE" not in told, f"{sql}\n{told}"
        assert not re.search(r"SCAN (?!json_each)", told), f"{sql}\n{told}"


def test_a_list_of_tasks_costs_four_statements_however_long(agency: Troupe) -> None:
    more = {"assignee_ids": [agency.member.id], "label_ids": [agency.label_id]}
    items = [{"project_id": agency.project_id, "title": f"T {i}", **more} for i in range(200)]
    agency.owner.post("/tasks/bulk", {"items": items})
    for limit in (1, 500):
        with counted(agency.house) as statements:
            agency.owner.get("/tasks", limit=limit)
        assert len(statements) == 4  # the token, the tasks, their assignees, their labels
