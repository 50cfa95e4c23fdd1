"""What home does: completing a task and taking that back, and how everything looks."""

from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Pages, Redirect, View
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.columns import Column, columns_of
from kanwerk.tasks.models import Task
from kanwerk.tasks.moves import first_open, move
from kanwerk.tasks.writing import open_task

pages = Pages()
YEAR_SECONDS = 31_536_000
LOOKS = {"theme": ("light", "dark", "system"), "density": ("comfortable", "compact")}


@pages.post("/{space}/home/tasks/{id}/complete", needs="tasks:write")
def complete_task(db: Write, me: Me, id: str) -> Answer:
    """Put a task into its project's column for what is done; the undo puts it back where it was."""
    task = open_task(db, id, me)
    home, came_from = f"/{me.space_slug}", task.column_id
    if task.completed_at is not None:
        return Redirect(home, Phrase("%(title)s was done already.", title=_short(task)))
    done = next(column for column in columns_of(db, task.project_id) if column.kind == "done")
    move(db, task, column_id=done.id, force=True, by=me)
    undo = f"{home}/home/tasks/{id}/reopen?column={came_from}"
    return Redirect(home, Phrase("Completed %(title)s.", title=_short(task)), undo)


@pages.post("/{space}/home/tasks/{id}/reopen", needs="tasks:write")
def reopen_task(db: Write, me: Me, view: View, id: str) -> Answer:
    """Put a task back into the column it came from, or the first for what is to be done."""
    task = open_task(db, id, me)
    wanted = view.query.text("column")
    column = db.find(Column, wanted) if is_id(wanted) else None
    if column is None or column.project_id != task.project_id or column.kind == "done":
        column = first_open(db, task.project_id)
    move(db, task, column_id=column.id, force=True, by=me)
    return Redirect(f"/{me.space_slug}", Phrase("%(title)s is open again.", title=_short(task)))


def _short(task: Task) -> str:
    return task.title if len(task.title) <= 80 else f"{task.title[:79]}…"  # noqa: PLR2004 (a line's worth)


@pages.post("/{space}/looks", needs="me:read")
def change_looks(me: Me, view: View) -> Answer:
    """Keep how everything looks on this device: for browsers without script, which sets the same cookies."""
    secure = "; Secure" if view.request.secure else ""
    url = view.form.text("next")
    headers = {}
    for name, values in LOOKS.items():
        if view.form.text(name) in values:
            cookie = f"{name}={view.form.text(name)}; Path=/; Max-Age={YEAR_SECONDS}; SameSite=Lax{secure}"
            headers["Set-Cookie" if name == "theme" else "set-cookie"] = cookie
    home = f"/{me.space_slug}"
    return Redirect(url if url.startswith(home) else home, headers=headers)
