from tests.cast import Troupe, code, faults, made


def types(agency: Troupe, after: int) -> list[str]:
    return [event["type"] for event in agency.owner.events(after)]


def test_an_archived_project_is_there_to_read(agency: Troupe) -> None:
    where = f"/projects/{agency.project_id}"
    before = agency.owner.last
    archived = agency.owner.post(f"{where}/archive")
    assert archived.json()["archived_at"] is not None
    assert agency.owner.post(f"{where}/archive").json() == archived.json()
    assert types(agency, before) == ["project.archived"]
    assert agency.member.get("/projects").json()["data"] == []
    assert agency.member.get(where).json() == archived.json()
    assert len(agency.member.get(f"{where}/columns").json()["data"]) == 4
    assert agency.member.get(f"/tasks/{agency.task_id}").status_code == 200
    assert agency.owner.patch(where, {"name": "Website"}).status_code == 200
    back = agency.owner.post(f"{where}/unarchive").json()
    assert back["archived_at"] is None
    assert agency.owner.patch(where, {"name": "Site"}).status_code == 200


def test_nothing_in_an_archived_project_changes(agency: Troupe) -> None:
    project, column = f"/projects/{agency.project_id}", f"/columns/{agency.column_ids[0]}"
    task, body = f"/tasks/{agency.task_id}", {"project_id": agency.project_id}
    label = made(agency.owner.post("/labels", {"name": "Draft", **body}))["id"]
    other = made(agency.owner.post("/projects", {"name": "Other"}))["id"]
    loose = made(agency.owner.post("/tasks", {"project_id": other, "title": "Loose"}))["id"]
    agency.owner.post(f"{project}/archive")
    last = agency.owner.last
    for method, path, members in (
        ("PATCH", project, {"name": "Site"}),
        ("PATCH", project, {"shortcode": "SITE"}),
        ("DELETE", f"{project}?dependants=trash", None),
        ("POST", f"{project}/columns", {"name": "Review"}),
        ("POST", f"{project}/columns/reorder", {"ids": agency.column_ids[::-1]}),
        ("PATCH", column, {"name": "Later"}),
        ("DELETE", column, None),
        ("PUT", f"{project}/members/{agency.member.id}", {"role": "member"}),
        ("DELETE", f"{project}/members/{agency.guest.id}", None),
        ("POST", "/labels", {"name": "New", **body}),
        ("PATCH", f"/labels/{label}", {"name": "New"}),
        ("DELETE", f"/labels/{label}", None),
        ("POST", "/tasks", {"title": "New", **body}),
        ("PATCH", task, {"title": "New"}),
        ("DELETE", task, None),
        ("POST", f"{task}/move", {"column_id": agency.column_ids[2]}),
        ("POST", f"{task}/move", {"project_id": other}),
        ("POST", f"/tasks/{loose}/move", body),
        ("PUT", f"{task}/assignees/{agency.member.id}", None),
        ("PUT", f"{task}/labels/{agency.label_id}", None),
        ("PUT", f"{task}/watchers/{agency.member.id}", None),
        ("PUT", f"{task}/relations/blocks/{agency.other_task_id}", None),
    ):
        answer = agency.owner.ask(method, path, members)
        assert (answer.status_code, code(answer)) == (409, "archived"), (method, path, answer.text)
    assert agency.owner.last == last


def test_no_project_is_made_for_an_archived_client_or_goes_to_one(agency: Troupe) -> None:
    agency.owner.post(f"/clients/{agency.other_client_id}/archive")
    body = {"client_id": agency.other_client_id}
    assert code(agency.owner.post("/projects", {"name": "Cedar", **body})) == "archived"
    assert code(agency.owner.patch(f"/projects/{agency.project_id}", body)) == "archived"


