from typing import Any

import pytest

from tests.cast import Person, Troupe, code, faults, made


def add(person: Person, **members: Any) -> dict[str, Any]:
    return made(person.post("/projects", {"name": "Cedar", **members}))


def names(answer: Any) -> list[str]:
    return [each["name"] for each in answer.json()["data"]]


def types(agency: Troupe, after: int) -> list[str]:
    return [event["type"] for event in agency.owner.events(after)]


def test_only_the_name_is_needed(agency: Troupe) -> None:
    before = agency.owner.last
    project = add(agency.member)
    assert list(project) == [
        *("id", "external_id", "external_origin", "name", "shortcode", "status", "client_id"),
        *("business_field", "start_date", "due_date", "origin_space", "description", "client", "lead"),
        *("visibility", "billing_method", "currency", "hourly_rate", "budget_seconds", "budget_amount"),
        *("retainer_months", "archived_at", "fields", "created_at", "updated_at"),
    ]
    given = {"name": "Cedar", "shortcode": "CEDA", "status": "active", "visibility": "space"}
    given |= {"billing_method": "hourly", "currency": "EUR", "fields": {}}
    assert project.items() >= given.items()
    assert {name for name, value in project.items() if value is not None} == {
        *given,
        *("id", "created_at", "updated_at"),
    }
    assert types(agency, before) == ["project.created", *["column.created"] * 4]
    assert agency.member.get(f"/projects/{project['id']}").json() == project
    (listed,) = agency.member.get("/projects", ids=project["id"]).json()["data"]
    assert listed.items() <= project.items()
    assert list(listed) == list(project)[:11]


def test_a_project_has_everything_that_it_was_given(agency: Troupe) -> None:
    field = made(agency.owner.post("/business-fields", {"name": "Web"}))
    body = {
        "external_id": "erp-9",
        "shortcode": "CED",
        "status": "planned",
        "client_id": agency.client_id,
        "business_field_id": field["id"],
        "start_date": "2026-01-31",
        "due_date": "2026-03-01",
        "description": "One\n\n* two",
        "lead_id": agency.colleague.id,
        "visibility": "members",
        "billing_method": "retainer",
        "currency": "USD",
        "hourly_rate": "95.00",
        "budget_seconds": 360_000,
        "budget_amount": "9500.50",
        "retainer_months": 12,
    }
    project = add(agency.robot, **body)
    told = {name: value for name, value in body.items() if name not in ("business_field_id", "lead_id")}
    assert project.items() >= told.items()
    assert project["external_origin"] == "Robot"
    assert project["client"] == {"id": agency.client_id, "name": "Aster Media", "shortcode": "AST"}
    assert project["business_field"] == field
    assert project["lead"]["id"] == agency.colleague.id
    cleared = dict.fromkeys(("client_id", "business_field_id", "lead_id", "start_date", "hourly_rate"))
    changed = agency.robot.patch(f"/projects/{project['id']}", cleared).json()
    for name in ("client_id", "client", "business_field", "lead", "start_date", "hourly_rate"):
        assert changed[name] is None
    assert changed["due_date"] == "2026-03-01"


@pytest.mark.parametrize(
    ("name", "shortcode"),
    [
        ("Website", "WEBS"),
        ("Big new shop", "BNS"),
        ("Straße 7", "STRA"),
        ("日本", "PROJ"),
        ("x", "XX"),
        ("An extremely long name of four", "AELN"),
    ],
)
def test_a_shortcode_is_made_from_the_name(agency: Troupe, name: str, shortcode: str) -> None:
    assert add(agency.member, name=name)["shortcode"] == shortcode
    assert add(agency.member, name=name)["shortcode"] == f"{shortcode}2"


