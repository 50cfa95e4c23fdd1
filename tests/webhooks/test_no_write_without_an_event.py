"""Drives every write of the API and looks for its event."""

import re
from typing import Any

import pytest

from tests.cast import Troupe

PERSON = {"first_name": "Nia", "last_name": "New", "email": "nia@nordlicht.example"}
# operation: body, the last event it leaves
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
    "PATCH /clients/{client}/invoicing": ({"city": "Bonn"}, "client.updated"),
}


def place(agency: Troupe, word: str) -> str:
    """Bring about the record an operation is about."""
    owner = agency.owner
    made_ids = {
        "space": agency.space_id,
        "user": agency.colleague.id,
        "gone_user": agency.colleague.id,
        "token": agency.colleague.token_id,
        "client": agency.other_client_id,
        "gone_client": agency.other_client_id,
        "archived_client": agency.other_client_id,
        "external_id": "new",
    }
    if word == "newcomer":
        return owner.post("/users", PERSON).json()["id"]
    if word.endswith("field"):
        made_ids[word] = owner.post("/business-fields", {"name": "Web"}).json()["id"]
    found = made_ids[word]
    if word.startswith("gone_"):
        owner.delete(
            f"/{ {'user': 'users', 'field': 'business-fields', 'client': 'clients'}[word[5:]] }/{found}"
        )
    if word.startswith("archived_"):
        owner.post(f"/clients/{found}/archive")
    return found


@pytest.mark.parametrize("operation", WRITES)
def test_a_write_leaves_its_event(agency: Troupe, operation: str) -> None:
    body, event = WRITES[operation]
    method, _, path = operation.partition(" ")
    if "{" in path:
        word = path[path.index("{") + 1 : path.index("}")]
        path = path.replace("{" + word + "}", place(agency, word))
    before = agency.owner.last
    answer = agency.owner.ask(method, path, body)
    assert answer.status_code in (200, 201, 204), answer.text
    events = agency.owner.events(before)
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
    assert writes == {plain(each) for each in WRITES}
