"""Who is in a project, who sees it and who may change it."""

from typing import Any

import pytest

from tests.cast import Troupe, code, faults, made


def hidden(agency: Troupe, **members: Any) -> str:
    """Make a project that only its members see: the member is its manager."""
    body = {"name": "Hidden", "shortcode": "HID", "visibility": "members", **members}
    return made(agency.member.post("/projects", body))["id"]


def ids(answer: Any) -> list[str]:
    return [each["id"] for each in answer.json()["data"]]


def test_whoever_makes_a_project_manages_it(agency: Troupe) -> None:
    project = made(agency.member.post("/projects", {"name": "Cedar"}))["id"]
    (member,) = agency.colleague.get(f"/projects/{project}/members").json()["data"]
    assert list(member) == ["user", "role"]
    assert (member["user"]["id"], member["role"]) == (agency.member.id, "manager")


def test_somebody_joins_a_project_changes_roles_and_leaves(agency: Troupe) -> None:
    project = f"/projects/{agency.project_id}"
    seat, name = f"{project}/members/{agency.member.id}", f"members.{agency.member.id}"
    known = agency.owner.get(project).json()["updated_at"]
    before = agency.owner.last
    answer = agency.owner.put(seat, {"role": "member"})
    assert answer.json() == agency.owner.get(project).json()
    assert answer.json()["updated_at"] > known
    assert agency.owner.put(seat, {"role": "member"}).status_code == 200
    assert agency.owner.put(seat, {"role": "manager"}).status_code == 200
    assert [each["role"] for each in agency.owner.everything(f"{project}/members")] == ["manager", "guest"]
    assert agency.owner.delete(seat).status_code == 204
    assert agency.owner.delete(seat).status_code == 404
    events = agency.owner.events(before)
    assert [(each["type"], each["changes"]) for each in events] == [
        ("project.member_added", {name: {"from": None, "to": "member"}}),
        ("project.updated", {name: {"from": "member", "to": "manager"}}),
        ("project.member_removed", {name: {"from": "manager", "to": None}}),
    ]
    stale = answer.headers["ETag"]
    assert agency.owner.put(seat, {"role": "member"}, headers={"If-Match": stale}).status_code == 412


def test_guests_are_guests_and_only_they_are(agency: Troupe, rival: Troupe) -> None:
    project = f"/projects/{agency.project_id}/members"
    for user, role in (
        (agency.guest, "member"),
        (agency.guest, "manager"),
        (agency.member, "guest"),
        (agency.machine, "guest"),
        (agency.tax_advisor, "member"),
        (agency.tax_advisor, "guest"),
    ):
        answer = agency.owner.put(f"{project}/{user.id}", {"role": role})
        assert faults(answer) == {"/role": "invalid"}, (user.id, role)
    assert agency.owner.put(f"{project}/{agency.machine.id}", {"role": "member"}).status_code == 200
    for wrong in ({"role": "boss"}, {"role": None}, {}):
        assert faults(agency.owner.put(f"{project}/{agency.member.id}", wrong)).keys() == {"/role"}
    agency.owner.delete(f"/users/{agency.colleague.id}")
    for stranger in (rival.owner.id, agency.colleague.id, agency.task_id):
        assert agency.owner.put(f"{project}/{stranger}", {"role": "member"}).status_code == 404
        assert agency.owner.delete(f"{project}/{stranger}").status_code == 404


def test_somebody_deactivated_stays_in_the_project(agency: Troupe) -> None:
    project = f"/projects/{agency.project_id}/members"
    agency.owner.put(f"{project}/{agency.colleague.id}", {"role": "member"})
    agency.owner.delete(f"/users/{agency.colleague.id}")
    assert agency.colleague.id in [each["user"]["id"] for each in agency.owner.everything(project)]
    assert agency.owner.delete(f"{project}/{agency.colleague.id}").status_code == 204


