"""Notifications on the wire."""

from enum import Enum
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from kanwerk.core.events import EventActor
from kanwerk.core.text import Day, Id, Moment


class NotificationKind(Enum):
    """What a notification is about."""

    ASSIGNED = "assigned"
    MENTIONED = "mentioned"
    COMMENTED = "commented"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    WEBHOOK_DISABLED = "webhook_disabled"


class NotificationMails(Enum):
    """When notifications are mailed."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NONE = "none"


class NotificationRecordData(Struct):
    """What a notification is about, as it was then."""

    kind: Annotated[str, Meta(description="task, project, client or webhook", examples=["task"])]
    id: Id
    key: Annotated[str | None, Meta(description="Of a task", examples=["WEB-12"])]
    title: str


class NotificationData(Struct, kw_only=True):
    """Something that concerns you."""

    id: Id
    kind: NotificationKind
    count: Annotated[int, Meta(description="How many events this line holds")]
    actors: Annotated[list[EventActor], Meta(description="Who did it, the latest first; empty: time did")]
    record: NotificationRecordData
    project_id: Id | None
    comment_id: Annotated[Id | None, Meta(description="The newest comment, if it is about one")]
    snippet: Annotated[str | None, Meta(description="The beginning of what was said, without Markdown")]
    due_date: Annotated[Day | None, Meta(description="Of what is due or overdue")]
    url: Annotated[str | None, Meta(description="Where people see it; null where there is no page")] = None
    created_at: Moment
    updated_at: Moment
    read_at: Moment | None


class ReadNotificationsData(Struct, forbid_unknown_fields=True):
    """Which notifications you have read: one of the three."""

    ids: Annotated[list[Id], Meta(min_length=1, max_length=500)] | UnsetType = UNSET
    until: Annotated[Id, Meta(description="This one and all that are older")] | UnsetType = UNSET
    all: bool | UnsetType = UNSET


class NotificationsReadData(Struct):
    """What became of it."""

    read: Annotated[int, Meta(description="How many were unread until now")]
    unread: Annotated[int, Meta(description="How many still are")]


class NotificationWaysData(Struct):
    """How a kind of notification reaches you."""

    in_app: bool
    mail: bool


class NotificationKindsData(Struct):
    """How each kind of notification reaches you."""

    assigned: Annotated[NotificationWaysData, Meta(description="You are to do a task")]
    mentioned: Annotated[NotificationWaysData, Meta(description="Somebody mentions you in a comment")]
    commented: Annotated[NotificationWaysData, Meta(description="Somebody comments on a task that you watch")]
    due_today: Annotated[NotificationWaysData, Meta(description="A task of yours is due today")]
    overdue: Annotated[NotificationWaysData, Meta(description="A task of yours was due and is not done")]
    webhook_disabled: Annotated[
        NotificationWaysData, Meta(description="A webhook was switched off; for admins")
    ]


Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["20:00"])]


class NotificationSettingsData(Struct):
    """How you want to be told."""

    mails: NotificationMails
    quiet_from: Annotated[Clock | None, Meta(description="From then on no mail leaves, in your time zone")]
    quiet_to: Annotated[Clock | None, Meta(description="Until then")]
    kinds: NotificationKindsData


class UpdateNotificationWaysData(Struct, forbid_unknown_fields=True):
    """Ways to change."""

    in_app: bool | UnsetType = UNSET
    mail: bool | UnsetType = UNSET


class UpdateNotificationKindsData(Struct, forbid_unknown_fields=True):
    """Kinds to change."""

    assigned: UpdateNotificationWaysData | UnsetType = UNSET
    mentioned: UpdateNotificationWaysData | UnsetType = UNSET
    commented: UpdateNotificationWaysData | UnsetType = UNSET
    due_today: UpdateNotificationWaysData | UnsetType = UNSET
    overdue: UpdateNotificationWaysData | UnsetType = UNSET
    webhook_disabled: UpdateNotificationWaysData | UnsetType = UNSET


class UpdateNotificationSettingsData(Struct, forbid_unknown_fields=True):
    """Members of your settings to change."""

    mails: NotificationMails | UnsetType = UNSET
    quiet_from: Clock | None | UnsetType = UNSET
    quiet_to: Clock | None | UnsetType = UNSET
    kinds: UpdateNotificationKindsData | UnsetType = UNSET
