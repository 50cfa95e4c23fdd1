"""Secrets of the installation, in the database so that several hosts agree; and the hashing of tokens."""

import hashlib
import hmac

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kanwerk.core.ids import new_secret
from kanwerk.core.tables import Base


class Secret(Base):
    """A named secret."""

    __tablename__ = "secrets"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


def secret(session: Session, name: str) -> str:
    """Return the named secret, made when it is first asked for."""
    found = session.execute(select(Secret.value).where(Secret.name == name)).scalar_one_or_none()
    if found is None:
        found = new_secret()
        session.add(Secret(name=name, value=found))
        session.flush()
    return found


def hashed(token: str) -> str:
    """Return what is kept of a token with 256 bits of randomness: its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
