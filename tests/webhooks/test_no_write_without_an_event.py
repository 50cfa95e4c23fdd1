"""Drives every write of the API and looks for its event."""

import re
from typing import Any

import pytest

from tests.cast import FORM, FORM_TYPE, Troupe, made, upload

PERSON = {"first_name": "Nia", "last_name": "New", "email": "nia@nordlicht.example"}
TASK = {"project_id": "{project}", "title": "Menu"}
A_TODO = {"title": "Ask"}
SAID = {"body": "Well"}
THUMB = "%F0%9F%91%8D"
# operation: body, the last event it leaves
HOOK = {"url": "https://hooks.example.com/", "event_types": ["*"]}
# What sends events that are there already changes no record.
SENDS_AGAIN = (
    "POST /webhooks/{webhook}/test",
    "POST /webhooks/{webhook}/replay",
    "POST /webhooks/{webhook}/deliveries/{delivery}/replay",
)
WRITES: dict[str, tuple[Any, str]] = {
    "PATCH /spaces/{space}": ({"name": "Southern"}, "space.updated"),
    "PATCH /spaces/{space}/invoicing": ({"city": "Bonn"}, "space.updated"),
    "POST /users": (PERSON, "user.created"),
    "PATCH /users/{user}": ({"title": "Designer"}, "user.updated"),
    "PUT /users/external/{external_id}": (PERSON, "user.created"),
    "DELETE /users/{user}": (None, "token.revoked"),
    "POST /users/{gone_user}/restore": (None, "user.reactivated"),
    "POST /users/{newcomer}/invitation": (None, "user.invited"),
    "DELETE /users/{newcomer}/invitation": (None, "user.invitation_revoked"),
    "POST /tokens": ({"name": "script"}, "token.created"),
    "DELETE /tokens/{token}": (None, "token.revoked"),
    "POST /business-fields": ({"name": "Print"}, "business_field.created"),
    "PATCH /business-fields/{field}": ({"name": "Print"}, "business_field.updated"),
    "DELETE /business-fields/{field}": (None, "business_field.deleted"),
    "POST /business-fields/{gone_field}/restore": (None, "business_field.restored"),
    "POST /clients": ({"name": "Cedar"}, "client.created"),
    "POST /clients/bulk": ({"items": [{"name": "Cedar"}]}, "client.created"),
    "PATCH /clients/{client}": ({"name": "Birke"}, "client.updated"),
    "PUT /clients/external/{external_id}": ({"name": "Cedar"}, "client.created"),
    "DELETE /clients/{client}": (None, "client.deleted"),
    "POST /clients/{gone_client}/restore": (None, "client.restored"),
    "POST /clients/{client}/archive": (None, "client.archived"),
    "POST /clients/{archived_client}/unarchive": (None, "client.unarchived"),
    "PATCH /clients/{client}/fields": ({"fields": {"size": "L"}}, "client.updated"),
    "POST /webhooks": (HOOK, "webhook.created"),
    "PATCH /webhooks/{webhook}": ({"name": "Mine"}, "webhook.updated"),
    "DELETE /webhooks/{webhook}": (None, "webhook.deleted"),
    "POST /webhooks/{webhook}/rotate-secret": (None, "webhook.updated"),
    "POST /feeds": ({"kind": "mine"}, "feed.created"),
    "DELETE /feeds/{feed}": (None, "feed.deleted"),
    "POST /fields": ({"name": "Size", "applies_to": "task"}, "field.created"),
    "PATCH /fields/{custom_field}": ({"name": "Width"}, "field.updated"),
    "DELETE /fields/{custom_field}": (None, "field.deleted"),
    "POST /fields/{gone_custom_field}/restore": (None, "field.restored"),
    "POST /views": ({"name": "Mine"}, "view.created"),
    "PATCH /views/{view}": ({"name": "Ours"}, "view.updated"),
    "DELETE /views/{view}": (None, "view.deleted"),
    "POST /views/{gone_view}/restore": (None, "view.restored"),
    "PATCH /clients/{client}/invoicing": ({"city": "Bonn"}, "client.updated"),
    "POST /projects": ({"name": "Cedar"}, "column.created"),
    "POST /projects/bulk": ({"items": [{"name": "Cedar"}]}, "column.created"),
    "PATCH /projects/{project}": ({"name": "Site"}, "project.updated"),
    "PUT /projects/external/{external_id}": ({"name": "Cedar"}, "column.created"),
    "DELETE /projects/{new_project}": (None, "project.deleted"),
    "POST /projects/{gone_project}/restore": (None, "project.restored"),
    "POST /projects/{project}/archive": (None, "project.archived"),
    "POST /projects/{archived_project}/unarchive": (None, "project.unarchived"),
    "PUT /projects/{project}/members/{user}": ({"role": "member"}, "project.member_added"),
    "DELETE /projects/{project}/members/{guest}": (None, "project.member_removed"),
    "POST /projects/{project}/columns": ({"name": "Review"}, "column.created"),
    "POST /projects/{project}/columns/reorder": (
        {"ids": ["{to_do}", "{backlog}", "{doing}", "{done}"]},
        "column.reordered",
    ),
    "POST /projects/{project}/duplicate": ({}, "task.created"),
    "PATCH /columns/{doing}": ({"name": "Review"}, "column.updated"),
    "DELETE /columns/{doing}": (None, "column.deleted"),
    "POST /tasks": (TASK, "task.created"),
    "POST /tasks/bulk": ({"items": [TASK]}, "task.created"),
    "PATCH /tasks/{task}": ({"title": "Menu"}, "task.updated"),
    "PUT /tasks/external/{external_id}": (TASK, "task.created"),
    "DELETE /tasks/{task}": (None, "task.deleted"),
    "POST /tasks/{gone_task}/restore": (None, "task.restored"),
    "POST /tasks/{task}/move": ({"column_id": "{done}"}, "task.completed"),
    "PUT /tasks/{task}/assignees/{user}": (None, "task.assigned"),
    "DELETE /tasks/{task}/assignees/{assignee}": (None, "task.unassigned"),
    "PUT /tasks/{task}/labels/{label}": (None, "task.updated"),
    "DELETE /tasks/{task}/labels/{carried}": (None, "task.updated"),
    "PUT /tasks/{task}/watchers/{user}": (None, "task.updated"),
    "DELETE /tasks/{task}/watchers/{watcher}": (None, "task.updated"),
    "PUT /tasks/{task}/relations/{kind}/{other_task}": (None, "task.updated"),
    "DELETE /tasks/{task}/relations/{kind}/{blocked}": (None, "task.updated"),
    "POST /labels": ({"name": "Draft"}, "label.created"),
    "PATCH /labels/{label}": ({"name": "Draft"}, "label.updated"),
    "DELETE /labels/{label}": (None, "label.deleted"),
    "POST /labels/{gone_label}/restore": (None, "label.restored"),
    "POST /tasks/{task}/todos": (A_TODO, "todo.created"),
    "PATCH /todos/{todo}": ({"done": True}, "todo.completed"),
    "DELETE /todos/{todo}": (None, "todo.deleted"),
    "POST /todos/{gone_todo}/restore": (None, "todo.restored"),
    "POST /todos/{first_todo}/move": ({}, "todo.updated"),
    "POST /todos/{todo}/convert": (None, "todo.deleted"),
    "POST /tasks/{task}/comments": (SAID, "comment.created"),
    "POST /projects/{project}/comments": (SAID, "comment.created"),
    "POST /clients/{client}/comments": (SAID, "comment.created"),
    "PATCH /comments/{comment}": ({"body": "Or so"}, "comment.updated"),
    "DELETE /comments/{comment}": (None, "comment.deleted"),
    "POST /comments/{gone_comment}/restore": (None, "comment.restored"),
    "PUT /comments/{comment}/reactions/{emoji}": (None, "comment.updated"),
    "DELETE /comments/{liked_comment}/reactions/{emoji}": (None, "comment.updated"),
    "POST /files": (FORM, "file.uploaded"),
    "PATCH /files/{file}": ({"name": "b.txt"}, "file.updated"),
    "DELETE /files/{file}": (None, "file.deleted"),
    "PUT /tasks/{task}/files/{file}": (None, "file.attached"),
    "DELETE /tasks/{task}/files/{attached_file}": (None, "file.detached"),
    "PUT /projects/{project}/files/{file}": (None, "file.attached"),
    "DELETE /projects/{project}/files/{attached_file}": (None, "file.detached"),
    "PUT /clients/{client}/files/{file}": (None, "file.attached"),
    "DELETE /clients/{client}/files/{attached_file}": (None, "file.detached"),
    "PUT /comments/{comment}/files/{file}": (None, "file.attached"),
    "DELETE /comments/{comment}/files/{attached_file}": (None, "file.detached"),
}
# What changes nothing that anybody else sees, and so leaves no event.
FOR_ONESELF = {
    "POST /notifications/read": "who has read what is nobody else's business",
    "PATCH /notifications/settings": "nor is how somebody wants to be told",
}
# A word of a path and what is made for it
STANDS_FOR = {
    f"gone_{each}": each for each in ("user", "field", "client", "task", "label", "todo", "comment")
}
STANDS_FOR |= {
    "attached_file": "file",
    "gone_project": "new_project",
    "archived_client": "client",
    "archived_project": "project",
}
STANDS_FOR |= {"gone_custom_field": "custom_field", "gone_view": "view"}
GROUPS = {"user": "users", "field": "business-fields", "custom_field": "fields"}


