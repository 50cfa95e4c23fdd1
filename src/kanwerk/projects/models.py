"""Projects: work for a client, or for the space itself."""

import re
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.business_fields.models import BusinessField
from kanwerk.clients.models import Client
from kanwerk.core.archive import refuse_archived, unarchive
from kanwerk.core.codes import decimals
from kanwerk.core.externals import external, taken
from kanwerk.core.languages import Phrase
from kanwerk.core.money import from_minor, to_minor
from kanwerk.core.problems import Conflict, Fault, invalid
from kanwerk.core.tables import (
    Archivable,
    Base,
    External,
    Key,
    Named,
    Owned,
    Trashable,
    external_index,
    in_space,
    key,
    minor_units,
    small,
)
from kanwerk.core.text import fold
from kanwerk.core.writes import Write
from kanwerk.fields.values import set_fields
from kanwerk.people.access import Me
from kanwerk.people.models import User

MONEY = ("hourly_rate", "budget_amount")
LONGEST_SHORTCODE = 10


class Project(Named, External, Trashable, Archivable, Owned, Base):
    """Work for a client, or for the space itself."""

    __tablename__ = "projects"
    __table_args__ = (
        external_index("projects"),
        in_space("client_id", "clients"),
        in_space("business_field_id", "business_fields"),
        in_space("lead_id", "users"),
        Index("ix_projects_name", "space_id", "name_fold", "id"),
        Index("ix_projects_created_at", "space_id", "created_at", "id"),
        Index("ix_projects_updated_at", "space_id", "updated_at", "id"),
        Index("ix_projects_due_date", "space_id", "due_date", "id"),
        Index("ix_projects_client_id", "space_id", "client_id"),
        Index("ix_projects_business_field_id", "space_id", "business_field_id"),
        Index("ix_projects_lead_id", "space_id", "lead_id"),
        Index("uq_projects_shortcode", "space_id", "shortcode", unique=True),
        CheckConstraint("status IN ('planned', 'active', 'on_hold', 'completed')", name="status"),
        CheckConstraint("visibility IN ('space', 'members')", name="visibility"),
        CheckConstraint("billing_method IN ('hourly', 'fixed', 'retainer', 'none')", name="billing_method"),
    )
    noun = "project"
    shortcode: Mapped[str]
    status: Mapped[str] = mapped_column(default="active")
    client_id: Mapped[str | None] = key()
    business_field_id: Mapped[str | None] = key()
    start_date: Mapped[date | None]
    due_date: Mapped[date | None]
    origin_space_id: Mapped[str | None] = key()
    description: Mapped[str | None]
    lead_id: Mapped[str | None] = key()
    visibility: Mapped[str] = mapped_column(default="space")
    billing_method: Mapped[str] = mapped_column(default="hourly")
    currency: Mapped[str]
    hourly_rate: Mapped[int | None] = minor_units()
    budget_seconds: Mapped[int | None] = minor_units()
    budget_amount: Mapped[int | None] = minor_units()
    retainer_months: Mapped[int | None] = small()

    @property
    def project_id(self) -> str:
        """Itself: the log keeps the project of each record."""
        return self.id

    def change(self, db: Write, members: dict[str, Any], *, by: Me) -> None:
        """Change members; without a real change there is no event."""
        members = dict(members)
        fields = members.pop("fields", None)
        changes = self._set(db, members, by=by) | set_fields(db, self, fields)
        if changes:
            refuse_archived(self)
            self.record("project.updated", by=by.actor, changes=changes)

    def unarchive(self, db: Write, *, by: Me) -> None:
        """Bring it back from the archive; not while its client is there."""
        client = db.find(Client, self.client_id) if self.client_id is not None else None
        if client is not None and self.archived_at is not None:
            refuse_archived(client)
        unarchive(self, by=by)

    def _set(self, db: Write, members: dict[str, Any], *, by: Me) -> dict[str, Any]:
        _check_others(db, self, members)
        _check_dates(self, members)
        _to_minor_units(self, members)
        if "external_id" in members:
            members |= external(db, self, members.pop("external_id"), by)
        if members.get("shortcode") is not None:
            members["shortcode"] = members["shortcode"].upper()
            if members["shortcode"] != self.shortcode and not leads_to(db, members["shortcode"], self):
                db.session.add(Prefix(space_id=db.space_id, prefix=members["shortcode"], project_id=self.id))
        currency = self.currency
        changes = self.set(**members)
        for name in MONEY:
            if name in changes:
                was, now = changes[name]["from"], changes[name]["to"]
                changes[name] = {"from": _written(was, currency), "to": _written(now, self.currency)}
        return changes


