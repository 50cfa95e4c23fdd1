"""Tokens: how a script or another system gets in."""

from datetime import datetime

from kanwerk.core import clock
from kanwerk.core.bodies import convert
from kanwerk.core.externals import holder
from kanwerk.core.ids import new_id, new_secret
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Fault, Forbidden, Invalid, invalid
from kanwerk.core.secrets import hashed
from kanwerk.core.text import fold
from kanwerk.core.writes import Write
from kanwerk.people.access import SCOPES, Me
from kanwerk.people.models import Token, User
from kanwerk.people.shapes import CreateUserData, UserRole, UserType
from kanwerk.people.users import invite

PREFIX = "kw_"


def make_token(
    db: Write,
    user: User,
    name: str,
    *,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
    by: Me,
) -> tuple[Token, str]:
    """Make a token of a user and return it with its secret; without scopes it has all.

    ``Invalid`` for an unknown scope or a past expiry, ``Forbidden`` for a scope the caller's own token lacks.
    """
    if by.scopes is not None and scopes is None:
        message = "A token with scopes makes tokens with scopes only: name them."
        raise Forbidden(message)
    if scopes is not None:
        _check_scopes(scopes, by)
    if expires_at is not None and expires_at <= clock.now():
        raise invalid("/expires_at", "This time has passed.")
    secret = new_secret(PREFIX)
    token = Token(
        id=new_id(),
        space_id=db.space_id,
        user_id=user.id,
        name=name,
        token_hash=hashed(secret),
        scopes=sorted(set(scopes)) if scopes is not None else None,
        expires_at=expires_at,
    )
    db.add(token)
    token.record("token.created", by=by.actor)
    return token, secret


def _check_scopes(scopes: list[str], by: Me) -> None:
    faults = [
        Fault(
            "unknown_scope",
            Phrase("There is no scope '%(scope)s'.", scope=scope[:64]),
            pointer=f"/scopes/{index}",
        )
        for index, scope in enumerate(scopes)
        if scope not in SCOPES
    ]
    if faults:
        raise Invalid("The request has faults.", errors=faults)
    lacking = [scope for scope in scopes if by.scopes is not None and scope not in by.scopes]
    if lacking:
        message = Phrase("This token lacks %(scopes)s itself.", scopes=", ".join(lacking))
        raise Forbidden(message)


def integration(db: Write, name: str, role: str | None, *, by: Me) -> User:
    """Return the space's integration of a name, made when it is not there yet (a member without a role)."""
    found = holder(db, User, integration_name=fold(name))
    if found is not None:
        if not found.active:
            raise invalid("/name", "The integration of this name was deactivated.")
        if role not in (None, found.role):
            raise invalid(
                "/role",
                Phrase(
                    "%(name)s is there already, as %(role)s: change that first.",
                    name=found.first_name,
                    role=found.role,
                ),
            )
        return found
    members = {"first_name": name, "type": UserType.INTEGRATION.value, "role": role or UserRole.MEMBER.value}
    return invite(db, convert(members, CreateUserData), by=by)
