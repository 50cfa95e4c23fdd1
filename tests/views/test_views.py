"""Saved views: who sees and changes them, and what makes sense in them."""

from typing import Any

import pytest

from tests.cast import Troupe, code, faults, made


def test_a_view_is_saved_read_changed_and_deleted(agency: Troupe) -> None:
    before = agency.owner.last
    body = {
        "name": " My open tasks ",
        "filters": {"assignee_id": "me", "completed": "false", "q": "größe", "due_before": "2027-01-01"},
        "sort": "-priority",
        "group_by": "column",
    }
    view = made(agency.member.post("/views", body))
    assert view["owner"]["id"] == agency.member.id
    assert {name: view[name] for name in body} == body | {"name": "My open tasks"}
    assert (view["shared"], view["project_id"]) == (False, None)
    where = f"/views/{view['id']}"
    assert agency.member.get(where).json() == view
    assert agency.member.get("/views").json()["data"] == [view]
    changes = {"name": "Ours", "filters": {}, "group_by": None, "project_id": agency.project_id}
    changed = agency.member.patch(where, changes).json()
    assert changed == view | changes | {"updated_at": changed["updated_at"]}
    assert agency.member.delete(where).status_code == 204
    assert agency.member.get(where).status_code == 404
    assert agency.member.post(f"{where}/restore").json()["name"] == "Ours"
    types = [event["type"] for event in agency.owner.events(before)]
    assert types == ["view.created", "view.updated", "view.deleted", "view.restored"]


def test_a_view_is_its_owners_until_it_is_shared(agency: Troupe, rival: Troupe) -> None:
    view = made(agency.member.post("/views", {"name": "Mine"}))
    where, body = f"/views/{view['id']}", {"name": "X"}
    for name in ("colleague", "owner", "admin", "guest", "tax_advisor"):
        assert agency.people[name].get(where).status_code in (403, 404)
        assert agency.people[name].patch(where, body).status_code in (403, 404)
    assert agency.colleague.get("/views").json()["data"] == []
    assert not [each for each in agency.colleague.events() if each["type"].startswith("view.")]
    agency.member.patch(where, {"shared": True})
    assert agency.colleague.get(where).json()["shared"] is True
    assert [each["type"] for each in agency.colleague.events() if each["type"].startswith("view.")]
    assert agency.colleague.patch(where, body).status_code == 403
    assert agency.colleague.delete(where).status_code == 403
    assert agency.admin.patch(where, body).json()["name"] == "X"
    assert rival.owner.get(where).status_code == 404


def test_a_view_of_a_hidden_project_is_seen_by_its_members_only(agency: Troupe) -> None:
    hidden = made(agency.owner.post("/projects", {"name": "Secret", "visibility": "members"}))["id"]
    view = made(agency.owner.post("/views", {"name": "V", "shared": True, "project_id": hidden}))["id"]
    assert agency.member.get(f"/views/{view}").status_code == 404
    assert agency.member.get("/views").json()["data"] == []
    assert agency.admin.get(f"/views/{view}").status_code == 200
    body = {"name": "V", "project_id": hidden}
    assert faults(agency.member.post("/views", body)) == {"/project_id": "not_found"}
    agency.owner.put(f"/projects/{hidden}/members/{agency.member.id}", {"role": "member"})
    assert agency.member.get(f"/views/{view}").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"filters": {"colour": "red"}}, "/filters/colour"),
        ({"filters": {"limit": "5"}}, "/filters/limit"),
        ({"filters": {"priority": "hot"}}, "/filters/priority"),
        ({"filters": {"completed": "maybe"}}, "/filters/completed"),
        ({"filters": {"column_id": "me"}}, "/filters/column_id"),
        ({"filters": {"assignee_id": "you"}}, "/filters/assignee_id"),
        ({"filters": {"due_before": "tomorrow"}}, "/filters/due_before"),
        ({"filters": {"fields.size": "L"}}, "/filters/fields.size"),
        ({"filters": {"q": 5}}, "/filters"),
        ({"sort": "colour"}, "/sort"),
        ({"group_by": "colour"}, "/group_by"),
        ({"group_by": "fields.size"}, "/group_by"),
        ({"name": ""}, "/name"),
        ({"shared": "yes"}, "/shared"),
    ],
)
def test_a_view_that_makes_no_sense_is_refused(agency: Troupe, wrong: dict[str, Any], pointer: str) -> None:
    view = made(agency.member.post("/views", {"name": "V"}))["id"]
    assert pointer in faults(agency.member.post("/views", {"name": "W", **wrong}))
    assert pointer in faults(agency.member.patch(f"/views/{view}", wrong))


def test_a_view_filters_and_groups_by_custom_fields(agency: Troupe) -> None:
    options = [{"name": "L"}]
    for name, kind, more in (("Size", "select", {"options": options}), ("Note", "text", {})):
        made(agency.owner.post("/fields", {"name": name, "kind": kind, "applies_to": "task", **more}))
    body = {"name": "V", "filters": {"fields.size": "l", "fields.note": "x"}, "group_by": "fields.size"}
    made(agency.member.post("/views", body))
    assert faults(agency.member.post("/views", {"name": "V", "group_by": "fields.note"})) == {
        "/group_by": "invalid"
    }


def test_what_a_view_filters_by_is_what_the_list_takes(agency: Troupe) -> None:
    agency.member.put(f"/tasks/{agency.task_id}/assignees/{agency.member.id}")
    view = made(agency.member.post("/views", {"name": "V", "filters": {"assignee_id": "me"}}))
    query = {name: value.replace("me", agency.member.id) for name, value in view["filters"].items()}
    found = agency.member.get("/tasks", sort=view["sort"], **query).json()["data"]
    assert [each["id"] for each in found] == [agency.task_id]


def test_a_stale_view_is_not_overwritten(agency: Troupe) -> None:
    view = made(agency.member.post("/views", {"name": "V"}))["id"]
    old = agency.member.get(f"/views/{view}").headers["ETag"]
    agency.member.patch(f"/views/{view}", {"name": "W"})
    answer = agency.member.patch(f"/views/{view}", {"name": "X"}, headers={"If-Match": old})
    assert (answer.status_code, code(answer)) == (412, "stale")
