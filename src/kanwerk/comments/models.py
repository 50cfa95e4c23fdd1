"""Comments on tasks, projects and clients: written by one, answered in threads, reacted to."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, select
from sqlalchemy.orm import Mapped, mapped_column, object_session

from kanwerk.core import clock
from kanwerk.core.ids import new_id
from kanwerk.core.languages import Phrase
from kanwerk.core.markdown import mentioned
from kanwerk.core.problems import Forbidden, invalid, invalid_parameter, missing
from kanwerk.core.rows import add_up, enter
from kanwerk.core.tables import Base, Key, Owned, Trashable, in_space, key, trash_index
from kanwerk.core.trash import put, take_out
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.people.models import User
from kanwerk.projects.models import Project
from kanwerk.tasks.models import Task
from kanwerk.tasks.writing import may_see

MOST_REACTIONS = 50
LONGEST_EMOJI = 16


class Comment(Trashable, Owned, Base):
    """What somebody says about a task, a project or a client: exactly one of the three is set."""

    __tablename__ = "comments"
    __table_args__ = (
        in_space("author_id", "users"),
        in_space("parent_id", "comments"),
        in_space("task_id", "tasks", ondelete="CASCADE"),
        in_space("of_project_id", "projects", ondelete="CASCADE"),
        in_space("client_id", "clients", ondelete="CASCADE"),
        Index("ix_comments_task_id", "space_id", "task_id", "id"),
        Index("ix_comments_of_project_id", "space_id", "of_project_id", "id"),
        Index("ix_comments_client_id", "space_id", "client_id", "id"),
        Index("ix_comments_updated_at", "space_id", "updated_at", "id"),
        trash_index("comments"),
        CheckConstraint("visibility IN ('internal', 'external')", name="visibility"),
        CheckConstraint(
            "CASE WHEN task_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN of_project_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN client_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_record",
        ),
    )
    noun = "comment"
    author_id: Mapped[str | None] = key()
    parent_id: Mapped[str | None] = key()
    task_id: Mapped[str | None] = key()
    of_project_id: Mapped[str | None] = key()
    client_id: Mapped[str | None] = key()
    body: Mapped[str]
    visibility: Mapped[str]
    edited_at: Mapped[datetime | None]

    @property
    def project_id(self) -> str | None:
        """The project it is about, or whose task it is about, for the log."""
        session = object_session(self)
        if self.task_id is None or session is None:
            return self.of_project_id
        return session.get_one(Task, (self.space_id, self.task_id)).project_id

    def change(self, db: Write, members: dict[str, Any], *, by: Me) -> None:
        """Change body or visibility: its author may, and admins."""
        _own(self, by)
        if members.get("visibility", self.visibility) != self.visibility:
            _refuse_visibility(members["visibility"], by)
            _keep_within_thread(db, self, members["visibility"])
        changes = self.set(**members)
        if not changes:
            return
        if "body" in changes:
            self.edited_at = clock.now()
            mention(db, self)
        self.record("comment.updated", by=by.actor, changes=changes)


class CommentMention(Base):
    """Whom a comment mentions."""

    __tablename__ = "comment_mentions"
    __table_args__ = (
        in_space("comment_id", "comments", ondelete="CASCADE"),
        in_space("user_id", "users", ondelete="CASCADE"),
        Index("ix_comment_mentions_user_id", "space_id", "user_id", "comment_id"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    comment_id: Mapped[str] = mapped_column(Key, primary_key=True)
    user_id: Mapped[str] = mapped_column(Key, primary_key=True)


class CommentReaction(Base):
    """An emoji that somebody reacted to a comment with."""

    __tablename__ = "comment_reactions"
    __table_args__ = (
        in_space("comment_id", "comments", ondelete="CASCADE"),
        in_space("user_id", "users", ondelete="CASCADE"),
        Index("ix_comment_reactions_user_id", "space_id", "user_id"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    comment_id: Mapped[str] = mapped_column(Key, primary_key=True)
    emoji: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(Key, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


def create_comment(db: Write, about: dict[str, str], members: dict[str, Any], *, by: Me) -> Comment:
    """Say something about a record: ``about`` is its column and id, such as ``{"task_id": …}``.

    Guests and tax advisors say it to everybody (``external``), others to their own (``internal``) unless they
    say otherwise; an answer is as visible as what it answers at most.
    """
    outsider = by.type in ("guest", "tax_advisor")
    visibility = members.get("visibility") or ("external" if outsider else "internal")
    _refuse_visibility(visibility, by)
    comment = Comment(
        id=new_id(),
        space_id=db.space_id,
        author_id=by.id or None,
        body=members["body"],
        visibility=visibility,
        parent_id=_thread(db, about, members.get("parent_id"), visibility, by),
        **about,
    )
    enter(db, comment, by=by.actor)
    if mentioned(comment.body):
        mention(db, comment)
    if comment.task_id is not None:
        add_up(db, Task, comment.task_id, comment_count=1)
    return comment


def mention(db: Write, comment: Comment) -> None:
    """Keep whom a comment mentions: users of the space who may see it."""
    wanted = mentioned(comment.body)
    known = select(User).where(User.space_id == db.space_id, User.id.in_(wanted), User.active.is_(True))
    people = db.session.execute(known).scalars() if wanted else ()
    there = {user.id for user in people if _hears(db, comment, user)}
    before = select(CommentMention).where(
        CommentMention.space_id == db.space_id, CommentMention.comment_id == comment.id
    )
    for old in db.session.execute(before).scalars():
        if old.user_id in there:
            there.remove(old.user_id)
        else:
            db.session.delete(old)
    for user_id in there:
        db.session.add(CommentMention(space_id=db.space_id, comment_id=comment.id, user_id=user_id))


def _hears(db: Write, comment: Comment, user: User) -> bool:
    """Whether somebody else sees a comment."""
    if user.type != "user" and comment.visibility == "internal":
        return False
    if comment.project_id is not None:
        project = db.session.get_one(Project, (db.space_id, comment.project_id))
        return user.type != "tax_advisor" and may_see(db, project, user)
    return user.type != "guest" or user.client_id == comment.client_id


def mentions_of(db: Write, comment: Comment) -> set[str]:
    """Return the ids of those whom a comment mentions."""
    db.flush()
    wanted = select(CommentMention.user_id).where(
        CommentMention.space_id == db.space_id, CommentMention.comment_id == comment.id
    )
    return set(db.session.execute(wanted).scalars())


def delete_comment(db: Write, comment: Comment, *, by: Me) -> None:
    """Move a comment to the trash: its author may, and admins; answers to it stay."""
    _own(comment, by)
    put(comment, new_id(), by=by)
    if comment.task_id is not None:
        add_up(db, Task, comment.task_id, comment_count=-1)


def restore_comment(db: Write, comment: Comment, *, by: Me) -> None:
    """Bring a comment back from the trash."""
    _own(comment, by)
    if comment.trashed_at is None:
        return
    take_out(comment, by=by)
    if comment.task_id is not None:
        add_up(db, Task, comment.task_id, comment_count=1)


def react(db: Write, comment: Comment, emoji: str, *, by: Me) -> None:
    """React with an emoji; a second time changes nothing."""
    if emoji.isascii() or len(emoji) > LONGEST_EMOJI or any(char.isalpha() for char in emoji):
        raise invalid_parameter("emoji", "An emoji is needed, percent-encoded.")
    found = db.session.get(CommentReaction, (db.space_id, comment.id, emoji, by.id))
    if found is None and by.id:
        before = select(CommentReaction.emoji).where(
            CommentReaction.space_id == db.space_id, CommentReaction.comment_id == comment.id
        )
        kinds = set(db.session.execute(before).scalars())
        if len(kinds | {emoji}) > MOST_REACTIONS:
            raise invalid_parameter(
                "emoji", Phrase("%(most)s kinds of reaction are the most.", most=MOST_REACTIONS)
            )
        db.session.add(
            CommentReaction(space_id=db.space_id, comment_id=comment.id, emoji=emoji, user_id=by.id)
        )
        _tell_reaction(comment, emoji, {"from": None, "to": by.id}, by)


def unreact(db: Write, comment: Comment, emoji: str, *, by: Me) -> None:
    """Take back a reaction; 404 when there is none."""
    found = db.session.get(CommentReaction, (db.space_id, comment.id, emoji, by.id))
    if found is None:
        raise missing("reaction")
    db.session.delete(found)
    _tell_reaction(comment, emoji, {"from": by.id, "to": None}, by)


def _tell_reaction(comment: Comment, emoji: str, change: dict[str, Any], by: Me) -> None:
    comment.touch()
    comment.record("comment.updated", by=by.actor, changes={f"reactions.{emoji}": change})


def _thread(db: Write, about: dict[str, str], parent_id: str | None, visibility: str, by: Me) -> str | None:
    """Return the first comment of the thread that an answer belongs to: threads are one level deep."""
    if parent_id is None:
        return None
    parent = db.find(Comment, parent_id)
    ((column, record_id),) = about.items()
    hidden = parent is not None and parent.visibility == "internal" and by.type in ("guest", "tax_advisor")
    if parent is None or hidden or getattr(parent, column) != record_id:
        raise invalid("/parent_id", "There is no such comment here.", "not_found")
    if parent.visibility == "internal" and visibility == "external":
        raise invalid("/visibility", "An answer to an internal comment is internal.")
    return parent.parent_id or parent.id


def _keep_within_thread(db: Write, comment: Comment, visibility: str) -> None:
    """Keep answers from being seen by more people than what they answer."""
    parent = db.find(Comment, comment.parent_id, trashed=True) if comment.parent_id else None
    if visibility == "external" and parent is not None and parent.visibility == "internal":
        raise invalid("/visibility", "An answer to an internal comment is internal.")
    louder = select(Comment.id).where(
        Comment.space_id == db.space_id,
        Comment.parent_id == comment.id,
        Comment.visibility == "external",
        Comment.trashed_at.is_(None),
    )
    if visibility == "internal" and db.session.execute(louder.limit(1)).first() is not None:
        raise invalid("/visibility", "Answers to this comment are external.")


def _own(comment: Comment, by: Me) -> None:
    if comment.author_id != by.id and not by.admin:
        message = "Only its author and admins change a comment."
        raise Forbidden(message)


def _refuse_visibility(visibility: str, by: Me) -> None:
    if visibility == "internal" and by.type in ("guest", "tax_advisor"):
        raise invalid("/visibility", "Your comments are external.")