def test_projects_of_one_name_made_together_have_shortcodes_of_their_own(agency: Troupe) -> None:
    items = {"items": [{"name": "Cedar"}] * 3}
    results = agency.member.post("/projects/bulk", items).json()["results"]
    ids = [each["id"] for each in results]
    found = agency.member.get("/projects", ids=ids).json()["data"]
    assert [each["shortcode"] for each in found] == ["CEDA", "CEDA2", "CEDA3"]
    answers = agency.house.together(
        *(agency.member.asking("POST", "/projects", {"name": "Cedar"}) for _ in range(8))
    )
    assert len({made(answer)["shortcode"] for answer in answers}) == 8


def test_a_shortcode_is_kept_as_capitals_and_unique_in_the_space(agency: Troupe, rival: Troupe) -> None:
    project = add(agency.member, shortcode="ced1")
    assert project["shortcode"] == "CED1"
    assert names(agency.member.get("/projects", shortcode="Ced1")) == ["Cedar"]
    for answer in (
        agency.member.post("/projects", {"name": "X", "shortcode": "Web"}),
        agency.member.patch(f"/projects/{project['id']}", {"shortcode": "web"}),
    ):
        assert faults(answer, 409) == {"/shortcode": "taken"}
        assert answer.json()["existing_id"] == agency.project_id
    add(rival.owner, shortcode="WEB")
    last = agency.owner.last
    assert agency.member.patch(f"/projects/{project['id']}", {"shortcode": "cED1"}).status_code == 200
    assert agency.owner.last == last


def test_a_shortcode_that_a_project_had_stays_its_own(agency: Troupe) -> None:
    project = f"/projects/{agency.project_id}"
    assert agency.owner.patch(project, {"shortcode": "SITE"}).json()["shortcode"] == "SITE"
    answer = agency.member.post("/projects", {"name": "X", "shortcode": "WEB"})
    assert faults(answer, 409) == {"/shortcode": "taken"}
    assert answer.json()["existing_id"] == agency.project_id
    assert agency.owner.get("/tasks/WEB-1").json()["key"] == "SITE-1"
    assert agency.owner.patch(project, {"shortcode": "WEB"}).json()["shortcode"] == "WEB"
    agency.owner.delete(project, dependants="trash")
    answer = agency.member.post("/projects", {"name": "X", "shortcode": "SITE"})
    assert (answer.status_code, answer.json()["trashed"]) == (409, True)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"shortcode": value} for value in ("A", "A" * 11, "A-B", "ÄB", "", None)),
        {"name": ""},
        {"name": None},
        {"status": "done"},
        {"visibility": None},
        {"currency": "eur"},
        {"hourly_rate": 95},
        {"hourly_rate": "-1.00"},
        {"hourly_rate": "95.001"},
        {"budget_amount": "1e3"},
        {"budget_seconds": -1},
        {"budget_seconds": "1"},
        {"retainer_months": 0},
        {"start_date": "2026-02-30"},
        {"due_date": "2026-02-01T00:00:00Z"},
        {"lead_id": "x"},
        {"id": "x"},
        {"members": []},
        {"archived_at": None},
    ],
)
def test_what_cannot_be_right_is_refused(agency: Troupe, wrong: dict[str, Any]) -> None:
    expected = {f"/{name}" for name in wrong}
    assert faults(agency.owner.post("/projects", {"name": "Cedar", **wrong})).keys() == expected
    assert faults(agency.owner.patch(f"/projects/{agency.project_id}", wrong)).keys() == expected


def test_who_and_what_a_project_names_is_there(agency: Troupe, rival: Troupe) -> None:
    field = made(agency.owner.post("/business-fields", {"name": "Web"}))["id"]
    agency.owner.delete(f"/business-fields/{field}")
    agency.owner.delete(f"/clients/{agency.other_client_id}")
    agency.owner.delete(f"/users/{agency.colleague.id}")
    for name, values in {
        "client_id": (rival.client_id, agency.other_client_id, agency.project_id),
        "business_field_id": (field,),
        "lead_id": (
            *(rival.owner.id, agency.colleague.id, agency.guest.id),
            *(agency.tax_advisor.id, agency.machine.id),
        ),
    }.items():
        for value in values:
            answer = agency.owner.post("/projects", {"name": "Cedar", name: value})
            assert faults(answer) == {f"/{name}": "not_found"}
            answer = agency.owner.patch(f"/projects/{agency.project_id}", {name: value})
            assert faults(answer) == {f"/{name}": "not_found"}