def place(agency: Troupe, word: str, path: str) -> str:
    """Bring about the record an operation is about, after what the path names before it."""
    state, _, noun = word.partition("_") if word.startswith("gone_") else word.rpartition("_")
    owner, found = agency.owner, record(agency, STANDS_FOR.get(word, word))
    task = f"/tasks/{agency.task_id}"
    if word == "first_todo":
        made(owner.post(f"{task}/todos", A_TODO))
    before = {
        "gone": ("DELETE", f"/{GROUPS.get(noun, f'{noun}s')}/{found}"),
        "archived": ("POST", f"/{noun}s/{found}/archive"),
        "assignee": ("PUT", f"{task}/assignees/{found}"),
        "carried": ("PUT", f"{task}/labels/{found}"),
        "watcher": ("PUT", f"{task}/watchers/{found}"),
        "blocked": ("PUT", f"{task}/relations/blocks/{found}"),
        "attached": ("PUT", f"{path}{found}"),
        "liked": ("PUT", f"/comments/{found}/reactions/{THUMB}"),
    }.get(state or word)
    if before is not None:
        assert owner.ask(*before).status_code in (200, 204), before
    return found


def record(agency: Troupe, word: str) -> str:
    """Return the id of a record of the cast, or of one made for it."""
    owner, task = agency.owner, f"/tasks/{agency.task_id}"
    there = {
        "space": agency.space_id,
        "user": agency.colleague.id,
        "assignee": agency.colleague.id,
        "watcher": agency.colleague.id,
        "guest": agency.guest.id,
        "token": agency.colleague.token_id,
        "client": agency.other_client_id,
        "external_id": "new",
        "project": agency.project_id,
        "task": agency.task_id,
        "other_task": agency.other_task_id,
        "blocked": agency.other_task_id,
        "label": agency.label_id,
        "carried": agency.label_id,
        "kind": "blocks",
        "emoji": THUMB,
        **dict(zip(("backlog", "to_do", "doing", "done"), agency.column_ids, strict=True)),
    }
    fresh: dict[str, tuple[str, Any]] = {
        "newcomer": ("/users", PERSON),
        "field": ("/business-fields", {"name": "Web"}),
        "new_project": ("/projects", {"name": "Cedar"}),
        "custom_field": ("/fields", {"name": "Size", "applies_to": "client"}),
        "view": ("/views", {"name": "Mine"}),
        "feed": ("/feeds", {"kind": "mine"}),
        "webhook": ("/webhooks", HOOK),
        "todo": (f"{task}/todos", A_TODO),
        "first_todo": (f"{task}/todos", A_TODO),
        "comment": (f"{task}/comments", SAID),
        "liked_comment": (f"{task}/comments", SAID),
    }
    if word == "file":
        return upload(owner)
    return there[word] if word in there else made(owner.post(*fresh[word]))["id"]


