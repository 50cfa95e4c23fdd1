"""The demo: two agencies, made with the same verbs that people and the API use."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from kanwerk.business_fields.models import create_field
from kanwerk.clients.models import create_client
from kanwerk.core import clock
from kanwerk.core.archive import archive
from kanwerk.core.database import Database
from kanwerk.core.problems import Conflict
from kanwerk.core.writes import Write
from kanwerk.people.identities import by_email, hash_password
from kanwerk.people.models import User
from kanwerk.people.set_up import is_open
from kanwerk.people.shapes import UserType
from kanwerk.people.spaces import add_person, open_space
from kanwerk.people.tokens import integration
from kanwerk.people.users import deactivate
from kanwerk.projects.models import create_project
from kanwerk.seeds.agency import AGENCY
from kanwerk.seeds.partner import PARTNER
from kanwerk.seeds.shapes import DemoAgency, DemoPerson

PASSWORD = "kanwerk-demo"  # noqa: S105 (printed for whoever tries the demo)


def fill(database: Database) -> str:
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
            _Filling(database, session, agency, hashed).run()

    database.write(job)
    return _sign_in()


def _sign_in() -> str:
    tax = next(each for each in AGENCY.people if each.type == "tax_advisor")
    guest = next(each for each in AGENCY.people if each.type == "guest")
    member = next(each for each in AGENCY.people if each.role == "member")
    shown = [("owner", AGENCY.people[0]), ("member", member), ("guest", guest), ("tax advisor", tax)]
    lines = [f"  {who:<12} {person.email}" for who, person in shown]
    return "\n".join(["Demo agency ready. Sign in with one of these addresses:", *lines, f"  password     {PASSWORD}"])


class _Filling:
    def __init__(self, database: Database, session: Session, agency: DemoAgency, hashed: str) -> None:
        self.agency, self.hashed = agency, hashed
        space = agency.space
        self.db: Write = open_space(
            database,
            session,
            space.name,
            space.slug,
            timezone=space.timezone,
            locale=space.locale,
            currency=space.currency,
            country=space.country,
            **{f"invoicing_{name}": value for name, value in space.invoicing._asdict().items()},
        )
        self.me: Any = self.db.me
        self.people: dict[str, User] = {}
        self.clients: dict[str, Any] = {}

    def run(self) -> None:
        """Make everything, in the order in which it refers to each other."""
        agency, db, me = self.agency, self.db, self.me
        fields = {each.key: create_field(db, each.name, by=me) for each in agency.business_fields}
        for each in agency.clients:
            members = {name: getattr(each, name) for name in ("name", "shortcode", "segment", "external_id")}
            self.clients[each.key] = create_client(db, members, by=me)
        db.flush()
        for person in agency.people:
            self.people[person.key] = self._person(person)
        db.flush()
        for each in agency.clients:
            self._details(each)
        today = clock.now().date()
        for project in agency.projects:
            due = None if project.due_day is None else today + timedelta(days=project.due_day)
            members = {
                "name": project.name,
                "shortcode": project.shortcode,
                "status": project.status,
                "client_id": self.clients[project.client].id,
                "business_field_id": fields[project.business_field].id,
                "start_date": today + timedelta(days=project.start_day),
                "due_date": due,
            }
            create_project(db, members, by=me)
        db.flush()
        for each in agency.clients:
            if each.archived:
                archive(self.clients[each.key], by=me)
        for person in agency.people:
            if not person.active:
                deactivate(db, self.people[person.key], by=me)
        db.end()

    def _person(self, person: DemoPerson) -> User:
        if person.type == UserType.INTEGRATION.value:
            return integration(self.db, person.first_name, "member", by=self.me)
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
        return user

    def _details(self, each: Any) -> None:
        client = self.clients[each.key]
        members: dict[str, Any] = {}
        if each.primary_contact is not None:
            members["primary_contact_id"] = self.people[each.primary_contact].id
        if each.invoicing is not None:
            members |= {f"invoicing_{name}": value for name, value in each.invoicing._asdict().items()}
        if members:
            client.change(self.db, members, by=self.me)
