from typing import Any

import pytest

from tests.cast import Troupe, code, faults, made


def add(agency: Troupe, name: str, **members: Any) -> str:
    return made(agency.member.post("/labels", {"name": name, **members}))["id"]


def carried(agency: Troupe, task: str | None = None) -> list[str]:
    found = agency.member.get(f"/tasks/{task or agency.task_id}").json()["labels"]
    return [each["name"] for each in found]


def types(agency: Troupe, after: int) -> list[str]:
    return [event["type"] for event in agency.owner.events(after)]


def test_a_label_is_made_read_changed_and_deleted(agency: Troupe) -> None:
    before = agency.owner.last
    label = made(agency.member.post("/labels", {"name": " Draft "}))
    assert label == {"id": label["id"], "name": "Draft", "color": "slate", "project_id": None}
    where = f"/labels/{label['id']}"
    old = agency.member.get(where)
    assert old.json() == label
    body = {"name": "Idea", "color": "violet"}
    assert agency.member.patch(where, body).json() == label | body
    assert agency.member.patch(where, body).status_code == 200
    assert agency.member.patch(
        where, {"name": "X"}, headers={"If-Match": old.headers["ETag"]}
    ).status_code == (412)
    assert agency.member.delete(where).status_code == 204
    assert agency.member.get(where).status_code == 404
    assert agency.member.get(where, trashed=True).json() == label | body
    assert types(agency, before) == ["label.created", "label.updated", "label.deleted"]


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": None}, {"color": "#fff"}, {"color": None}, {"kind": "x"}, {"id": "x"}]
)
def test_a_label_that_cannot_be_right_is_refused(agency: Troupe, wrong: dict[str, Any]) -> None:
    pointers = {f"/{name}" for name in wrong}
    assert faults(agency.owner.post("/labels", {"name": "Draft", **wrong})).keys() == pointers
    assert faults(agency.owner.patch(f"/labels/{agency.label_id}", wrong)).keys() == pointers


def test_a_label_stays_where_it_is(agency: Troupe) -> None:
    body = {"project_id": agency.project_id}
    assert faults(agency.owner.patch(f"/labels/{agency.label_id}", body)) == {"/project_id": "unknown"}


def test_a_name_is_unique_in_a_project_and_in_the_space(agency: Troupe, rival: Troupe) -> None:
    other = made(agency.owner.post("/projects", {"name": "Other"}))["id"]
    draft = add(agency, "Größe")
    answer = agency.member.post("/labels", {"name": "GRÖSSE"})
    assert faults(answer, 409) == {"/name": "taken"}
    assert answer.json()["existing_id"] == draft
    answer = agency.member.patch(f"/labels/{agency.label_id}", {"name": "grosse"})
    assert (faults(answer, 409), answer.json()["existing_id"]) == ({"/name": "taken"}, draft)
    assert agency.member.patch(f"/labels/{draft}", {"name": "GRÖSSE"}).json()["name"] == "GRÖSSE"
    add(agency, "größe", project_id=agency.project_id)
    add(agency, "größe", project_id=other)
    again = agency.member.post("/labels", {"name": "Größe", "project_id": other})
    assert faults(again, 409) == {"/name": "taken"}
    made(rival.owner.post("/labels", {"name": "Größe"}))


def test_writers_of_one_name_at_once_make_one_label(agency: Troupe) -> None:
    people = [agency.member, agency.owner, agency.machine, agency.robot] * 3
    answers = agency.house.together(*(each.asking("POST", "/labels", {"name": "Race"}) for each in people))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 11]


def test_a_label_of_a_project_is_for_its_tasks_only(agency: Troupe, rival: Troupe) -> None:
    other = made(agency.owner.post("/projects", {"name": "Other"}))["id"]
    label = add(agency, "Draft", project_id=other)
    body = {"project_id": agency.project_id, "title": "X", "label_ids": [agency.label_id, label]}
    assert faults(agency.member.post("/tasks", body)) == {"/label_ids/1": "not_found"}
    for stranger in (label, rival.label_id):
        changed = agency.member.patch(f"/tasks/{agency.task_id}", {"label_ids": [stranger]})
        assert faults(changed) == {"/label_ids/0": "not_found"}
        assert agency.member.put(f"/tasks/{agency.task_id}/labels/{stranger}").status_code == 404
    assert agency.member.put(f"/tasks/{agency.task_id}/labels/{agency.label_id}").status_code == 200
    assert carried(agency) == ["Bug"]
    for wrong in (rival.project_id, agency.client_id):
        answer = agency.member.post("/labels", {"name": "X", "project_id": wrong})
        assert faults(answer) == {"/project_id": "not_found"}


