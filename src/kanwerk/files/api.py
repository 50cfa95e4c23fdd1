"""Files, through the API."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from kanwerk.clients.models import Client
from kanwerk.comments.models import Comment
from kanwerk.comments.shapes import COMMENTS
from kanwerk.comments.shapes import fence_of as around_comments
from kanwerk.core.archive import refuse_archived
from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.bodies import sent
from kanwerk.core.db import Db
from kanwerk.core.groups import Group
from kanwerk.core.problems import Forbidden, missing
from kanwerk.core.storage import Stream
from kanwerk.core.text import Name
from kanwerk.core.web import Request
from kanwerk.core.writes import Write
from kanwerk.files.models import File, create_file
from kanwerk.files.reads import CONTENT, FILES, fence_of
from kanwerk.files.serving import Taken, give_out, take_in
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_of as around
from kanwerk.projects.members import load_project
from kanwerk.projects.models import Project
from kanwerk.projects.reads import PROJECTS
from kanwerk.tasks.models import Task
from kanwerk.tasks.numbers import KEY, id_of
from kanwerk.tasks.reads import TASKS
from kanwerk.tasks.shapes import FileData
from kanwerk.tasks.writing import open_task

files = Group("Files", "Uploaded as streams, stored once, attached to tasks, comments, projects and clients.")
_TASK = "/tasks/{id}/files"
_COMMENT = "/comments/{id}/files"
_PROJECT = "/projects/{id}/files"
_CLIENT = "/clients/{id}/files"


@files.post("/files", needs="files:write", creates=True, receives=take_in)
def upload_file(db: Write, me: Me, body: Taken) -> FileData:
    """Upload a file: multipart/form-data with the field `file`. Attach it within a day, or it is gone."""
    file = create_file(db, body.incoming, body.content_type, thumbnail=body.thumbnail, by=me)
    return db.full(FILES, file)


@files.get("/files/{id}", needs="files:read", read=FILES)
def get_file(db: Db, me: Me, id: str, query: RecordQuery) -> FileData:
    """Show what is known of a file, with links to its content."""
    return db.one(FILES, id, query, fence=fence_of(me))


@files.get("/files/{id}/content", needs="files:read")
def get_file_content(db: Db, me: Me, id: str, request: Request) -> Stream:
    """Download a file, or the part of it that `Range` asks for."""
    db.one(FILES, id, fence=fence_of(me))
    return give_out(request, db.space_id, db.rows(CONTENT, id=id)[0])


class UpdateFileData(Struct, forbid_unknown_fields=True):
    """Members of a file to change."""

    name: Name | UnsetType = UNSET


@files.patch("/files/{id}", needs="files:write")
def update_file(db: Write, me: Me, id: str, body: UpdateFileData) -> FileData:
    """Rename a file: your own, or as an admin anybody's."""
    file = _load(db, id, me)
    changes = file.set(**sent(body))
    if changes:
        file.record("file.updated", by=me.actor, changes=changes)
    return db.full(FILES, file)


@files.delete("/files/{id}", needs="files:write")
def delete_file(db: Write, me: Me, id: str) -> None:
    """Delete a file for good: your own, or as an admin anybody's."""
    file = _load(db, id, me)
    if file.attached:
        file.detach(db, by=me)
    file.record("file.deleted", by=me.actor)
    db.erase(file)


def _load(db: Write, file_id: str, me: Me) -> File:
    if not db.rows(FILES.record_select(fence_of(me)), id=file_id):
        raise missing()
    file = db.load(File, file_id)
    if file.uploader_id != me.id and not me.admin:
        message = "Only who uploaded a file, and admins, change it."
        raise Forbidden(message)
    _refuse_closed(db, file)
    return file


def _refuse_closed(db: Write, file: File) -> None:
    """Refuse to change a file of what is archived."""
    comment = db.find(Comment, file.comment_id) if file.comment_id else None
    client_id = file.client_id or (comment.client_id if comment is not None else None)
    project = db.find(Project, file.project_id) if file.project_id else None
    client = db.find(Client, client_id) if client_id else None
    for about in (project, client):
        if about is not None:
            refuse_archived(about)


def _attach(db: Write, me: Me, file_id: str, column: str, record_id: str) -> FileData:
    if not db.rows(FILES.record_select(fence_of(me)), id=file_id):
        raise missing("file")
    file = db.find(File, file_id, lock=True)
    assert file is not None  # noqa: S101 (just seen)
    file.attach(db, column, record_id, by=me)
    return db.full(FILES, file)


def _detach(db: Write, me: Me, file_id: str, column: str, record_id: str) -> None:
    file = db.find(File, file_id, lock=True)
    if file is None or getattr(file, column) != record_id:
        raise missing("file")
    file.detach(db, by=me)


