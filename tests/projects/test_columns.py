from typing import Any

import pytest

from tests.cast import Troupe, code, faults, made


def columns(agency: Troupe, **query: Any) -> list[dict[str, Any]]:
    return agency.member.get(f"/projects/{agency.project_id}/columns", **query).json()["data"]


def add(agency: Troupe, **members: Any) -> dict[str, Any]:
    return made(agency.owner.post(f"/projects/{agency.project_id}/columns", {"name": "Review", **members}))


def types(agency: Troupe, after: int) -> list[str]:
    return [event["type"] for event in agency.owner.events(after)]


def test_a_project_begins_with_four_columns(agency: Troupe) -> None:
    found = columns(agency)
    assert [(each["name"], each["kind"], each["color"]) for each in found] == [
        ("Backlog", "backlog", "slate"),
        ("To do", "unstarted", "blue"),
        ("In progress", "started", "amber"),
        ("Done", "done", "green"),
    ]
    assert [each["id"] for each in found] == agency.column_ids
    assert list(found[0]) == ["id", "project_id", "name", "color", "kind", "position", "wip_limit"]
    assert agency.member.get(f"/columns/{found[0]['id']}").json() == found[0]
    assert [each["name"] for each in columns(agency, sort="-position", limit=1)] == ["Done"]


def test_a_column_is_added_at_the_end(agency: Troupe) -> None:
    before = agency.owner.last
    column = add(agency)
    assert (column["color"], column["kind"], column["wip_limit"]) == ("slate", "started", None)
    full = add(agency, name="Frozen", color="teal", kind="cancelled", wip_limit=3)
    assert (full["color"], full["kind"], full["wip_limit"]) == ("teal", "cancelled", 3)
    assert [each["id"] for each in columns(agency)] == [*agency.column_ids, column["id"], full["id"]]
    events = agency.owner.events(before)
    assert [(each["type"], each["data"]) for each in events] == [
        ("column.created", column),
        ("column.created", full),
    ]


def test_a_column_changes(agency: Troupe) -> None:
    where = f"/columns/{agency.column_ids[2]}"
    old = agency.owner.get(where)
    before = agency.owner.last
    body = {"name": "Doing", "color": "pink", "wip_limit": 2, "kind": "unstarted"}
    changed = agency.owner.patch(where, body)
    assert changed.json() == old.json() | body
    assert agency.owner.patch(where, body).headers["ETag"] == changed.headers["ETag"]
    (event,) = agency.owner.events(before)
    assert event["type"] == "column.updated"
    assert event["changes"]["wip_limit"] == {"from": None, "to": 2}
    assert agency.owner.patch(where, {"wip_limit": None}).json()["wip_limit"] is None
    stale = {"If-Match": old.headers["ETag"]}
    assert agency.owner.patch(where, {"name": "X"}, headers=stale).status_code == 412
    assert agency.owner.delete(where, headers=stale).status_code == 412


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": None},
        {"color": "#ff0000"},
        {"kind": "open"},
        {"kind": None},
        {"wip_limit": 0},
        {"wip_limit": "1"},
        {"position": 1},
    ],
)
def test_a_column_that_cannot_be_right_is_refused(agency: Troupe, wrong: dict[str, Any]) -> None:
    pointers = {f"/{name}" for name in wrong}
    answer = agency.owner.post(f"/projects/{agency.project_id}/columns", {"name": "Review", **wrong})
    assert faults(answer).keys() == pointers
    assert faults(agency.owner.patch(f"/columns/{agency.column_ids[0]}", wrong)).keys() == pointers


def test_columns_are_put_into_another_order(agency: Troupe) -> None:
    where = f"/projects/{agency.project_id}/columns/reorder"
    backlog, to_do, doing, done = agency.column_ids
    before = agency.owner.last
    answer = agency.owner.post(where, {"ids": [to_do, backlog, doing, done]})
    assert answer.json() == agency.owner.get(f"/projects/{agency.project_id}").json()
    assert [each["id"] for each in columns(agency)] == [to_do, backlog, doing, done]
    events = agency.owner.events(before)
    assert [(each["type"], each["data"]["id"]) for each in events] == [
        ("column.reordered", to_do),
        ("column.reordered", backlog),
    ]
    last = agency.owner.last
    assert agency.owner.post(where, {"ids": [to_do, backlog, doing, done]}).status_code == 200
    assert agency.owner.last == last
    assert columns(agency)[-1]["id"] == done
    assert add(agency)["id"] == columns(agency)[-1]["id"]


def test_all_columns_are_named_to_reorder_them(agency: Troupe, rival: Troupe) -> None:
    where, ids = f"/projects/{agency.project_id}/columns/reorder", agency.column_ids
    for wrong in (ids[:3], [*ids, ids[0]], [*ids[:3], ids[0]], [*ids[:3], rival.column_ids[0]], []):
        assert faults(agency.owner.post(where, {"ids": wrong})).keys() == {"/ids"}
    assert faults(agency.owner.post(where, {})) == {"/ids": "required"}
    assert [each["id"] for each in columns(agency)] == ids


