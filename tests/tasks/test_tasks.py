from typing import Any

import pytest

from tests.cast import Troupe, code, faults, made, upload


def task(agency: Troupe, title: str = "New", **more: Any) -> dict[str, Any]:
    return made(agency.owner.post("/tasks", {"project_id": agency.project_id, "title": title, **more}))


def kinds(agency: Troupe, after: int) -> list[str]:
    return [each["type"] for each in agency.owner.events(after)]


def test_a_task_begins_with_the_next_number_in_the_first_open_column(agency: Troupe) -> None:
    found = task(agency)
    assert (found["key"], found["column"]["name"], found["column"]["kind"]) == ("WEB-3", "To do", "unstarted")
    assert (found["priority"], found["completed_at"], found["creator"]["id"]) == (
        "none",
        None,
        agency.owner.id,
    )
    assert found["position"] > agency.owner.get(f"/tasks/{agency.other_task_id}").json()["position"]


def test_entering_a_done_column_completes_and_leaving_it_opens_again(agency: Troupe) -> None:
    where, before = f"/tasks/{agency.task_id}", agency.owner.last
    done = agency.owner.patch(where, {"column_id": agency.column_ids[3]}).json()
    assert done["completed_at"] is not None
    assert kinds(agency, before) == ["task.moved", "task.completed"]
    before = agency.owner.last
    again = agency.owner.post(f"{where}/move", {"column_id": agency.column_ids[2]}).json()
    assert again["completed_at"] is None
    assert kinds(agency, before) == ["task.moved", "task.reopened"]


def test_who_is_to_do_a_task_is_told_by_events_of_their_own(agency: Troupe) -> None:
    where, before = f"/tasks/{agency.task_id}", agency.owner.last
    agency.owner.patch(where, {"assignee_ids": [agency.member.id]})
    agency.owner.patch(where, {"assignee_ids": [agency.colleague.id]})
    told = [each for each in agency.owner.events(before) if "assign" in each["type"]]
    assert [each["type"] for each in told] == ["task.assigned", "task.assigned", "task.unassigned"]
    assert told[0]["changes"] == {"assignee_ids": {"from": [], "to": [agency.member.id]}}
    shown = agency.owner.put(f"{where}/assignees/{agency.member.id}").json()["assignees"]
    assert {each["id"] for each in shown} == {agency.member.id, agency.colleague.id}
    agency.owner.delete(f"{where}/assignees/{agency.colleague.id}")
    watching = agency.owner.get(where, include="watchers").json()["watchers"]
    assert {each["id"] for each in watching} == {agency.member.id, agency.colleague.id}
    assert faults(agency.owner.patch(where, {"assignee_ids": [agency.guest.id]})) == {
        "/assignee_ids/0": "not_found"
    }


def test_labels_are_put_on_and_taken_off(agency: Troupe) -> None:
    where = f"/tasks/{agency.task_id}"
    assert len(agency.owner.put(f"{where}/labels/{agency.label_id}").json()["labels"]) == 1
    last = agency.owner.last
    agency.owner.put(f"{where}/labels/{agency.label_id}")
    assert agency.owner.last == last
    assert agency.owner.delete(f"{where}/labels/{agency.label_id}").json()["labels"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"title": "x" * 501}, "/title"),
        ({"priority": "highest"}, "/priority"),
        ({"start_date": "2027-02-02", "due_date": "2027-02-01"}, "/due_date"),
        ({"due_date": "2027-02-30"}, "/due_date"),
        ({"estimate_seconds": -1}, "/estimate_seconds"),
        ({"column_id": "019a0000-0000-7000-8000-000000000000"}, "/column_id"),
        ({"parent_id": "019a0000-0000-7000-8000-000000000000"}, "/parent_id"),
        ({"label_ids": ["019a0000-0000-7000-8000-000000000000"]}, "/label_ids/0"),
        ({"key": "WEB-9"}, "/key"),
    ],
)
def test_a_faulty_task_is_refused(agency: Troupe, body: dict[str, Any], pointer: str) -> None:
    last = agency.owner.last
    answer = agency.owner.post("/tasks", {"project_id": agency.project_id, "title": "New", **body})
    assert faults(answer).keys() == {pointer}
    assert faults(agency.owner.patch(f"/tasks/{agency.task_id}", body)).keys() == {pointer}
    assert agency.owner.last == last


