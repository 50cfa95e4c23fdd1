"""The demo: two agencies, made with the same verbs that people and the API use."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Any, cast

import msgspec
from sqlalchemy.orm import Session

from kanwerk.business_fields.models import BusinessField, create_field
from kanwerk.clients.models import create_client
from kanwerk.core import clock
from kanwerk.core.archive import archive
from kanwerk.core.database import Database
from kanwerk.core.log_readers import skip_to_end
from kanwerk.core.problems import Conflict
from kanwerk.core.storage import Storage
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.people.identities import by_email, hash_password
from kanwerk.people.models import User
from kanwerk.people.set_up import is_open
from kanwerk.people.shapes import UserType
from kanwerk.people.spaces import add_person, open_space
from kanwerk.people.tokens import integration
from kanwerk.people.users import deactivate
from kanwerk.projects.creation import create_project
from kanwerk.projects.members import set_member
from kanwerk.projects.models import Project
from kanwerk.seeds.agency import AGENCY
from kanwerk.seeds.partner import PARTNER
from kanwerk.seeds.shapes import DemoAgency, DemoClient, DemoPerson, DemoProject
from kanwerk.seeds.work import Work

START = 420.0  # days that the agencies have been here
PASSWORD = "kanwerk-demo"  # noqa: S105 (printed for whoever tries the demo)


def fill(database: Database, storage: Storage) -> str:
    """Fill an empty database and return how to sign in; one with the demo in it stays as it is.

    ``Conflict`` when there are other spaces already.
    """

    def job(session: Session) -> None:
        if not is_open(session):
            if by_email(session, AGENCY.people[0].email or "") is not None:
                return
            message = "There is a space already: the demo fills an empty database only."
            raise Conflict(message)
        hashed = hash_password(PASSWORD)
        for agency in (AGENCY, PARTNER):
            _Filling(database, session, storage, agency, hashed).run()

    database.write(job)
    return _sign_in()


def _sign_in() -> str:
    tax = next(each for each in AGENCY.people if each.type == "tax_advisor")
    guest = next(each for each in AGENCY.people if each.type == "guest")
    member = next(each for each in AGENCY.people if each.role == "member")
    shown = [("owner", AGENCY.people[0]), ("member", member), ("guest", guest), ("tax advisor", tax)]
    lines = [f"  {who:<12} {person.email}" for who, person in shown]
    return "\n".join(
        ["Demo agency ready. Sign in with one of these addresses:", *lines, f"  password     {PASSWORD}"]
    )


class _Filling:
    """Makes an agency as if it had worked with Kanwerk for a year: each step has its day, and they go in
    order.
    """

    def __init__(
        self, database: Database, session: Session, storage: Storage, agency: DemoAgency, hashed: str
    ) -> None:
        self.agency, self.hashed, self.now = agency, hashed, clock.now()
        self.people: dict[str, User] = {}
        self.fields: dict[str, BusinessField] = {}
        self.clients: dict[str, Any] = {}
        self.projects: dict[str, Project] = {}
        self.days: dict[str, float] = {}
        self.steps: list[tuple[float, Callable[[], object]]] = []
        with self._days_ago(START):
            self.db = self._open(database, session)
            self.me = cast("Me", self.db.me)
            self._begin()
        self.staff = [self._acting(user) for user in self.people.values() if user.type == "user"]
        self.work = Work(self.db, storage, self.people, self._acting, self.now.date())
        with self._days_ago(START):
            self.work.begin(self.me)

    def _open(self, database: Database, session: Session) -> Write:
        space = self.agency.space
        invoicing = {f"invoicing_{name}": value for name, value in space.invoicing._asdict().items()}
        names = ("timezone", "locale", "currency", "country")
        settings = {name: getattr(space, name) for name in names}
        return open_space(database, session, space.name, space.slug, **settings, **invoicing)

    def _begin(self) -> None:
        for field in self.agency.business_fields:
            self.fields[field.key] = create_field(self.db, field.name, by=self.me)
        for person in self.agency.people:
            if person.client is None:
                self._person(person)
        self.db.flush()

    def run(self) -> None:
        """Plan all steps, then take them, oldest first."""
        count = len(self.agency.clients)
        for index, client in enumerate(self.agency.clients):
            self._plan_client(index, START - 10 - (START - 20) * index / count, client)
        for index, person in enumerate(self.agency.people):
            if person.client is not None:
                self._plan(self.days[person.client] - 0.2, partial(self._person, person))
            if not person.active:
                self._plan(30 + index, partial(self._leave, person.key))
        for index, project in enumerate(self.agency.projects):
            days = max(min(max(-project.start_day, 0) + 12.0, self.days[project.client] - 0.4), 9.0)
            self._plan(days, partial(self._project, project, by=self._by(index)))
            made = partial(self.projects.__getitem__, project.shortcode)
            self.steps += self.work.plan(index, project, made, days)
        for days, step in sorted(self.steps, key=lambda each: -each[0]):
            with self._days_ago(days):
                step()
                self.db.flush()
        self.db.end()
        skip_to_end(self.db.session, self.db.space_id)

    def _plan(self, days: float, step: Callable[[], object]) -> None:
        self.steps.append((days, step))

    def _plan_client(self, index: int, days: float, client: DemoClient) -> None:
        self.days[client.key] = days
        self._plan(days, partial(self._client, client, by=self._by(index)))
        lately = (index * 37 % 89) / 4 + 0.1
        self._plan(
            days - 0.3 if client.archived else min(lately, days - 0.3),
            partial(self._details, client, self._by(index * 5)),
        )
        if client.archived:
            self._plan(2 + index % 6, partial(self._archive, client.key, self._by(index)))

    def _client(self, each: DemoClient, by: Me) -> None:
        names = ("name", "shortcode", "segment", "external_id")
        members = {name: getattr(each, name) for name in names}
        self.clients[each.key] = create_client(self.db, members, by=by)

    def _archive(self, key: str, by: Me) -> None:
        archive(self.clients[key], by=by)

    def _leave(self, key: str) -> None:
        deactivate(self.db, self.people[key], by=self.me)

    def _days_ago(self, days: float) -> AbstractContextManager[None]:
        return clock.pretend(self.now - timedelta(days=days))

    def _acting(self, user: User) -> Me:
        me = self.me
        return msgspec.structs.replace(
            me,
            id=user.id,
            first_name=user.first_name,
            last_name=user.last_name,
            type=user.type,
            role=user.role,
        )

    def _by(self, index: int) -> Me:
        return self.staff[index % len(self.staff)]

    def _project(self, project: DemoProject, by: Me) -> None:
        today = self.now.date()
        due = None if project.due_day is None else today + timedelta(days=project.due_day)
        members = {
            "name": project.name,
            "shortcode": project.shortcode,
            "status": project.status,
            "client_id": self.clients[project.client].id,
            "business_field_id": self.fields[project.business_field].id,
            "start_date": today + timedelta(days=project.start_day),
            "due_date": due,
        }
        members["lead_id"] = self.people[project.lead].id
        made = self.projects[project.shortcode] = create_project(self.db, members, by=by)
        for key in project.members:
            user = self.people[key]
            set_member(self.db, made, user.id, "guest" if user.type == "guest" else "member", by=by)

    def _person(self, person: DemoPerson) -> None:
        if person.type == UserType.INTEGRATION.value:
            self.people[person.key] = integration(self.db, person.first_name, "member", by=self.me)
            return
        assert person.email is not None  # noqa: S101 (only integrations have none)
        known = by_email(self.db.session, person.email) is not None
        user, _ = add_person(
            self.db,
            person.email,
            None if known else self.hashed,
            first_name=person.first_name,
            last_name=person.last_name,
            role=person.role,
            type=person.type,
        )
        names = ("title", "phone", "timezone", "locale", "weekly_seconds", "hourly_rate", "cost_rate")
        more = {name: getattr(person, name) for name in names}
        if person.client is not None:
            more["client_id"] = self.clients[person.client].id
        user.set(**more)
        self.people[person.key] = user

    def _details(self, each: DemoClient, by: Me) -> None:
        client = self.clients[each.key]
        members: dict[str, Any] = {}
        if each.primary_contact is not None:
            members["primary_contact_id"] = self.people[each.primary_contact].id
        if each.invoicing is not None:
            members |= {f"invoicing_{name}": value for name, value in each.invoicing._asdict().items()}
        if members:
            client.change(self.db, members, by=by)