def test_a_project_of_its_members_is_not_there_for_others(agency: Troupe) -> None:
    project = hidden(agency, external_id="hid-1", client_id=agency.client_id)
    column = agency.member.get(f"/projects/{project}/columns").json()["data"][0]["id"]
    task = made(agency.member.post("/tasks", {"project_id": project, "title": "Secret"}))["id"]
    label = made(agency.member.post("/labels", {"name": "Secret", "project_id": project}))["id"]
    last = agency.owner.last
    stranger, other = agency.colleague, f"/tasks/{agency.task_id}"
    for method, path, body in (
        ("GET", f"/projects/{project}", None),
        ("PATCH", f"/projects/{project}", {"name": "X"}),
        ("PUT", "/projects/external/hid-1", {"name": "X"}),
        ("DELETE", f"/projects/{project}", None),
        ("POST", f"/projects/{project}/archive", None),
        ("POST", f"/projects/{project}/unarchive", None),
        ("POST", f"/projects/{project}/restore", None),
        ("GET", f"/projects/{project}/activity", None),
        ("GET", f"/projects/{project}/members", None),
        ("PUT", f"/projects/{project}/members/{stranger.id}", {"role": "manager"}),
        ("DELETE", f"/projects/{project}/members/{agency.member.id}", None),
        ("GET", f"/projects/{project}/columns", None),
        ("POST", f"/projects/{project}/columns", {"name": "X"}),
        ("POST", f"/projects/{project}/columns/reorder", {"ids": [column]}),
        ("GET", f"/columns/{column}", None),
        ("PATCH", f"/columns/{column}", {"name": "X"}),
        ("DELETE", f"/columns/{column}", None),
        ("GET", f"/tasks/{task}", None),
        ("GET", "/tasks/HID-1", None),
        ("PATCH", f"/tasks/{task}", {"title": "X"}),
        ("GET", f"/tasks/{task}/activity", None),
        ("GET", f"/labels/{label}", None),
        ("PATCH", f"/labels/{label}", {"name": "X"}),
        ("DELETE", f"/labels/{label}", None),
        ("PUT", f"{other}/labels/{label}", None),
        ("PUT", f"{other}/relations/blocks/{task}", None),
    ):
        answer = stranger.ask(method, path, body)
        assert answer.status_code == 404, (method, path, answer.text)
    for path, body, pointer in (
        ("/tasks", {"project_id": project, "title": "X"}, "/project_id"),
        ("/labels", {"project_id": project, "name": "X"}, "/project_id"),
        (f"{other}/move", {"project_id": project}, "/project_id"),
        (f"{other}/move", {"before_id": task}, "/before_id"),
    ):
        assert faults(stranger.post(path, body)) == {pointer: "not_found"}
    assert agency.owner.last == last
    assert ids(stranger.get("/projects")) == [agency.project_id]
    assert stranger.get("/projects", include_total=True).json()["meta"]["total"] == 1
    assert ids(stranger.get("/projects", ids=project)) == []
    assert ids(stranger.get("/tasks", project_id=project)) == []
    assert ids(stranger.get("/labels")) == [agency.label_id]
    client = stranger.get(f"/clients/{agency.client_id}", include="projects").json()
    assert [each["name"] for each in client["projects"]] == ["Website"]
    for insider in (agency.member, agency.owner, agency.robot):
        assert insider.get(f"/projects/{project}").status_code == 200
        assert ids(insider.get("/projects", q="hidden")) == [project]
        assert ids(insider.get("/tasks", project_id=project)) == [task]
        assert label in ids(insider.get("/labels"))
        client = insider.get(f"/clients/{agency.client_id}", include="projects").json()
        assert [each["name"] for each in client["projects"]] == ["Hidden", "Website"]


def test_a_conflict_names_a_project_to_those_who_see_it_only(agency: Troupe) -> None:
    project = hidden(agency, external_id="hid-1")
    for members, fault in (
        ({"shortcode": "HID"}, "/shortcode"),
        ({"external_id": "hid-1"}, "/external_id"),
    ):
        own = made(agency.colleague.post("/projects", {"name": "Own"}))["id"]
        for method, path, body in (
            ("POST", "/projects", {"name": "X", **members}),
            ("PATCH", f"/projects/{own}", members),
        ):
            told = agency.admin.ask(method, path, body)
            assert (faults(told, 409), told.json()["existing_id"]) == ({fault: "taken"}, project)
            untold = agency.colleague.ask(method, path, body)
            assert faults(untold, 409) == {fault: "taken"}
            assert "existing_id" not in untold.json()


