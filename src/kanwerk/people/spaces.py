"""Spaces: open one, change it."""

import re
import unicodedata
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Transaction

from kanwerk.core import log_readers
from kanwerk.core.bodies import convert, sent
from kanwerk.core.codes import decimals
from kanwerk.core.database import Database
from kanwerk.core.events import EventCounter
from kanwerk.core.ids import new_id
from kanwerk.core.languages import Phrase
from kanwerk.core.log_readers import LogReader
from kanwerk.core.problems import Conflict, Fault, invalid
from kanwerk.core.text import fold
from kanwerk.core.writes import Write
from kanwerk.people.access import Me, system
from kanwerk.people.identities import by_email, make_identity
from kanwerk.people.models import Identity, Space, User
from kanwerk.people.shapes import NamedData, NewPersonData
from kanwerk.people.users import refuse_known_address

RESERVED = frozenset(
    [
        "api",
        "assets",
        "docs",
        "favicon.ico",
        "feeds",
        "files",
        "forgot-password",
        "healthz",
        "invite",
        "live",
        "manifest.json",
        "metrics",
        "readyz",
        "reset",
        "robots.txt",
        "set-up",
        "sign-in",
        "sign-out",
        "static",
        "unsubscribe",
    ]
)


def slug_for(name: str) -> str:
    """Return an address for a name: letters, digits and hyphens, 48 at most."""
    plain = unicodedata.normalize("NFKD", fold(name)).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-") or "space"
    return f"{slug}-space" if slug in RESERVED else slug


def check_slug(session: Transaction, slug: str, *, but: str | None = None) -> None:
    """Refuse a slug that is an address of ours or another space's."""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?", slug):
        raise invalid("/slug", "Small letters, digits and hyphens, 48 at most.")
    if slug in RESERVED:
        raise invalid("/slug", Phrase("'%(slug)s' is an address of Kanwerk's own.", slug=slug), "reserved")
    other = session.execute(select(Space.id).where(Space.slug == slug)).scalar_one_or_none()
    if other is not None and other != but:
        sentence = Phrase("The slug '%(slug)s' is taken.", slug=slug)
        raise Conflict(sentence, errors=[Fault("taken", sentence, pointer="/slug")])


def open_space(
    database: Database, session: Transaction, name: str, slug: str | None = None, **settings: Any
) -> Write:
    """Open a space and return a writer in it, acting for the system; its ``end`` is the caller's to call."""
    name = convert({"name": name}, NamedData).name
    slug = slug or slug_for(name)
    check_slug(session, slug)
    space = Space(id=new_id(), name=name, slug=slug, **settings)
    space.currency, space.timezone = space.currency or "EUR", space.timezone or "Europe/Berlin"
    session.add(space)
    session.add(EventCounter(space_id=space.id, last_sequence=0, last_notice=0))
    session.flush()
    session.add_all(LogReader(space_id=space.id, name=each, sequence=0) for each in log_readers.NAMES)
    db = Write(database, session, system(space))
    db.added.add(space)
    space.record("space.created", by=db.me.actor)
    db.flush()
    return db


def writer_in(database: Database, session: Transaction, slug: str) -> Write | None:
    """Return a writer in the space of a slug, acting for the system; None without such a space."""
    space = session.execute(select(Space).where(Space.slug == slug)).scalar_one_or_none()
    return None if space is None else Write(database, session, system(space))


def add_person(
    db: Write,
    email: str,
    password_hash: str | None,
    *,
    first_name: str,
    last_name: str,
    role: str | None,
    type: str = "user",
) -> tuple[User, bool]:
    """Make a person a user of the space and return it, and whether it was new; a known one keeps its
    password.

    ``Invalid`` for names and addresses that are none, ``Conflict`` when the address is in the space already.
    """
    given = {"email": email, "first_name": first_name, "last_name": last_name}
    person = convert(given, NewPersonData)
    email, first_name, last_name = person.email, person.first_name, person.last_name
    refuse_known_address(db, email)
    identity: Identity | None = by_email(db.session, email)
    known = identity is not None
    if identity is None:
        identity = make_identity(db.session, email, password_hash)
    user = User(
        id=new_id(),
        space_id=db.space_id,
        type=type,
        first_name="",
        last_name="",
        email=email,
        name_fold="",
        identity_id=identity.id,
        role=role,
    )
    user.set(first_name=first_name, last_name=last_name)
    db.add(user)
    user.record("user.created", by=db.me.actor)
    db.flush()
    return user, not known


def this_space(db: Write) -> Space:
    """Return the caller's space, locked."""
    space = db.session.get(Space, db.space_id, with_for_update=True)
    assert space is not None  # noqa: S101 (the caller is in it)
    db.match(space)
    return space


def change_space(db: Write, body: Any, *, by: Me, invoicing: bool = False) -> Space:
    """Change settings or invoicing data of the caller's space."""
    space = this_space(db)
    members = sent(body)
    if "slug" in members:
        check_slug(db.session, members["slug"], but=space.id)
    if decimals(members.get("currency", space.currency)) != decimals(space.currency):
        _refuse_with_rates(db)
    if invoicing:
        if members.get("iban"):
            _check_iban(members["iban"])
        members = {f"invoicing_{name}": value for name, value in members.items()}
    changes = space.set(**members)
    if changes:
        space.record("space.updated", by=by.actor, changes=changes)
    return space


def _refuse_with_rates(db: Write) -> None:
    """Rates are kept in minor units: with another number of decimals they would be worth something else."""
    with_rates = select(User.id).where(
        User.space_id == db.space_id, or_(User.hourly_rate.is_not(None), User.cost_rate.is_not(None))
    )
    if db.session.execute(with_rates.limit(1)).first() is not None:
        sentence = "People have rates in a currency with another number of decimals: clear the rates first."
        raise Conflict(
            sentence,
            code="rates_in_currency",
            errors=[Fault("rates_in_currency", sentence, pointer="/currency")],
        )


def _check_iban(iban: str) -> None:
    digits = "".join(str(int(char, 36)) for char in iban[4:] + iban[:4])
    if int(digits) % 97 != 1:  # ISO 7064, MOD 97-10
        raise invalid("/iban", "The check digits of this IBAN are wrong.")
