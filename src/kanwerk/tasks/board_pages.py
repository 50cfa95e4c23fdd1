"""The board of a project: its columns side by side, cards that are moved by hand."""

import re
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from kanwerk.core import bodies
from kanwerk.core.db import Db
from kanwerk.core.forms import Form
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.listing import MOST
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Invalid, invalid
from kanwerk.core.writes import Write
from kanwerk.labels.shapes import fitting
from kanwerk.people.access import Me
from kanwerk.projects.framing import framed, project_at
from kanwerk.projects.shapes import ProjectFullData
from kanwerk.tasks.asking import DUE, filters_of, today_of
from kanwerk.tasks.boards import CARDS, board, cards, some_cards
from kanwerk.tasks.grouping import NOTHING
from kanwerk.tasks.lanes import LANES, give, lane_cards, lanes, lanes_of, members_in
from kanwerk.tasks.models import PRIORITIES, Task
from kanwerk.tasks.moves import move
from kanwerk.tasks.shapes import UpdateTaskData
from kanwerk.tasks.writing import create_task, open_task

pages = Pages()
END = "end"
_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MOVE = re.compile(rf"({_ID}) ({_ID}) (end|(?:before|after):{_ID})")
_LANES = rf"(?:{_ID}(?:,{_ID})*|[a-z]+)"
GIVE = re.compile(rf"({_ID}) ({_LANES}) ({_LANES})")
MOST_AT_ONCE = 100
DIGITS = 5


def _context(me: Me, view: View, project: ProjectFullData, **more: Any) -> dict[str, Any]:
    filters, by = filters_of(view.query), _grouped(view.query)
    return framed(
        me,
        project,
        filters=filters,
        by=by,
        kept=urlencode(filters | ({"group_by": by} if by else {})),
        today=str(today_of(me)),
        editable=me.may("tasks:write") and project.archived_at is None,
        **more,
    )


def _grouped(form: Form) -> str | None:
    by = form.text("group_by")
    return by if by in LANES else None


def choices_of(db: Db, project: ProjectFullData) -> dict[str, Any]:
    """Return what the board can be filtered by, and what its cards can be given."""
    people = [member.user for member in project.members or ()]
    labels = fitting(db, project.id)
    return {"people": people, "labels": labels, "priorities": PRIORITIES[::-1], "dues": DUE}


@pages.get("/{space}/projects/{code}/board", needs="tasks:read")
def show_board(db: Db, me: Me, view: View, code: str) -> Answer:
    """Show the board, or the next cards of one column."""
    project = project_at(db, me, code, "columns", "members")
    context = _context(me, view, project)
    filters, by, key, cursor = context["filters"], context["by"], *map(view.query.text, ("column", "cursor"))
    if view.partial and (is_id(key) or (by and key in (NOTHING, *PRIORITIES))):
        if by:
            page = lane_cards(db, me, project.id, by, key, filters, cursor)
        else:
            page = cards(db, me, key, filters, cursor)
        context |= {"tasks": page.data, "key": key, "next_cursor": page.meta.next_cursor}
        return Html("tasks/board.html", context, block="more")
    told = view.query.text("rows")
    rows = int(told) if told.isascii() and told.isdigit() and len(told) < DIGITS else CARDS
    rows = min(max(rows, CARDS), MOST)
    context["board"] = (
        lanes(db, me, project, filters, by, rows) if by else board(db, me, project, filters, rows)
    )
    return Html("tasks/board.html", context | choices_of(db, project))


@pages.get("/{space}/projects/{code}/board/cards", needs="tasks:read")
def show_cards(db: Db, me: Me, view: View, code: str) -> Answer:
    """Show some cards as they are now, and how much is in the columns; cards that are gone are left out."""
    project = project_at(db, me, code, "columns", *(["members"] if _grouped(view.query) else []))
    if not view.partial:
        return Redirect(f"/{me.space_slug}/projects/{project.shortcode}/board")
    context = _context(me, view, project)
    ids = [each for each in view.query.text("ids").split(",") if is_id(each)]
    filters, by = context["filters"], context["by"]
    if by:
        tasks = some_cards(db, me, project.id, ids, filters, completed="false")
        context["board"] = lanes(db, me, project, filters, by, 0)
        shown = {each.group.key for each in context["board"]}
        context["cards"] = [(task, key) for task in tasks for key in lanes_of(task, by) if key in shown]
    else:
        tasks = some_cards(db, me, project.id, ids, filters)
        context["board"] = board(db, me, project, filters, 0)
        context["cards"] = [(task, None) for task in tasks]
    return Html("tasks/cards.html", context)


def _back(me: Me, view: View, code: str, ids: list[str], text: str = "", undo: str | None = None) -> Redirect:
    """Return to the board; a script is shown the cards concerned only."""
    here = f"/{me.space_slug}/projects/{code}/board"
    filters = view.form.text("filters")
    if not view.partial:
        return Redirect(f"{here}?{filters}" if filters else here, text, undo)
    return Redirect(f"{here}/cards?{urlencode({'ids': ','.join(ids)})}&{filters}", text, undo)


