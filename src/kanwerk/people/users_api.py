"""Users and their tokens, through the API."""

import msgspec
from msgspec import UNSET

from kanwerk.core import bodies, clock
from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.db import Db
from kanwerk.core.externals import holder, same_as_path
from kanwerk.core.groups import Group
from kanwerk.core.problems import Forbidden, invalid_parameter, missing
from kanwerk.core.web import Request
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.people.mails import mail_invitation
from kanwerk.people.models import Token, User
from kanwerk.people.reads import TOKENS, USERS, USERS_FOR_GUESTS
from kanwerk.people.shapes import (
    CreatedTokenData,
    CreateTokenData,
    CreateUserData,
    InvitationData,
    TokenData,
    UpdateUserData,
    UpsertUserData,
    UserData,
    UserFullData,
    UserType,
)
from kanwerk.people.tokens import make_token
from kanwerk.people.users import (
    change,
    close_invitation,
    deactivate,
    invite,
    open_invitation,
    reactivate,
    revoke,
)

users = Group("Users", "The people and machines of a space, their invitations and their API tokens.")


@users.get("/users", needs="users:read", read=USERS)
def list_users(db: Db, me: Me, query: ListQuery) -> Page[UserData]:
    """List the users of your space; guests see themselves and the people of their projects."""
    if me.type != UserType.GUEST.value:
        return db.page(USERS, query)
    for name in query.filters:
        if name not in ("ids", "q", *USERS_FOR_GUESTS.filters):
            raise invalid_parameter(name, "Guests cannot filter by this.")
    if query.sort not in USERS_FOR_GUESTS.sorts:
        raise invalid_parameter("sort", "Guests cannot sort by this.")
    return db.page(USERS_FOR_GUESTS, query, fence="beside")


@users.post("/users", needs="users:write", creates=True)
def create_user(db: Write, me: Me, body: CreateUserData, request: Request) -> UserFullData:
    """Invite somebody by e-mail, or make an integration, which needs no invitation."""
    user = invite(db, body, by=me)
    _invite_by_mail(db, user, request)
    return db.full(USERS, user)


def _invite_by_mail(db: Write, user: User, request: Request) -> None:
    if user.type != UserType.INTEGRATION.value:
        _, secret = open_invitation(db, user)
        mail_invitation(db, user, secret, request.runtime.settings)


@users.get("/users/{id}", needs="users:read", read=USERS)
def get_user(db: Db, me: Me, id: str, query: RecordQuery) -> UserFullData:
    """Show somebody, with everything about them; the rates are there for admins only."""
    if me.type == UserType.GUEST.value and id != me.id:
        return db.one(USERS_FOR_GUESTS, id, query, fence="beside")
    return db.one(USERS, id, query)


@users.patch("/users/{id}", needs="users:profile")
def update_user(db: Write, me: Me, id: str, body: UpdateUserData) -> UserFullData:
    """Change somebody. Without the right to change users you change your own profile."""
    if id != me.id and not me.may("users:read") and not me.may("users:write"):
        raise missing()
    if id != me.id and me.type == UserType.GUEST.value:
        db.one(USERS_FOR_GUESTS, id, fence="beside")
    user = db.load(User, id)
    change(db, user, body, by=me)
    return db.full(USERS, user)


@users.put("/users/external/{external_id}", needs="users:write", may_create=True)
def upsert_user(db: Write, me: Me, external_id: str, body: UpsertUserData, request: Request) -> UserFullData:
    """Create or update a user by the id an outside system knows them by."""
    same_as_path(body, external_id)
    db.lock(f"user {db.space_id} {external_id}")
    user = holder(db, User, external_id=external_id)
    db.match(user)
    if user is None:
        user = invite(
            db, bodies.convert({**bodies.sent(body), "external_id": external_id}, CreateUserData), by=me
        )
        _invite_by_mail(db, user, request)
    else:
        if body.type is not UNSET and body.type.value != user.type:
            raise Forbidden("The type of a user cannot change.")
        reactivate(user, by=me)
        change(
            db, user, msgspec.convert(bodies.sent(body) | {"external_id": external_id}, _UpdateOnly), by=me
        )
    return db.full(USERS, user)


class _UpdateOnly(UpdateUserData, forbid_unknown_fields=False):
    """An upsert's members that exist on an update."""


@users.delete("/users/{id}", needs="users:write")
def delete_user(db: Write, me: Me, id: str) -> None:
    """Deactivate somebody: what they did stays, their tokens and sessions end at once."""
    deactivate(db, db.load(User, id), by=me)


@users.post("/users/{id}/restore", needs="users:write")
def restore_user(db: Write, me: Me, id: str) -> UserFullData:
    """Let a deactivated user back in."""
    user = db.load(User, id)
    reactivate(user, by=me)
    return db.full(USERS, user)


@users.post("/users/{id}/invitation", needs="users:write")
def invite_user(db: Write, me: Me, id: str, request: Request) -> InvitationData:
    """Send the invitation again; links sent before no longer work."""
    user = db.load(User, id)
    invitation, secret = open_invitation(db, user)
    user.record("user.invited", by=me.actor)
    mail_invitation(db, user, secret, request.runtime.settings)
    return InvitationData(
        user.id, user.email, clock.wire(invitation.created_at), clock.wire(invitation.expires_at)
    )


@users.delete("/users/{id}/invitation", needs="users:write")
def revoke_invitation(db: Write, me: Me, id: str) -> None:
    """Revoke an open invitation."""
    close_invitation(db, db.load(User, id), by=me)


@users.get("/tokens", needs="tokens:read", read=TOKENS)
def list_tokens(db: Db, me: Me, query: ListQuery) -> Page[TokenData]:
    """List the API tokens you may see: all for admins, your own otherwise."""
    return db.page(TOKENS, query, fence="live" if me.admin else "own_live")


@users.post("/tokens", needs="tokens:write", secret="token", may_create=True)  # noqa: S106  # a member's name
def create_token(db: Write, me: Me, body: CreateTokenData) -> CreatedTokenData:
    """Make an API token for yourself. Its secret is in this answer and never shown again."""
    user = db.load(User, me.id)
    token, secret = make_token(db, user, body.name, scopes=body.scopes, expires_at=body.expires_at, by=me)
    made = db.full(TOKENS, token)
    return CreatedTokenData(**msgspec.structs.asdict(made), token=None if db.dry else secret)


@users.delete("/tokens/{id}", needs="tokens:revoke")
def delete_token(db: Write, me: Me, id: str) -> None:
    """Revoke a token at once and for good: your own, or as an admin anybody's."""
    token = db.load(Token, id)
    if token.user_id != me.id and not me.may("tokens:all"):
        raise missing()
    revoke(token, by=me)
