"""Who else looks at a task now: told by their browsers every 20 seconds, forgotten a minute later.

Kept in a table, so that it holds over several workers and machines. It is nobody's news: no event tells it.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, bindparam, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.core import clock
from kanwerk.core.db import Db
from kanwerk.core.reads import Query
from kanwerk.core.tables import Base, Key, in_space
from kanwerk.core.writes import Write
from kanwerk.people.models import User

FORGOTTEN = timedelta(seconds=60)
SHOWN = 6


class Presence(Base):
    """Somebody who looks at a task, and when their browser said so last."""

    __tablename__ = "presences"
    __table_args__ = (
        in_space("task_id", "tasks", ondelete="CASCADE"),
        in_space("user_id", "users", ondelete="CASCADE"),
        Index("ix_presences_seen_at", "seen_at"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    task_id: Mapped[str] = mapped_column(Key, primary_key=True)
    user_id: Mapped[str] = mapped_column(Key, primary_key=True)
    seen_at: Mapped[datetime]


_LOOKING = Query(
    select(User.id, User.first_name, User.last_name, User.type)
    .join(Presence, (Presence.space_id == User.space_id) & (Presence.user_id == User.id))
    .where(
        Presence.space_id == bindparam("space_id"),
        Presence.task_id == bindparam("task"),
        Presence.seen_at > bindparam("since", type_=Presence.seen_at.type),
        User.id != bindparam("me_id", type_=User.id.type),
        User.active.is_(True),
    )
    .order_by(User.name_fold, User.id)
)


def lookers(db: Db, task_id: str) -> list[dict[str, Any]]:
    """Return who else looks at a task: colleagues to everybody, guests to colleagues only."""
    me: Any = db.me
    rows = db.rows(_LOOKING, task=task_id, since=clock.now() - FORGOTTEN)
    return [
        {"id": row[0], "first_name": row[1], "last_name": row[2]}
        for row in rows
        if me.type != "guest" or row[3] == "user"
    ]


def look(db: Write, task_id: str) -> None:
    """Note that the caller looks at a task, and forget who has gone."""
    now = clock.now()
    db.session.execute(delete(Presence).where(Presence.seen_at < now - FORGOTTEN))
    found = db.session.get(Presence, (db.space_id, task_id, db.me.id))
    if found is None:
        db.session.add(Presence(space_id=db.space_id, task_id=task_id, user_id=db.me.id, seen_at=now))
    else:
        found.seen_at = now


def look_away(db: Write, task_id: str) -> None:
    """Note that the caller looks at a task no more."""
    mine = (Presence.space_id == db.space_id, Presence.task_id == task_id, Presence.user_id == db.me.id)
    db.session.execute(delete(Presence).where(*mine))
