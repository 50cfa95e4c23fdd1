"""Files on a task's page: sent as streams, shown at addresses that last, taken off with a way back."""

import re
from typing import Any

from kanwerk.comments.models import Comment
from kanwerk.comments.pages import SAID
from kanwerk.core.db import Db
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import missing
from kanwerk.core.storage import Stream
from kanwerk.core.writes import Write
from kanwerk.files.models import File, create_file
from kanwerk.files.reads import CONTENT, FILES, fence_of
from kanwerk.files.serving import Taken, give_out, take_in
from kanwerk.files.sniffing import PICTURES
from kanwerk.people.access import Me
from kanwerk.tasks.panel_pages import address, again
from kanwerk.tasks.writing import open_task

pages = Pages()
_SHOWN = re.compile(r"/[a-z0-9-]+/files/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


@pages.get("/{space}/files/{id}", needs="files:read")
def show_file(db: Db, view: View, id: str) -> Stream:
    """Give out a file that the person may see: what texts link to, since signed links run out."""
    db.one(FILES, id, fence=fence_of(view.me))
    return give_out(view.request, db.space_id, db.rows(CONTENT, id=id)[0], small="small" in view.query)


def _told(me: Me, file: File, kind: str) -> Html:
    """Return what the editor puts into the text for a file that was sent."""
    context = {"name": file.name, "url": f"/{me.space_slug}/files/{file.id}", "picture": kind in PICTURES}
    return Html("tasks/complete.html", context, block="file")


@pages.post("/{space}/files", needs="files:write", receives=take_in)
def send_file(db: Write, me: Me, body: Taken) -> Answer:
    """Take a file for a text that is still being written; attached to nothing, it is gone after a day."""
    file = create_file(db, body.incoming, body.content_type, thumbnail=body.thumbnail, by=me)
    return _told(me, file, body.content_type)


@pages.post("/{space}/tasks/{key}/files", needs="files:staff_write", again=again, receives=take_in)
def send_task_file(db: Write, me: Me, view: View, key: str, body: Taken) -> Answer:
    """Take a file and attach it to the task."""
    task = open_task(db, key, me)
    file = create_file(db, body.incoming, body.content_type, thumbnail=body.thumbnail, by=me)
    db.flush()
    file.attach(db, "task_id", task.id, by=me)
    if view.query.get("in") == "text":
        return _told(me, file, body.content_type)
    return Redirect(f"{address(me, key)}#files")


@pages.post("/{space}/tasks/{key}/files/{id}/delete", needs="files:staff_write", again=again)
def take_off_file(db: Write, me: Me, key: str, id: str) -> Answer:
    """Take a file off the task; it can be brought back for a day."""
    task, file = open_task(db, key, me), db.find(File, id, lock=True)
    if file is None or file.task_id != task.id:
        raise missing("file")
    file.detach(db, by=me)
    here = address(me, key)
    name = Phrase("%(name)s is taken off.", name=file.name)
    undo = f"{here}/files/{id}/restore" if me.admin or file.uploader_id == me.id else None
    return Redirect(f"{here}#files", name, undo)


@pages.post("/{space}/tasks/{key}/files/{id}/restore", needs="files:staff_write", again=again)
def put_back_file(db: Write, me: Me, key: str, id: str) -> Answer:
    """Attach a file again that was taken off."""
    task, file = open_task(db, key, me), db.find(File, id, lock=True)
    if file is None:
        raise missing("file")
    file.attach(db, "task_id", task.id, by=me)
    return Redirect(f"{address(me, key)}#files", Phrase("%(name)s is back.", name=file.name))


def attach_shown(db: Write, comment: Comment, by: Me) -> None:
    """Attach to a comment the files its text shows that its author has just sent."""
    for file_id in dict.fromkeys(_SHOWN.findall(comment.body)):
        file: Any = db.find(File, file_id, lock=True) if is_id(file_id) else None
        if file is not None and not file.attached and file.uploader_id == by.id:
            file.attach(db, "comment_id", comment.id, by=by)


SAID.append(attach_shown)
