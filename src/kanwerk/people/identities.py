"""Identities: sign-in addresses, passwords, sessions, and how a person gets in."""

from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session as Transaction

from kanwerk.core import clock
from kanwerk.core.db import Actor
from kanwerk.core.ids import new_secret
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Conflict, NotFound, invalid
from kanwerk.core.secrets import hashed
from kanwerk.core.text import fold
from kanwerk.people.models import Identity, Invitation, PasswordReset, Session, Space, User

SHORTEST, LONGEST = 8, 1024
RESET_HOURS = 1
_hasher = PasswordHasher()


def check_password(password: str) -> str:
    """Return the password; 422 when it is too short or too long to be one."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise invalid(
            "/password",
            Phrase("A password has %(least)s to %(most)s characters.", least=SHORTEST, most=LONGEST),
            "length",
        )
    return password


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password; takes some 50 ms on purpose, so not on the loop."""
    return _hasher.hash(check_password(password))


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


def is_password(identity: Identity | None, password: str) -> bool:
    """Whether the password is this person's; takes as long when there is no such person."""
    stored = identity.password_hash if identity else None
    try:
        _hasher.verify(stored or _nobody(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def by_email(session: Transaction, email: str) -> Identity | None:
    """Return the identity with a sign-in address, whatever its case."""
    return session.execute(select(Identity).where(Identity.email_fold == fold(email))).scalar_one_or_none()


def make_identity(session: Transaction, email: str, password_hash: str | None) -> Identity:
    """Make an identity; its address is unknown until now."""
    identity = Identity(email=email, email_fold=fold(email), password_hash=password_hash)
    session.add(identity)
    session.flush()
    return identity


def start_session(session: Transaction, identity_id: str, *, days: int, user_agent: str) -> str:
    """Start a browser's session and return the value of its cookie; only its hash is kept."""
    cookie = new_secret()
    session.execute(delete(Session).where(Session.expires_at < clock.now()))
    session.add(
        Session(
            token_hash=hashed(cookie),
            identity_id=identity_id,
            expires_at=clock.now() + timedelta(days=days),
            user_agent=user_agent[:300],
        )
    )
    return cookie


def end_session(session: Transaction, cookie: str) -> None:
    """End the session of a cookie."""
    session.execute(delete(Session).where(Session.token_hash == hashed(cookie)))


def set_password(
    session: Transaction, identity: Identity, password_hash: str, *, keep: str | None = None
) -> None:
    """Set a person's password and end all sessions but the one to keep."""
    identity.password_hash = password_hash
    ending = delete(Session).where(Session.identity_id == identity.id)
    if keep:
        ending = ending.where(Session.token_hash != hashed(keep))
    session.execute(ending)
    session.execute(delete(PasswordReset).where(PasswordReset.identity_id == identity.id))


def ask_reset(session: Transaction, email: str) -> tuple[str, str, str | None] | None:
    """Return a one-time token to set a new password, where to mail it and the locale to write in, if known;
    None for an unknown address.
    """
    identity = by_email(session, email)
    if identity is None:
        return None
    token = new_secret()
    session.execute(delete(PasswordReset).where(PasswordReset.identity_id == identity.id))
    expires = clock.now() + timedelta(hours=RESET_HOURS)
    session.add(PasswordReset(token_hash=hashed(token), identity_id=identity.id, expires_at=expires))
    return token, identity.email, _locale_of(session, identity)


def _locale_of(session: Transaction, identity: Identity) -> str | None:
    """Return the locale of a person: that of the space where they were last."""
    here = (
        select(func.coalesce(User.locale, Space.locale))
        .join(Space, Space.id == User.space_id)
        .where(User.identity_id == identity.id, User.active.is_(True))
        .order_by(User.last_active_at.is_(None), User.last_active_at.desc(), Space.name)
        .limit(1)
    )
    return session.execute(here).scalar_one_or_none()


def by_reset(session: Transaction, token: str) -> Identity | None:
    """Return whose password a reset token may set."""
    return session.execute(
        select(Identity)
        .join(PasswordReset, PasswordReset.identity_id == Identity.id)
        .where(PasswordReset.token_hash == hashed(token), PasswordReset.expires_at > clock.now())
    ).scalar_one_or_none()


def invited(session: Transaction, token: str) -> tuple[Invitation, User] | None:
    """Return the open invitation of a token and its user."""
    row = session.execute(
        select(Invitation, User)
        .join(User, (User.space_id == Invitation.space_id) & (User.id == Invitation.user_id))
        .where(
            Invitation.token_hash == hashed(token), Invitation.expires_at > clock.now(), User.active.is_(True)
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def join(session: Transaction, token: str, identity: Identity) -> User:
    """Make the identity the invited user; ``NotFound`` when the invitation is over, ``Conflict`` when already
    there.
    """
    found = invited(session, token)
    if found is None:
        message = "This invitation is over."
        raise NotFound(message)
    invitation, user = found
    here = session.execute(
        select(User.id).where(User.space_id == user.space_id, User.identity_id == identity.id)
    ).scalar_one_or_none()
    if here is not None:
        message = "You are in this space already."
        raise Conflict(message)
    session.delete(invitation)
    changes = user.set(identity_id=identity.id)
    del changes["identity_id"]
    return user


def actor(user: User) -> Actor:
    """Return a user as the event log keeps them."""
    return Actor(user.id, user.name, user.type)
