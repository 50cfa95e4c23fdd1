"""The table of rights, row by row."""

import re
from typing import Any

import pytest

from tests.cast import FORM, FORM_TYPE, Person, Troupe, code, upload

EVERYBODY = ("owner", "admin", "member", "guest", "tax_advisor", "machine", "robot")
ADMINS = ("owner", "admin", "robot")
STAFF = ("owner", "admin", "member", "machine", "robot")
STAFF_AND_TAX = (*STAFF, "tax_advisor")
STAFF_AND_GUEST = (*STAFF, "guest")
PEOPLE = ("owner", "admin", "member", "guest", "tax_advisor")
OF_PEOPLE = ("notifications:read", "notifications:write", "feeds:read", "feeds:write")
MANAGERS = ("owner", "admin", "machine", "robot")  # of a project; its lead and its own managers beside them
SUBSCRIBERS = ("owner", "admin", "machine", "robot")
HOOK = {"url": "https://hooks.example.com/", "event_types": ["*"]}
PERSON = {"first_name": "Nia", "last_name": "New", "email": "nia@nordlicht.example"}

TASK = {"project_id": "{project}", "title": "Menu"}
A_TODO = {"title": "Ask"}
SAID = {"body": "Well"}
THUMB = "%F0%9F%91%8D"

