"""What else is done to a task on its page: relations, subtasks, to another project, to the trash and back."""

from typing import Any

from sqlalchemy import select

from kanwerk.core import bodies
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Pages, Redirect, View
from kanwerk.core.problems import NotFound, invalid
from kanwerk.core.text import fold
from kanwerk.core.trash import Fate, bring_back, throw_away
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.members import sees
from kanwerk.projects.models import Prefix, Project
from kanwerk.tasks.edit_pages import task_named
from kanwerk.tasks.moves import move
from kanwerk.tasks.numbers import key_of
from kanwerk.tasks.panel_pages import address, again
from kanwerk.tasks.relations import WAYS, relate, unrelate
from kanwerk.tasks.shapes import CreateTaskData
from kanwerk.tasks.writing import create_task, load_task, open_task, refuse_closed

pages = Pages()


@pages.post("/{space}/tasks/{key}/relations", needs="tasks:write", again=again)
def relate_task(db: Write, me: Me, view: View, key: str) -> Answer:
    """Say how the task bears on another, or that it does no more."""
    task, form = open_task(db, key, me), view.form
    kind = form.text("kind")
    if kind not in WAYS:
        raise invalid("/relation", Phrase("Choose from the list."))
    other = task_named(db, me, form.text("other"), "/relation")
    if other is None:
        raise invalid("/relation", Phrase("The key of a task is needed, such as WEB-12."))
    try:
        (unrelate if form.text("remove") else relate)(db, task, kind, other, by=me)
    except NotFound:
        return Redirect(address(me, key))  # it is gone already
    return Redirect(address(me, key))


@pages.post("/{space}/tasks/{key}/subtasks", needs="tasks:write", again=again)
def add_subtask(db: Write, me: Me, view: View, key: str) -> Answer:
    """Add a part of the task."""
    task = open_task(db, key, me)
    title = view.form.text("subtask")
    if not title:
        raise invalid("/subtask", Phrase("A title is needed."))
    given = {"project_id": task.project_id, "title": title[:500], "parent_id": task.id}
    create_task(db, bodies.sent(bodies.convert(given, CreateTaskData)), by=me)
    return Redirect(address(me, key))


def _project_named(db: Write, me: Me, text: str) -> str:
    """Return the id of the project that somebody names by its shortcode or, if no other has it, its name."""
    code = text.upper()
    prefix: Any = db.session.get(Prefix, (db.space_id, code)) if code and not is_id(code) else None
    if prefix is not None:
        return str(prefix.project_id)
    named = select(Project).where(
        Project.space_id == db.space_id,
        Project.name_fold == fold(text),
        Project.trashed_at.is_(None),
        Project.archived_at.is_(None),
    )
    seen = [project for project in db.session.execute(named.limit(9)).scalars() if sees(db, project, me)]
    if len(seen) != 1:
        raise invalid("/project", Phrase("There is no project %(code)s that you see.", code=text[:20]))
    return seen[0].id


@pages.post("/{space}/tasks/{key}/project", needs="tasks:write", again=again)
def move_to_project(db: Write, me: Me, view: View, key: str) -> Answer:
    """Move the task, with its subtasks, to another project; its old key leads on to the new one."""
    task = open_task(db, key, me)
    move(db, task, project_id=_project_named(db, me, view.form.text("project")), by=me)
    db.flush()
    here = address(me, now := key_of(db, task))
    return Redirect(here, Phrase("Moved to %(key)s.", key=now), f"{here}/undo?events={{events}}")


@pages.post("/{space}/tasks/{key}/delete", needs="tasks:write", again=again)
def delete_task(db: Write, me: Me, view: View, key: str) -> Answer:
    """Move the task to the trash; what becomes of its subtasks is asked where there are some."""
    task = open_task(db, key, me)
    fate = view.form.text("dependants")
    if fate not in ("", *(each.value for each in Fate)):
        raise invalid("/dependants", Phrase("Choose from the list."))
    now = key_of(db, task)
    throw_away(db, task, fate=Fate(fate) if fate else None, by=me)
    here = address(me, now)
    return Redirect(here, Phrase("Deleted %(key)s.", key=now), f"{here}/restore")


@pages.post("/{space}/tasks/{key}/restore", needs="tasks:write", again=again)
def restore_task(db: Write, me: Me, key: str) -> Answer:
    """Bring the task back from the trash."""
    task = load_task(db, key, me, trashed=True)
    refuse_closed(db, task)
    bring_back(db, task, by=me)
    now = key_of(db, task)
    return Redirect(address(me, now), Phrase("%(key)s is back.", key=now))
