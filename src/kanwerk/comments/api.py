"""Comments, through the API."""

from typing import Any

from kanwerk.clients.models import Client
from kanwerk.comments.models import (
    Comment,
    create_comment,
    delete_comment,
    mentions_of,
    react,
    restore_comment,
    unreact,
)
from kanwerk.comments.shapes import (
    CLIENT_THERE,
    COMMENTS,
    CreateCommentData,
    UpdateCommentData,
    fence_of,
)
from kanwerk.core.archive import refuse_archived
from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.bodies import sent
from kanwerk.core.db import Db
from kanwerk.core.groups import Group
from kanwerk.core.problems import missing
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_of as around
from kanwerk.projects.members import load_project, refuse_unseen
from kanwerk.projects.models import Project
from kanwerk.tasks.numbers import KEY, id_of
from kanwerk.tasks.reads import TASKS
from kanwerk.tasks.shapes import CommentData
from kanwerk.tasks.writing import follow, open_task

comments = Group("Comments", "What people say about tasks, projects and clients, internally or to everybody.")


def _page(db: Db, me: Me, kind: str, record_id: str, query: ListQuery) -> Page[CommentData]:
    db.version = None
    outsider = me.type in ("guest", "tax_advisor")
    return db.page(COMMENTS, query, fence=f"{kind} external" if outsider else kind, about=record_id)


@comments.get("/tasks/{id}/comments", needs="comments:read", read=COMMENTS, key=KEY)
def list_task_comments(db: Db, me: Me, id: str, query: ListQuery) -> Page[CommentData]:
    """List what was said about a task, oldest first."""
    me.need("tasks:read")
    task_id = db.one(TASKS, id_of(db, id), fence=around(me)).id
    return _page(db, me, "task", task_id, query)


@comments.post("/tasks/{id}/comments", needs="comments:write", may_create=True, key=KEY)
def create_task_comment(db: Write, me: Me, id: str, body: CreateCommentData) -> CommentData:
    """Say something about a task; you watch it from then on."""
    me.need("tasks:read")
    task = open_task(db, id, me)
    comment = create_comment(db, {"task_id": task.id}, sent(body), by=me)
    follow(db, task, {*mentions_of(db, comment), *([me.id] if me.type in ("user", "guest") else [])})
    return db.full(COMMENTS, comment)


@comments.get("/projects/{id}/comments", needs="comments:read", read=COMMENTS)
def list_project_comments(db: Db, me: Me, id: str, query: ListQuery) -> Page[CommentData]:
    """List what was said about a project, oldest first."""
    me.need("projects:read")
    refuse_unseen(db, id, me)
    return _page(db, me, "project", id, query)


@comments.post("/projects/{id}/comments", needs="comments:write", may_create=True)
def create_project_comment(db: Write, me: Me, id: str, body: CreateCommentData) -> CommentData:
    """Say something about a project."""
    me.need("projects:read")
    project = load_project(db, id, me)
    refuse_archived(project)
    return db.full(COMMENTS, create_comment(db, {"of_project_id": project.id}, sent(body), by=me))


@comments.get("/clients/{id}/comments", needs="comments:read", read=COMMENTS)
def list_client_comments(db: Db, me: Me, id: str, query: ListQuery) -> Page[CommentData]:
    """List what was said about a client, oldest first."""
    me.need("clients:read")
    _see_client(db, me, id)
    return _page(db, me, "client", id, query)


def _see_client(db: Db, me: Me, client_id: str) -> None:
    mine = me.may("clients:details") or me.client_id == client_id
    if not mine or not db.rows(CLIENT_THERE, id=client_id):
        raise missing()


@comments.post("/clients/{id}/comments", needs="comments:write", may_create=True)
def create_client_comment(db: Write, me: Me, id: str, body: CreateCommentData) -> CommentData:
    """Say something about a client."""
    me.need("clients:read")
    _see_client(db, me, id)
    client = db.load(Client, id)
    refuse_archived(client)
    return db.full(COMMENTS, create_comment(db, {"client_id": client.id}, sent(body), by=me))


@comments.get("/comments/{id}", needs="comments:read", read=COMMENTS)
def get_comment(db: Db, me: Me, id: str, query: RecordQuery) -> CommentData:
    """Show a comment."""
    return db.one(COMMENTS, id, query, fence=fence_of(me))


def load_comment(db: Write, comment_id: str, me: Me, *, trashed: bool = False) -> Comment:
    """Return a comment that the caller sees, locked; ``Conflict`` where what it is about is archived."""
    rows = db.rows(COMMENTS.record_select(fence_of(me)), id=comment_id)
    if not rows:
        raise missing()
    comment = db.load(Comment, comment_id, trashed=trashed)
    about: Any = (
        db.find(Project, comment.project_id, trashed=True)
        if comment.project_id is not None
        else db.find(Client, str(comment.client_id), trashed=True)
    )
    refuse_archived(about)
    return comment


@comments.patch("/comments/{id}", needs="comments:write")
def update_comment(db: Write, me: Me, id: str, body: UpdateCommentData) -> CommentData:
    """Change a comment: your own, or as an admin anybody's."""
    comment = load_comment(db, id, me)
    comment.change(db, sent(body), by=me)
    return db.full(COMMENTS, comment)


@comments.delete("/comments/{id}", needs="comments:write")
def delete_comment_(db: Write, me: Me, id: str) -> None:
    """Move a comment to the trash: your own, or as an admin anybody's."""
    delete_comment(db, load_comment(db, id, me), by=me)


@comments.post("/comments/{id}/restore", needs="comments:write")
def restore_comment_(db: Write, me: Me, id: str) -> CommentData:
    """Bring a comment back from the trash."""
    comment = load_comment(db, id, me, trashed=True)
    restore_comment(db, comment, by=me)
    return db.full(COMMENTS, comment)


@comments.put("/comments/{id}/reactions/{emoji}", needs="comments:write")
def react_to_comment(db: Write, me: Me, id: str, emoji: str) -> CommentData:
    """React to a comment with an emoji (percent-encoded)."""
    comment = load_comment(db, id, me)
    react(db, comment, emoji, by=me)
    return db.full(COMMENTS, comment)


@comments.delete("/comments/{id}/reactions/{emoji}", needs="comments:write")
def unreact_to_comment(db: Write, me: Me, id: str, emoji: str) -> CommentData:
    """Take back your reaction."""
    comment = load_comment(db, id, me)
    unreact(db, comment, emoji, by=me)
    return db.full(COMMENTS, comment)
