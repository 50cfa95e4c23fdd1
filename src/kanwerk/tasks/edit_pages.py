"""Changing a task on its page: each form saves by itself, none overwrites what it has not seen."""

from typing import Any

from sqlalchemy import select

from kanwerk.core import bodies
from kanwerk.core.forms import Form
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Pages, Redirect, View
from kanwerk.core.problems import NotFound, PreconditionFailed, invalid
from kanwerk.core.writes import Write
from kanwerk.fields.models import CustomField
from kanwerk.people.access import Me
from kanwerk.tasks.labelling import add_label, remove_label
from kanwerk.tasks.models import Task
from kanwerk.tasks.moves import move
from kanwerk.tasks.numbers import KEY, id_of, key_of
from kanwerk.tasks.panel_pages import address, again
from kanwerk.tasks.panel_reads import changed_since
from kanwerk.tasks.shapes import UpdateTaskData
from kanwerk.tasks.watching import unwatch, watch
from kanwerk.tasks.wording import CUSTOM, seconds_of
from kanwerk.tasks.writing import assign, change_task, open_task, unassign

pages = Pages()
PLAIN = ("column_id", "priority", "start_date", "due_date")
SURE = frozenset({"column_id", "priority"})  # cannot be cleared


def _text(db: Write, me: Me, view: View, key: str, member: str) -> Answer:
    """Save a text; ``PreconditionFailed`` when somebody changed the same one since it was read."""
    task = open_task(db, key, me)
    text = sent_text(db, task, view.form, member)
    body = bodies.convert({member: text or (None if member == "description" else "")}, UpdateTaskData)
    change_task(db, task, bodies.sent(body), by=me)
    return Redirect(address(me, key))


def sent_text(db: Write, task: Task, form: Form, member: str) -> str:
    """Return a text as it is kept: browsers send line ends as CR LF (HTML Living Standard, 4.10.21.8).

    ``PreconditionFailed`` when another one was saved after the version that the form was made of.
    """
    text = form.get(member, "").replace("\r\n", "\n")
    text = " ".join(text.split()) if member == "title" else text.rstrip()
    overtaken = changed_since(db, task.id, form.text("version"), member)
    if overtaken and (getattr(task, member) or "") != text:
        raise PreconditionFailed(Phrase("Somebody else saved this meanwhile."))
    return text


@pages.post("/{space}/tasks/{key}/title", needs="tasks:write", again=again)
def retitle_task(db: Write, me: Me, view: View, key: str) -> Answer:
    """Change the title."""
    return _text(db, me, view, key, "title")


@pages.post("/{space}/tasks/{key}/description", needs="tasks:write", again=again)
def describe_task(db: Write, me: Me, view: View, key: str) -> Answer:
    """Change the description."""
    return _text(db, me, view, key, "description")


@pages.post("/{space}/tasks/{key}/set", needs="tasks:write", again=again)
def set_task(db: Write, me: Me, view: View, key: str) -> Answer:
    """Change what the form holds: column, priority, days, estimate, parent, recurrence, custom fields."""
    task = open_task(db, key, me)
    came_from = task.column_id
    give(db, task, sent_members(db, me, view.form), force=bool(view.form.text("force")), by=me)
    here = address(me, key)
    if task.column_id == came_from:
        return Redirect(here)
    return Redirect(here, Phrase("Moved %(key)s.", key=key_of(db, task)), f"{here}/undo?events={{events}}")


def give(db: Write, task: Task, given: dict[str, Any], *, force: bool, by: Me) -> None:
    """Change these members of a task; with ``force`` into a full column too."""
    if force and given.get("column_id"):
        move(db, task, column_id=given.pop("column_id"), force=True, by=by)
    change_task(db, task, bodies.sent(bodies.convert(given, UpdateTaskData)), by=by)


def sent_members(db: Write, me: Me, form: Form) -> dict[str, Any]:
    """Return what a form gives a task, by the members of a body."""
    given = {name: value for name, value in form.members(*PLAIN).items() if value or name not in SURE}
    if "estimate" in form:
        given["estimate_seconds"] = seconds_of(form.text("estimate"))
    if "parent" in form:
        given["parent_id"] = task_named(db, me, form.text("parent"), "/parent")
    if "recurrence" in form:
        given["recurrence"] = _recurrence(form)
    fields = _fields(db, form)
    if fields:
        given["fields"] = fields
    return given


