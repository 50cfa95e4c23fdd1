"""What is done to several chosen tasks at once, wherever they were chosen."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from kanwerk.core.forms import Form
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Pages, Redirect, View
from kanwerk.core.problems import Invalid, invalid
from kanwerk.core.trash import Fate, bring_back, throw_away
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.tasks.labelling import add_label
from kanwerk.tasks.models import PRIORITIES, Task
from kanwerk.tasks.numbers import key_of
from kanwerk.tasks.writing import assign, change_task, load_task, open_task, refuse_closed

pages = Pages()
MOST = 100
Act = Callable[[Write, Task, str, Me], None]


def _priority(db: Write, task: Task, value: str, me: Me) -> None:
    if value not in PRIORITIES:
        raise invalid("/priority", "There is no such priority.")
    change_task(db, task, {"priority": value}, by=me)


def _assignee(db: Write, task: Task, value: str, me: Me) -> None:
    if value == "nobody":
        change_task(db, task, {"assignee_ids": []}, by=me)
    else:
        assign(db, task, me.id if value == "me" else _id(value), by=me)


def _id(value: str) -> str:
    if not is_id(value):
        raise invalid("/value", "There is nothing of that id.")
    return value


def _column(db: Write, task: Task, value: str, me: Me) -> None:
    change_task(db, task, {"column_id": _id(value)}, by=me)


ACTS: dict[str, Act] = {
    "column": _column,
    "assignee": _assignee,
    "label": lambda db, task, value, me: add_label(db, task, _id(value), by=me),
    "priority": _priority,
    "delete": lambda db, task, _value, me: throw_away(db, task, fate=Fate.TRASH, by=me),
}


def _ids(form: Form) -> list[str]:
    found = [each for each in form.all("ids") for each in each.split(",") if is_id(each)]
    if not found:
        raise Invalid("Choose tasks first.")
    if len(found) > MOST:
        raise Invalid(Phrase("Choose %(num)s tasks at most.", num=MOST))
    return list(dict.fromkeys(found))


def _back(me: Me, view: View, ids: list[str], text: str, undo: str | None = None) -> Redirect:
    """Return to the page that the tasks were chosen on; a script is shown the tasks concerned only."""
    here = view.within(view.form.text("part" if view.partial else "back"), f"/{me.space_slug}")
    if not view.partial:
        return Redirect(here, text, undo)
    asked = "&".join(filter(None, [urlencode({"ids": ",".join(ids)}), view.form.text("filters")]))
    return Redirect(f"{here}?{asked}", text, undo)


@pages.post("/{space}/tasks/bulk", needs="tasks:write")
def change_tasks(db: Write, me: Me, view: View) -> Answer:
    """Do one thing to all chosen tasks, or to none of them where it cannot be done to one."""
    ids = _ids(view.form)
    name = next((each for each in ACTS if view.form.text(each)), None)
    if name is None:
        raise Invalid("Say what is to be done.")
    done: list[Any] = []
    for task_id in ids:
        task = open_task(db, task_id, me)
        ACTS[name](db, task, view.form.text(name), me)
        db.flush()
        done.append(task)
    if name != "delete":
        text = Phrase("Changed %(num)s task.", "Changed %(num)s tasks.", num=len(done))
        undo = None
        if name == "column":
            back = urlencode({"back": view.within(view.form.text("back"), "")})
            undo = f"/{me.space_slug}/tasks/{key_of(db, done[0])}/undo?events={{events}}&{back}"
        return _back(me, view, ids, text, undo)
    text = Phrase("Deleted %(num)s task.", "Deleted %(num)s tasks.", num=len(done))
    return _back(me, view, ids, text, f"/{me.space_slug}/tasks/restore?{urlencode({'ids': ','.join(ids)})}")


@pages.post("/{space}/tasks/restore", needs="tasks:write")
def restore_tasks(db: Write, me: Me, view: View) -> Answer:
    """Bring several tasks back from the trash."""
    ids = _ids(view.form if "ids" in view.form else view.query)
    for task_id in ids:
        task = load_task(db, task_id, me, trashed=True)
        if task.trashed_at is not None:
            refuse_closed(db, task)
            bring_back(db, task, by=me)
            db.flush()
    text = Phrase("%(num)s task is back.", "%(num)s tasks are back.", num=len(ids))
    return _back(me, view, ids, text)
