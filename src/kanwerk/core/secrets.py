"""Secrets of the installation, in the database so that several hosts agree; and the hashing of tokens."""

import hashlib
import hmac

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.core.database import Database
from kanwerk.core.tables import Base


class Secret(Base):
    """A named secret."""

    __tablename__ = "secrets"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


def signing_key(database: Database, name: str) -> bytes:
    """Return the named secret, which a migration made, as a key to sign with; looked up once a process."""
    found = database.keys.get(name)
    if found is None:
        wanted = select(Secret.value).where(Secret.name == name)
        value = database.look(lambda session: session.execute(wanted).scalar_one())
        found = database.keys[name] = value.encode()
    return found


def hashed(token: str) -> str:
    """Return what is kept of a token with 256 bits of randomness: its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
