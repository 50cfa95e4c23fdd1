"""Clients, and what can be done with them."""

from typing import Any, Protocol

from sqlalchemy import CheckConstraint, Index, bindparam, select, text
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.core import clock
from kanwerk.core.archive import archive, refuse_archived, unarchive
from kanwerk.core.externals import external, taken
from kanwerk.core.ids import new_id
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import invalid
from kanwerk.core.reads import Query
from kanwerk.core.tables import (
    Archivable,
    Base,
    External,
    Named,
    Owned,
    Trashable,
    external_index,
    in_space,
    key,
    small,
)
from kanwerk.core.text import fold
from kanwerk.core.trash import DEPENDANTS
from kanwerk.core.writes import Write
from kanwerk.fields.values import set_fields
from kanwerk.people.access import Me
from kanwerk.people.models import User
from kanwerk.people.users import deactivate, reactivate


class Client(Named, External, Trashable, Archivable, Owned, Base):
    """A client of a space. One shared into another space is a second row there, with the same id."""

    __tablename__ = "clients"
    __table_args__ = (
        external_index("clients"),
        in_space("primary_contact_id", "users"),
        Index("ix_clients_name", "space_id", "name_fold", "id"),
        Index("ix_clients_created_at", "space_id", "created_at", "id"),
        Index("ix_clients_shortcode", "space_id", "shortcode_fold", "id"),
        Index("ix_clients_segment", "space_id", "segment", "id"),
        Index("ix_clients_updated_at", "space_id", "updated_at", "id"),
        Index("ix_clients_primary_contact_id", "space_id", "primary_contact_id"),
        Index(
            "uq_clients_shortcode",
            "space_id",
            "shortcode_fold",
            unique=True,
            sqlite_where=text("origin_space_id IS NULL"),
            postgresql_where=text("origin_space_id IS NULL"),
        ),
        CheckConstraint("segment IN ('A', 'B', 'C')", name="segment"),
    )
    noun = "client"
    shortcode: Mapped[str | None]
    shortcode_fold: Mapped[str | None]
    segment: Mapped[str] = mapped_column(default="B")
    primary_contact_id: Mapped[str | None] = key()
    origin_space_id: Mapped[str | None] = key()
    invoicing_legal_name: Mapped[str | None]
    invoicing_address_line_1: Mapped[str | None]
    invoicing_address_line_2: Mapped[str | None]
    invoicing_postcode: Mapped[str | None]
    invoicing_city: Mapped[str | None]
    invoicing_country: Mapped[str | None]
    invoicing_vat_id: Mapped[str | None]
    invoicing_buyer_reference: Mapped[str | None]
    invoicing_invoice_email: Mapped[str | None]
    invoicing_e_invoice_format: Mapped[str] = mapped_column(default="none")
    invoicing_payment_term_days: Mapped[int | None] = small()
    invoicing_currency: Mapped[str | None]
    invoicing_locale: Mapped[str | None]
    invoicing_debtor_number: Mapped[str | None]

    def change(self, db: Write, members: dict[str, Any], *, by: Me) -> None:
        """Change members; without a real change there is no event."""
        changes = self._set(db, dict(members), by=by)
        if changes:
            self.record("client.updated", by=by.actor, changes=changes)

    def change_fields(self, db: Write, values: dict[str, Any], *, by: Me) -> None:
        """Change what its custom fields hold."""
        changes = set_fields(db, self, values)
        if changes:
            refuse_archived(self)
            self.record("client.updated", by=by.actor, changes=changes)

    def _set(self, db: Write, members: dict[str, Any], *, by: Me) -> dict[str, Any]:
        if members.get("primary_contact_id") not in (None, self.primary_contact_id):
            _check_contact(db, self, members["primary_contact_id"])
        if "shortcode" in members:
            members["shortcode_fold"] = _free_shortcode(db, self, members["shortcode"])
        if "external_id" in members:
            members |= external(db, self, members.pop("external_id"), by)
        archived = self.archived_at
        changes = self.set(**members)
        changes.pop("shortcode_fold", None)
        if changes and archived is not None:
            refuse_archived(self)
        return changes

    def archive(self, db: Write, *, projects_too: bool, by: Me) -> list[str]:
        """Put the client away; ``Conflict`` with projects not completed, unless they go along.

        Returns the ids of the projects that did.
        """
        along = []
        if self.archived_at is None and PROJECTS is not None:
            along = PROJECTS.settle(db, self, archive=projects_too, by=by)
        archive(self, by=by)
        return along

    def unarchive(self, db: Write, along: list[str], *, by: Me) -> None:
        """Bring the client back from the archive, and those of its projects that had gone along."""
        unarchive(self, by=by)
        if along and PROJECTS is not None:
            PROJECTS.reopen(db, self, along, by=by)


