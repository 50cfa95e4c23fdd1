"""Projects as templates."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cast import Troupe, code, faults, made, upload
from tests.conftest import Hands

DATES = {"start_date": "2027-03-01", "due_date": "2027-03-31"}


def furnished(agency: Troupe) -> dict[str, str]:
    """Fill the project of the cast: dates, members, labels, fields, a done task, todos, comments, files."""
    owner, project = agency.owner, f"/projects/{agency.project_id}"
    for target in ("project", "task"):
        made(owner.post("/fields", {"name": "Size", "applies_to": target}))
    body = {"description": "Brief", "budget_amount": "1200.50", "fields": {"size": "XL"}, **DATES}
    assert owner.patch(project, body).status_code == 200
    owner.put(f"{project}/members/{agency.member.id}", {"role": "member"})
    label = made(owner.post("/labels", {"name": "Own", "color": "pink", "project_id": agency.project_id}))[
        "id"
    ]
    members = {
        "start_date": "2027-03-02",
        "due_date": "2027-03-05",
        "assignee_ids": [agency.member.id],
        "label_ids": [label, agency.label_id],
        "fields": {"size": "M"},
        "priority": "high",
        "recurrence": {"rule": "FREQ=WEEKLY", "when": "due"},
    }
    task = f"/tasks/{agency.task_id}"
    assert owner.patch(task, members).status_code == 200
    for title in ("One", "Two"):
        made(owner.post(f"{task}/todos", {"title": title, "done": True}))
    made(owner.post(f"{task}/comments", {"body": "Said"}))
    owner.put(f"{task}/files/{upload(owner)}")
    owner.put(f"{project}/files/{upload(owner)}")
    owner.put(f"{task}/relations/blocks/{agency.other_task_id}")
    child = {"project_id": agency.project_id, "title": "Child", "parent_id": agency.task_id}
    done = {"project_id": agency.project_id, "title": "Done", "column_id": agency.column_ids[3]}
    return {
        "child": made(owner.post("/tasks", child))["id"],
        "done": made(owner.post("/tasks", done | {"external_id": "t-9"}))["id"],
    }


def copy_of(agency: Troupe, **wishes: Any) -> dict[str, Any]:
    return made(agency.owner.post(f"/projects/{agency.project_id}/duplicate", wishes))


def tasks_of(agency: Troupe, project: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = agency.owner.everything("/tasks", project_id=project["id"], sort="position")
    return {
        each["title"]: agency.owner.get(
            f"/tasks/{each['id']}", include="todos,comments,files,relations"
        ).json()
        for each in found
    }


def test_a_project_is_made_from_another(agency: Troupe) -> None:
    furnished(agency)
    before = agency.owner.last
    project = copy_of(agency, name="Website 2", shortcode="WEB2", start_date="2027-06-01")
    old = agency.owner.get(f"/projects/{agency.project_id}").json()
    same = ("description", "client_id", "currency", "budget_amount", "billing_method", "fields")
    assert {name: project[name] for name in same} == {name: old[name] for name in same}
    assert (project["name"], project["shortcode"], project["status"]) == ("Website 2", "WEB2", "planned")
    assert (project["start_date"], project["due_date"]) == ("2027-06-01", "2027-07-01")
    shown = agency.owner.get(f"/projects/{project['id']}", include="members,columns,labels,progress").json()
    assert [each["name"] for each in shown["columns"]] == ["Backlog", "To do", "In progress", "Done"]
    assert {each["user"]["id"]: each["role"] for each in shown["members"]} == {
        agency.owner.id: "manager",
        agency.member.id: "member",
        agency.guest.id: "guest",
    }
    assert [each["name"] for each in shown["labels"]] == ["Own"]
    assert shown["progress"] == {"tasks_total": 4, "tasks_done": 0}
    tasks = tasks_of(agency, project)
    header = tasks["Header"]
    assert header["key"] == "WEB2-1"
    assert (header["start_date"], header["due_date"]) == ("2027-06-02", "2027-06-05")
    assert [each["id"] for each in header["assignees"]] == [agency.member.id]
    assert {each["name"] for each in header["labels"]} == {"Own", "Bug"}
    assert shown["labels"][0]["id"] in {each["id"] for each in header["labels"]}
    assert (header["fields"], header["priority"]) == ({"size": "M"}, "high")
    assert header["recurrence"] == {"rule": "FREQ=WEEKLY", "when": "due"}
    assert [(each["title"], each["done"]) for each in header["todos"]] == [("One", False), ("Two", False)]
    assert (header["comments"], header["tracked_seconds"]) == ([], 0)
    assert [each["name"] for each in header["files"]] == ["a.txt"]
    assert header["relations"][0]["task"]["id"] == tasks["Footer"]["id"]
    assert tasks["Child"]["parent_id"] == header["id"]
    assert (tasks["Done"]["column"]["name"], tasks["Done"]["completed_at"]) == ("To do", None)
    assert tasks["Done"]["external_id"] is None
    files = agency.owner.get(f"/projects/{project['id']}/files").json()["data"]
    assert [each["name"] for each in files] == ["a.txt"]
    types = {event["type"] for event in agency.owner.events(before)}
    assert {"project.created", "column.created", "label.created", "task.created", "todo.created"} <= types
    created = [event for event in agency.owner.events(before) if event["type"] == "task.created"]
    child = next(event["data"] for event in created if event["data"]["title"] == "Child")
    assert child["parent_id"] == header["id"]


def test_what_is_not_wanted_stays_behind(agency: Troupe) -> None:
    furnished(agency)
    project = copy_of(agency, tasks=False, members=False)
    shown = agency.owner.get(f"/projects/{project['id']}", include="members,columns,progress").json()
    assert (shown["progress"]["tasks_total"], len(shown["members"]), len(shown["columns"])) == (0, 1, 4)
    assert project["name"] == "Website (copy)"
    nobody = copy_of(agency, assignees=False, name="Nobody")
    assert tasks_of(agency, nobody)["Header"]["assignees"] == []


def test_without_a_start_it_begins_today(agency: Troupe, hands: Hands) -> None:
    hands.at = datetime(2027, 4, 1, 23, 30, tzinfo=UTC)  # the second of April in Berlin
    agency.owner.patch(f"/spaces/{agency.space_id}", {"timezone": "Europe/Berlin"})
    agency.owner.patch(f"/projects/{agency.project_id}", DATES)
    project = copy_of(agency)
    assert (project["status"], project["start_date"]) == ("active", "2027-04-02")


def test_people_who_left_and_cancelled_tasks_stay_behind(agency: Troupe) -> None:
    column = {"name": "Dropped", "kind": "cancelled"}
    dropped = made(agency.owner.post(f"/projects/{agency.project_id}/columns", column))["id"]
    agency.owner.post(f"/tasks/{agency.other_task_id}/move", {"column_id": dropped})
    agency.owner.put(f"/projects/{agency.project_id}/members/{agency.colleague.id}", {"role": "member"})
    agency.owner.put(f"/tasks/{agency.task_id}/assignees/{agency.colleague.id}")
    agency.owner.delete(f"/users/{agency.colleague.id}")
    project = copy_of(agency)
    tasks = tasks_of(agency, project)
    assert tasks.keys() == {"Header"}
    assert tasks["Header"]["assignees"] == []
    members = agency.owner.get(f"/projects/{project['id']}/members").json()["data"]
    assert agency.colleague.id not in {each["user"]["id"] for each in members}


def test_for_another_client_its_guests_stay_behind(agency: Troupe) -> None:
    project = copy_of(agency, client_id=agency.other_client_id)
    members = agency.owner.get(f"/projects/{project['id']}/members").json()["data"]
    assert (project["client_id"], len(members)) == (agency.other_client_id, 1)
    assert copy_of(agency, client_id=None)["client_id"] is None


@pytest.mark.parametrize(
    ("wrong", "status", "pointer"),
    [
        ({"name": ""}, 422, "/name"),
        ({"shortcode": "WEB"}, 409, "/shortcode"),
        ({"client_id": "01a20dd3-2ad4-71eb-a499-4210fd8a1408"}, 422, "/client_id"),
        ({"start_date": None}, 422, "/start_date"),
        ({"comments": True}, 422, "/comments"),
    ],
)
def test_a_copy_that_cannot_be_right_is_refused(
    agency: Troupe, wrong: dict[str, Any], status: int, pointer: str
) -> None:
    before = agency.owner.last
    answer = agency.owner.post(f"/projects/{agency.project_id}/duplicate", wrong)
    assert faults(answer, status).keys() == {pointer}
    assert agency.owner.last == before


def test_who_does_not_see_a_project_cannot_copy_it(agency: Troupe, rival: Troupe) -> None:
    path = f"/projects/{agency.project_id}/duplicate"
    assert rival.owner.post(path, {}).status_code == 404
    assert agency.guest.post(path, {}).status_code == 403
    hidden = made(agency.owner.post("/projects", {"name": "Secret", "visibility": "members"}))["id"]
    assert agency.member.post(f"/projects/{hidden}/duplicate", {}).status_code == 404
    assert agency.member.post(path, {}).status_code == 201


def test_an_archived_project_is_a_template_too(agency: Troupe) -> None:
    agency.owner.post(f"/projects/{agency.project_id}/archive")
    project = copy_of(agency)
    assert project["archived_at"] is None
    assert tasks_of(agency, project).keys() == {"Header", "Footer"}


def test_a_dry_run_keeps_nothing_and_a_retry_makes_one(agency: Troupe) -> None:
    path, before = f"/projects/{agency.project_id}/duplicate", agency.owner.last
    answer = agency.owner.post(path, {}, validate_only=True)
    assert (answer.status_code, answer.json()["id"], agency.owner.last) == (200, None, before)
    first = agency.owner.post(path, {}, key="once")
    again = agency.owner.post(path, {}, key="once")
    assert first.json() == again.json()
    assert code(agency.owner.post(path, {"name": "X"}, key="once")) == "key-reused"
