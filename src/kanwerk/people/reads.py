"""Spaces, users and tokens: the one SELECT behind each shape."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, null
from sqlalchemy.orm import aliased

from kanwerk.core.db import Db
from kanwerk.core.events import EventPrivate, Kind, register
from kanwerk.core.listing import Filter, Read
from kanwerk.core.money import from_minor
from kanwerk.core.reads import Made, Shape
from kanwerk.core.text import Id
from kanwerk.people.models import Space, Token, User
from kanwerk.people.shapes import (
    SpaceData,
    SpaceFullData,
    SpaceInvoicingData,
    TokenData,
    UserData,
    UserFullData,
    UserRole,
    UserType,
)


def space_data(space: Any = Space, *, nullable: bool = False) -> Shape[SpaceData]:
    """Return the shape of a space that a row is joined with."""
    return Shape(SpaceData, {"id": space.id, "name": space.name}, nullable=nullable)


def user_data(user: Any = User, space: Any = Space, *, nullable: bool = False) -> Shape[UserData]:
    """Return the shape of a user that a row is joined with."""
    return Shape(
        UserData,
        {
            "id": user.id,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": user.email,
            "type": user.type,
            "space": space_data(space),
        },
        nullable=nullable,
    )


SPACES: Read[SpaceData, SpaceFullData] = Read(
    Space,
    Space.__table__,
    item=space_data(),
    full=Shape(SpaceFullData, {name: getattr(Space, name) for name in SpaceFullData.__struct_fields__}),
    search=None,
    sorts={"name": Space.name},
)
SPACE_INVOICING: Read[SpaceData, SpaceInvoicingData] = Read(
    Space,
    Space.__table__,
    item=space_data(),
    full=Shape(
        SpaceInvoicingData,
        {name: getattr(Space, f"invoicing_{name}") for name in SpaceInvoicingData.__struct_fields__},
    ),
)

_WITH_SPACE = User.__table__.join(Space.__table__, User.space_id == Space.id)
_USER = user_data()
_PLAIN = UserFullData.__struct_fields__[6:-2]
USERS: Read[UserData, UserFullData] = Read(
    User,
    _WITH_SPACE,
    item=_USER,
    full=Shape(
        UserFullData,
        {
            **_USER.members,
            **{name: getattr(User, name) for name in _PLAIN},
            "hourly_rate": Made(from_minor, [User.hourly_rate, Space.currency]),
            "cost_rate": Made(from_minor, [User.cost_rate, Space.currency]),
        },
    ),
    filters={
        "type": Filter(User.type, UserType, "Only users of these types"),
        "active": Filter(User.active, bool, "Only active, or only deactivated ones", many=False),
        "role": Filter(User.role, UserRole, "Only users with these roles"),
        "client_id": Filter(User.client_id, Id, "Only guests of these clients"),
        "external_id": Filter(User.external_id, str, "Only users with these external ids"),
        "external_origin": Filter(User.external_origin, str, "Only users that these integrations gave"),
    },
    sorts={"name": User.name_fold, "created_at": User.created_at, "updated_at": User.updated_at},
    search=User.name_fold,
    fences={
        "own": User.id == bindparam("me_id", type_=User.id.type),
        "of_client": User.client_id == bindparam("of_client", type_=User.client_id.type),
    },
    private=("hourly_rate", "cost_rate"),
)

# What a guest sees of others: who they are, not what they mean to the agency. Projects widen the fence to
# their people; by itself it is around the guest alone.
_NULLS = dict.fromkeys(("weekly_seconds", "last_active_at", "external_id", "external_origin"), null())
USERS_FOR_GUESTS: Read[UserData, UserFullData] = Read(
    User,
    _WITH_SPACE,
    item=_USER,
    full=Shape(UserFullData, {**USERS.full.members, **_NULLS}),
    filters={name: USERS.filters[name] for name in ("type", "active", "role")},
    sorts={"name": User.name_fold},
    search=User.name_fold,
    fences={"beside": USERS.fences["own"]},
    private=USERS.private,
)

_HOLDER = aliased(User)
TOKENS: Read[TokenData, TokenData] = Read(
    Token,
    Token.__table__.join(_HOLDER, (Token.user_id == _HOLDER.id) & (Token.space_id == _HOLDER.space_id)).join(
        Space.__table__, Token.space_id == Space.id
    ),
    item=Shape(
        TokenData,
        {
            name: user_data(_HOLDER) if name == "user" else getattr(Token, name)
            for name in TokenData.__struct_fields__
        },
    ),
    full=Shape(
        TokenData,
        {
            name: user_data(_HOLDER) if name == "user" else getattr(Token, name)
            for name in TokenData.__struct_fields__
        },
    ),
    filters={"user_id": Filter(Token.user_id, Id, "Only tokens of these users")},
    sorts={"name": Token.name, "created_at": Token.created_at},
    fences={
        "own": Token.user_id == bindparam("me_id", type_=Token.user_id.type),
        "live": Token.revoked_at.is_(None),
        "own_live": (Token.user_id == bindparam("me_id", type_=Token.user_id.type))
        & Token.revoked_at.is_(None),
    },
)


def scopes_of(text: object) -> tuple[str, ...] | None:
    """Return a token's scopes from the JSON they are kept as."""
    return None if text is None else tuple(msgspec.json.decode(str(text)))


def _own_tokens(db: Db, events: list[EventPrivate]) -> set[str]:
    ids = sorted({event.record_id for event in events})
    rows = db.rows(TOKENS.record_select("own", many=True), ids=ids)
    return {row[-3] for row in rows}


register("space", Kind(SPACES, "spaces:details", ("created", "updated"), private="invoicing."))
register(
    "user",
    Kind(
        USERS,
        "users:read",
        ("created", "updated", "deactivated", "reactivated", "invited", "invitation_revoked", "joined"),
    ),
)
register("token", Kind(TOKENS, "tokens:read", ("created", "revoked"), _own_tokens))