# operation, body, who may, the scope a token needs (and others beside it)
TABLE: list[tuple[str, Any, tuple[str, ...], str | None]] = [
    ("GET /me", None, EVERYBODY, None),
    ("GET /spaces", None, EVERYBODY, "spaces:read"),
    ("GET /spaces/{space}", None, STAFF, "spaces:read"),
    ("PATCH /spaces/{space}", {"name": "Southern"}, ADMINS, "spaces:write"),
    ("GET /spaces/{space}/invoicing", None, ADMINS, "spaces:read"),
    ("PATCH /spaces/{space}/invoicing", {"city": "Bonn"}, ADMINS, "spaces:write"),
    ("GET /users", None, (*STAFF, "guest"), "users:read"),
    ("GET /users/{colleague}", None, STAFF, "users:read"),
    ("POST /users", PERSON, ADMINS, "users:write"),
    ("PUT /users/external/hr-1", PERSON, ADMINS, "users:write"),
    ("PATCH /users/{colleague}", {"title": "Designer"}, ADMINS, "users:write"),
    ("DELETE /users/{colleague}", None, ADMINS, "users:write"),
    ("POST /users/{colleague}/restore", None, ADMINS, "users:write"),
    ("POST /users/{newcomer}/invitation", None, ADMINS, "users:write"),
    ("DELETE /users/{newcomer}/invitation", None, ADMINS, "users:write"),
    ("GET /tokens", None, ("owner", "admin", "member"), "tokens:read"),
    ("POST /tokens", {"name": "script"}, ("owner", "admin", "member"), "tokens:write"),
    ("DELETE /tokens/{token}", None, ("owner", "admin"), None),
    ("GET /business-fields", None, STAFF_AND_TAX, "business-fields:read"),
    ("GET /business-fields/{field}", None, STAFF_AND_TAX, "business-fields:read"),
    ("POST /business-fields", {"name": "Print"}, STAFF, "business-fields:write"),
    ("PATCH /business-fields/{field}", {"name": "Print"}, STAFF, "business-fields:write"),
    ("DELETE /business-fields/{field}", None, STAFF, "business-fields:write"),
    ("POST /business-fields/{field}/restore", None, STAFF, "business-fields:write"),
    ("GET /clients", None, EVERYBODY, "clients:read"),
    ("GET /clients/{client}", None, EVERYBODY, "clients:read"),
    ("GET /clients/{other}", None, STAFF_AND_TAX, "clients:read"),
    ("POST /clients", {"name": "Cedar"}, STAFF, "clients:write"),
    ("POST /clients/bulk", {"items": [{"name": "Cedar"}]}, STAFF, "clients:write"),
    ("PUT /clients/external/crm-1", {"name": "Cedar"}, STAFF, "clients:write"),
    ("PATCH /clients/{client}", {"name": "Cedar"}, STAFF, "clients:write"),
    ("POST /clients/{client}/archive?projects=archive", None, STAFF, "clients:write"),
    ("POST /clients/{client}/unarchive", None, STAFF, "clients:write"),
    ("DELETE /clients/{client}?dependants=detach", None, STAFF, "clients:write"),
    ("POST /clients/{client}/restore", None, STAFF, "clients:write"),
    ("GET /clients/{client}/fields", None, STAFF, "clients:read"),
    ("PATCH /clients/{client}/fields", {"fields": {}}, STAFF, "clients:write"),
    ("GET /fields", None, STAFF, "fields:read"),
    ("GET /fields/{custom_field}", None, STAFF, "fields:read"),
    ("POST /fields", {"name": "Size", "applies_to": "task"}, ADMINS, "fields:write"),
    ("PATCH /fields/{custom_field}", {"name": "Size"}, ADMINS, "fields:write"),
    ("DELETE /fields/{custom_field}", None, ADMINS, "fields:write"),
    ("POST /fields/{custom_field}/restore", None, ADMINS, "fields:write"),
    ("GET /notifications", None, PEOPLE, "notifications:read"),
    ("POST /notifications/read", {"all": True}, PEOPLE, "notifications:write"),
    ("GET /notifications/settings", None, PEOPLE, "notifications:read"),
    ("PATCH /notifications/settings", {"mails": "daily"}, PEOPLE, "notifications:write"),
    ("GET /feeds", None, PEOPLE[:-1], "feeds:read"),
    ("GET /feeds/{feed}", None, ("owner",), "feeds:read"),
    ("POST /feeds", {"kind": "mine"}, PEOPLE[:-1], "feeds:write"),
    ("DELETE /feeds/{feed}", None, ("owner",), "feeds:write"),
    ("GET /views", None, STAFF, "views:read"),
    ("GET /views/{view}", None, STAFF, "views:read"),
    ("POST /views", {"name": "Mine"}, STAFF, "views:write"),
    ("PATCH /views/{view}", {"name": "Mine"}, ADMINS, "views:write"),
    ("DELETE /views/{view}", None, ADMINS, "views:write"),
    ("POST /views/{view}/restore", None, ADMINS, "views:write"),
    ("POST /projects/{project}/duplicate", {}, STAFF, "projects:write"),
    ("GET /clients/{client}/invoicing", None, STAFF_AND_TAX, "clients:read"),
    ("PATCH /clients/{client}/invoicing", {"city": "Bonn"}, STAFF, "clients:write"),
    ("GET /clients/{client}/contacts", None, STAFF_AND_TAX, "clients:read"),
    ("GET /clients/{client}/activity", None, STAFF_AND_TAX, "clients:read"),
    ("GET /projects", None, STAFF_AND_GUEST, "projects:read"),
    ("GET /projects/{project}", None, STAFF_AND_GUEST, "projects:read"),
    ("POST /projects", {"name": "Cedar"}, STAFF, "projects:write"),
    ("POST /projects/bulk", {"items": [{"name": "Cedar"}]}, STAFF, "projects:write"),
    ("PUT /projects/external/erp-1", {"name": "Cedar"}, STAFF, "projects:write"),
    ("PATCH /projects/{project}", {"name": "Cedar"}, MANAGERS, "projects:write"),
    ("DELETE /projects/{project}?dependants=trash", None, MANAGERS, "projects:write"),
    ("POST /projects/{project}/restore", None, MANAGERS, "projects:write"),
    ("POST /projects/{project}/archive", None, MANAGERS, "projects:write"),
    ("POST /projects/{project}/unarchive", None, MANAGERS, "projects:write"),
    ("GET /projects/{project}/members", None, STAFF_AND_GUEST, "projects:read"),
    ("PUT /projects/{project}/members/{colleague}", {"role": "member"}, MANAGERS, "projects:write"),
    ("DELETE /projects/{project}/members/{guest}", None, MANAGERS, "projects:write"),
    ("GET /projects/{project}/activity", None, STAFF, "projects:read"),
    ("GET /projects/{project}/columns", None, STAFF_AND_GUEST, "projects:read"),
    ("POST /projects/{project}/columns", {"name": "Review"}, MANAGERS, "projects:write"),
    (
        "POST /projects/{project}/columns/reorder",
        {"ids": ["{to_do}", "{backlog}", "{doing}", "{done}"]},
        MANAGERS,
        "projects:write",
    ),
    ("GET /columns/{doing}", None, STAFF_AND_GUEST, "projects:read"),
    ("PATCH /columns/{doing}", {"name": "Review"}, MANAGERS, "projects:write"),
    ("DELETE /columns/{doing}", None, MANAGERS, "projects:write"),
    ("GET /tasks", None, STAFF_AND_GUEST, "tasks:read"),
    ("GET /tasks/{task}", None, STAFF_AND_GUEST, "tasks:read"),
    ("POST /tasks", TASK, STAFF, "tasks:write"),
    ("POST /tasks/bulk", {"items": [TASK]}, STAFF, "tasks:write"),
    ("PUT /tasks/external/erp-1", TASK, STAFF, "tasks:write"),
    ("PATCH /tasks/{task}", {"title": "Menu"}, STAFF, "tasks:write"),
    ("DELETE /tasks/{task}", None, STAFF, "tasks:write"),
    ("POST /tasks/{task}/restore", None, STAFF, "tasks:write"),
    ("POST /tasks/{task}/move", {"column_id": "{doing}"}, STAFF, "tasks:write"),
    ("PUT /tasks/{task}/assignees/{colleague}", None, STAFF, "tasks:write"),
    ("DELETE /tasks/{task}/assignees/{colleague}", None, STAFF, "tasks:write"),
    ("PUT /tasks/{task}/labels/{label}", None, STAFF, "tasks:write"),
    ("DELETE /tasks/{task}/labels/{label}", None, STAFF, "tasks:write"),
    ("PUT /tasks/{task}/watchers/{colleague}", None, STAFF, "tasks:write"),
    ("DELETE /tasks/{task}/watchers/{colleague}", None, STAFF, "tasks:write"),
    ("PUT /tasks/{task}/relations/blocks/{other_task}", None, STAFF, "tasks:write"),
    ("DELETE /tasks/{task}/relations/blocks/{other_task}", None, STAFF, "tasks:write"),
    ("GET /tasks/{task}/activity", None, STAFF, "tasks:read"),
    ("GET /labels", None, STAFF_AND_GUEST, "labels:read"),
    ("GET /labels/{label}", None, STAFF_AND_GUEST, "labels:read"),
    ("POST /labels", {"name": "Draft"}, STAFF, "labels:write"),
    ("PATCH /labels/{label}", {"name": "Draft"}, STAFF, "labels:write"),
    ("DELETE /labels/{label}", None, STAFF, "labels:write"),
    ("POST /labels/{label}/restore", None, STAFF, "labels:write"),
    ("GET /tasks/{task}/todos", None, STAFF, "tasks:read"),
    ("POST /tasks/{task}/todos", A_TODO, STAFF, "tasks:write"),
    ("GET /todos/{todo}", None, STAFF, "tasks:read"),
    ("PATCH /todos/{todo}", {"done": True}, STAFF, "tasks:write"),
    ("DELETE /todos/{todo}", None, STAFF, "tasks:write"),
    ("POST /todos/{todo}/restore", None, STAFF, "tasks:write"),
    ("POST /todos/{todo}/move", {}, STAFF, "tasks:write"),
    ("POST /todos/{todo}/convert", None, STAFF, "tasks:write"),
    ("GET /tasks/{task}/comments", None, STAFF_AND_GUEST, "comments:read tasks:read"),
    ("POST /tasks/{task}/comments", SAID, STAFF_AND_GUEST, "comments:write tasks:read"),
    ("GET /projects/{project}/comments", None, STAFF_AND_GUEST, "comments:read projects:read"),
    ("POST /projects/{project}/comments", SAID, STAFF_AND_GUEST, "comments:write projects:read"),
    ("GET /clients/{client}/comments", None, EVERYBODY, "comments:read clients:read"),
    ("POST /clients/{client}/comments", SAID, EVERYBODY, "comments:write clients:read"),
    ("GET /comments/{comment}", None, STAFF, "comments:read"),
    ("PATCH /comments/{comment}", SAID, ADMINS, "comments:write"),
    ("DELETE /comments/{comment}", None, ADMINS, "comments:write"),
    ("POST /comments/{comment}/restore", None, ADMINS, "comments:write"),
    (f"PUT /comments/{{comment}}/reactions/{THUMB}", None, STAFF, "comments:write"),
    ("POST /files", FORM, EVERYBODY, "files:write"),
    ("GET /files/{file}", None, STAFF, "files:read"),
    ("GET /files/{file}/content", None, STAFF, "files:read"),
    ("PATCH /files/{file}", {"name": "b.txt"}, ADMINS, "files:write"),
    ("DELETE /files/{file}", None, ADMINS, "files:write"),
    ("GET /tasks/{task}/files", None, STAFF, "files:read"),
    ("PUT /tasks/{task}/files/{file}", None, STAFF, "files:write"),
    ("DELETE /tasks/{task}/files/{file}", None, STAFF, "files:write"),
    ("GET /projects/{project}/files", None, STAFF, "files:read"),
    ("PUT /projects/{project}/files/{file}", None, STAFF, "files:write"),
    ("DELETE /projects/{project}/files/{file}", None, STAFF, "files:write"),
    ("GET /clients/{client}/files", None, STAFF_AND_TAX, "files:read clients:read"),
    ("PUT /clients/{client}/files/{file}", None, STAFF, "files:write clients:read"),
    ("DELETE /clients/{client}/files/{file}", None, STAFF, "files:write clients:read"),
    ("GET /comments/{comment}/files", None, STAFF, "files:read"),
    ("PUT /comments/{comment}/files/{file}", None, ADMINS, "files:write"),
    ("DELETE /comments/{comment}/files/{file}", None, ADMINS, "files:write"),
    ("GET /search?q=web", None, EVERYBODY, None),
    ("GET /events", None, STAFF, "events:read"),
    ("GET /webhooks", None, SUBSCRIBERS, "webhooks:read"),
    ("GET /webhooks/{webhook}", None, SUBSCRIBERS, "webhooks:read"),
    ("GET /webhooks/{webhook}/deliveries", None, SUBSCRIBERS, "webhooks:read"),
    ("POST /webhooks", HOOK, SUBSCRIBERS, "webhooks:write"),
    ("PATCH /webhooks/{webhook}", {"name": "Mine"}, SUBSCRIBERS, "webhooks:write"),
    ("DELETE /webhooks/{webhook}", None, SUBSCRIBERS, "webhooks:write"),
    ("POST /webhooks/{webhook}/test", None, SUBSCRIBERS, "webhooks:write"),
    ("POST /webhooks/{webhook}/rotate-secret", None, SUBSCRIBERS, "webhooks:write"),
    ("POST /webhooks/{webhook}/replay", {"after_sequence": 0}, SUBSCRIBERS, "webhooks:write"),
    ("POST /webhooks/{webhook}/deliveries/{delivery}/replay", None, SUBSCRIBERS, "webhooks:write"),
]
ALL_SCOPES = sorted({scope for *_, scopes in TABLE if scopes for scope in scopes.split()})
OPERATIONS = [pytest.param(*row, id=row[0]) for row in TABLE]
NOT_FOR_MACHINES = ("tokens:read", "tokens:write", *OF_PEOPLE)


