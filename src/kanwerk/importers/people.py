"""Who somebody of another system is here."""

from typing import Any

from msgspec import structs
from sqlalchemy import select

from kanwerk.core.languages import Phrase
from kanwerk.core.text import fold
from kanwerk.core.writes import Write
from kanwerk.importers.boards import Person
from kanwerk.importers.report import Report
from kanwerk.people.access import Me
from kanwerk.people.models import User
from kanwerk.projects.models import Project
from kanwerk.tasks.writing import may_see

_MEMBERS = ("id", "first_name", "last_name", "email", "type", "role")
STRANGERS = Phrase("people who are no users of this space")


class People:
    """The active users of a space, by address, by name, and by the first part of their address."""

    def __init__(self, db: Write, project: Project | None = None) -> None:
        """Read them, and who of them sees a project and so may be assigned to its tasks."""
        wanted = select(User).where(User.space_id == db.space_id, User.active.is_(True), User.type == "user")
        self.held = list(db.session.execute(wanted).scalars())  # so that the session need not read them again
        self.users: dict[str, dict[str, Any]] = {
            user.id: {name: getattr(user, name) for name in _MEMBERS} for user in self.held
        }
        self.assignable = {user.id for user in self.held if project is None or may_see(db, project, user)}
        self._by_email = {fold(user.email): user.id for user in self.held if user.email}
        self._by_name = _unique((fold(user.name), user.id) for user in self.held)
        self._by_local = _unique((fold(user.email.partition("@")[0]), user.id) for user in self.held)
        self._found: dict[Person, str | None] = {}

    def find(self, person: Person | None) -> str | None:
        """Return the id of the user that a person surely is, or None."""
        if person is None:
            return None
        if person not in self._found:
            self._found[person] = (
                self._by_email.get(fold(person.email))
                or self._by_email.get(fold(person.name))
                or self._by_name.get(fold(person.name))
                or self._by_local.get(fold(person.username))
                or None
            )
        return self._found[person]

    def assignees(self, people: list[Person], report: Report) -> list[str]:
        """Return the ids of those who may do a task, and note who may not."""
        found = []
        for person in people:
            user_id = self.find(person)
            if user_id is None:
                report.note(Phrase("assignments to %(strangers)s", strangers=STRANGERS), person.shown)
            elif user_id not in self.assignable:
                report.note("assignments to people who do not see the project", person.shown)
            else:
                found.append(user_id)
        return list(dict.fromkeys(found))

    def acting(self, me: Me, user_id: str | None) -> Me:
        """Return a user as who acts, or the importer."""
        return me if user_id is None else structs.replace(me, **self.users[user_id])


def _unique(pairs: Any) -> dict[str, str]:
    """Return what leads to one user only."""
    found: dict[str, str] = {}
    for name, user_id in pairs:
        found[name] = "" if name in found else user_id
    return {name: user_id for name, user_id in found.items() if name and user_id}
