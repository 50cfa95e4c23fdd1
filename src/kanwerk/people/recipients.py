"""Whom something reaches beside a request: active people of a space as callers, with their clocks."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from kanwerk.people.access import ADMINS, Me
from kanwerk.people.callers import WHO
from kanwerk.people.models import Space, User

_MAKE: Callable[..., Me] = Me
PEOPLE = ("user", "guest", "tax_advisor")


class Recipient(NamedTuple):
    """Somebody as a caller, with the time zone they live in and the day their week begins."""

    me: Me
    zone: ZoneInfo
    week_starts_on: str

    @property
    def joined(self) -> bool:
        """Whether this person has come in: who was only invited is written to about nothing else."""
        return self.me.identity_id is not None


_RECIPIENTS: Any = (
    select(*WHO, User.identity_id)
    .join(Space, Space.id == User.space_id)
    .where(User.active.is_(True), User.type.in_(PEOPLE))
)


def recipients(session: Session, space_id: str, ids: Iterable[str]) -> dict[str, Recipient]:
    """Return the active people among these users of a space, by id; integrations are none."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = session.execute(_RECIPIENTS.where(User.space_id == space_id, User.id.in_(wanted)))
    return {found.me.id: found for found in map(_recipient, rows)}


def admins_of(session: Session, space_id: str) -> list[str]:
    """Return the ids of a space's active owners and admins who are people."""
    wanted = select(User.id).where(
        User.space_id == space_id, User.active.is_(True), User.type == "user", User.role.in_(ADMINS)
    )
    return sorted(session.execute(wanted).scalars())


def _recipient(row: Any) -> Recipient:
    *who, identity_id = row
    me = _MAKE(*who, token_id="", identity_id=identity_id)
    return Recipient(me, ZoneInfo(me.zone), me.week_starts_on)