MADE = {
    "field": ("/business-fields", {"name": "Web"}),
    "custom_field": ("/fields", {"name": "Size", "applies_to": "client"}),
    "view": ("/views", {"name": "Mine", "shared": True}),
    "feed": ("/feeds", {"kind": "mine"}),
    "webhook": ("/webhooks", HOOK),
}


def made_for(agency: Troupe, path: str) -> dict[str, str]:
    """Make the record that an operation is about, and throw it away where it is to be restored."""
    found = {}
    for word, (where, body) in MADE.items():
        if f"{{{word}}}" in path:
            found[word] = agency.owner.post(where, body).json()["id"]
            if path.endswith("restore"):
                agency.owner.delete(f"{where}/{found[word]}")
    return found


def placed(agency: Troupe, operation: str, body: Any) -> tuple[str, str, Any]:
    method, _, path = operation.partition(" ")
    found = {
        "space": agency.space_id,
        "client": agency.client_id,
        "other": agency.other_client_id,
        "colleague": agency.colleague.id,
        "guest": agency.guest.id,
        "token": agency.colleague.token_id,
        "project": agency.project_id,
        "task": agency.task_id,
        "other_task": agency.other_task_id,
        "label": agency.label_id,
        **dict(zip(("backlog", "to_do", "doing", "done"), agency.column_ids, strict=True)),
    }
    if "{todo}" in path:
        found["todo"] = agency.owner.post(f"/tasks/{agency.task_id}/todos", A_TODO).json()["id"]
    if "{comment}" in path:
        found["comment"] = agency.colleague.post(f"/tasks/{agency.task_id}/comments", SAID).json()["id"]
    if "{file}" in path:
        found["file"] = upload(agency.colleague)
        record = "/tasks/{task}" if path.startswith("/files") else path.partition("/files")[0]
        agency.colleague.put(f"{record}/files/{{file}}".format(**found))
    if operation.startswith("DELETE") and "relations" in path:
        agency.owner.put(path.format(**found))
    found |= made_for(agency, path)
    if "{delivery}" in path:
        found["delivery"] = agency.owner.post(f"/webhooks/{found['webhook']}/test").json()["id"]
    if "{newcomer}" in path:
        found["newcomer"] = agency.owner.post("/users", PERSON).json()["id"]
    if path.endswith("colleague}/restore"):
        agency.owner.delete(f"/users/{agency.colleague.id}")
    return method, path.format(**found), filled(body, found)