@pages.post("/{space}/projects/{code}/board/add", needs="tasks:write")
def add_card(db: Write, me: Me, view: View, code: str) -> Answer:
    """Add a card at the end of a column."""
    project = project_at(db, me, code)
    if not view.form.text("title"):
        raise invalid("/title", "This is needed.")
    named = bodies.sent(bodies.convert({"title": view.form.text("title")}, UpdateTaskData))
    members: dict[str, Any] = {"project_id": project.id, **named}
    by, key = _grouped(view.form), view.form.text("column_id")
    if by:
        members |= members_in(by, key)
    elif is_id(key):
        members["column_id"] = key
    task = create_task(db, members, by=me)
    listed = f"/{me.space_slug}/projects/{code}/list"
    if view.form.text("back").lower() == listed.lower():
        kept = view.form.text("filters")
        return Redirect(f"{listed}?{kept}" if kept else listed)
    return _back(me, view, code, [task.id])


def _moves(form: Form, name: str, pattern: re.Pattern[str]) -> list[tuple[str, str, str]]:
    told = form.all(name)
    found = [each.groups() for each in map(pattern.fullmatch, told) if each is not None]
    if not found or len(found) < len(told):
        raise invalid("/m", "Say which card goes where.")
    if len(found) > MOST_AT_ONCE:
        raise Invalid(Phrase("Choose %(num)s tasks at most.", num=MOST_AT_ONCE))
    return [(task_id, one, other) for task_id, one, other in found]


def _open(db: Write, me: Me, project: ProjectFullData, task_id: str) -> Task:
    task = open_task(db, task_id, me)
    if task.project_id != project.id:
        raise invalid("/m", "There is no such task in this project.", "not_found")
    return task


@pages.post("/{space}/projects/{code}/board/move", needs="tasks:write")
def move_cards(db: Write, me: Me, view: View, code: str) -> Answer:
    """Move cards in this order, each as ``m=<task> <column> <place>``: before:<task>, after:<task> or end."""
    project, undoing = project_at(db, me, code), not view.form.all("m")
    form = view.query if undoing else view.form
    back, tasks = [], []
    for task_id, column_id, place in _moves(form, "m", MOVE):
        task = _open(db, me, project, task_id)
        behind = _next(db, task)
        back.append(f"{task.id} {task.column_id} {f'before:{behind}' if behind else END}")
        side, _, neighbour = place.partition(":")
        beside = {f"{side}_id": neighbour} if neighbour else {}
        move(db, task, column_id=column_id, **beside, force=form.text("force") == "true", by=me)
        db.flush()
        tasks.append(task)
    undo = None if undoing else f"move?{urlencode({'m': back[::-1], 'force': 'true'}, doseq=True)}"
    return _moved(me, view, project, tasks, undo)


@pages.post("/{space}/projects/{code}/board/give", needs="tasks:write")
def give_cards(db: Write, me: Me, view: View, code: str) -> Answer:
    """Give cards what the lane has that they were put into, each as ``m=<task> <from> <to>``; what takes that
    back says ``u`` instead, and may name several lanes on each side.
    """
    project, undoing = project_at(db, me, code), not view.form.all("m")
    form = view.query if undoing else view.form
    by = _grouped(form)
    if by is None:
        raise invalid("/group_by", "Say which card goes where.")
    back, tasks = [], []
    for task_id, less, more in _moves(form, "u" if undoing else "m", GIVE):
        task = _open(db, me, project, task_id)
        less, more = give(db, me, task, by, less, more, undoing=undoing)  # noqa: PLW2901
        db.flush()
        back.append(f"{task.id} {less} {more}")
        tasks.append(task)
    undo = None if undoing else f"give?{urlencode({'group_by': by, 'u': back[::-1]}, doseq=True)}"
    return _moved(me, view, project, tasks, undo)


def _moved(me: Me, view: View, project: ProjectFullData, tasks: list[Task], undo: str | None) -> Redirect:
    """Say what was moved; without an undo that it is back."""
    key, num = f"{project.shortcode}-{tasks[0].number}", len(tasks)
    if undo is None:
        one = Phrase("%(key)s is back where it was.", key=key)
        text = one if num == 1 else Phrase("%(num)s task is back.", "%(num)s tasks are back.", num=num)
    else:
        one = Phrase("Moved %(key)s.", key=key)
        text = one if num == 1 else Phrase("Moved %(num)s task.", "Moved %(num)s tasks.", num=num)
        undo = f"/{me.space_slug}/projects/{project.shortcode}/board/{undo}"
    return _back(me, view, project.shortcode, [task.id for task in tasks], text, undo)


def _next(db: Write, task: Task) -> str | None:
    """Return the task that stands behind this one in its column."""
    behind = (
        select(Task.id)
        .where(
            Task.space_id == db.space_id,
            Task.column_id == task.column_id,
            Task.trashed_at.is_(None),
            (Task.position > task.position) | ((Task.position == task.position) & (Task.id > task.id)),
        )
        .order_by(Task.position, Task.id)
        .limit(1)
    )
    found: str | None = db.session.execute(behind).scalar_one_or_none()
    return found