def test_the_completed_projects_of_a_client_go_into_the_archive_with_it(agency: Troupe) -> None:
    client, project = f"/clients/{agency.client_id}", f"/projects/{agency.project_id}"
    agency.owner.patch(project, {"status": "completed"})
    before = agency.owner.last
    assert agency.owner.post(f"{client}/archive").status_code == 200
    assert types(agency, before) == ["project.archived", "client.archived"]
    body = {"project_id": agency.project_id, "title": "Late"}
    for answer in (agency.owner.post("/tasks", body), agency.owner.post(f"{project}/unarchive")):
        assert (answer.status_code, code(answer)) == (409, "archived")
    agency.owner.post(f"{client}/unarchive")
    assert agency.owner.post(f"{project}/unarchive").status_code == 200
    assert agency.owner.post("/tasks", body).status_code == 201


def test_deleting_a_project_with_tasks_counts_them_first(agency: Troupe) -> None:
    where = f"/projects/{agency.project_id}"
    answer = agency.owner.delete(where)
    assert (answer.status_code, code(answer)) == (409, "has-dependants")
    assert answer.json()["dependants"] == {"tasks": 2}
    assert faults(agency.owner.delete(where, dependants="detach")) == {"dependants": "invalid"}
    assert agency.owner.get(where).status_code == 200


def test_tasks_go_with_their_project_and_come_back_with_it(agency: Troupe) -> None:
    where, task = f"/projects/{agency.project_id}", f"/tasks/{agency.task_id}"
    agency.owner.delete(f"/tasks/{agency.other_task_id}")
    shown = agency.owner.get(task).json()
    before = agency.owner.last
    assert agency.owner.delete(where, dependants="trash").status_code == 204
    assert sorted(types(agency, before)) == ["project.deleted", "task.deleted"]
    for path in (where, f"{where}/columns", f"{where}/members", f"/columns/{agency.column_ids[0]}", task):
        assert agency.owner.get(path).status_code == 404, path
    assert agency.owner.patch(where, {"name": "X"}).status_code == 404
    assert agency.owner.patch(f"/columns/{agency.column_ids[0]}", {"name": "X"}).status_code == 404
    assert agency.owner.post(f"{where}/archive").status_code == 404
    assert agency.owner.get(where, trashed=True).json()["name"] == "Website"
    assert [each["id"] for each in agency.owner.everything("/projects", trashed=True)] == [agency.project_id]
    assert agency.owner.get("/projects").json()["data"] == []
    before = agency.owner.last
    assert agency.owner.post(f"{where}/restore").json()["name"] == "Website"
    assert sorted(types(agency, before)) == ["project.restored", "task.restored"]
    assert agency.owner.get(task).json() | {"updated_at": ""} == shown | {"updated_at": ""}
    assert agency.owner.get(f"/tasks/{agency.other_task_id}").status_code == 404
    last = agency.owner.last
    assert agency.owner.post(f"{where}/restore").status_code == 200
    assert agency.owner.last == last


def test_the_labels_of_a_project_in_the_trash_are_out_of_sight(agency: Troupe) -> None:
    label = made(agency.owner.post("/labels", {"name": "Draft", "project_id": agency.project_id}))["id"]
    agency.owner.delete(f"/projects/{agency.project_id}", dependants="trash")
    for person in (agency.owner, agency.member):
        assert [each["id"] for each in person.everything("/labels")] == [agency.label_id]
        assert person.get(f"/labels/{label}").status_code == 404
        assert person.patch(f"/labels/{label}", {"name": "X"}).status_code == 404
    agency.owner.post(f"/projects/{agency.project_id}/restore")
    assert agency.member.get(f"/labels/{label}").status_code == 200


def test_a_project_without_tasks_is_deleted_as_it_is(agency: Troupe) -> None:
    project = made(agency.member.post("/projects", {"name": "Cedar"}))["id"]
    assert agency.member.delete(f"/projects/{project}").status_code == 204
    assert agency.member.post(f"/projects/{project}/restore").status_code == 200
