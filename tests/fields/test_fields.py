"""Custom fields: their definitions, what records hold, and how lists are filtered by it."""

from typing import Any

import pytest

from tests.cast import Troupe, code, faults, made

TIERS = [{"name": "Gold", "color": "amber"}, {"name": "Silver & more", "value": "silver"}]


def define(agency: Troupe, name: str, kind: str, target: str = "task", **more: Any) -> dict[str, Any]:
    body = {"name": name, "kind": kind, "applies_to": target, **more}
    return made(agency.owner.post("/fields", body))


def all_kinds(agency: Troupe, target: str = "task") -> None:
    for kind in ("text", "number", "date", "user", "url", "checkbox"):
        define(agency, f"A {kind}", kind, target)
    define(agency, "Tier", "select", target, options=TIERS)
    define(
        agency, "Tags", "multi_select", target, options=[{"name": "Print"}, {"name": "Web"}, {"name": "App"}]
    )


def full(agency: Troupe) -> dict[str, Any]:
    return {
        "a_text": "Größe 42\nand more",
        "a_number": 12.5,
        "a_date": "2027-03-01",
        "a_user": agency.member.id,
        "a_url": "https://example.com/brief?x=1",
        "a_checkbox": False,
        "tier": "gold",
        "tags": ["web", "print"],
    }


def test_a_field_is_made_read_changed_and_deleted(agency: Troupe) -> None:
    before = agency.owner.last
    field = define(agency, " Contract type ", "select", "project", options=TIERS)
    assert {name: field[name] for name in ("name", "applies_to", "key", "kind")} == {
        "name": "Contract type",
        "applies_to": "project",
        "key": "contract_type",
        "kind": "select",
    }
    assert field["options"] == [
        {"name": "Gold", "value": "gold", "color": "amber", "archived": False},
        {"name": "Silver & more", "value": "silver", "color": None, "archived": False},
    ]
    where = f"/fields/{field['id']}"
    assert agency.member.get(where).json() == field
    body = {"name": "Contract", "options": [*TIERS, {"name": "Bronze"}]}
    changed = agency.owner.patch(where, body).json()
    assert (changed["name"], changed["key"], len(changed["options"])) == ("Contract", "contract_type", 3)
    assert agency.owner.patch(where, body).json() == changed
    assert agency.owner.delete(where).status_code == 204
    assert agency.member.get(where).status_code == 404
    assert agency.member.get("/fields").json()["data"] == []
    assert agency.owner.post(f"{where}/restore").json()["name"] == "Contract"
    types = [event["type"] for event in agency.owner.events(before)]
    assert types == ["field.created", "field.updated", "field.deleted", "field.restored"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"kind": "money"}, "/kind"),
        ({"applies_to": "user"}, "/applies_to"),
        ({"key": "Größe"}, "/key"),
        ({"key": "1st"}, "/key"),
        ({"options": TIERS}, "/options"),
        ({"kind": "select"}, "/options"),
        ({"kind": "select", "options": [{"name": "A"}, {"name": "a"}]}, "/options/1/value"),
        ({"kind": "select", "options": [{"name": "A", "color": "#fff"}]}, "/options/0/color"),
    ],
)
def test_a_field_that_cannot_be_right_is_refused(agency: Troupe, wrong: dict[str, Any], pointer: str) -> None:
    answer = agency.owner.post("/fields", {"name": "X", "applies_to": "task", **wrong})
    assert pointer in faults(answer)


def test_a_key_belongs_to_one_field_of_a_target(agency: Troupe, rival: Troupe) -> None:
    first = define(agency, "Größe", "text")
    assert first["key"] == "grosse"
    answer = agency.owner.post("/fields", {"name": "GROSSE", "applies_to": "task"})
    assert (faults(answer, 409), answer.json()["existing_id"]) == ({"/key": "taken"}, first["id"])
    define(agency, "Größe", "text", "client")
    made(rival.owner.post("/fields", {"name": "Größe", "applies_to": "task"}))
    agency.owner.delete(f"/fields/{first['id']}")
    answer = agency.owner.post("/fields", {"name": "Größe", "applies_to": "task"})
    assert (answer.status_code, answer.json()["trashed"]) == (409, True)


@pytest.mark.parametrize(
    ("name", "key"), [("名前", "field"), ("2nd half", "field_2nd_half"), ("A" * 80, "a" * 50)]
)
def test_a_name_in_any_script_gets_a_key(agency: Troupe, name: str, key: str) -> None:
    assert define(agency, name, "text")["key"] == key


