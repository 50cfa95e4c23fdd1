"""Telling browsers live that notifications came or were read, and the count that every page shows."""

from sqlalchemy import bindparam, select

from kanwerk.core.db import Db
from kanwerk.core.problems import Problem
from kanwerk.core.reads import compiled_once
from kanwerk.core.view import SHELL, View
from kanwerk.core.web import Runtime
from kanwerk.live.hub import NOTICES, message
from kanwerk.notifications.models import Notification
from kanwerk.notifications.reads import unread

_TOLD = (
    select(Notification.user_id)
    .where(
        Notification.space_id == bindparam("of_space", type_=Notification.space_id.type),
        Notification.number > bindparam("after"),
        Notification.number <= bindparam("until"),
        Notification.in_app.is_(True),
    )
    .distinct()
)
_MESSAGE = message("notices", b"{}")


def notices(runtime: Runtime, space_id: str, before: int, now: int) -> dict[str, bytes]:
    """Return a message for each person whose notifications changed; the page then asks for its own count."""
    statement = compiled_once(_TOLD, runtime.database)
    bound = statement.bind({"of_space": space_id, "after": before, "until": now})
    return {row[0]: _MESSAGE for row in runtime.database.read(statement.sql, bound)}


def count_for(view: View) -> int | None:
    """Return how many notifications the one who looks has not read; None for who has none, or not now."""
    if not view.me.may("notifications:read"):
        return None
    if "unread" not in view.asked:
        try:
            view.asked["unread"] = unread(Db(view.runtime.database, view.me))
        except Problem:  # the page that says what went wrong is shown without it
            view.asked["unread"] = None
    found: int | None = view.asked["unread"]
    return found


NOTICES.append(notices)
SHELL["unread"] = count_for
