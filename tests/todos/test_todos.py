from typing import Any

import pytest

from tests.cast import Troupe, code, faults, made


def lines(agency: Troupe, *titles: str) -> list[str]:
    where = f"/tasks/{agency.task_id}/todos"
    return [made(agency.owner.post(where, {"title": title}))["id"] for title in titles]


def titles(agency: Troupe) -> list[str]:
    page = agency.owner.get(f"/tasks/{agency.task_id}/todos").json()
    return [each["title"] for each in page["data"]]


def counts(agency: Troupe) -> tuple[int, int]:
    task = agency.owner.get(f"/tasks/{agency.task_id}").json()
    return task["todo_count"], task["todo_done_count"]


def test_a_checklist_keeps_its_order_and_its_task_counts_it(agency: Troupe) -> None:
    one, two, three = lines(agency, "one", "two", "three")
    assert titles(agency) == ["one", "two", "three"]
    assert agency.owner.patch(f"/todos/{two}", {"done": True}).json()["done_at"] is not None
    assert counts(agency) == (3, 1)
    agency.owner.post(f"/todos/{three}/move", {"before_id": one})
    assert titles(agency) == ["three", "one", "two"]
    agency.owner.post(f"/todos/{three}/move", {"after_id": one})
    assert titles(agency) == ["one", "three", "two"]
    agency.owner.post(f"/todos/{one}/move", {})
    assert titles(agency) == ["three", "two", "one"]
    assert agency.owner.delete(f"/todos/{two}").status_code == 204
    assert counts(agency) == (2, 0)
    assert agency.owner.post(f"/todos/{two}/restore").json()["done"] is True
    assert counts(agency) == (3, 1)
    task = agency.owner.get(f"/tasks/{agency.task_id}", include="todos").json()
    assert [each["title"] for each in task["todos"]] == ["three", "two", "one"]


def test_checking_off_and_opening_again_are_events_of_their_own(agency: Troupe) -> None:
    (one,) = lines(agency, "one")
    before = agency.owner.last
    agency.owner.patch(f"/todos/{one}", {"done": True, "title": "uno"})
    agency.owner.patch(f"/todos/{one}", {"done": True})
    agency.owner.patch(f"/todos/{one}", {"done": False})
    told = agency.owner.events(before)
    assert [each["type"] for each in told] == ["todo.updated", "todo.completed", "todo.reopened"]
    assert told[0]["data"]["task_id"] == agency.task_id
    assert [each["type"] for each in agency.member.events(before)] == [each["type"] for each in told]


def test_a_line_becomes_a_subtask(agency: Troupe) -> None:
    where = f"/tasks/{agency.task_id}/todos"
    body = {"title": "Logo", "assignee_id": agency.member.id, "due_date": "2027-01-31"}
    line = made(agency.owner.post(where, body))
    task = made(agency.owner.post(f"/todos/{line['id']}/convert"))
    assert (task["title"], task["parent_id"], task["due_date"]) == ("Logo", agency.task_id, "2027-01-31")
    assert [each["id"] for each in task["assignees"]] == [agency.member.id]
    assert titles(agency) == []
    assert counts(agency) == (0, 0)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/title"),
        ({"title": " "}, "/title"),
        ({"title": "x", "assignee_id": "019a0000-0000-7000-8000-000000000000"}, "/assignee_id"),
        ({"title": "x", "due_date": "tomorrow"}, "/due_date"),
        ({"title": "x", "position": 1}, "/position"),
    ],
)
def test_a_faulty_line_is_refused(agency: Troupe, body: dict[str, Any], pointer: str) -> None:
    assert faults(agency.owner.post(f"/tasks/{agency.task_id}/todos", body)).keys() == {pointer}


def test_a_line_moves_within_its_own_checklist_only(agency: Troupe) -> None:
    (one,) = lines(agency, "one")
    other = made(agency.owner.post(f"/tasks/{agency.other_task_id}/todos", {"title": "else"}))["id"]
    assert faults(agency.owner.post(f"/todos/{one}/move", {"before_id": other})) == {
        "/before_id": "not_found"
    }
    both = {"before_id": one, "after_id": one}
    assert faults(agency.owner.post(f"/todos/{one}/move", both)) == {"/after_id": "invalid"}


def test_strangers_find_nothing_and_guests_and_archives_change_nothing(agency: Troupe, rival: Troupe) -> None:
    (one,) = lines(agency, "one")
    assert rival.owner.get(f"/todos/{one}").status_code == 404
    assert rival.owner.patch(f"/todos/{one}", {"done": True}).status_code == 404
    assert agency.guest.get(f"/tasks/{agency.task_id}/todos").status_code == 403
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": "members"})
    assert agency.colleague.get(f"/todos/{one}").status_code == 404
    assert agency.colleague.patch(f"/todos/{one}", {"done": True}).status_code == 404
    agency.owner.post(f"/projects/{agency.project_id}/archive")
    assert code(agency.owner.patch(f"/todos/{one}", {"done": True})) == "archived"
