"""The cast: an agency with everybody in it, and a rival space; made by the verbs the command line uses."""

import time
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes, policy
from typing import Any
from zoneinfo import ZoneInfo

from httpx import Response
from sqlalchemy.orm import Session

from kanwerk.clients.models import create_client
from kanwerk.core import clock
from kanwerk.core.database import Database
from kanwerk.core.writes import Write
from kanwerk.labels.models import create_label
from kanwerk.people.models import User
from kanwerk.people.shapes import UpdateUserData
from kanwerk.people.spaces import add_person, open_space
from kanwerk.people.tokens import integration, make_token
from kanwerk.people.users import change
from kanwerk.projects.columns import columns_of
from kanwerk.projects.creation import create_project
from kanwerk.projects.members import set_member
from kanwerk.tasks.writing import create_task
from tests.house import House

PEOPLE = {
    "owner": ("Ola", "Nordby", "user", "owner"),
    "admin": ("Ada", "Lindqvist", "user", "admin"),
    "member": ("Mia", "Berger", "user", "member"),
    "colleague": ("Max", "Öztürk", "user", "member"),
    "guest": ("Gus", "Aster", "guest", None),
    "tax_advisor": ("Tess", "Steuer", "tax_advisor", None),
}
MACHINES: dict[str, tuple[str, str, list[str] | None]] = {
    "machine": ("ERP", "member", None),
    "robot": ("Robot", "admin", None),
    "reader": ("Reader", "member", ["clients:read"]),
    "watcher": ("Watcher", "member", ["clients:read", "events:read"]),
    "caretaker": ("Caretaker", "admin", ["spaces:read", "spaces:write"]),
}


def furnish(database: Database) -> dict[str, Any]:
    """Make both spaces and return who and what is in them, as JSON can carry it."""

    def job(session: Session) -> dict[str, Any]:
        return {
            "agency": _agency(open_space(database, session, "Nordlicht", "nordlicht")),
            "rival": _rival(open_space(database, session, "Rival", "rival")),
        }

    return database.write(job)


def _agency(db: Write) -> dict[str, Any]:
    me: Any = db.me
    made: dict[str, Any] = {}
    client = create_client(db, {"name": "Aster Media", "external_id": "crm-1", "shortcode": "AST"}, by=me)
    other = create_client(db, {"name": "Birke & Söhne", "segment": "A"}, by=me)
    project = create_project(db, {"name": "Website", "client_id": client.id, "shortcode": "WEB"}, by=me)
    label = create_label(db, {"name": "Bug", "color": "red", "project_id": None}, by=me)
    task = create_task(db, {"project_id": project.id, "title": "Header"}, by=me)
    other_task = create_task(db, {"project_id": project.id, "title": "Footer"}, by=me)
    for name, (first, last, kind, role) in PEOPLE.items():
        mail = f"{first.lower()}@nordlicht.example"
        user, _ = add_person(db, mail, None, first_name=first, last_name=last, role=role, type=kind)
        if name == "guest":
            change(db, user, UpdateUserData(client_id=client.id), by=me)
            set_member(db, project, user.id, "guest", by=me)
        made[name] = _with_token(db, user, name)
    for name, (title, role, scopes) in MACHINES.items():
        made[name] = _with_token(db, integration(db, title, role, by=me), name, scopes)
    db.end()
    return {
        "space_id": db.space_id,
        "people": made,
        "client_id": client.id,
        "other_client_id": other.id,
        "project_id": project.id,
        "column_ids": [column.id for column in columns_of(db, project.id)],
        "task_id": task.id,
        "other_task_id": other_task.id,
        "label_id": label.id,
    }


def _rival(db: Write) -> dict[str, Any]:
    me: Any = db.me
    owner, _ = add_person(db, "rita@rival.example", None, first_name="Rita", last_name="Rival", role="owner")
    client = create_client(db, {"name": "Client of the rival", "external_id": "crm-1"}, by=me)
    other = create_client(db, {"name": "Another of the rival"}, by=me)
    project = create_project(db, {"name": "Secret", "client_id": client.id, "shortcode": "SEC"}, by=me)
    label = create_label(db, {"name": "Bug", "color": "red", "project_id": None}, by=me)
    task = create_task(db, {"project_id": project.id, "title": "Secret task"}, by=me)
    other_task = create_task(db, {"project_id": project.id, "title": "Another secret task"}, by=me)
    made = {
        "owner": _with_token(db, owner, "owner"),
        "machine": _with_token(db, integration(db, "ERP", "member", by=me), "machine"),
    }
    db.end()
    return {
        "space_id": db.space_id,
        "people": made,
        "client_id": client.id,
        "other_client_id": other.id,
        "project_id": project.id,
        "column_ids": [column.id for column in columns_of(db, project.id)],
        "task_id": task.id,
        "other_task_id": other_task.id,
        "label_id": label.id,
    }