def test_events_of_a_project_are_told_to_those_who_see_it(agency: Troupe) -> None:
    before = agency.owner.last
    project = hidden(agency)
    made(agency.member.post("/tasks", {"project_id": project, "title": "Secret"}))
    label = made(agency.member.post("/labels", {"name": "Secret", "project_id": project}))["id"]
    agency.member.delete(f"/labels/{label}")
    agency.member.post(f"/projects/{project}/columns", {"name": "Review"})
    everything = agency.owner.events(before)
    assert {each["type"].partition(".")[0] for each in everything} == {"project", "column", "task", "label"}
    assert agency.member.events(before) == everything
    assert agency.colleague.events(before) == []
    assert agency.watcher.events(before) == []
    agency.member.put(f"/projects/{project}/members/{agency.colleague.id}", {"role": "member"})
    assert len(agency.colleague.events(before)) == len(everything) + 1
    agency.member.delete(f"/projects/{project}/members/{agency.colleague.id}")
    assert agency.colleague.events(before) == []


def test_a_lead_sees_and_manages_the_project(agency: Troupe) -> None:
    project = f"/projects/{hidden(agency, lead_id=agency.colleague.id)}"
    assert agency.colleague.get(project).json()["lead"]["id"] == agency.colleague.id
    assert f"/projects/{ids(agency.colleague.get('/projects', q='hidden'))[0]}" == project
    assert agency.colleague.patch(project, {"name": "Mine"}).status_code == 200
    assert len(agency.colleague.get(f"{project}/columns").json()["data"]) == 4


def test_a_mere_member_does_not_change_the_project_itself(agency: Troupe) -> None:
    project, column = f"/projects/{agency.project_id}", f"/columns/{agency.column_ids[0]}"
    seat = f"{project}/members/{agency.member.id}"
    agency.owner.put(seat, {"role": "member"})
    agency.owner.patch(project, {"external_id": "web"})
    writes: tuple[tuple[str, str, Any], ...] = (
        ("PATCH", project, {"name": "Site"}),
        ("PUT", "/projects/external/web", {"name": "Site"}),
        ("DELETE", project, None),
        ("POST", f"{project}/archive", None),
        ("POST", f"{project}/unarchive", None),
        ("POST", f"{project}/restore", None),
        ("PUT", seat, {"role": "manager"}),
        ("DELETE", f"{project}/members/{agency.guest.id}", None),
        ("POST", f"{project}/columns", {"name": "Review"}),
        ("POST", f"{project}/columns/reorder", {"ids": agency.column_ids[::-1]}),
        ("PATCH", column, {"name": "Later"}),
        ("DELETE", column, None),
    )
    last = agency.owner.last
    for mere in (agency.member, agency.colleague):
        for method, path, body in writes:
            answer = mere.ask(method, path, body)
            assert (answer.status_code, code(answer)) == (403, "forbidden"), (method, path, answer.text)
    bulk = agency.member.post("/projects/bulk", {"items": [{"external_id": "web"}], "atomic": False})
    assert bulk.json()["results"][0]["status"] == 403
    assert agency.owner.last == last


@pytest.mark.parametrize("who", ["lead", "manager", "admin", "machine"])
def test_leads_managers_admins_and_integrations_change_the_project(agency: Troupe, who: str) -> None:
    project = f"/projects/{agency.project_id}"
    if who == "lead":
        agency.owner.patch(project, {"lead_id": agency.colleague.id})
    if who == "manager":
        agency.owner.put(f"{project}/members/{agency.colleague.id}", {"role": "manager"})
    person = agency.people.get(who, agency.colleague)
    assert person.patch(project, {"name": "Site"}).status_code == 200
    assert person.put(f"{project}/members/{agency.member.id}", {"role": "manager"}).status_code == 200
    column = made(person.post(f"{project}/columns", {"name": "Review"}))["id"]
    assert person.patch(f"/columns/{column}", {"name": "Proof"}).status_code == 200
    assert person.delete(f"/columns/{column}").status_code == 204
    assert person.post(f"{project}/archive").status_code == 200
    assert person.post(f"{project}/unarchive").status_code == 200
    assert person.delete(project, dependants="trash").status_code == 204
    assert person.post(f"{project}/restore").status_code == 200


