"""Notifications, through the API: one's own, and nobody else's."""

from typing import Any

from msgspec import UNSET, Struct

from kanwerk.core.asked import ListQuery, Page
from kanwerk.core.bodies import sent
from kanwerk.core.db import Db
from kanwerk.core.groups import Group
from kanwerk.core.problems import Fault, Invalid
from kanwerk.core.writes import Write
from kanwerk.notifications.reading import read_all, read_these, read_until
from kanwerk.notifications.reads import NOTIFICATIONS, fence_of, unread
from kanwerk.notifications.settings import change_settings, mine_of, shown
from kanwerk.notifications.shapes import (
    NotificationData,
    NotificationSettingsData,
    NotificationsReadData,
    ReadNotificationsData,
    UpdateNotificationSettingsData,
)
from kanwerk.people.access import Me

notifications = Group("Notifications", "What concerns you, and how you want to be told.")


@notifications.get("/notifications", needs="notifications:read", read=NOTIFICATIONS)
def list_notifications(db: Db, me: Me, query: ListQuery) -> Page[NotificationData]:
    """List what concerns you, the newest first: only what you may still see, of the last 90 days."""
    return db.page(NOTIFICATIONS, query, fence=fence_of(me))


@notifications.post("/notifications/read", needs="notifications:write")
def read_notifications(db: Write, body: ReadNotificationsData) -> NotificationsReadData:
    """Mark some of your notifications as read, or all up to one, or all. Once read, they are not mailed."""
    given = [name for name, value in sent(body).items() if value is not False]
    if len(given) != 1:
        message = "One of ids, until and all is needed."
        raise Invalid(message, errors=[Fault("invalid", message, pointer=f"/{given[1] if given else 'ids'}")])
    if body.ids is not UNSET:
        count = read_these(db, body.ids)
    elif body.until is not UNSET:
        count = read_until(db, body.until)
    else:
        count = read_all(db)
    return NotificationsReadData(count, unread(db))


@notifications.get("/notifications/settings", needs="notifications:read")
def get_notification_settings(db: Db) -> NotificationSettingsData:
    """Show how you want to be told."""
    return shown(mine_of(db))


@notifications.patch("/notifications/settings", needs="notifications:write")
def update_notification_settings(
    db: Write, me: Me, body: UpdateNotificationSettingsData
) -> NotificationSettingsData:
    """Change how you want to be told; what you leave out stays, kinds and ways too."""
    return shown(change_settings(db.session, db.space_id, me.id, _members(body)))


def _members(body: Struct) -> dict[str, Any]:
    return {
        name: _members(value) if isinstance(value, Struct) else value for name, value in sent(body).items()
    }