def _with_token(db: Write, user: User, name: str, scopes: list[str] | None = None) -> dict[str, str]:
    token, secret = make_token(db, user, name, scopes=scopes, by=db.me)  # type: ignore[arg-type]  # a Me
    return {"id": user.id, "token_id": token.id, "token": secret}


@dataclass
class Person:
    """Somebody with a token, who asks the API."""

    house: House
    id: str
    token: str
    token_id: str = ""

    def get(self, path: str, *, headers: dict[str, str] | None = None, **query: Any) -> Response:
        return self.ask("GET", path, headers=headers, query=query)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **more: Any) -> Response:
        headers = {"Idempotency-Key": key} if key is not None else {}
        return self.ask("POST", path, body, headers=headers | (more.pop("headers", None) or {}), query=more)

    def put(
        self, path: str, body: Any = None, *, headers: dict[str, str] | None = None, **query: Any
    ) -> Response:
        return self.ask("PUT", path, body, headers=headers, query=query)

    def patch(
        self, path: str, body: Any = None, *, headers: dict[str, str] | None = None, **query: Any
    ) -> Response:
        return self.ask("PATCH", path, body, headers=headers, query=query)

    def delete(self, path: str, *, headers: dict[str, str] | None = None, **query: Any) -> Response:
        return self.ask("DELETE", path, headers=headers, query=query)

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Response:
        """Send one request below the API's address and return the answer."""
        return self.house.run(self.asking(method, path, body, **options))

    async def asking(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        query: dict[str, Any] | None = None,
    ) -> Response:
        """Send it, to be awaited beside others."""
        signed = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return await self.house.send(method, f"/api/v1{path}", body, headers=signed, query=query)

    def everything(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Read a list to its end, page by page."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, **query, **cursor).json()
            found += page["data"]
            if page["meta"]["next_cursor"] is None:
                return found
            cursor = {"cursor": page["meta"]["next_cursor"]}

    def events(self, after: int = 0) -> list[dict[str, Any]]:
        """Read the log after a sequence, as far as this person may."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get("/events", after=after, limit=500).json()
            found += page["data"]
            after = page["meta"]["next_after"]
            if after >= page["meta"]["last_sequence"]:
                return found

    @property
    def last(self) -> int:
        """The end of the space's log."""
        return self.get("/events", after=2**62, limit=1).json()["meta"]["last_sequence"]


def today() -> date:
    """Return the day it is where the agency is."""
    return clock.now().astimezone(ZoneInfo("Europe/Berlin")).date()


class Troupe:
    """A space and the people in it, by their part: ``agency.owner``, ``agency.guest``."""

    def __init__(self, house: House, told: dict[str, Any]) -> None:
        self.house = house
        self.space_id: str = told["space_id"]
        self.client_id: str = told["client_id"]
        self.other_client_id: str = told["other_client_id"]
        self.project_id: str = told["project_id"]
        self.column_ids: list[str] = told["column_ids"]
        self.task_id: str = told["task_id"]
        self.other_task_id: str = told["other_task_id"]
        self.label_id: str = told["label_id"]
        self.people = {name: Person(house, **each) for name, each in told["people"].items()}

    def __getattr__(self, name: str) -> Person:
        return self.people[name]

    def with_scopes(self, *scopes: str, role: str = "member") -> Person:
        """Let an integration with these scopes come in."""

        def job(db: Write) -> Person:
            name = " ".join((role, *scopes))[:100]
            machine = integration(db, name, role, by=db.me)  # type: ignore[arg-type]
            return Person(self.house, **_with_token(db, machine, name, list(scopes)))

        return self.house.in_space(self.space_id, job)


FORM = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nHi\r\n--b--\r\n'
FORM_TYPE = {"Content-Type": "multipart/form-data; boundary=b"}


def upload(person: Person) -> str:
    """Upload a small file and return its id."""
    return made(person.ask("POST", "/files", FORM, headers=FORM_TYPE))["id"]


def made(answer: Response) -> dict[str, Any]:
    """Return what was created."""
    assert answer.status_code == 201, answer.text
    return answer.json()


def faults(answer: Response, status: int = 422) -> dict[str, str]:
    """Return the code of each fault by its pointer or parameter."""
    assert answer.status_code == status, answer.text
    return {fault.get("pointer", fault.get("parameter")): fault["code"] for fault in answer.json()["errors"]}


def code(answer: Response) -> str:
    """Return the code of a problem, as its type names it."""
    return answer.json()["type"].removeprefix("/docs/problems#")


def mails(agency: Troupe, count: int) -> list[str]:
    """Wait for mails: they leave after the answer, when what they tell is committed."""
    folder, until = agency.house.settings.data / "mail", time.monotonic() + 10
    while len(found := list(folder.glob("*.eml"))) < count and time.monotonic() < until:
        time.sleep(0.01)
    letters = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(found)]
    bodies = [letter.get_body(("plain",)) for letter in letters]
    return [
        f"To: {letter['To']}\n{body.get_content() if body else ''}"
        for letter, body in zip(letters, bodies, strict=True)
    ]
