"""Users: invite, change, deactivate, bring back."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from kanwerk.core import clock
from kanwerk.core.bodies import sent
from kanwerk.core.externals import external, holder, taken
from kanwerk.core.ids import new_id, new_secret
from kanwerk.core.languages import Phrase
from kanwerk.core.money import from_minor, to_minor
from kanwerk.core.problems import Conflict, Fault, Forbidden, Gathered, Invalid, invalid, missing
from kanwerk.core.secrets import hashed
from kanwerk.core.tables import Base
from kanwerk.core.text import fold
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.people.models import Invitation, Token, User
from kanwerk.people.shapes import CreateUserData, UpdateUserData, UserRole, UserType

INVITED_DAYS = 14
PROFILE = frozenset({"first_name", "last_name", "email", "title", "phone", "timezone", "locale"})
RATES = ("hourly_rate", "cost_rate")
WITH_ROLE = (UserType.USER.value, UserType.INTEGRATION.value)


def invite(db: Write, body: CreateUserData, *, by: Me) -> User:
    """Make a user; people get an invitation, integrations do not."""
    kind = body.type.value
    user = User(
        id=new_id(), space_id=db.space_id, type=kind, first_name="", last_name="", email="", name_fold=""
    )
    members = sent(body, but=("type",))
    if kind == UserType.INTEGRATION.value:
        members = {"last_name": "", **members, "email": f"{user.id}@integrations.invalid"}
    else:
        absent = [name for name in ("last_name", "email") if name not in members]
        if absent:
            faults = [Fault("required", "This member is required.", pointer=f"/{name}") for name in absent]
            raise Invalid("The request has faults.", errors=faults)
    if kind in WITH_ROLE:
        members.setdefault("role", UserRole.MEMBER.value)
    _set(db, user, members, by=by)
    db.add(user)
    user.record("user.created", by=by.actor)
    db.flush()
    return user


def refuse_known_address(db: Write, email: str) -> None:
    """Refuse an address that somebody in the space has."""
    db.lock(f"address {db.space_id} {email.lower()}")
    for other in db.session.execute(
        select(User).where(User.space_id == db.space_id, func.lower(User.email) == email.lower())
    ).scalars():
        if other.type != UserType.INTEGRATION.value:
            raise taken("email", other, "Somebody in this space has this address.")


def change(db: Write, user: User, body: UpdateUserData, *, by: Me) -> None:
    """Change members of a user; without the right to change users, only one's own profile."""
    members = sent(body)
    if not by.may("users:write"):
        if user.id != by.id:
            by.need("users:write")
        beyond = sorted(members.keys() - PROFILE)
        if beyond:
            message = Phrase("Only an admin changes %(members)s.", members=", ".join(beyond))
            raise Forbidden(message)
    changes = _set(db, user, members, by=by)
    if "email" in changes:
        _end_invitation(db, user)
    if changes:
        user.record("user.updated", by=by.actor, changes=changes)


def _set(db: Write, user: User, members: dict[str, Any], *, by: Me) -> dict[str, Any]:
    _check(db, user, members, by=by)
    if user.type == UserType.INTEGRATION.value:
        if "first_name" in members:
            _refuse_known_name(db, user, members["first_name"])
    elif members.get("email", user.email).lower() != user.email.lower():
        refuse_known_address(db, members["email"])
    if "external_id" in members:
        members |= external(db, user, members.pop("external_id"), by)
    changes = user.set(**members)
    for name in RATES:
        if name in changes:
            changes[name] = {side: _written(value, by.currency) for side, value in changes[name].items()}
    return changes


def _check(db: Write, user: User, members: dict[str, Any], *, by: Me) -> None:
    """Refuse what does not fit the user, all of it at once; rates become minor units."""
    gathered = Gathered()
    if "role" in members:
        with gathered.check():
            _check_role(db, user, members["role"], by=by)
    if members.get("client_id") is not None:
        with gathered.check():
            _check_client(db, user, members["client_id"])
    for name in RATES:
        if members.get(name) is not None:
            with gathered.check():
                members[name] = _minor(name, members[name], by.currency)
    with gathered.check():
        if user.type == UserType.INTEGRATION.value and user.email not in (
            "",
            members.get("email", user.email),
        ):
            raise invalid("/email", "An integration's address is its own and cannot be changed.")
    gathered.tell()


def _refuse_known_name(db: Write, user: User, name: str) -> None:
    other = holder(db, User, integration_name=fold(name))
    if other is not None and other is not user:
        raise taken("first_name", other, "An integration of this name is there already.")


