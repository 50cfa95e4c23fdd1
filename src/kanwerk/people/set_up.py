"""The first set-up in a browser: behind a one-time code, closed for good by the first space."""

import secrets

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kanwerk.core.secrets import Secret, hashed, same
from kanwerk.people.models import Space

_NAME = "set-up code"
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def is_open(session: Session) -> bool:
    """Whether there is no space yet."""
    return session.execute(select(func.count()).select_from(Space)).scalar_one() == 0


def open_code(session: Session) -> str | None:
    """Make a new code, which ends the one before, and return it; None when there is a space."""
    session.execute(delete(Secret).where(Secret.name == _NAME))
    if not is_open(session):
        return None
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    session.add(Secret(name=_NAME, value=hashed(code)))
    return code


def use_code(session: Session, code: str) -> bool:
    """Whether the code opens the set-up; a right one is used up."""
    stored = session.execute(select(Secret.value).where(Secret.name == _NAME)).scalar_one_or_none()
    letters = "".join(each for each in code.upper() if each in _LETTERS)
    typed = "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))  # with or without hyphens
    if stored is None or not is_open(session) or not same(stored, hashed(typed)):
        return False
    session.execute(delete(Secret).where(Secret.name == _NAME))
    return True