def test_members_read_fields_and_admins_make_them(agency: Troupe, rival: Troupe) -> None:
    field = define(agency, "Size", "text")
    body = {"name": "X", "applies_to": "task"}
    assert agency.member.post("/fields", body).status_code == 403
    assert agency.member.get(f"/fields/{field['id']}").status_code == 200
    assert agency.guest.get("/fields").status_code == 403
    assert rival.owner.get(f"/fields/{field['id']}").status_code == 404
    assert rival.owner.patch(f"/fields/{field['id']}", {"name": "X"}).status_code == 404


def test_tasks_and_projects_hold_a_value_of_every_kind(agency: Troupe) -> None:
    for target, path in (("task", f"/tasks/{agency.task_id}"), ("project", f"/projects/{agency.project_id}")):
        all_kinds(agency, target)
        assert agency.member.get(path).json()["fields"] == {}
        before = agency.owner.last
        answer = agency.owner.patch(path, {"fields": full(agency)})
        assert answer.json()["fields"] == full(agency)
        (event,) = agency.owner.events(before)
        assert event["type"] == f"{target}.updated"
        assert event["data"]["fields"] == full(agency)
        assert event["changes"]["fields.tags"] == {"from": None, "to": ["web", "print"]}
        assert event["changes"].keys() == {f"fields.{key}" for key in full(agency)}
        again = agency.owner.patch(path, {"fields": full(agency)})
        assert again.headers["ETag"] == answer.headers["ETag"]
        assert agency.owner.last == before + 1
        shown = agency.owner.get(path)
        assert shown.json() == answer.json()
        answer = agency.owner.patch(path, {"fields": {"a_number": None, "tags": ["app"], "a_text": ""}})
        kept = {key: value for key, value in full(agency).items() if key not in ("a_number", "a_text")}
        assert answer.json()["fields"] == kept | {"tags": ["app"]}
        event = agency.owner.events(before + 1)[0]
        assert event["changes"]["fields.a_number"] == {"from": 12.5, "to": None}


def test_a_client_holds_its_fields_apart(agency: Troupe) -> None:
    all_kinds(agency, "client")
    path = f"/clients/{agency.client_id}"
    shape = agency.owner.get(path).json().keys()
    before = agency.owner.last
    answer = agency.member.patch(f"{path}/fields", {"fields": full(agency)})
    assert answer.json() == {"fields": full(agency)}
    assert agency.member.get(f"{path}/fields").json() == {"fields": full(agency)}
    assert agency.owner.get(path).json().keys() == shape
    (event,) = agency.owner.events(before)
    assert (event["type"], event["data"]["name"]) == ("client.updated", "Aster Media")
    assert event["changes"]["fields.tier"] == {"from": None, "to": "gold"}
    stale = agency.member.patch(f"{path}/fields", {"fields": {}}, headers={"If-Match": '"1-0"'})
    assert stale.status_code == 412
    agency.owner.post(f"{path}/archive", projects="archive")
    refused = agency.member.patch(f"{path}/fields", {"fields": {"tier": None}})
    assert (refused.status_code, code(refused)) == (409, "archived")


