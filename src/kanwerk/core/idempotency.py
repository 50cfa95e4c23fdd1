"""Retries: a POST with an ``Idempotency-Key`` is done once, its answer kept in the same transaction for 24
hours.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import SmallInteger, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.core import clock
from kanwerk.core.problems import Fault, Invalid
from kanwerk.core.tables import Base, Json, Key
from kanwerk.core.writes import Write

KEPT = timedelta(hours=24)


class IdempotencyKey(Base):
    """The answer a key got."""

    __tablename__ = "idempotency_keys"
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    user_id: Mapped[str] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    status: Mapped[int] = mapped_column(SmallInteger)
    headers: Mapped[dict[str, Any]] = mapped_column(Json)
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)


class Kept(Struct):
    """An answer: status, headers by name, body."""

    status: int
    headers: dict[str, str]
    body: bytes


def check(key: str) -> None:
    """Refuse a key that is not 1 to 255 visible ASCII characters."""
    if not 1 <= len(key) <= 255 or not all("!" <= char <= "~" for char in key):  # noqa: PLR2004
        raise Invalid(
            "The request has a fault.",
            errors=[
                Fault("invalid", "1 to 255 visible ASCII characters are needed.", parameter="Idempotency-Key")
            ],
        )


def fingerprint(method: str, path: bytes, query: bytes, body: bytes) -> str:
    """Return what tells two requests apart."""
    told = hashlib.blake2b(digest_size=16)
    for part in (method.encode(), path, query, body):
        told.update(len(part).to_bytes(8, "big") + part)
    return told.hexdigest()


def replay(db: Write, key: str, told: str) -> Kept | None:
    """Return the answer this key got before, or None; ``Invalid`` when it was for another request."""
    db.lock(f"idempotency {db.space_id} {db.me.id} {key}")
    wanted = select(IdempotencyKey).where(
        IdempotencyKey.space_id == db.space_id, IdempotencyKey.user_id == db.me.id, IdempotencyKey.key == key
    )
    found = db.session.execute(wanted).scalar_one_or_none()
    if found is None:
        return None
    if found.created_at < clock.now() - KEPT:
        db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - KEPT))
        db.session.expunge(found)
        return None
    if found.fingerprint != told:
        raise Invalid(
            "This Idempotency-Key was used for another request.",
            code="key_reused",
            errors=[Fault("key_reused", "Use a new key for a new request.", parameter="Idempotency-Key")],
        )
    return Kept(found.status, {**found.headers, "idempotent-replayed": "true"}, found.body.encode())


def keep(db: Write, key: str, told: str, answer: Kept) -> None:
    """Keep the answer, in the transaction of its write."""
    row = IdempotencyKey(
        space_id=db.space_id,
        user_id=db.me.id,
        key=key,
        fingerprint=told,
        status=answer.status,
        headers=answer.headers,
        body=answer.body.decode(),
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