def test_parents_stay_in_their_project_and_make_no_circles(agency: Troupe, rival: Troupe) -> None:
    child = task(agency, parent_id=agency.task_id)
    grandchild = task(agency, parent_id=child["id"])
    for parent in (agency.task_id, child["id"], grandchild["id"]):
        answer = agency.owner.patch(f"/tasks/{agency.task_id}", {"parent_id": parent})
        assert faults(answer) == {"/parent_id": "cycle"}
    elsewhere = made(agency.owner.post("/projects", {"name": "Elsewhere"}))["id"]
    other = made(agency.owner.post("/tasks", {"project_id": elsewhere, "title": "x"}))["id"]
    for parent in (other, rival.task_id):
        answer = agency.owner.patch(f"/tasks/{agency.task_id}", {"parent_id": parent})
        assert faults(answer) == {"/parent_id": "not_found"}
    shown = agency.owner.get(f"/tasks/{agency.task_id}", include="subtasks").json()["subtasks"]
    assert [each["id"] for each in shown] == [child["id"]]


def test_a_task_with_subtasks_is_deleted_with_them_or_without(agency: Troupe) -> None:
    child = task(agency, parent_id=agency.task_id)
    where = f"/tasks/{agency.task_id}"
    refused = agency.owner.delete(where)
    assert (code(refused), refused.json()["dependants"]) == ("has-dependants", {"subtasks": 1})
    assert agency.owner.delete(where, dependants="trash").status_code == 204
    assert agency.owner.get(f"/tasks/{child['id']}").status_code == 404
    agency.owner.post(f"{where}/restore")
    assert agency.owner.get(f"/tasks/{child['id']}").json()["parent_id"] == agency.task_id
    assert agency.owner.delete(where, dependants="detach").status_code == 204
    assert agency.owner.get(f"/tasks/{child['id']}").json()["parent_id"] is None


def test_relations_are_seen_from_both_sides_and_blocks_make_no_circle(agency: Troupe) -> None:
    one, two, three = agency.task_id, agency.other_task_id, task(agency)["id"]
    assert agency.owner.put(f"/tasks/{one}/relations/blocks/{two}").status_code == 200
    assert agency.owner.put(f"/tasks/{three}/relations/blocked_by/{two}").status_code == 200
    shown = agency.owner.get(f"/tasks/{two}", include="relations").json()["relations"]
    assert [(each["kind"], each["task"]["id"]) for each in shown] == [("blocks", three), ("blocked_by", one)]
    answer = agency.owner.put(f"/tasks/{three}/relations/blocks/{one}")
    assert faults(answer) == {"other_id": "cycle"}
    assert faults(agency.owner.put(f"/tasks/{one}/relations/blocks/{one}")) == {"other_id": "cycle"}
    assert faults(agency.owner.put(f"/tasks/{one}/relations/hates/{two}")) == {"kind": "invalid"}
    last = agency.owner.last
    agency.owner.put(f"/tasks/{two}/relations/blocked_by/{one}")
    assert agency.owner.last == last
    assert agency.owner.delete(f"/tasks/{two}/relations/blocked_by/{one}").status_code == 200
    assert agency.owner.get(f"/tasks/{one}", include="relations").json()["relations"] == []


def test_strangers_find_no_task_and_guests_no_times(agency: Troupe, rival: Troupe) -> None:
    where = f"/tasks/{agency.task_id}"
    for method in ("GET", "PATCH", "DELETE"):
        assert (
            rival.owner.ask(method, where, {"title": "x"} if method == "PATCH" else None).status_code == 404
        )
    assert rival.owner.get("/tasks/WEB-1").status_code == 404
    assert [each["id"] for each in rival.owner.everything("/tasks")] == [rival.task_id, rival.other_task_id]
    agency.owner.patch(where, {"estimate_seconds": 3600, "external_id": "J-1"})
    shown = agency.guest.get(where).json()
    assert (shown["title"], shown["estimate_seconds"], shown["external_id"]) == ("Header", None, None)
    assert agency.guest.patch(where, {"title": "x"}).status_code == 403
    assert agency.guest.get("/tasks", external_id="J-1").status_code == 422
    assert agency.tax_advisor.get("/tasks").status_code == 403


