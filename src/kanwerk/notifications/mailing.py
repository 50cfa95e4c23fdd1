"""Sending the mails that are due: claimed first, done with last, tried again when the mail server fails."""

from functools import partial
from typing import Any

import structlog
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from kanwerk.config import Settings
from kanwerk.core import clock, mail
from kanwerk.core.database import Database
from kanwerk.core.db import Db
from kanwerk.notifications.letters import Line, letter, lines_for
from kanwerk.notifications.models import Notification, NotificationMail, NotificationSettings
from kanwerk.notifications.outbox import Claim, claim, done, failed, put_off, waiting
from kanwerk.notifications.schedule import awake
from kanwerk.notifications.settings import settings_of
from kanwerk.people.recipients import Recipient, recipients

log = structlog.get_logger()


def send_due(database: Database, config: Settings) -> int:
    """Send the mails that are due and return how many; not from the loop, for a mail server may be slow."""
    return sum(send_one(database, config, *whose) for whose in database.look(waiting))


def send_one(database: Database, config: Settings, space_id: str, user_id: str) -> bool:
    """Send somebody's mail if it can be claimed; return whether it was sent."""
    mine = database.write(partial(claim, space_id=space_id, user_id=user_id))
    if mine is None:
        return False
    who, settings = database.look(partial(_reader, mine))
    if who is None or not who.joined or settings.mails == "none":
        database.write(partial(_drop, mine))
        return False
    until = awake(settings, who, clock.now())
    if until > clock.now():
        database.write(partial(put_off, mine=mine, until=until))
        return False
    db = Db(database, who.me)
    lines = lines_for(db, settings)
    sent = not lines or _sent(database, config, mine, letter(config, db, who, settings, lines))
    if sent:
        database.write(partial(_done, mine, lines))
    return sent and bool(lines)


def _reader(mine: Claim, session: Session) -> tuple[Recipient | None, NotificationSettings]:
    who = recipients(session, mine.space_id, [mine.user_id]).get(mine.user_id)
    settings = settings_of(session, mine.space_id, [mine.user_id])[mine.user_id]
    session.expunge_all()
    return who, settings


def _sent(database: Database, config: Settings, mine: Claim, message: Any) -> bool:
    try:
        mail.deliver(config, message)
    except mail.NotSent as error:
        again = None if error.final else database.write(partial(failed, mine=mine))
        log.error("notifications", error=str(error), user=mine.user_id, again=str(again))  # noqa: TRY400
        if again is None:
            database.write(partial(_drop, mine))
        return False
    return True


def _done(mine: Claim, lines: list[Line], session: Session) -> None:
    done(session, mine, {line.id: line.number for line in lines})


def _drop(mine: Claim, session: Session) -> None:
    """Send this mail never: what it would tell stays in the app."""
    of_user = (Notification.space_id == mine.space_id, Notification.user_id == mine.user_id)
    session.execute(update(Notification).where(*of_user, Notification.mail).values(mail=False))
    key = (NotificationMail.space_id == mine.space_id, NotificationMail.user_id == mine.user_id)
    session.execute(delete(NotificationMail).where(*key))