def asked(person: Person, method: str, path: str, body: Any) -> Any:
    """Ask in earnest, or without effect where something would change."""
    headers = FORM_TYPE if isinstance(body, bytes) else {}
    dry = {} if method == "GET" else {"validate_only": True}
    return person.ask(method, path, body, headers=headers, query=dry)


def filled(body: Any, found: dict[str, str]) -> Any:
    """Put ids where a body names what it is about."""
    if isinstance(body, dict):
        return {name: filled(value, found) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, found) for value in body]
    return body.format(**found) if isinstance(body, str) else body


@pytest.mark.parametrize(("operation", "body", "may", "scope"), OPERATIONS)
def test_the_table_of_rights_holds(
    agency: Troupe, operation: str, body: Any, may: tuple[str, ...], scope: str | None
) -> None:
    method, path, body = placed(agency, operation, body)
    last = agency.owner.last
    for name in EVERYBODY:
        if name not in may:
            headers = FORM_TYPE if isinstance(body, bytes) else {}
            answer = agency.people[name].ask(method, path, body, headers=headers)
            assert answer.status_code in (403, 404), (name, answer.text)
            assert code(answer) in ("forbidden", "not-found")
    assert agency.owner.last == last
    for name in may:
        answer = asked(agency.people[name], method, path, body)
        assert answer.status_code in (200, 204), (name, answer.text)