def task_named(db: Write, me: Me, text: str, pointer: str) -> str | None:
    """Return the id of the task that a key, an id or an address names; None for nothing."""
    plain = text.strip().rpartition("/")[2].split(" ")[0].upper()
    if not plain:
        return None
    if not (KEY.fullmatch(plain) or is_id(plain.lower())):
        raise invalid(pointer, Phrase("The key of a task is needed, such as WEB-12."))
    matched, db.if_match = db.if_match, None
    try:
        return open_task(db, id_of(db, plain if KEY.fullmatch(plain) else plain.lower()), me).id
    except NotFound:
        raise invalid(pointer, Phrase("There is no task %(key)s that you see.", key=plain)) from None
    finally:
        db.if_match = matched


def _recurrence(form: Form) -> dict[str, Any] | None:
    rule = form.text("recurrence")
    if rule == CUSTOM:
        rule = form.text("rule").removeprefix("RRULE:")
        if not rule:
            raise invalid("/recurrence/rule", Phrase("A rule is needed, such as FREQ=WEEKLY;BYDAY=MO."))
    return {"rule": rule, "when": form.text("when") or "completed"} if rule else None


def _fields(db: Write, form: Form) -> dict[str, Any]:
    """Return custom fields from a form: each has its name ``field.<key>`` and its kind is looked up."""
    keys = [name.removeprefix("field.") for name in form if name.startswith("field.")]
    if not keys:
        return {}
    wanted = select(CustomField.key, CustomField.kind).where(
        CustomField.space_id == db.space_id, CustomField.applies_to == "task", CustomField.key.in_(keys)
    )
    kinds: dict[str, str] = {row[0]: row[1] for row in db.session.execute(wanted)}
    return {key: _value(form, key, kinds.get(key, "text")) for key in keys}


def _value(form: Form, key: str, kind: str) -> Any:
    text = form.text(f"field.{key}")
    if kind == "checkbox":
        return "true" in form.all(f"field.{key}")
    if kind == "multi_select":
        return [each for each in form.all(f"field.{key}") if each] or None
    if kind == "number" and text:
        plain = text.replace(" ", "").replace(",", ".")
        try:
            return int(plain) if plain.lstrip("-").isdigit() else float(plain)
        except ValueError:
            raise invalid(f"/fields/{key}", Phrase("A number is needed.")) from None
    return text or None


def _toggle(form: Form, name: str) -> tuple[str, bool]:
    """Return which id a button adds or takes away."""
    added, removed = form.text("add"), form.text("remove")
    chosen = added or removed
    if not is_id(chosen):
        raise invalid(f"/{name}", Phrase("Choose from the list."))
    return chosen, bool(added)


@pages.post("/{space}/tasks/{key}/assignees", needs="tasks:write", again=again)
def assign_task(db: Write, me: Me, view: View, key: str) -> Answer:
    """Let somebody do the task, or no more."""
    task = open_task(db, key, me)
    user_id, added = _toggle(view.form, "assignees")
    (assign if added else unassign)(db, task, user_id, by=me)
    return Redirect(address(me, key))


@pages.post("/{space}/tasks/{key}/labels", needs="tasks:write", again=again)
def label_task(db: Write, me: Me, view: View, key: str) -> Answer:
    """Mark the task with a label, or take one off."""
    task = open_task(db, key, me)
    label_id, added = _toggle(view.form, "labels")
    (add_label if added else remove_label)(db, task, label_id, by=me)
    return Redirect(address(me, key))


@pages.post("/{space}/tasks/{key}/watch", needs="tasks:write", again=again)
def watch_task(db: Write, me: Me, view: View, key: str) -> Answer:
    """Be told of the task, or no more."""
    task: Task = open_task(db, key, me)
    (unwatch if view.form.text("off") else watch)(db, task, me.id, by=me)
    return Redirect(address(me, key))
