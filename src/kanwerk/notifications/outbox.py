"""Mails that wait: one for each person, claimed by who sends it, done with only once it is sent.

Who dies while at it loses the claim, and another sends the mail again: once more at most, and none is lost.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from kanwerk.core import clock
from kanwerk.notifications.models import Notification, NotificationMail, NotificationSettings
from kanwerk.notifications.schedule import due
from kanwerk.people.recipients import Recipient

CLAIMED = timedelta(minutes=5)
AGAIN_MINUTES = (1, 5, 15, 60)
MOST_ATTEMPTS = 75  # three days
AT_ONCE = 50


class Claim(NamedTuple):
    """A mail that is one's own to send, for a while."""

    space_id: str
    user_id: str
    first_at: datetime
    stamp: int
    attempts: int


def let_wait(
    session: Session,
    ids: Iterable[str],
    people: dict[str, Recipient],
    settings: dict[str, NotificationSettings],
) -> None:
    """Let a mail wait for each of these people, or wait a little longer for what is added to it."""
    wanted = sorted({each for each in ids if people[each].joined})
    if not wanted:
        return
    now, space_id = clock.now(), people[wanted[0]].me.space_id
    rows = select(NotificationMail).where(
        NotificationMail.space_id == space_id, NotificationMail.user_id.in_(wanted)
    )
    there = {
        each.user_id: each
        for each in session.execute(rows.order_by(NotificationMail.user_id).with_for_update()).scalars()
    }
    for user_id in wanted:
        who, waiting = people[user_id], there.get(user_id)
        if waiting is None:
            due_at = due(settings[user_id], who, now, now)
            session.add(
                NotificationMail(space_id=space_id, user_id=user_id, first_at=now, due_at=due_at, stamp=1)
            )
            continue
        waiting.stamp += 1
        if not waiting.attempts:  # what was tried before waits for its next turn
            waiting.due_at = due(settings[user_id], who, waiting.first_at, now)
    session.flush()


_DUE: Any = (
    select(NotificationMail.space_id, NotificationMail.user_id)
    .order_by(NotificationMail.due_at)
    .limit(AT_ONCE)
)


def _free(now: datetime) -> Any:
    claimed = NotificationMail.claimed_until
    return (NotificationMail.due_at <= now) & or_(claimed.is_(None), claimed < now)


def waiting(session: Session) -> list[tuple[str, str]]:
    """Return whose mails are due and nobody sends: space and user."""
    return [(row[0], row[1]) for row in session.execute(_DUE.where(_free(clock.now())))]


def claim(session: Session, space_id: str, user_id: str) -> Claim | None:
    """Claim a mail that is due; None when somebody else was faster."""
    now = clock.now()
    row = session.execute(
        update(NotificationMail)
        .where(NotificationMail.space_id == space_id, NotificationMail.user_id == user_id, _free(now))
        .values(claimed_until=now + CLAIMED)
        .returning(NotificationMail.first_at, NotificationMail.stamp, NotificationMail.attempts)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return None if row is None else Claim(space_id, user_id, *row)


def done(session: Session, mine: Claim, sent: dict[str, int]) -> None:
    """Note what was sent, ``{id: number}`` as it was then, and that the rest of then needs no mail any more.

    What came or grew meanwhile stays, and the mail waits on.
    """
    now, of_user = clock.now(), _of(mine)
    those = select(Notification).where(*of_user, Notification.id.in_(sent)).order_by(Notification.id)
    for line in session.execute(those.with_for_update()).scalars():
        if line.number == sent[line.id]:
            line.mail, line.mailed_at = False, now
    session.flush()
    gone = session.execute(
        delete(NotificationMail)
        .where(*_key(mine), NotificationMail.stamp == mine.stamp)
        .execution_options(synchronize_session=False)
    )
    if gone.rowcount:  # type: ignore[attr-defined]  # a delete's
        rest = update(Notification).where(*of_user, Notification.mail).values(mail=False)
        session.execute(rest.execution_options(synchronize_session=False))
        return
    _release(session, mine, first_at=now, attempts=0)


def put_off(session: Session, mine: Claim, until: datetime) -> None:
    """Let the mail leave later, such as after quiet hours."""
    _release(session, mine, due_at=until)


def failed(session: Session, mine: Claim) -> datetime | None:
    """Note that it could not be sent and return when it is tried again; None: never, it was long enough."""
    if mine.attempts + 1 >= MOST_ATTEMPTS:
        return None
    wait = AGAIN_MINUTES[min(mine.attempts, len(AGAIN_MINUTES) - 1)]
    again = clock.now() + timedelta(minutes=wait)
    _release(session, mine, due_at=again, attempts=mine.attempts + 1)
    return again


def _release(session: Session, mine: Claim, **values: Any) -> None:
    session.execute(
        update(NotificationMail)
        .where(*_key(mine))
        .values(claimed_until=None, **values)
        .execution_options(synchronize_session=False)
    )


def _key(mine: Claim) -> tuple[Any, Any]:
    return NotificationMail.space_id == mine.space_id, NotificationMail.user_id == mine.user_id


def _of(mine: Claim) -> tuple[Any, Any]:
    return Notification.space_id == mine.space_id, Notification.user_id == mine.user_id