def test_the_last_done_column_stays(agency: Troupe) -> None:
    done = f"/columns/{agency.column_ids[3]}"
    for answer in (
        agency.owner.delete(done),
        agency.owner.delete(done, move_tasks_to=agency.column_ids[0]),
        agency.owner.patch(done, {"kind": "started"}),
    ):
        assert (answer.status_code, code(answer)) == (409, "last-done-column")
    assert agency.owner.patch(done, {"kind": "done", "name": "Live"}).status_code == 200
    add(agency, kind="done")
    assert agency.owner.delete(done).status_code == 204


def test_an_empty_column_is_deleted_for_good(agency: Troupe) -> None:
    where = f"/columns/{agency.column_ids[2]}"
    shown = agency.owner.get(where).json()
    before = agency.owner.last
    assert agency.owner.delete(where).status_code == 204
    (event,) = agency.owner.events(before)
    assert (event["type"], event["data"]) == ("column.deleted", shown)
    assert agency.owner.get(where).status_code == 404
    assert agency.owner.delete(where).status_code == 404
    assert [each["name"] for each in columns(agency)] == ["Backlog", "To do", "Done"]


def test_the_tasks_of_a_deleted_column_go_to_another_in_their_order(agency: Troupe) -> None:
    backlog, to_do, doing, _ = agency.column_ids
    made(agency.owner.post("/tasks", {"project_id": agency.project_id, "title": "First", "column_id": doing}))
    other = made(agency.owner.post("/projects", {"name": "Other"}))["id"]
    elsewhere = agency.owner.get(f"/projects/{other}/columns").json()["data"][0]["id"]
    answer = agency.owner.delete(f"/columns/{to_do}")
    assert (answer.status_code, code(answer)) == (409, "has-dependants")
    assert answer.json()["dependants"] == {"tasks": 2}
    for wrong in (to_do, elsewhere, agency.task_id):
        refused = agency.owner.delete(f"/columns/{to_do}", move_tasks_to=wrong)
        assert faults(refused) == {"move_tasks_to": "not_found"}
    agency.owner.delete(f"/tasks/{agency.task_id}")
    assert agency.owner.patch(f"/columns/{doing}", {"wip_limit": 1}).status_code == 200
    before = agency.owner.last
    assert agency.owner.delete(f"/columns/{to_do}", move_tasks_to=doing).status_code == 204
    assert types(agency, before) == ["task.moved", "task.moved", "column.deleted"]
    found = agency.owner.get("/tasks", column_id=doing, sort="position").json()["data"]
    assert [each["title"] for each in found] == ["First", "Footer"]
    back = agency.owner.post(f"/tasks/{agency.task_id}/restore").json()
    assert back["column"]["id"] == doing
    assert backlog in [each["id"] for each in columns(agency)]


def test_tasks_are_completed_when_their_column_goes_into_a_done_one(agency: Troupe) -> None:
    _, to_do, _, done = agency.column_ids
    before = agency.owner.last
    assert agency.owner.delete(f"/columns/{to_do}", move_tasks_to=done).status_code == 204
    assert types(agency, before) == [*["task.moved", "task.completed"] * 2, "column.deleted"]
    assert agency.owner.get(f"/tasks/{agency.task_id}").json()["completed_at"] is not None


def test_a_column_that_becomes_done_completes_its_tasks_and_the_other_way(agency: Troupe) -> None:
    where, task = f"/columns/{agency.column_ids[1]}", f"/tasks/{agency.task_id}"
    before = agency.owner.last
    assert agency.owner.patch(where, {"kind": "done"}).status_code == 200
    assert types(agency, before) == ["column.updated", "task.completed", "task.completed"]
    completed = agency.owner.get(task).json()
    assert completed["completed_at"] is not None
    assert completed["column"]["kind"] == "done"
    before = agency.owner.last
    assert agency.owner.patch(where, {"kind": "unstarted"}).status_code == 200
    assert types(agency, before) == ["column.updated", "task.reopened", "task.reopened"]
    assert agency.owner.get(task).json()["completed_at"] is None
    last = agency.owner.last
    assert agency.owner.patch(where, {"kind": "started"}).status_code == 200
    assert types(agency, last) == ["column.updated"]


def test_tasks_are_counted_when_it_is_asked_for(agency: Troupe) -> None:
    assert "task_count" not in columns(agency)[0]
    assert [each["task_count"] for each in columns(agency, include="task_count")] == [0, 2, 0, 0]
    agency.owner.delete(f"/tasks/{agency.task_id}")
    to_do = f"/columns/{agency.column_ids[1]}"
    assert agency.member.get(to_do, include="task_count").json()["task_count"] == 1
    assert faults(agency.member.get(to_do, include="tasks")) == {"include": "invalid"}