def test_an_archived_projects_tasks_do_not_change(agency: Troupe) -> None:
    agency.owner.post(f"/projects/{agency.project_id}/archive")
    where = f"/tasks/{agency.task_id}"
    assert code(agency.owner.patch(where, {"title": "x"})) == "archived"
    assert code(agency.owner.post(f"{where}/move", {"column_id": agency.column_ids[0]})) == "archived"
    assert code(agency.owner.post("/tasks", {"project_id": agency.project_id, "title": "x"})) == "archived"
    assert code(agency.owner.put(f"{where}/relations/blocks/{agency.other_task_id}")) == "archived"
    assert agency.owner.get(where).status_code == 200


def test_upserts_create_change_and_move(agency: Troupe) -> None:
    where = "/tasks/external/J%2F1"
    assert faults(agency.machine.put(where, {"title": "From Jira"})) == {"/project_id": "required"}
    first = made(agency.machine.put(where, {"title": "From Jira", "project_id": agency.project_id}))
    assert (first["external_id"], first["external_origin"]) == ("J/1", "ERP")
    last = agency.owner.last
    assert agency.machine.put(where, {"title": "From Jira"}).status_code == 200
    assert agency.owner.last == last
    project = made(agency.machine.post("/projects", {"name": "Other", "shortcode": "OTH"}))["id"]
    moved = agency.machine.put(where, {"project_id": project, "priority": "urgent"}).json()
    assert (moved["key"], moved["priority"]) == ("OTH-1", "urgent")
    both = agency.house.together(
        *(
            agency.machine.asking("PUT", "/tasks/external/twin", {"title": "Twin", "project_id": project})
            for _ in range(2)
        )
    )
    assert sorted(each.status_code for each in both) == [200, 201]
    items = [{"project_id": project, "title": "a"}, {"external_id": "twin", "title": "b"}, {"title": "c"}]
    results = agency.machine.post("/tasks/bulk", {"items": items, "atomic": False}).json()["results"]
    assert [each["status"] for each in results] == [201, 200, 422]


def test_a_projects_activity_tells_no_more_than_the_scopes_let(agency: Troupe) -> None:
    agency.owner.patch(f"/tasks/{agency.task_id}", {"title": "Secret"})
    narrow = agency.with_scopes("projects:read")
    page = narrow.get(f"/projects/{agency.project_id}/activity", limit=500).json()
    assert {each["type"].partition(".")[0] for each in page["data"]} == {"project", "column"}


def test_nothing_comes_back_into_what_is_in_the_trash_or_archived(agency: Troupe) -> None:
    task_path, project = f"/tasks/{agency.task_id}", f"/projects/{agency.project_id}"
    agency.owner.patch(task_path, {"external_id": "J-1"})
    agency.owner.delete(task_path)
    agency.owner.post(f"{project}/archive")
    assert code(agency.owner.post(f"{task_path}/restore")) == "archived"
    agency.owner.post(f"{project}/unarchive")
    agency.owner.delete(project, dependants="trash")
    assert code(agency.owner.post(f"{task_path}/restore")) == "in-trash"
    assert code(agency.owner.put("/tasks/external/J-1", {"title": "x"})) == "in-trash"
    assert agency.owner.get(task_path).status_code == 404


def test_guests_see_no_hidden_ids_of_subtasks_and_relations(agency: Troupe) -> None:
    child = task(agency, parent_id=agency.task_id, external_id="J-2")
    agency.owner.put(f"/tasks/{agency.task_id}/relations/blocks/{child['id']}")
    shown = agency.guest.get(f"/tasks/{agency.task_id}", include="subtasks,relations")
    assert shown.status_code == 200
    assert "J-2" not in shown.text