def test_labels_are_listed_filtered_and_sorted(agency: Troupe) -> None:
    draft = add(agency, "draft", project_id=agency.project_id)
    idea = add(agency, "Ärger")
    found = agency.member.get("/labels", sort="name").json()["data"]
    assert [each["id"] for each in found] == [idea, agency.label_id, draft]
    of_project = agency.member.get("/labels", project_id=agency.project_id).json()["data"]
    assert [each["id"] for each in of_project] == [draft]
    assert [each["id"] for each in agency.member.get("/labels", q="ARG").json()["data"]] == [idea]
    assert len(agency.guest.get("/labels").json()["data"]) == 3
    agency.owner.delete(f"/projects/{agency.project_id}/members/{agency.guest.id}")
    assert len(agency.guest.get("/labels").json()["data"]) == 2
    assert agency.guest.get(f"/labels/{draft}").status_code == 404


def test_a_label_that_tasks_carry_is_counted_merged_or_taken_off(agency: Troupe) -> None:
    bug = f"/labels/{agency.label_id}"
    for task in (agency.task_id, agency.other_task_id):
        agency.member.put(f"/tasks/{task}/labels/{agency.label_id}")
    answer = agency.member.delete(bug)
    assert (answer.status_code, code(answer)) == (409, "has-dependants")
    assert answer.json()["dependants"] == {"tasks": 2}
    assert faults(agency.member.delete(bug, dependants="trash")) == {"dependants": "invalid"}
    before = agency.owner.last
    assert agency.member.delete(bug, dependants="detach").status_code == 204
    assert types(agency, before) == ["task.updated", "task.updated", "label.deleted"]
    assert carried(agency) == []
    before = agency.owner.last
    assert agency.member.post(f"{bug}/restore").json()["name"] == "Bug"
    assert agency.member.post(f"{bug}/restore").status_code == 200
    assert types(agency, before) == ["label.restored"]
    assert carried(agency) == []


def test_a_label_is_merged_into_another(agency: Troupe) -> None:
    defect, draft = add(agency, "Defect"), add(agency, "Draft", project_id=agency.project_id)
    for label in (agency.label_id, defect):
        agency.member.put(f"/tasks/{agency.task_id}/labels/{label}")
    agency.member.put(f"/tasks/{agency.other_task_id}/labels/{agency.label_id}")
    assert agency.member.delete(f"/labels/{agency.label_id}", merge_into=defect).status_code == 204
    assert carried(agency) == carried(agency, agency.other_task_id) == ["Defect"]
    agency.member.put(f"/tasks/{agency.task_id}/labels/{draft}")
    assert agency.member.delete(f"/labels/{draft}", merge_into=defect).status_code == 204
    assert carried(agency) == ["Defect"]


def test_a_label_is_merged_into_one_that_fits(agency: Troupe) -> None:
    other = made(agency.owner.post("/projects", {"name": "Other", "visibility": "members"}))["id"]
    elsewhere = made(agency.owner.post("/labels", {"name": "Elsewhere", "project_id": other}))["id"]
    draft = add(agency, "Draft", project_id=agency.project_id)
    gone = add(agency, "Gone")
    agency.member.delete(f"/labels/{gone}")
    for label in (agency.label_id, draft):
        for wrong in (label, elsewhere, gone, agency.task_id):
            answer = agency.member.delete(f"/labels/{label}", merge_into=wrong)
            assert faults(answer) == {"merge_into": "not_found"}, wrong
    answer = agency.member.delete(f"/labels/{agency.label_id}", merge_into=draft)
    assert faults(answer) == {"merge_into": "not_found"}


def test_a_label_comes_back_only_where_its_name_is_free(agency: Troupe) -> None:
    bug = f"/labels/{agency.label_id}"
    agency.member.delete(bug)
    again = add(agency, "bug")
    answer = agency.member.post(f"{bug}/restore")
    assert (faults(answer, 409), answer.json()["existing_id"]) == ({"/name": "taken"}, again)
    agency.member.patch(f"/labels/{again}", {"name": "Defect"})
    assert agency.member.post(f"{bug}/restore").status_code == 200
