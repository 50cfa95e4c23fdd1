"""Notifications as they are kept: what concerns one person, how they want it, and the mails that wait."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.core import clock
from kanwerk.core.ids import new_id
from kanwerk.core.tables import Base, Json, Key, in_space, key

MAILS = ("at_once", "daily", "weekly", "none")
_UNREAD = text("read_at IS NULL")


class Notification(Base):
    """One line for one person: ``count`` events, told of last by the notice ``number``.

    ``record_kind`` and ``record_id`` say what it is about; ``comment_id`` the newest comment, if it is about
    what was said there. Title, key and snippet are as they were.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        in_space("user_id", "users"),
        Index("ix_notifications_user_id", "space_id", "user_id", "id"),
        Index("ix_notifications_number", "space_id", "number"),
        Index("ix_notifications_created_at", "created_at"),
        Index(
            "ix_notifications_unread",
            "space_id",
            "user_id",
            "record_id",
            sqlite_where=_UNREAD,
            postgresql_where=_UNREAD,
        ),
        Index(
            "ix_notifications_to_mail",
            "space_id",
            "user_id",
            "id",
            sqlite_where=text("mail = 1"),
            postgresql_where=text("mail"),
        ),
        Index("uq_notifications_day", "space_id", "record_id", "user_id", "kind", "day", unique=True),
    )
    space_id: Mapped[str] = mapped_column(Key, ForeignKey("spaces.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Key, primary_key=True, default=new_id)
    user_id: Mapped[str] = key()
    number: Mapped[int] = mapped_column(BigInteger, default=0)
    kind: Mapped[str]
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    record_kind: Mapped[str]
    record_id: Mapped[str] = key()
    comment_id: Mapped[str | None] = key()
    record_key: Mapped[str | None]
    title: Mapped[str]
    snippet: Mapped[str | None]
    actors: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    count: Mapped[int] = mapped_column(default=1)
    day: Mapped[date | None]
    in_app: Mapped[bool]
    mail: Mapped[bool]
    at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]


class NotificationSettings(Base):
    """How somebody wants to be told; who never said has no row. ``unwanted`` holds the kinds switched off."""

    __tablename__ = "notification_settings"
    __table_args__ = (
        in_space("user_id", "users"),
        CheckConstraint(f"mails IN {MAILS}", name="mails"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_to IS NULL)", name="quiet"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    user_id: Mapped[str] = mapped_column(Key, primary_key=True)
    mails: Mapped[str] = mapped_column(default="at_once")
    quiet_from: Mapped[str | None]
    quiet_to: Mapped[str | None]
    unwanted: Mapped[dict[str, list[str]]] = mapped_column(Json)

    def wants(self, kind: str, way: str) -> bool:
        """Whether this kind is to come this way, ``in_app`` or ``mail``."""
        return kind not in self.unwanted.get(way, ()) and not (way == "mail" and self.mails == "none")


class NotificationMail(Base):
    """The one mail that waits for somebody: when it leaves, and who is at sending it.

    ``stamp`` changes with everything that is added, so that what comes while it is sent is not lost.
    """

    __tablename__ = "notification_mails"
    __table_args__ = (in_space("user_id", "users"), Index("ix_notification_mails_due_at", "due_at"))
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    user_id: Mapped[str] = mapped_column(Key, primary_key=True)
    first_at: Mapped[datetime]
    due_at: Mapped[datetime]
    stamp: Mapped[int] = mapped_column(BigInteger, default=0)
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)


class Morning(Base):
    """The last day on which the people of a space and a time zone were told what is due."""

    __tablename__ = "notification_mornings"
    space_id: Mapped[str] = mapped_column(Key, ForeignKey("spaces.id"), primary_key=True)
    zone: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date]


class QuietEvents(Base):
    """Events that are nobody's news, such as those of an import: from one sequence to another."""

    __tablename__ = "quiet_events"
    space_id: Mapped[str] = mapped_column(Key, ForeignKey("event_counters.space_id"), primary_key=True)
    first: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


def settings_unsaid(space_id: str, user_id: str) -> NotificationSettings:
    """Return the settings of somebody who never said how they want to be told."""
    return NotificationSettings(
        space_id=space_id, user_id=user_id, mails="at_once", quiet_from=None, quiet_to=None, unwanted={}
    )
