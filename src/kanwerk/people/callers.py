"""Who calls: from a token, or from a browser's session, in one query."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, func, or_, select, update
from sqlalchemy.orm import Session as Transaction

from kanwerk.core import clock
from kanwerk.core.problems import Unauthorized
from kanwerk.core.reads import compiled_once
from kanwerk.core.secrets import hashed
from kanwerk.core.tables import Moment
from kanwerk.core.web import Request, Runtime
from kanwerk.people.access import Me
from kanwerk.people.models import Identity, Session, Space, Token, User
from kanwerk.people.reads import scopes_of

WHO: list[Any] = [
    Space.id,
    Space.name,
    Space.slug,
    Space.currency,
    Space.timezone,
    func.coalesce(User.timezone, Space.timezone),
    func.coalesce(User.locale, Space.locale),
    Space.week_starts_on,
    User.id,
    User.first_name,
    User.last_name,
    User.email,
    User.type,
    User.role,
    User.client_id,
]
_USERS, _TOKENS = cast("Table", User.__table__), cast("Table", Token.__table__)
_NOW = bindparam("now", type_=Moment())
BY_TOKEN: Select[Any] = (
    select(*WHO, Token.id, Token.scopes, User.identity_id)
    .join(User, (User.space_id == Token.space_id) & (User.id == Token.user_id))
    .join(Space, Space.id == Token.space_id)
    .where(
        Token.token_hash == bindparam("hash"),
        Token.revoked_at.is_(None),
        or_(Token.expires_at.is_(None), Token.expires_at > _NOW),
        User.active.is_(True),
    )
)
BY_SESSION: Select[Any] = (
    select(*WHO, Session.token_hash, User.identity_id)
    .select_from(Session)
    .join(User, User.identity_id == Session.identity_id)
    .join(Space, Space.id == User.space_id)
    .where(Session.token_hash == bindparam("hash"), Session.expires_at > _NOW, User.active.is_(True))
    .order_by(Space.name)
)
IDENTITY: Any = (
    select(Identity.id, Identity.email)
    .join(Session, Session.identity_id == Identity.id)
    .where(Session.token_hash == bindparam("hash"), Session.expires_at > _NOW)
)
COOKIE = "kanwerk_session"
_MAKE: Callable[..., Me] = Me
_scopes = lru_cache(4096)(scopes_of)


def by_token(request: Request) -> Me:
    """Return who holds the request's token; ``Unauthorized`` without a valid one."""
    scheme, _, token = (request.header(b"authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized("Send a token: Authorization: Bearer kw_…", headers={"WWW-Authenticate": "Bearer"})
    if not token.startswith("kw_") or not token.isascii():
        raise _unknown()
    rows = _run(request.runtime, BY_TOKEN, hashed(token))
    if not rows:
        raise _unknown()
    row = rows[0]
    note_use(request.runtime, row[0], row[8], row[15])
    return _MAKE(*row[:16], _scopes(row[16]) if row[16] is not None else None, row[17])


def _unknown() -> Unauthorized:
    return Unauthorized("This token is unknown, expired or revoked.", headers={"WWW-Authenticate": "Bearer"})


def by_session(request: Request) -> list[Me]:
    """Return the users, one for each space, that the browser's session stands for."""
    cookie = request.cookie(COOKIE)
    if not cookie:
        return []
    rows = ((*row[:16], None, row[16]) for row in _run(request.runtime, BY_SESSION, hashed(cookie)))
    return [_MAKE(*values) for values in rows]


def identity(request: Request) -> tuple[str, str] | None:
    """Return id and sign-in address of the person behind the browser's session, also without any space."""
    cookie = request.cookie(COOKIE)
    rows = _run(request.runtime, IDENTITY, hashed(cookie)) if cookie else []
    return (rows[0][0], rows[0][1]) if rows else None


def _run(runtime: Runtime, select_: Select[Any], key: str) -> list[tuple[Any, ...]]:
    statement = compiled_once(select_, runtime.database)
    return runtime.database.read(statement.sql, statement.bind({"hash": key, "now": clock.now()}))


def note_use(runtime: Runtime, space_id: str, user_id: str, token_id: str | None) -> None:
    """Remember in memory that a token and its user were active; ``write_uses`` keeps it."""
    runtime.state.setdefault("uses", {})[space_id, user_id, token_id] = clock.now()


def write_uses(session: Transaction, uses: dict[tuple[str, str, str | None], datetime]) -> None:
    """Keep the last use of tokens and users: no change to a record, so no event."""
    for (space_id, user_id, token_id), at in sorted(uses.items(), key=str):
        session.execute(
            update(_USERS)
            .where(_USERS.c.space_id == space_id, _USERS.c.id == user_id)
            .values(last_active_at=at)
        )
        if token_id:
            session.execute(
                update(_TOKENS)
                .where(_TOKENS.c.space_id == space_id, _TOKENS.c.id == token_id)
                .values(last_used_at=at)
            )
