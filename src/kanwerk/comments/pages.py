"""Comments on a task, on its page."""

from collections.abc import Callable

from kanwerk.comments.api import load_comment
from kanwerk.comments.models import (
    Comment,
    create_comment,
    delete_comment,
    mentions_of,
    react,
    restore_comment,
    unreact,
)
from kanwerk.comments.shapes import CreateCommentData, UpdateCommentData
from kanwerk.core import bodies
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Pages, Redirect, View
from kanwerk.core.problems import NotFound, invalid, missing
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.tasks.panel_pages import address, again
from kanwerk.tasks.writing import follow, open_task

pages = Pages()
_COMMENT = "/{space}/tasks/{key}/comments/{id}"
# What is tied to a comment by packages above, such as the files that its text shows.
SAID: list[Callable[[Write, Comment, Me], None]] = []


def _text(view: View) -> str:
    return view.form.get("body", "").replace("\r\n", "\n").strip()


@pages.post("/{space}/tasks/{key}/comments", needs="comments:write", again=again)
def say(db: Write, me: Me, view: View, key: str) -> Answer:
    """Say something about the task, to one's own people or to the client's guests too."""
    me.need("tasks:read")
    task = open_task(db, key, me)
    text, parent = _text(view), view.form.text("parent_id") or None
    if not text:
        raise invalid("/body", Phrase("Say something first."))
    if parent is not None and not is_id(parent):
        raise invalid("/body", Phrase("What you answer is no longer there."))
    given = {"body": text, "parent_id": parent}
    if view.form.text("visibility"):
        given["visibility"] = view.form.text("visibility")
    comment = create_comment(
        db, {"task_id": task.id}, bodies.sent(bodies.convert(given, CreateCommentData)), by=me
    )
    follow(db, task, {*mentions_of(db, comment), *([me.id] if me.type in ("user", "guest") else [])})
    for tie in SAID:
        tie(db, comment, me)
    return Redirect(f"{address(me, key)}#comment-{comment.id}")


def _said(db: Write, me: Me, key: str, id: str, *, trashed: bool = False) -> Comment:
    """Return a comment on this very task; 404 for one on something else."""
    task = open_task(db, key, me)
    comment = load_comment(db, id, me, trashed=trashed)
    if comment.task_id != task.id:
        raise missing()
    return comment


@pages.post(f"{_COMMENT}/edit", needs="comments:write", again=again)
def reword(db: Write, me: Me, view: View, key: str, id: str) -> Answer:
    """Change what one has said."""
    comment = _said(db, me, key, id)
    if not _text(view):
        raise invalid(f"/comment-{id}", Phrase("Say something, or delete the comment."))
    comment.change(db, bodies.sent(bodies.convert({"body": _text(view)}, UpdateCommentData)), by=me)
    for tie in SAID:
        tie(db, comment, me)
    return Redirect(f"{address(me, key)}#comment-{id}")


@pages.post(f"{_COMMENT}/delete", needs="comments:write", again=again)
def take_back(db: Write, me: Me, key: str, id: str) -> Answer:
    """Delete what one has said."""
    delete_comment(db, _said(db, me, key, id), by=me)
    here = address(me, key)
    return Redirect(f"{here}#comments", Phrase("Comment deleted."), f"{here}/comments/{id}/restore")


@pages.post(f"{_COMMENT}/restore", needs="comments:write", again=again)
def say_again(db: Write, me: Me, key: str, id: str) -> Answer:
    """Bring back what one has deleted."""
    restore_comment(db, _said(db, me, key, id, trashed=True), by=me)
    return Redirect(f"{address(me, key)}#comment-{id}", Phrase("The comment is back."))


@pages.post(f"{_COMMENT}/react", needs="comments:write", again=again)
def react_to(db: Write, me: Me, view: View, key: str, id: str) -> Answer:
    """React with an emoji, or take a reaction back."""
    comment, emoji = _said(db, me, key, id), view.form.text("emoji")
    if view.form.text("off"):
        try:
            unreact(db, comment, emoji, by=me)
        except NotFound:
            return Redirect(f"{address(me, key)}#comment-{id}")  # it is gone already
    else:
        react(db, comment, emoji, by=me)
    return Redirect(f"{address(me, key)}#comment-{id}")