@pytest.mark.parametrize(
    ("operation", "body", "may", "scope"), [row for row in OPERATIONS if row.values[-1] is not None]
)
def test_a_token_does_what_its_scopes_say_and_nothing_else(
    agency: Troupe, operation: str, body: Any, may: tuple[str, ...], scope: str
) -> None:
    method, path, body = placed(agency, operation, body)
    scope, *beside = scope.split()
    others = agency.with_scopes(*(each for each in ALL_SCOPES if each != scope), role="admin")
    answer = asked(others, method, path, body)
    assert (answer.status_code, code(answer)) == (403, "forbidden")
    if scope in NOT_FOR_MACHINES:
        return
    assert scope in answer.json()["detail"]
    only = agency.with_scopes(scope, *beside, role="admin")
    assert asked(only, method, path, body).status_code in (200, 204)
    weak = agency.with_scopes(scope, *beside)
    status = asked(weak, method, path, body).status_code
    assert status in ((200, 204) if "machine" in may else (403, 404))


def test_every_operation_stands_in_the_table(agency: Troupe) -> None:
    described = agency.owner.get("/openapi.json").json()["paths"]
    known = {operation for operation, *_ in TABLE}
    known |= {"GET /users/{own}", "PATCH /users/{own}", "DELETE /comments/{own}/reactions/{emoji}"}

    def plain(operation: str) -> str:
        return re.sub(
            r"{\w+}|(?<=external/)[\w-]+|(?<=relations/)\w+|(?<=reactions/)[%\w]+",
            "{}",
            operation.partition("?")[0],
        )

    there = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    assert {plain(each) for each in there} == {plain(each) for each in known}


@pytest.mark.parametrize("who", ["member", "guest", "tax_advisor"])
def test_everybody_changes_their_own_profile_and_no_more(agency: Troupe, who: str) -> None:
    person = agency.people[who]
    body = {
        "first_name": "Toni",
        "title": "Boss",
        "phone": "1",
        "timezone": "Europe/Paris",
        "locale": "de-DE",
    }
    changed = person.patch(f"/users/{person.id}", body)
    assert changed.status_code == 200
    assert changed.json()["first_name"] == "Toni"
    for beyond in ({"role": "owner"}, {"hourly_rate": "1.00"}, {"weekly_seconds": 1}, {"external_id": "x"}):
        assert person.patch(f"/users/{person.id}", beyond).status_code == 403
    assert person.patch(f"/users/{agency.colleague.id}", {"title": "X"}).status_code in (403, 404)