def test_new_records_bring_their_fields(agency: Troupe) -> None:
    all_kinds(agency)
    define(agency, "Stage", "text", "project")
    body = {"project_id": agency.project_id, "title": "Menu", "fields": full(agency)}
    assert made(agency.member.post("/tasks", body))["fields"] == full(agency)
    upserted = made(agency.machine.put("/tasks/external/t-1", body))
    again = agency.machine.put("/tasks/external/t-1", {"fields": {"a_number": 3}})
    assert again.json()["fields"] == full(agency) | {"a_number": 3}
    assert (
        agency.machine.put("/tasks/external/t-1", {"fields": {"a_number": 3.0}}).headers["ETag"]
        == (again.headers["ETag"])
    )
    assert upserted["id"] == again.json()["id"]
    results = agency.machine.post("/projects/bulk", {"items": [{"name": "P", "fields": {"stage": "One"}}]})
    project = results.json()["results"][0]["id"]
    assert agency.machine.get(f"/projects/{project}").json()["fields"] == {"stage": "One"}
    wrong = agency.machine.post("/tasks/bulk", {"items": [body | {"fields": {"tier": "lead"}}]})
    assert faults(wrong) == {"/items/0/fields/tier": "invalid"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("a_text", 5),
        ("a_text", "x" * 5_001),
        ("a_text", "a\x00b"),
        ("a_number", "5"),
        ("a_number", True),
        ("a_number", 1e15),
        ("a_date", "1.3.2027"),
        ("a_date", "2027-02-30"),
        ("a_date", 5),
        ("a_user", "nobody"),
        ("a_url", "javascript:alert(1)"),
        ("a_url", "https://"),
        ("a_url", "https://a b"),
        ("a_checkbox", "true"),
        ("a_checkbox", 1),
        ("tier", "Gold"),
        ("tier", ["gold"]),
        ("tags", "web"),
        ("tags", ["web", "paper"]),
        ("tags", [{"a": 1}]),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_pointer(agency: Troupe, key: str, value: Any) -> None:
    all_kinds(agency)
    before = agency.owner.last
    body = {"title": "New title", "fields": {key: value, "nothing": 1}}
    answer = agency.member.patch(f"/tasks/{agency.task_id}", body)
    assert faults(answer) == {f"/fields/{key}": "invalid", "/fields/nothing": "unknown"}
    assert agency.owner.last == before
    assert agency.member.get(f"/tasks/{agency.task_id}").json()["title"] == "Header"


@pytest.mark.parametrize("who", ["guest", "tax_advisor", "machine", "rival"])
def test_a_user_field_takes_people_of_the_space_only(agency: Troupe, rival: Troupe, who: str) -> None:
    define(agency, "Buddy", "user")
    user = rival.owner.id if who == "rival" else agency.people[who].id
    body = {"fields": {"buddy": user}}
    assert faults(agency.member.patch(f"/tasks/{agency.task_id}", body)) == {"/fields/buddy": "invalid"}


def test_somebody_who_left_stays_where_they_were_chosen(agency: Troupe) -> None:
    define(agency, "Buddy", "user")
    path, body = f"/tasks/{agency.task_id}", {"fields": {"buddy": agency.colleague.id}}
    agency.member.patch(path, body)
    agency.owner.delete(f"/users/{agency.colleague.id}")
    assert agency.member.patch(path, body).status_code == 200
    other = {"project_id": agency.project_id, "title": "X", **body}
    assert faults(agency.member.post("/tasks", other)) == {"/fields/buddy": "invalid"}


def test_lists_are_filtered_by_fields(agency: Troupe) -> None:
    all_kinds(agency)
    define(agency, "Tier", "select", "project", options=TIERS)
    define(agency, "Tier", "select", "client", options=TIERS)
    agency.member.patch(f"/tasks/{agency.task_id}", {"fields": full(agency)})
    agency.member.patch(f"/tasks/{agency.other_task_id}", {"fields": {"tier": "silver", "tags": ["web"]}})

    def found(**query: Any) -> list[str]:
        return [each["title"] for each in agency.member.everything("/tasks", limit=1, **query)]

    for query, titles in (
        ({"fields.tier": "gold"}, ["Header"]),
        ({"fields.tier": "gold,silver"}, ["Header", "Footer"]),
        ({"fields.tags": "web"}, ["Header", "Footer"]),
        ({"fields.tags": "print", "fields.tier": "gold"}, ["Header"]),
        ({"fields.tags": "print", "fields.tier": "silver"}, []),
        ({"fields.a_number": "12.50"}, ["Header"]),
        ({"fields.a_text": "GROSSE 42 and more"}, ["Header"]),
        ({"fields.a_checkbox": "false"}, ["Header"]),
        ({"fields.a_date": "2027-03-01", "completed": "false"}, ["Header"]),
        ({"fields.a_user": agency.member.id, "sort": "-title"}, ["Header"]),
        ({"fields.a_user": agency.owner.id}, []),
    ):
        assert found(**query) == titles, query
    page = agency.member.get("/tasks", **{"fields.tier": "gold,silver", "include_total": "true", "limit": 1})
    assert page.json()["meta"]["total"] == 2
    agency.owner.patch(f"/projects/{agency.project_id}", {"fields": {"tier": "gold"}})
    agency.owner.patch(f"/clients/{agency.client_id}/fields", {"fields": {"tier": "gold"}})
    assert len(agency.member.get("/projects", **{"fields.tier": "gold"}).json()["data"]) == 1
    assert agency.member.get("/projects", **{"fields.tier": "silver"}).json()["data"] == []
    assert [
        each["name"] for each in agency.member.get("/clients", **{"fields.tier": "gold"}).json()["data"]
    ] == ["Aster Media"]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"fields.nothing": "1"}, "unknown"),
        ({"fields.": "1"}, "unknown"),
        ({"fields.a_number": "many"}, "invalid"),
        ({"fields.a_date": "soon"}, "invalid"),
        ({"fields.a_checkbox": "yes"}, "invalid"),
        ({"fields.a_text": ""}, "invalid"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(agency: Troupe, query: dict[str, str], fault: str) -> None:
    all_kinds(agency)
    assert faults(agency.member.get("/tasks", **query)) == dict.fromkeys(query, fault)


def test_a_cursor_is_bound_to_the_filtered_value(agency: Troupe) -> None:
    define(agency, "Size", "text")
    for task in (agency.task_id, agency.other_task_id):
        agency.member.patch(f"/tasks/{task}", {"fields": {"size": "L"}})
    page = agency.member.get("/tasks", **{"fields.size": "L", "limit": 1}).json()
    cursor = page["meta"]["next_cursor"]
    assert faults(agency.member.get("/tasks", **{"fields.size": "M", "limit": 1, "cursor": cursor})) == {
        "cursor": "invalid"
    }
    assert len(agency.member.get("/tasks", **{"fields.size": "L", "cursor": cursor}).json()["data"]) == 1


def test_guests_see_no_fields_and_cannot_filter_by_them(agency: Troupe) -> None:
    for target, path in (("task", f"/tasks/{agency.task_id}"), ("project", f"/projects/{agency.project_id}")):
        define(agency, "Margin", "number", target)
        agency.owner.patch(path, {"fields": {"margin": 40}})
        assert agency.guest.get(path).json()["fields"] == {}
        assert agency.guest.get(f"/{target}s", **{"fields.margin": "40"}).status_code == 422
    assert agency.guest.get(f"/clients/{agency.client_id}/fields").status_code == 403
    assert agency.guest.get("/clients", **{"fields.margin": "40"}).status_code == 422


def test_a_deleted_field_takes_its_values_along_and_brings_them_back(agency: Troupe) -> None:
    field = define(agency, "Size", "text")
    path = f"/tasks/{agency.task_id}"
    agency.member.patch(path, {"fields": {"size": "L"}})
    answer = agency.owner.delete(f"/fields/{field['id']}")
    assert (code(answer), answer.json()["dependants"]) == ("has-dependants", {"tasks": 1})
    assert faults(agency.owner.delete(f"/fields/{field['id']}", dependants="detach")) == {
        "dependants": "invalid"
    }
    assert agency.owner.delete(f"/fields/{field['id']}", dependants="trash").status_code == 204
    assert agency.member.get(path).json()["fields"] == {}
    assert faults(agency.member.patch(path, {"fields": {"size": "M"}})) == {"/fields/size": "unknown"}
    assert agency.member.get("/tasks", **{"fields.size": "L"}).status_code == 422
    agency.owner.post(f"/fields/{field['id']}/restore")
    assert agency.member.get(path).json()["fields"] == {"size": "L"}


def test_an_option_that_was_chosen_is_archived_not_removed(agency: Troupe) -> None:
    field = define(agency, "Tier", "select", options=TIERS)
    path = f"/tasks/{agency.task_id}"
    agency.member.patch(path, {"fields": {"tier": "gold"}})
    answer = agency.owner.patch(f"/fields/{field['id']}", {"options": TIERS[1:]})
    assert (answer.status_code, answer.json()["dependants"]) == (409, {"tasks": 1})
    put_away = [TIERS[0] | {"archived": True}, TIERS[1]]
    assert agency.owner.patch(f"/fields/{field['id']}", {"options": put_away}).status_code == 200
    assert agency.member.patch(path, {"fields": {"tier": "gold"}}).status_code == 200
    other = f"/tasks/{agency.other_task_id}"
    assert faults(agency.member.patch(other, {"fields": {"tier": "gold"}})) == {"/fields/tier": "invalid"}
    agency.member.patch(path, {"fields": {"tier": "silver"}})
    assert agency.owner.patch(f"/fields/{field['id']}", {"options": TIERS[1:]}).status_code == 200


def test_a_record_in_an_archived_project_keeps_its_values(agency: Troupe) -> None:
    define(agency, "Size", "text")
    define(agency, "Size", "text", "project")
    agency.owner.post(f"/projects/{agency.project_id}/archive")
    for path in (f"/tasks/{agency.task_id}", f"/projects/{agency.project_id}"):
        answer = agency.owner.patch(path, {"fields": {"size": "L"}})
        assert (answer.status_code, code(answer)) == (409, "archived")
        assert agency.owner.get(path).json()["fields"] == {}


def test_a_hundred_fields_are_enough(agency: Troupe) -> None:
    def job(db: Any) -> None:
        from kanwerk.fields.models import create_field

        for at in range(100):
            members = {"name": f"F {at}", "applies_to": "task", "kind": "text"}
            create_field(db, members, by=db.me)
            db.flush()

    agency.house.in_space(agency.space_id, job)
    answer = agency.owner.post("/fields", {"name": "One more", "applies_to": "task"})
    assert answer.status_code == 409