def test_a_guest_sees_its_projects_and_no_money(agency: Troupe) -> None:
    project, guest = f"/projects/{agency.project_id}", agency.guest
    secrets = {
        "external_id": "erp-1",
        "hourly_rate": "95.00",
        "budget_amount": "9500.00",
        "budget_seconds": 3600,
        "retainer_months": 3,
        "billing_method": "retainer",
    }
    agency.robot.patch(project, secrets)
    other = made(agency.owner.post("/projects", {"name": "Other", "client_id": agency.client_id}))["id"]
    seen = guest.get(project).json()
    assert list(seen) == list(agency.owner.get(project).json())
    assert (seen["name"], seen["client"]["name"], seen["billing_method"]) == (
        "Website",
        "Aster Media",
        "none",
    )
    hid = (*secrets, "external_origin", "business_field")
    assert {name for name in hid if seen[name] is not None} == {"billing_method"}
    assert "95.00" not in guest.get(project, include="members,columns,labels,progress").text
    (listed,) = guest.get("/projects").json()["data"]
    assert listed == {name: seen[name] for name in listed}
    assert len(guest.get(f"{project}/columns", include="task_count").json()["data"]) == 4
    assert [each["role"] for each in guest.everything(f"{project}/members")] == ["guest"]
    assert guest.get(f"/clients/{agency.client_id}", include="projects").status_code in (200, 403)
    for path in (f"/projects/{other}", f"/projects/{other}/columns", f"{project}/activity"):
        assert guest.get(path).status_code in (403, 404), path
    for name, value in (("shortcode", "WEB"), ("external_id", "erp-1"), ("lead_id", agency.owner.id)):
        assert faults(guest.get("/projects", **{name: value})) == {name: "invalid"}
    assert len(guest.get("/projects", status="active", sort="name").json()["data"]) == 1
    agency.owner.delete(f"{project}/members/{guest.id}")
    assert guest.get(project).status_code == 404
    assert guest.get("/projects", include_total=True).json()["meta"]["total"] == 0


def test_the_rival_finds_nothing_of_ours(agency: Troupe, rival: Troupe) -> None:
    column = rival.column_ids[0]
    for method, path, body in (
        ("GET", f"/projects/{rival.project_id}", None),
        ("PATCH", f"/projects/{rival.project_id}", {"name": "X"}),
        ("DELETE", f"/projects/{rival.project_id}", None),
        ("POST", f"/projects/{rival.project_id}/archive", None),
        ("POST", f"/projects/{rival.project_id}/restore", None),
        ("GET", f"/projects/{rival.project_id}/members", None),
        ("PUT", f"/projects/{rival.project_id}/members/{agency.owner.id}", {"role": "member"}),
        ("GET", f"/projects/{rival.project_id}/activity", None),
        ("GET", f"/projects/{rival.project_id}/columns", None),
        ("POST", f"/projects/{rival.project_id}/columns", {"name": "X"}),
        ("POST", f"/projects/{rival.project_id}/columns/reorder", {"ids": [column]}),
        ("GET", f"/columns/{column}", None),
        ("PATCH", f"/columns/{column}", {"name": "X"}),
        ("DELETE", f"/columns/{column}", None),
        ("GET", f"/labels/{rival.label_id}", None),
        ("PATCH", f"/labels/{rival.label_id}", {"name": "X"}),
        ("DELETE", f"/labels/{rival.label_id}", None),
    ):
        answer = agency.owner.ask(method, path, body)
        assert answer.status_code == 404, (method, path, answer.text)
    moved = agency.owner.delete(f"/columns/{agency.column_ids[1]}", move_tasks_to=column)
    assert faults(moved) == {"move_tasks_to": "not_found"}
    merged = agency.owner.delete(f"/labels/{agency.label_id}", merge_into=rival.label_id)
    assert faults(merged) == {"merge_into": "not_found"}
    assert ids(agency.owner.get("/labels", project_id=rival.project_id)) == []
