"""What the tests of notifications have in common: a turn of the background process, and what it brought."""

from collections.abc import Iterable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from kanwerk.notifications import mailing, making, mornings
from tests.cast import Person, Troupe, made


def tell(agency: Troupe) -> None:
    """Let notifications be made of all that has happened."""
    while making.make(agency.house.database):
        pass


def morning(agency: Troupe) -> None:
    """Let those for whom it is morning be told what is due."""
    mornings.tell(agency.house.database)


def post(agency: Troupe) -> int:
    """Let the mails leave that are due, and return how many did."""
    return mailing.send_due(agency.house.database, agency.house.settings)


def heard(agency: Troupe, person: Person, **filters: Any) -> list[tuple[str, str]]:
    """Return kind and title of somebody's notifications, the newest first."""
    tell(agency)
    found = person.get("/notifications", limit=500, **filters).json()["data"]
    return [(each["kind"], each["record"]["title"]) for each in found]


def lines(person: Person) -> list[dict[str, Any]]:
    return person.get("/notifications", limit=500).json()["data"]


def comment(person: Person, task_id: str, body: str, **more: Any) -> dict[str, Any]:
    return made(person.post(f"/tasks/{task_id}/comments", {"body": body, **more}))


def at(*people: Person) -> str:
    """Mention people."""
    return " ".join(f"[@{person.id[:4]}](user:{person.id})" for person in people)


def watch(agency: Troupe, *people: Person, task_id: str | None = None) -> None:
    for person in people:
        answer = agency.owner.put(f"/tasks/{task_id or agency.task_id}/watchers/{person.id}")
        assert answer.status_code == 200, answer.text


def assign(agency: Troupe, *people: Person, by: Person | None = None, task_id: str | None = None) -> None:
    for person in people:
        answer = (by or agency.owner).put(f"/tasks/{task_id or agency.task_id}/assignees/{person.id}")
        assert answer.status_code == 200, answer.text


def letters(agency: Troupe) -> list[EmailMessage]:
    """Return the mails that were laid into the data folder, the oldest first."""
    folder = agency.house.settings.data / "mail"
    paths: Iterable[Any] = sorted(folder.glob("*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]  # type: ignore[misc]


def words(letter: EmailMessage, kind: str = "plain") -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return body.get_content().replace("\r\n", "\n")