def _page(db: Db, query: ListQuery, kind: str, record_id: str) -> Page[FileData]:
    db.version = None
    return db.page(FILES, query, fence=kind, about=record_id)


@files.get(_TASK, needs="files:staff", read=FILES, key=KEY)
def list_task_files(db: Db, me: Me, id: str, query: ListQuery) -> Page[FileData]:
    """List the files of a task."""
    task_id = db.one(TASKS, id_of(db, id), fence=around(me)).id
    return _page(db, query, "task", task_id)


@files.put(f"{_TASK}/{{file_id}}", needs="files:staff_write", key=KEY)
def attach_to_task(db: Write, me: Me, id: str, file_id: str) -> FileData:
    """Attach a file to a task."""
    task: Task = open_task(db, id, me)
    return _attach(db, me, file_id, "task_id", task.id)


@files.delete(f"{_TASK}/{{file_id}}", needs="files:staff_write", key=KEY)
def detach_from_task(db: Write, me: Me, id: str, file_id: str) -> None:
    """Take a file off a task; it is gone after a day."""
    _detach(db, me, file_id, "task_id", open_task(db, id, me).id)


@files.get(_PROJECT, needs="files:staff", read=FILES)
def list_project_files(db: Db, me: Me, id: str, query: ListQuery) -> Page[FileData]:
    """List the files of a project itself."""
    db.one(PROJECTS, id, fence=around(me))
    return _page(db, query, "project", id)


def _open_project(db: Write, project_id: str, me: Me) -> Project:
    project = load_project(db, project_id, me)
    refuse_archived(project)
    return project


@files.put(f"{_PROJECT}/{{file_id}}", needs="files:staff_write")
def attach_to_project(db: Write, me: Me, id: str, file_id: str) -> FileData:
    """Attach a file to a project."""
    return _attach(db, me, file_id, "of_project_id", _open_project(db, id, me).id)


@files.delete(f"{_PROJECT}/{{file_id}}", needs="files:staff_write")
def detach_from_project(db: Write, me: Me, id: str, file_id: str) -> None:
    """Take a file off a project; it is gone after a day."""
    _detach(db, me, file_id, "of_project_id", _open_project(db, id, me).id)


@files.get(_CLIENT, needs="files:of_clients", read=FILES)
def list_client_files(db: Db, me: Me, id: str, query: ListQuery) -> Page[FileData]:
    """List the files of a client."""
    from kanwerk.clients.shapes import CLIENTS

    me.need("clients:details")
    db.one(CLIENTS, id)
    return _page(db, query, "client", id)


def _open_client(db: Write, client_id: str, me: Me) -> Client:
    me.need("clients:details")
    client = db.load(Client, client_id)
    refuse_archived(client)
    return client


@files.put(f"{_CLIENT}/{{file_id}}", needs="files:staff_write")
def attach_to_client(db: Write, me: Me, id: str, file_id: str) -> FileData:
    """Attach a file to a client."""
    return _attach(db, me, file_id, "client_id", _open_client(db, id, me).id)


@files.delete(f"{_CLIENT}/{{file_id}}", needs="files:staff_write")
def detach_from_client(db: Write, me: Me, id: str, file_id: str) -> None:
    """Take a file off a client; it is gone after a day."""
    _detach(db, me, file_id, "client_id", _open_client(db, id, me).id)


@files.get(_COMMENT, needs="files:read", read=FILES)
def list_comment_files(db: Db, me: Me, id: str, query: ListQuery) -> Page[FileData]:
    """List the files of a comment."""
    db.one(COMMENTS, id, fence=around_comments(me))
    return _page(db, query, "comment", id)


def _own_comment(db: Write, comment_id: str, me: Me) -> Comment:
    if not db.rows(COMMENTS.record_select(around_comments(me)), id=comment_id):
        raise missing()
    comment = db.load(Comment, comment_id)
    if comment.author_id != me.id and not me.admin:
        message = "Only its author and admins change a comment."
        raise Forbidden(message)
    about: Any = (
        db.find(Project, comment.project_id, trashed=True)
        if comment.project_id is not None
        else db.find(Client, str(comment.client_id), trashed=True)
    )
    refuse_archived(about)
    return comment


@files.put(f"{_COMMENT}/{{file_id}}", needs="files:write")
def attach_to_comment(db: Write, me: Me, id: str, file_id: str) -> FileData:
    """Attach a file to a comment of yours; who sees the comment sees it."""
    return _attach(db, me, file_id, "comment_id", _own_comment(db, id, me).id)


@files.delete(f"{_COMMENT}/{{file_id}}", needs="files:write")
def detach_from_comment(db: Write, me: Me, id: str, file_id: str) -> None:
    """Take a file off a comment of yours; it is gone after a day."""
    _detach(db, me, file_id, "comment_id", _own_comment(db, id, me).id)