class Prefix(Base):
    """A shortcode that a project has or had: keys of tasks that begin with it lead there."""

    __tablename__ = "project_prefixes"
    __table_args__ = (
        in_space("project_id", "projects", ondelete="CASCADE"),
        Index("ix_project_prefixes_project_id", "space_id", "project_id"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    prefix: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[str] = key()


class TaskCounter(Base):
    """The number of a project's last task: it only ever goes up."""

    __tablename__ = "task_counters"
    __table_args__ = (in_space("project_id", "projects", ondelete="CASCADE"),)
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    project_id: Mapped[str] = mapped_column(Key, primary_key=True)
    last_number: Mapped[int] = mapped_column(default=0)


def leads_to(db: Write, prefix: str, project: Project) -> bool:
    """Whether keys with the prefix lead to the project already; ``Conflict`` when they lead to another."""
    held = db.session.get(Prefix, (db.space_id, prefix))
    if held is not None and held.project_id != project.id:
        other = db.find(Project, held.project_id, trashed=True)
        assert other is not None  # noqa: S101 (its foreign key)
        raise taken(
            "shortcode",
            other,
            Phrase("The shortcode '%(shortcode)s' belongs to another project, or did.", shortcode=prefix),
        )
    return held is not None


def free_prefix(db: Write, name: str) -> str:
    """Return a shortcode made from the name that no project has or had."""
    words = re.findall(r"[a-z0-9]+", fold(name).encode("ascii", "ignore").decode()) or ["project"]
    initials = "".join(word[0] for word in words)
    stem = (initials if len(initials) > 2 else "".join(words))[:4].upper().ljust(2, "X")  # noqa: PLR2004
    db.flush()
    alike = select(Prefix.prefix).where(Prefix.space_id == db.space_id, Prefix.prefix.startswith(stem))
    taken_ones = set(db.session.execute(alike).scalars())
    prefix, number = stem, len(taken_ones)
    while prefix in taken_ones:
        number += 1
        prefix = f"{stem[: LONGEST_SHORTCODE - len(str(number))]}{number}"
    return prefix


def _check_others(db: Write, project: Project, members: dict[str, Any]) -> None:
    wanted: tuple[tuple[str, type[Any], str], ...] = (
        ("client_id", Client, "There is no such client."),
        ("business_field_id", BusinessField, "There is no such business field."),
        ("lead_id", User, "There is no such active user of the space."),
    )
    for name, model, sentence in wanted:
        value = members.get(name)
        if value is None or value == getattr(project, name):
            continue
        found = db.find(model, value, lock=model is Client)
        if found is None or (model is User and not (found.active and found.type == "user")):
            raise invalid(f"/{name}", sentence, "not_found")
        if model is Client:
            refuse_archived(found)


def _check_dates(project: Project, members: dict[str, Any]) -> None:
    start = members.get("start_date", project.start_date)
    due = members.get("due_date", project.due_date)
    if start is not None and due is not None and due < start:
        raise invalid("/due_date", "The project would be due before it starts.")


def _to_minor_units(project: Project, members: dict[str, Any]) -> None:
    currency = members.get("currency", project.currency)
    if decimals(currency) != decimals(project.currency) and any(
        getattr(project, name) is not None and members.get(name, "") == "" for name in MONEY
    ):
        sentence = "Send rate and budget in the new currency too: it has another number of decimals."
        raise Conflict(
            sentence,
            code="rates_in_currency",
            errors=[Fault("rates_in_currency", sentence, pointer="/currency")],
        )
    for name in MONEY:
        if members.get(name) is not None:
            try:
                members[name] = to_minor(members[name], currency)
            except ValueError as error:
                raise invalid(f"/{name}", error.args[0]) from None


def _written(value: object, currency: str) -> str | None:
    return from_minor(value, currency) if isinstance(value, int) else None