def _minor(name: str, amount: str, currency: str) -> int:
    try:
        return to_minor(amount, currency)
    except ValueError as error:
        raise invalid(f"/{name}", error.args[0]) from None


def _written(value: object, currency: str) -> str | None:
    return from_minor(value, currency) if isinstance(value, int) else None


def _check_client(db: Write, user: User, client_id: str) -> None:
    if user.type != UserType.GUEST.value:
        raise invalid("/client_id", "Only a guest belongs to a client.")
    clients = Base.metadata.tables["clients"]  # the package clients stands above this one
    there = select(clients.c.id).where(
        clients.c.space_id == db.space_id, clients.c.id == client_id, clients.c.trashed_at.is_(None)
    )
    if db.session.execute(there).first() is None:
        raise invalid("/client_id", "There is no such client.", "not_found")


def _check_role(db: Write, user: User, role: str, *, by: Me) -> None:
    if user.type not in WITH_ROLE:
        raise invalid("/role", "Guests and tax advisors have no role.")
    if role == user.role:
        return
    if UserRole.OWNER.value in (role, user.role):
        if user.type == UserType.INTEGRATION.value:
            raise invalid("/role", "An integration cannot be an owner.")
        if not by.owner:
            message = "Only an owner makes or unmakes owners."
            raise Forbidden(message)
    if user.role == UserRole.OWNER.value:
        _keep_an_owner(db, user)


def _keep_an_owner(db: Write, user: User) -> None:
    others = select(User.id).where(
        User.space_id == db.space_id,
        User.role == UserRole.OWNER.value,
        User.active.is_(True),
        User.id != user.id,
    )
    if not db.session.execute(others.with_for_update()).first():
        message = "A space keeps at least one active owner."
        raise Conflict(message, code="last_owner")


def deactivate(db: Write, user: User, *, by: Me) -> None:
    """End a user's access at once: tokens are revoked, sessions and streams no longer find an active user."""
    if not user.active:
        return
    if user.role == UserRole.OWNER.value:
        if not by.owner:
            message = "Only an owner deactivates an owner."
            raise Forbidden(message)
        _keep_an_owner(db, user)
    changes = user.set(active=False)
    _end_invitation(db, user)
    user.record("user.deactivated", by=by.actor, changes=changes)
    tokens = select(Token).where(
        Token.space_id == db.space_id, Token.user_id == user.id, Token.revoked_at.is_(None)
    )
    for token in db.session.execute(tokens).scalars():
        revoke(token, by=by)


def _end_invitation(db: Write, user: User) -> None:
    """End an open invitation: whoever holds its link must not come in as another address."""
    db.session.execute(
        delete(Invitation).where(Invitation.space_id == db.space_id, Invitation.user_id == user.id)
    )


def reactivate(user: User, *, by: Me) -> None:
    """Let a deactivated user back in; tokens stay revoked."""
    if user.active:
        return
    if user.role == UserRole.OWNER.value and not by.owner:
        message = "Only an owner reactivates an owner."
        raise Forbidden(message)
    user.record("user.reactivated", by=by.actor, changes=user.set(active=True))


def revoke(token: Token, *, by: Me) -> None:
    """End a token at once and for good."""
    if token.revoked_at is None:
        token.record("token.revoked", by=by.actor, changes=token.set(revoked_at=clock.now()))


def open_invitation(db: Write, user: User) -> tuple[Invitation, str]:
    """Open (or open anew) a user's invitation and return it with its token; only the token's hash is kept.

    ``Conflict`` for a user who is in already, was deactivated, or is an integration.
    """
    if user.identity_id is not None or not user.active or user.type == UserType.INTEGRATION.value:
        message = "This user cannot be invited: already in, deactivated, or an integration."
        raise Conflict(message, code="not_invitable")
    secret = new_secret()
    invitation = db.session.get(Invitation, (db.space_id, user.id)) or Invitation(
        space_id=db.space_id, user_id=user.id
    )
    invitation.token_hash = hashed(secret)
    invitation.created_at = clock.now()
    invitation.expires_at = clock.now() + timedelta(days=INVITED_DAYS)
    db.session.add(invitation)
    db.session.flush()
    return invitation, secret


def close_invitation(db: Write, user: User, *, by: Me) -> None:
    """Revoke an open invitation; 404 when there is none."""
    invitation = db.session.get(Invitation, (db.space_id, user.id))
    if invitation is None:
        raise missing("invitation")
    db.session.delete(invitation)
    user.record("user.invitation_revoked", by=by.actor)
