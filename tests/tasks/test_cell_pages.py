import re
from urllib.parse import quote

import pytest

from tests.cast import Troupe, made, today
from tests.visitor import Visitor


@pytest.fixture
def task(agency: Troupe) -> dict:
    body = {"project_id": agency.project_id, "title": "In its place", "assignee_ids": [agency.member.id]}
    return made(agency.owner.post("/tasks", body))


def now(agency: Troupe, task: dict) -> dict:
    return agency.owner.get(f"/tasks/{task['id']}").json()


@pytest.mark.parametrize(
    ("fields", "member", "value"),
    [
        ({"title": "  Another  one "}, "title", "Another one"),
        ({"due_date": "2027-02-28"}, "due_date", "2027-02-28"),
        ({"start_date": ""}, "start_date", None),
        ({"estimate": "1:30"}, "estimate_seconds", 5400),
        ({"priority": "urgent"}, "priority", "urgent"),
        ({"assignees": ""}, "assignees", []),
    ],
)
def test_each_thing_is_changed_and_leads_back_to_the_list(
    agency: Troupe, visitor: Visitor, code: str, task: dict, fields: dict, member: str, value: object
) -> None:
    back = f"/nordlicht/projects/{code}/list?group_by=none&rows=120"
    answer = visitor.post(f"/tasks/{task['key']}/cell", fields | {"back": back}, part=True)
    assert (answer.status_code, answer.headers["location"]) == (303, back)
    assert now(agency, task)[member] == value


def test_several_people_stay_unless_somebody_is_chosen(agency: Troupe, visitor: Visitor, task: dict) -> None:
    two = [agency.member.id, agency.colleague.id]
    assert agency.owner.patch(f"/tasks/{task['id']}", {"assignee_ids": two}).status_code == 200
    form = visitor.get(f"/tasks/{task['key']}/cell", name="assignees", part=True).text
    assert '<option value="several" selected>' in form
    assert visitor.post(f"/tasks/{task['key']}/cell", {"assignees": "several"}, part=True).status_code == 303
    assert {each["id"] for each in now(agency, task)["assignees"]} == set(two)
    visitor.post(f"/tasks/{task['key']}/cell", {"assignees": agency.owner.id}, part=True)
    assert [each["id"] for each in now(agency, task)["assignees"]] == [agency.owner.id]


def test_another_column_can_be_taken_back(agency: Troupe, visitor: Visitor, code: str, task: dict) -> None:
    back = f"/nordlicht/projects/{code}/list?q=%C3%BC&group_by=none"
    fields = {"column_id": agency.column_ids[2], "back": back}
    answer = visitor.post(f"/tasks/{task['key']}/cell", fields, part=True)
    assert answer.headers["location"] == back
    page = visitor.get(answer.headers["location"].removeprefix("/nordlicht"))
    assert page.status_code == 200
    assert now(agency, task)["column"]["id"] == agency.column_ids[2]
    last = agency.owner.last
    undo = f"/tasks/{task['key']}/undo?events={last}-{last}&back={quote(back, safe='')}"
    assert visitor.post(undo).headers["location"] == back
    assert now(agency, task)["column"]["id"] == task["column"]["id"]


def test_what_is_wrong_is_said_and_changes_nothing(agency: Troupe, visitor: Visitor, task: dict) -> None:
    address = f"/tasks/{task['key']}/cell"
    for fields in (
        {"title": " "},
        {"due_date": "tomorrow"},
        {"estimate": "so long"},
        {"assignees": "nobody I know"},
        {"column_id": agency.owner.id},
        {},
    ):
        answer = visitor.post(address, fields, part=True)
        assert answer.status_code == 422, fields
        assert answer.headers["kanwerk-problem"]
    assert now(agency, task) == task


def test_a_title_that_was_saved_meanwhile_is_not_overwritten(
    agency: Troupe, visitor: Visitor, task: dict
) -> None:
    form = visitor.get(f"/tasks/{task['key']}/cell", name="title", part=True).text
    version = form.partition('name="version" value="')[2].partition('"')[0]
    agency.owner.patch(f"/tasks/{task['id']}", {"title": "By somebody else"})
    fields = {"title": "Mine", "version": version}
    assert visitor.post(f"/tasks/{task['key']}/cell", fields, part=True).status_code == 412
    assert now(agency, task)["title"] == "By somebody else"


def test_each_cell_has_its_form_and_nothing_else_has_one(visitor: Visitor, task: dict) -> None:
    address = f"/tasks/{task['key']}/cell"
    for name in ("title", "column", "priority", "start_date", "due_date", "estimate_seconds", "assignees"):
        form = visitor.get(address, name=name, part=True).text
        assert form.count("<form") == form.count('id="cell-field"') == 1, name
        assert "<html" not in form
    for name in ("", "evil", "fields.none"):
        assert visitor.get(address, name=name, part=True).status_code == 404
    assert visitor.get(address, name="title").headers["location"] == f"/nordlicht/tasks/{task['key']}"


@pytest.mark.parametrize("kind", ["text", "number", "date", "url", "checkbox", "select", "user"])
def test_custom_fields_have_forms_of_their_kinds(
    agency: Troupe, visitor: Visitor, code: str, task: dict, kind: str
) -> None:
    field = {"name": "Of ours", "applies_to": "task", "kind": kind}
    options = {"options": [{"name": "One", "value": "one"}]} if kind == "select" else {}
    key = made(agency.owner.post("/fields", field | options))["key"]
    given = {
        "text": "Words",
        "number": "12,5",
        "date": str(today()),
        "url": "https://example.org/",
        "checkbox": "true",
        "select": "one",
        "user": agency.member.id,
    }[kind]
    assert (
        'id="cell-field"' in visitor.get(f"/tasks/{task['key']}/cell", name=f"fields.{key}", part=True).text
    )
    assert visitor.post(f"/tasks/{task['key']}/cell", {f"field.{key}": given}, part=True).status_code == 303
    kept = now(agency, task)["fields"][key]
    assert kept == {"number": 12.5, "checkbox": True}.get(kind, given)
    page = visitor.get(f"/projects/{code}/list", columns=f"key,fields.{key}").text
    cell = re.search(rf'id="cell-fields.{key}-{task["id"]}"', page)
    assert (cell is None) is (kind == "url")  # which is a link to elsewhere


def test_who_may_not_write_has_no_cells(agency: Troupe, rival: Troupe, code: str, task: dict) -> None:
    for person in (agency.guest, agency.tax_advisor):
        visitor = Visitor(agency, person)
        assert visitor.get(f"/tasks/{task['key']}/cell", name="title", part=True).status_code == 403
        assert visitor.post(f"/tasks/{task['key']}/cell", {"title": "Mine"}, part=True).status_code == 403
    assert "data-cell" not in Visitor(agency, agency.guest).get(f"/projects/{code}/list").text
    assert (
        Visitor(rival, rival.owner).get(f"/tasks/{task['key']}/cell", name="title", part=True).status_code
        == 404
    )
    assert now(agency, task) == task