def filled(body: Any, agency: Troupe) -> Any:
    """Put ids where a body names what it is about."""
    if isinstance(body, dict):
        return {name: filled(value, agency) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, agency) for value in body]
    if isinstance(body, str) and body.startswith("{"):
        return record(agency, body[1:-1])
    return body


@pytest.mark.parametrize("operation", WRITES)
def test_a_write_leaves_its_event(agency: Troupe, operation: str) -> None:
    body, event = WRITES[operation]
    method, _, path = operation.partition(" ")
    while "{" in path:
        before, _, rest = path.partition("{")
        word, _, after = rest.partition("}")
        path = f"{before}{place(agency, word, before)}{after}"
    if path.endswith("/fields") and method == "PATCH":
        record(agency, "custom_field")
    last = agency.owner.last
    headers = FORM_TYPE if isinstance(body, bytes) else {}
    answer = agency.owner.ask(method, path, filled(body, agency), headers=headers)
    assert answer.status_code in (200, 201, 204), answer.text
    events = agency.owner.events(last)
    assert events, f"{operation} left no event"
    assert events[-1]["type"] == event
    assert {each["actor"]["id"] for each in events} == {agency.owner.id}


def test_every_write_of_the_api_is_driven(agency: Troupe) -> None:
    described = agency.owner.get("/openapi.json").json()["paths"]

    def plain(operation: str) -> str:
        return re.sub(r"{\w+}", "{}", operation)

    writes = {
        plain(f"{method.upper()} {path}")
        for path, methods in described.items()
        for method in methods
        if method != "get"
    }
    assert writes == {plain(each) for each in (*WRITES, *FOR_ONESELF, *SENDS_AGAIN)}