class Projects(Protocol):
    """What clients ask of their projects, a noun that stands above them and registers itself."""

    def settle(self, db: Write, client: Client, *, archive: bool, by: Me) -> list[str]:
        """Make sure no project goes on under an archived client: archive them and return their ids, or
        ``Conflict``.
        """

    def reopen(self, db: Write, client: Client, ids: list[str], *, by: Me) -> None:
        """Bring those of the client's projects back from the archive."""


PROJECTS: Projects | None = None


def has_projects(projects: Projects) -> None:
    """Let projects be asked."""
    global PROJECTS  # noqa: PLW0603 (set once, when the package above is imported)
    PROJECTS = projects


def create_client(db: Write, members: dict[str, Any], *, by: Me) -> Client:
    """Add a client; ``Conflict`` when its external_id or shortcode is taken."""
    client = Client(id=new_id(), space_id=db.space_id, name="", name_fold="", segment="B")
    client._set(db, dict(members), by=by)  # noqa: SLF001 (its own module)
    db.add(client)
    client.created_at = client.updated_at = clock.now()
    client.record("client.created", by=by.actor)
    return client


def _check_contact(db: Write, client: Client, user_id: str) -> None:
    user = db.find(User, user_id)
    fits = (
        user is not None
        and user.active
        and (user.type == "user" or (user.type == "guest" and user.client_id == client.id))
    )
    if not fits:
        sentence = "There is no such active user of the space, nor guest of this client."
        raise invalid("/primary_contact_id", sentence, "not_found")


_OWN_BY_SHORTCODE = Query(
    select(Client.id).where(
        Client.space_id == bindparam("space_id"),
        Client.shortcode_fold == bindparam("folded", type_=Client.shortcode_fold.type),
        Client.origin_space_id.is_(None),
    )
)


def _free_shortcode(db: Write, client: Client, shortcode: str | None) -> str | None:
    if shortcode is None:
        return None
    folded = fold(shortcode)
    rows = db.rows(_OWN_BY_SHORTCODE, folded=folded)
    other = db.find(Client, rows[0][0], trashed=True) if rows else None
    if other is not None and other is not client:
        raise taken(
            "shortcode", other, Phrase("The shortcode '%(shortcode)s' is taken.", shortcode=shortcode)
        )
    return folded


class _Guests:
    """A client's guests depend on it: they are deactivated with it, or belong to nobody."""

    name = "guests"

    def all(self, db: Write, record: Client) -> list[User]:
        """Return the client's active guests."""
        wanted = select(User).where(
            User.space_id == db.space_id, User.client_id == record.id, User.active.is_(True)
        )
        return list(db.session.execute(wanted.with_for_update()).scalars())

    def trash(self, db: Write, one: User, trash_id: str, by: Me) -> None:
        """Deactivate a guest together with the client."""
        deactivate(db, one, by=by)
        one.trash_id = trash_id

    def detach(self, db: Write, one: User, by: Me) -> None:  # noqa: ARG002 (the protocol's)
        """Leave a guest without a client."""
        one.record("user.updated", by=by.actor, changes=one.set(client_id=None))

    def restore(self, db: Write, trash_id: str, by: Me) -> None:
        """Reactivate the guests that were deactivated with the client."""
        wanted = select(User).where(
            User.space_id == db.space_id, User.trash_id == trash_id, User.active.is_(False)
        )
        for guest in db.session.execute(wanted.with_for_update()).scalars():
            guest.trash_id = None
            reactivate(guest, by=by)


DEPENDANTS.setdefault("client", []).append(_Guests())