def test_a_project_is_due_after_it_starts(agency: Troupe) -> None:
    body = {"name": "Cedar", "start_date": "2026-02-02", "due_date": "2026-02-01"}
    assert faults(agency.owner.post("/projects", body)) == {"/due_date": "invalid"}
    project = add(agency.owner, start_date="2026-02-02", due_date="2026-02-02")
    where = f"/projects/{project['id']}"
    assert faults(agency.owner.patch(where, {"start_date": "2026-02-03"})) == {"/due_date": "invalid"}
    both = {"start_date": "2026-02-03", "due_date": "2026-02-04"}
    assert agency.owner.patch(where, both).json().items() >= both.items()


def test_money_has_the_decimals_of_its_currency(agency: Troupe) -> None:
    yen = add(agency.owner, currency="JPY", hourly_rate="12000", budget_amount="1000000")
    assert (yen["hourly_rate"], yen["budget_amount"]) == ("12000", "1000000")
    body = {"name": "X", "currency": "JPY", "hourly_rate": "12000.50"}
    assert faults(agency.owner.post("/projects", body)) == {"/hourly_rate": "invalid"}
    where = f"/projects/{add(agency.owner, hourly_rate='95.5')['id']}"
    assert agency.owner.get(where).json()["hourly_rate"] == "95.50"
    before = agency.owner.last
    assert agency.owner.patch(where, {"currency": "USD"}).json()["hourly_rate"] == "95.50"
    answer = agency.owner.patch(where, {"currency": "JPY"})
    assert (faults(answer, 409), code(answer)) == ({"/currency": "rates_in_currency"}, "rates-in-currency")
    changed = agency.owner.patch(where, {"currency": "JPY", "hourly_rate": "12000"}).json()
    assert (changed["currency"], changed["hourly_rate"]) == ("JPY", "12000")
    dollars, yen = (event["changes"] for event in agency.owner.events(before))
    assert dollars == {"currency": {"from": "EUR", "to": "USD"}}
    assert yen == {
        "currency": {"from": "USD", "to": "JPY"},
        "hourly_rate": {"from": "95.50", "to": "12000"},
    }
    assert agency.owner.patch(where, {"currency": "KWD", "hourly_rate": None}).status_code == 200


def test_a_project_is_upserted_by_external_id(agency: Troupe) -> None:
    where = "/projects/external/erp%2F7"
    assert faults(agency.machine.put(where, {"status": "planned"})) == {"/name": "required"}
    project = made(agency.machine.put(where, {"name": "Cedar", "status": "planned"}))
    assert (project["external_id"], project["external_origin"]) == ("erp/7", "ERP")
    last = agency.owner.last
    same = agency.machine.put(where, {"name": " Cedar "})
    assert (same.status_code, same.json()) == (200, project)
    assert agency.owner.last == last
    assert agency.machine.put(where, {"description": "x"}).json()["status"] == "planned"
    agency.machine.delete(f"/projects/{project['id']}")
    before = agency.owner.last
    back = agency.machine.put(where, {"name": "Cedar two"}).json()
    assert (back["id"], back["name"]) == (project["id"], "Cedar two")
    assert types(agency, before) == ["project.restored", "project.updated"]
    answer = agency.machine.post("/projects", {"name": "X", "external_id": "erp/7"})
    assert faults(answer, 409) == {"/external_id": "taken"}
    assert names(agency.member.get("/projects", external_id="erp/7")) == ["Cedar two"]


