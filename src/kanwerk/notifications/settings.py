"""How somebody wants to be told: read, changed, and taken to mind by the mail that waits."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from kanwerk.core import clock
from kanwerk.core.db import Db
from kanwerk.core.problems import invalid
from kanwerk.core.reads import Query
from kanwerk.notifications.models import NotificationMail, NotificationSettings, settings_unsaid
from kanwerk.notifications.schedule import due
from kanwerk.notifications.shapes import (
    NotificationKind,
    NotificationKindsData,
    NotificationMails,
    NotificationSettingsData,
    NotificationWaysData,
)
from kanwerk.people.recipients import recipients

WAYS = ("in_app", "mail")
KINDS = tuple(kind.value for kind in NotificationKind)


def settings_of(session: Session, space_id: str, ids: Iterable[str]) -> dict[str, NotificationSettings]:
    """Return the settings of these users, by id."""
    wanted = sorted(set(ids))
    found = select(NotificationSettings).where(
        NotificationSettings.space_id == space_id, NotificationSettings.user_id.in_(wanted)
    )
    said = {each.user_id: each for each in session.execute(found).scalars()} if wanted else {}
    return {each: said.get(each) or settings_unsaid(space_id, each) for each in wanted}


def change_settings(
    session: Session, space_id: str, user_id: str, members: dict[str, Any]
) -> NotificationSettings:
    """Change how somebody wants to be told; the mail that waits for them leaves when it would now."""
    mine = session.get(NotificationSettings, (space_id, user_id), with_for_update=True)
    if mine is None:
        mine = settings_unsaid(space_id, user_id)
        session.add(mine)
    for name in ("mails", "quiet_from", "quiet_to"):
        if name in members:
            setattr(mine, name, members[name])
    _check_quiet(mine)
    mine.unwanted = _unwanted(mine.unwanted, members.get("kinds") or {})
    session.flush()
    waiting = session.get(NotificationMail, (space_id, user_id), with_for_update=True)
    who = recipients(session, space_id, [user_id]).get(user_id)
    if waiting is not None and who is not None and not waiting.attempts:
        waiting.due_at = due(mine, who, waiting.first_at, clock.now())
        session.flush()
    return mine


def _check_quiet(mine: NotificationSettings) -> None:
    if (mine.quiet_from is None) != (mine.quiet_to is None):
        name = "quiet_from" if mine.quiet_from is None else "quiet_to"
        raise invalid(f"/{name}", "Quiet hours have a beginning and an end.")
    if mine.quiet_from is not None and mine.quiet_from == mine.quiet_to:
        raise invalid("/quiet_to", "Quiet hours end at another time than they begin.")


def _unwanted(before: dict[str, list[str]], kinds: dict[str, dict[str, bool]]) -> dict[str, list[str]]:
    after = {}
    for way in WAYS:
        off = set(before.get(way, ()))
        for kind, ways in kinds.items():
            if way in ways:
                (off.discard if ways[way] else off.add)(kind)
        if off:
            after[way] = sorted(off)
    return after


_MINE = Query(
    select(
        NotificationSettings.mails,
        NotificationSettings.quiet_from,
        NotificationSettings.quiet_to,
        NotificationSettings.unwanted,
    ).where(
        NotificationSettings.space_id == bindparam("space_id"),
        NotificationSettings.user_id == bindparam("me_id", type_=NotificationSettings.user_id.type),
    )
)


def mine_of(db: Db) -> NotificationSettings:
    """Return the caller's own settings."""
    mine = settings_unsaid(db.space_id, str(db.me.id))
    for mails, quiet_from, quiet_to, unwanted in db.rows(_MINE):
        mine.mails, mine.quiet_from, mine.quiet_to = mails, quiet_from, quiet_to
        mine.unwanted = msgspec.json.decode(unwanted)
    return mine


def shown(mine: NotificationSettings) -> NotificationSettingsData:
    """Return settings as they go over the wire."""
    off = {way: mine.unwanted.get(way, ()) for way in WAYS}
    ways = {kind: NotificationWaysData(kind not in off["in_app"], kind not in off["mail"]) for kind in KINDS}
    return NotificationSettingsData(
        NotificationMails(mine.mails), mine.quiet_from, mine.quiet_to, NotificationKindsData(**ways)
    )
