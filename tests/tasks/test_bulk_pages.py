import json
from urllib.parse import unquote

import pytest

from tests.cast import Troupe, made
from tests.flashes import flashes
from tests.visitor import Visitor


@pytest.fixture
def ids(agency: Troupe) -> list[str]:
    body = {"project_id": agency.project_id, "column_id": agency.column_ids[0]}
    return [str(made(agency.owner.post("/tasks", {**body, "title": f"Card {n}"}))["id"]) for n in range(3)]


def task(agency: Troupe, task_id: str) -> dict:
    return agency.owner.get(f"/tasks/{task_id}").json()


def test_one_thing_is_done_to_all_chosen_tasks(agency: Troupe, visitor: Visitor, ids: list[str]) -> None:
    for name, value in (
        ("assignee", agency.member.id),
        ("label", agency.label_id),
        ("priority", "high"),
    ):
        answer = visitor.post("/tasks/bulk", {"ids": ids, name: value, "back": "/nordlicht/projects"})
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"] == "/nordlicht/projects"
    for each in ids:
        found = task(agency, each)
        assert [user["id"] for user in found["assignees"]] == [agency.member.id]
        assert [label["id"] for label in found["labels"]] == [agency.label_id]
        assert found["priority"] == "high"
    visitor.post("/tasks/bulk", {"ids": ids, "assignee": "nobody"})
    assert task(agency, ids[0])["assignees"] == []


def test_deleted_tasks_come_back(agency: Troupe, visitor: Visitor, ids: list[str]) -> None:
    [told] = flashes(visitor.post("/tasks/bulk", {"ids": ",".join(ids), "delete": "yes"}))
    assert told["text"] == "Deleted 3 tasks."
    assert agency.owner.get(f"/tasks/{ids[0]}").status_code == 404
    assert visitor.post(told["undo"].removeprefix("/nordlicht")).status_code == 303
    assert [task(agency, each)["title"] for each in ids] == ["Card 0", "Card 1", "Card 2"]


def test_what_cannot_be_done_to_one_is_done_to_none(
    agency: Troupe, rival: Troupe, visitor: Visitor, ids: list[str]
) -> None:
    for fields in (
        {"ids": [*ids, rival.task_id], "priority": "high"},
        {"ids": ids, "priority": "huge"},
        {"ids": ids, "assignee": rival.owner.id},
        {"ids": ids, "label": "x"},
        {"ids": ids},
        {"ids": [], "priority": "high"},
        {"ids": [f"{n:08x}-0000-0000-0000-000000000000" for n in range(101)], "delete": "yes"},
    ):
        answer = visitor.post("/tasks/bulk", fields, part=True)
        assert answer.status_code in (404, 422)
        if answer.status_code == 422:
            assert json.loads(unquote(answer.headers["kanwerk-problem"]))["text"]
    assert task(agency, ids[0])["priority"] == "none"


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/other/x", "/nordlicht//evil", ""]
)
def test_it_leads_back_into_the_space_only(visitor: Visitor, ids: list[str], back: str) -> None:
    answer = visitor.post("/tasks/bulk", {"ids": ids, "priority": "low", "back": back})
    assert answer.headers["location"] == "/nordlicht"


def test_who_may(agency: Troupe, rival: Troupe, ids: list[str]) -> None:
    for who in (agency.guest, agency.tax_advisor):
        assert Visitor(agency, who).post("/tasks/bulk", {"ids": ids, "priority": "low"}).status_code == 403
    stranger = Visitor(rival, rival.owner)
    assert stranger.post("/tasks/bulk", {"ids": ids, "priority": "low"}).status_code == 404
