"""Calendar feeds: secret links of one person, each to be ended by itself; only the hash of a link is kept."""

from typing import Any

from sqlalchemy import CheckConstraint, Index, func, select
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.core.ids import new_id, new_secret
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import invalid, missing
from kanwerk.core.secrets import hashed
from kanwerk.core.tables import Base, Owned, in_space, key
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.members import project_of

KINDS = ("mine", "project")
MOST = 20  # of one person


class Feed(Owned, Base):
    """A calendar of what its owner is to do, or of one project."""

    __tablename__ = "feeds"
    __table_args__ = (
        in_space("user_id", "users"),
        in_space("project_id", "projects", ondelete="CASCADE"),
        Index("ix_feeds_user_id", "space_id", "user_id", "id"),
        Index("ix_feeds_project_id", "space_id", "project_id"),
        CheckConstraint("kind IN ('mine', 'project')", name="kind"),
        CheckConstraint("(kind = 'project') = (project_id IS NOT NULL)", name="project"),
    )
    noun = "feed"
    user_id: Mapped[str] = key()
    kind: Mapped[str]
    project_id: Mapped[str | None] = key()
    token_hash: Mapped[str] = mapped_column(unique=True)


def make_feed(db: Write, members: dict[str, Any], *, by: Me) -> tuple[Feed, str]:
    """Make a feed of the caller's and return it with the secret of its link.

    A feed shows what its owner sees, so a token needs the scopes for that itself.
    """
    by.need("tasks:read")
    by.need("projects:read")
    kind, project_id = members["kind"], members.get("project_id")
    if (kind == "project") != (project_id is not None):
        raise invalid("/project_id", "A feed of a project needs one, and no other does.")
    if project_id is not None:
        project_of(db, project_id, by, "/project_id")
    mine = select(func.count()).where(Feed.space_id == db.space_id, Feed.user_id == by.id)
    if db.session.execute(mine).scalar_one() >= MOST:
        raise invalid(
            "/kind", Phrase("%(most)s calendars are the most: end one that you no longer use.", most=MOST)
        )
    secret = new_secret()
    feed = Feed(
        id=new_id(),
        space_id=db.space_id,
        user_id=by.id,
        kind=kind,
        project_id=project_id,
        token_hash=hashed(secret),
    )
    db.add(feed)
    feed.record("feed.created", by=by.actor)
    return feed, secret


def end_feed(db: Write, feed_id: str, *, by: Me) -> None:
    """End a feed of the caller's for good: its link leads nowhere from then on."""
    feed = db.load(Feed, feed_id)
    if feed.user_id != by.id:
        raise missing()
    feed.record("feed.deleted", by=by.actor)
    db.erase(feed)