def test_a_guest_sees_the_name_of_its_own_client_only(agency: Troupe) -> None:
    guest = agency.guest
    assert [each["name"] for each in guest.get("/clients").json()["data"]] == ["Aster Media"]
    seen = guest.get(f"/clients/{agency.client_id}").json()
    assert seen["name"] == "Aster Media"
    for name in ("external_id", "external_origin", "shortcode", "primary_contact", "origin_space"):
        assert seen[name] is None
    assert seen["segment"] == "B"
    assert guest.get(f"/clients/{agency.other_client_id}").status_code == 404
    assert guest.get(f"/clients/{agency.client_id}", include="projects").status_code in (200, 403)
    assert "projects" not in seen
    assert guest.get("/clients", segment="B").status_code == 422
    assert guest.get("/clients", include_total=True).json()["meta"]["total"] == 1
    assert guest.get("/clients", ids=[agency.other_client_id]).json()["data"] == []


def test_a_guest_sees_the_people_of_its_projects(agency: Troupe) -> None:
    members, guest = f"/projects/{agency.project_id}/members", agency.guest
    agency.owner.put(f"{members}/{agency.member.id}", {"role": "member"})
    agency.owner.patch(f"/projects/{agency.project_id}", {"lead_id": agency.admin.id})
    other = agency.owner.post("/projects", {"name": "Internal", "visibility": "members"}).json()["id"]
    agency.owner.put(f"/projects/{other}/members/{agency.colleague.id}", {"role": "member"})
    private = {"weekly_seconds": 3600, "external_id": "hr-1", "hourly_rate": "95.00"}
    agency.owner.patch(f"/users/{agency.member.id}", {**private, "title": "Designer"})
    seen = {each["id"] for each in guest.get("/users").json()["data"]}
    assert seen == {guest.id, agency.member.id, agency.admin.id}
    shown = guest.get(f"/users/{agency.member.id}").json()
    assert (shown["first_name"], shown["title"]) == ("Mia", "Designer")
    assert not {"hourly_rate", "cost_rate"} & shown.keys()
    hidden = ("weekly_seconds", "last_active_at", "external_id", "external_origin")
    assert [shown[name] for name in hidden] == [None] * 4
    for name in (agency.colleague.id, agency.owner.id):
        assert guest.get(f"/users/{name}").status_code == 404
        assert guest.patch(f"/users/{name}", {"title": "X"}).status_code == 404
    assert guest.patch(f"/users/{agency.member.id}", {"title": "X"}).status_code == 403
    assert guest.get("/users", external_id="hr-1").status_code == 422
    assert guest.get("/users", sort="updated_at").status_code == 422
    assert guest.get("/users", q="mia", type="user").json()["data"][0]["id"] == agency.member.id
    agency.owner.delete(f"/projects/{agency.project_id}", dependants="trash")
    assert [each["id"] for each in guest.get("/users").json()["data"]] == [guest.id]


def test_a_guest_sees_itself_among_the_users(agency: Troupe) -> None:
    assert [each["id"] for each in agency.guest.get("/users").json()["data"]] == [agency.guest.id]
    assert agency.guest.get(f"/users/{agency.guest.id}").status_code == 200
    assert agency.guest.get(f"/users/{agency.owner.id}").status_code == 404
    assert agency.guest.get("/users", include_total=True).json()["meta"]["total"] == 1


def test_a_guest_without_a_client_sees_none(agency: Troupe) -> None:
    agency.owner.patch(f"/users/{agency.guest.id}", {"client_id": None})
    assert agency.guest.get("/clients").json()["data"] == []
    assert agency.guest.get(f"/clients/{agency.client_id}").status_code == 404


def test_rates_are_for_admins_only(agency: Troupe) -> None:
    rates = {"hourly_rate": "95.00", "cost_rate": "40.50"}
    changed = agency.admin.patch(f"/users/{agency.colleague.id}", rates).json()
    assert {name: changed[name] for name in rates} == rates
    for name in EVERYBODY:
        answer = agency.people[name].get(f"/users/{agency.colleague.id}")
        if answer.status_code == 200:
            assert bool(rates.keys() & answer.json().keys()) == (name in ADMINS), name
    mine = agency.colleague.get("/me").json()["user"]
    assert not rates.keys() & mine.keys()
    assert agency.colleague.get(f"/users/{agency.colleague.id}").json().keys().isdisjoint(rates)
    own = agency.colleague.patch(f"/users/{agency.colleague.id}", {"title": "X"}).json()
    assert own.keys().isdisjoint(rates)


def test_what_may_not_be_included_is_refused(agency: Troupe) -> None:
    assert agency.reader.get(f"/clients/{agency.client_id}", include="projects").status_code == 403
    assert agency.reader.get(f"/clients/{agency.client_id}").status_code == 200