def test_a_column_that_becomes_done_completes_what_is_in_it_and_lets_it_come_again(agency: Troupe) -> None:
    agency.owner.patch(f"/tasks/{agency.task_id}", {"recurrence": {"rule": "FREQ=DAILY"}})
    agency.owner.delete(f"/tasks/{agency.other_task_id}")
    before = agency.owner.last
    agency.owner.patch(f"/columns/{agency.column_ids[1]}", {"kind": "done"})
    told = [each["type"] for each in agency.owner.events(before)]
    assert told.count("task.completed") == 1
    assert "task.created" in told


def test_a_key_stands_for_the_id_in_every_operation(agency: Troupe, rival: Troupe) -> None:
    where, file = "/tasks/web-1", upload(agency.owner)
    todo = made(agency.owner.post(f"{where}/todos", {"title": "Ask"}))["id"]
    comment = made(agency.owner.post(f"{where}/comments", {"body": "Well"}))["id"]
    for method, path, body in (
        ("PATCH", where, {"title": "By key"}),
        ("POST", f"{where}/move", {"column_id": agency.column_ids[2]}),
        ("PUT", f"{where}/assignees/{agency.member.id}", None),
        ("DELETE", f"{where}/assignees/{agency.member.id}", None),
        ("PUT", f"{where}/labels/{agency.label_id}", None),
        ("PUT", f"{where}/watchers/{agency.member.id}", None),
        ("PUT", f"{where}/relations/blocks/WEB-2", None),
        ("PUT", f"{where}/files/{file}", None),
    ):
        answer = agency.owner.ask(method, path, body)
        assert answer.status_code == 200, (path, answer.text)
        assert rival.owner.ask(method, path, body).status_code == 404
    shown = agency.owner.get(where, include="relations,todos,comments,files").json()
    assert (shown["id"], shown["title"]) == (agency.task_id, "By key")
    assert shown["relations"][0]["task"]["id"] == agency.other_task_id
    for kind, ids in (("todos", [todo]), ("comments", [comment]), ("files", [file])):
        assert [each["id"] for each in agency.owner.get(f"{where}/{kind}").json()["data"]] == ids
    activity = agency.owner.get(f"{where}/activity").json()["data"]
    assert {each["data"]["id"] for each in activity} == {agency.task_id}
    assert agency.owner.patch(where, {"title": "Late"}, headers={"If-Match": '"1-x"'}).status_code == 412
    assert faults(agency.owner.put(f"{where}/relations/blocks/WEB-1")) == {"other_id": "cycle"}
    assert agency.owner.put(f"{where}/labels/WEB-2").status_code == 404
    assert agency.owner.patch("/tasks/WEB-99", {"title": "x"}).status_code == 404
    assert agency.owner.delete(where).status_code == 204
    assert agency.owner.get(where).status_code == 404
    assert agency.owner.post(f"{where}/restore").json()["id"] == agency.task_id
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": "members"})
    assert agency.member.patch(where, {"title": "Unseen"}).status_code == 404


def test_what_fails_in_a_bulk_request_after_it_was_written_leaves_nothing(agency: Troupe) -> None:
    place, last = {"project_id": agency.project_id}, agency.owner.last
    wrong = {"title": "Bad", "external_id": "b", "assignee_ids": [agency.guest.id], **place}
    items = [
        {"title": "One", **place},
        wrong,
        {"title": "Two", **place},
        {"title": "Good", "external_id": "c", **place},
    ]
    answer = agency.owner.post("/tasks/bulk", {"items": items, "atomic": False}).json()["results"]
    assert [each["status"] for each in answer] == [201, 422, 201, 201]
    assert answer[1]["errors"][0]["pointer"] == "/items/1/assignee_ids/0"
    assert kinds(agency, last) == ["task.created"] * 3
    assert agency.owner.get("/tasks", external_id="b").json()["data"] == []
    assert [task_["title"] for task_ in agency.owner.get("/tasks", q="bad").json()["data"]] == []
    again = agency.owner.post("/tasks/bulk", {"items": [wrong | {"assignee_ids": []}]}).json()["results"]
    assert again[0]["status"] == 201
    numbers = sorted(
        int(each["key"].partition("-")[2]) for each in agency.owner.everything("/tasks", **place)
    )
    assert len(set(numbers)) == len(numbers)