def test_a_machine_finds_again_what_it_keeps_to_the_members(agency: Troupe) -> None:
    body = {"name": "Cedar", "visibility": "members"}
    project = made(agency.machine.put("/projects/external/erp-7", body))
    assert agency.machine.put("/projects/external/erp-7", body).json() == project
    assert agency.machine.get(f"/projects/{project['id']}").json() == project


def test_projects_are_made_in_bulk_all_or_each(agency: Troupe) -> None:
    items = [{"name": "One", "shortcode": "ONE"}, {"name": "Two", "shortcode": "one"}, {"name": ""}]
    answer = agency.member.post("/projects/bulk", {"items": items})
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/items/1/shortcode", "/items/2/name"}
    assert names(agency.member.get("/projects", q="One")) == []
    results = agency.member.post("/projects/bulk", {"items": items, "atomic": False}).json()["results"]
    assert [each["status"] for each in results] == [201, 409, 422]
    assert names(agency.member.get("/projects", shortcode="ONE")) == ["One"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "on_hold"}, ["Held"]),
        ({"status": "on_hold,active"}, ["Held", "Website"]),
        ({"client_id": "client"}, ["Website"]),
        ({"lead_id": "colleague"}, ["Held"]),
        ({"member_id": "guest"}, ["Website"]),
        ({"member_id": "member"}, ["Held"]),
        ({"business_field_id": "field"}, ["Held"]),
        ({"shortcode": "web"}, ["Website"]),
        ({"external_id": "crm-1"}, []),
        ({"external_origin": "ERP"}, []),
        ({"archived": True}, ["Old"]),
        ({"q": "ELD"}, ["Held"]),
        ({"sort": "-name"}, ["Website", "Held"]),
        ({"sort": "due_date"}, ["Held", "Website"]),
    ],
)
def test_projects_are_filtered_and_sorted(agency: Troupe, query: dict[str, Any], found: list[str]) -> None:
    field = made(agency.owner.post("/business-fields", {"name": "Web"}))["id"]
    more = {"lead_id": agency.colleague.id, "business_field_id": field, "due_date": "2026-01-01"}
    add(agency.member, name="Held", status="on_hold", **more)
    agency.member.post(f"/projects/{add(agency.member, name='Old')['id']}/archive")
    ids = {name: person.id for name, person in agency.people.items()}
    ids |= {"client": agency.client_id, "field": field}
    query = {name: ids.get(str(value), value) for name, value in query.items()}
    assert names(agency.colleague.get("/projects", **{"sort": "name", **query})) == found


def test_what_belongs_to_a_project_comes_when_it_is_asked_for(agency: Troupe) -> None:
    where = f"/projects/{agency.project_id}"
    assert agency.member.get(where).json().keys().isdisjoint({"members", "columns", "labels", "progress"})
    made(agency.member.post("/labels", {"name": "Draft", "project_id": agency.project_id}))
    agency.owner.patch(f"/tasks/{agency.task_id}", {"column_id": agency.column_ids[3]})
    cancelled = made(agency.owner.post(f"{where}/columns", {"name": "No", "kind": "cancelled"}))["id"]
    task = made(agency.owner.post("/tasks", {"project_id": agency.project_id, "title": "No"}))["id"]
    agency.owner.patch(f"/tasks/{task}", {"column_id": cancelled})
    full = agency.member.get(where, include="members,columns,labels,progress").json()
    assert [(each["user"]["id"], each["role"]) for each in full["members"]] == [(agency.guest.id, "guest")]
    assert [each["id"] for each in full["columns"]] == [*agency.column_ids, cancelled]
    assert [each["name"] for each in full["labels"]] == ["Draft"]
    assert full["progress"] == {"tasks_total": 2, "tasks_done": 1}
    assert faults(agency.member.get(where, include="tasks")) == {"include": "invalid"}
    assert faults(agency.member.get("/projects", include="members")) == {"include": "unknown"}
