"""Making and changing tasks."""

from datetime import date
from typing import Any

from sqlalchemy import Insert, bindparam, delete, insert, select

from kanwerk.core import clock
from kanwerk.core.archive import refuse_archived
from kanwerk.core.externals import external
from kanwerk.core.ids import new_id
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Conflict, invalid, missing
from kanwerk.core.rows import enter
from kanwerk.core.writes import Write
from kanwerk.fields.values import set_fields
from kanwerk.people.access import Me
from kanwerk.people.models import User
from kanwerk.projects.columns import Column
from kanwerk.projects.members import project_of, role_in, sees
from kanwerk.projects.models import Project
from kanwerk.tasks.labelling import fitting_labels, set_labels
from kanwerk.tasks.models import ORDER, PRIORITIES, Task, TaskAssignee, TaskLabel, TaskWatcher
from kanwerk.tasks.moves import first_open, move, put_into
from kanwerk.tasks.numbers import id_of, next_number
from kanwerk.tasks.rules import check as check_rule

DEEPEST = 20  # subtasks within subtasks


def _tying(table: Any, other: str) -> Insert:
    named = {"space_id": "of_space", "task_id": "of_task", other: "other"}
    bound = {name: bindparam(word, type_=table.__table__.c[name].type) for name, word in named.items()}
    return insert(table.__table__).values(bound)


_ASSIGNING = _tying(TaskAssignee, "user_id")
_LABELLING = _tying(TaskLabel, "label_id")
_FOLLOWING = _tying(TaskWatcher, "user_id")


def create_task(db: Write, members: dict[str, Any], *, by: Me) -> Task:
    """Add a task at the end of its column, with the next number of its project."""
    members = dict(members)
    project = project_of(db, members.pop("project_id"), by, "/project_id")
    column = _column(db, project, members.pop("column_id", None))
    assignees, labels = members.pop("assignee_ids", None), members.pop("label_ids", None)
    fields = members.pop("fields", None)
    task = Task(
        id=new_id(),
        space_id=db.space_id,
        project_id=project.id,
        client_id=project.client_id,
        number=next_number(db, project.id),
        column_id=column.id,
        position=ORDER.last(db, column_id=column.id),
        title="",
        title_fold="",
        priority=0,
        tracked_seconds=0,
        creator_id=by.id or None,
    )
    _set(db, task, members, by=by)
    put_into(task, column)
    enter(db, task, by=by.actor)
    set_fields(db, task, fields)
    people = _people(db, project, assignees or ())
    followers = {by.id, *people} if by.type == "user" else set(people)
    _tie(db, task, _ASSIGNING, people)
    _tie(db, task, _LABELLING, fitting_labels(db, project, labels or ()))
    _tie(db, task, _FOLLOWING, sorted(followers))
    return task


def _tie(db: Write, task: Task, tying: Insert, ids: list[str]) -> None:
    """Write the rows between a new task and others, past the session: it holds none of them yet."""
    if ids:
        db.send(tying, [{"of_space": db.space_id, "of_task": task.id, "other": each} for each in ids])


def change_task(db: Write, task: Task, members: dict[str, Any], *, by: Me) -> None:
    """Change members; a new column is a move to its end, new assignees are told by events of their own."""
    members = dict(members)
    project = db.session.get_one(Project, (db.space_id, task.project_id))
    refuse_archived(project)
    column_id = members.pop("column_id", task.column_id)
    assignees, labels = members.pop("assignee_ids", None), members.pop("label_ids", None)
    fields = members.pop("fields", None)
    changes = _set(db, task, members, by=by) | set_fields(db, task, fields)
    if labels is not None:
        changes |= set_labels(db, task, fitting_labels(db, project, labels))
    if changes:
        task.record("task.updated", by=by.actor, changes=changes)
    if assignees is not None:
        set_assignees(db, task, _people(db, project, assignees), by=by)
    if column_id != task.column_id:
        move(db, task, column_id=column_id, by=by)


def load_task(db: Write, task_id: str, me: Me, *, trashed: bool = False) -> Task:
    """Return the task that the request is about, by its id or its key, locked; 404 when the caller does not
    see its project.
    """
    task = db.find(Task, id_of(db, task_id), lock=True, trashed=trashed)
    project = db.find(Project, task.project_id, trashed=trashed) if task is not None else None
    if task is None or project is None or not sees(db, project, me):
        raise missing()
    db.match(task)
    return task


def refuse_closed(db: Write, task: Task) -> None:
    """Refuse to bring back a task, or to write to it, in a project that is archived or in the trash."""
    project = db.session.get_one(Project, (db.space_id, task.project_id))
    if project.trashed_at is not None:
        message = "Its project is in the trash: bring that back first."
        raise Conflict(message, code="in_trash")
    refuse_archived(project)


def open_task(db: Write, task_id: str, me: Me) -> Task:
    """Return a task to change; ``Conflict`` in an archived project."""
    task = load_task(db, task_id, me)
    refuse_archived(db.session.get_one(Project, (db.space_id, task.project_id)))
    return task


def _set(db: Write, task: Task, members: dict[str, Any], *, by: Me) -> dict[str, Any]:
    if members.get("priority") is not None:
        members["priority"] = PRIORITIES.index(members["priority"])
    start = members.get("start_date", task.start_date)
    due = members.get("due_date", task.due_date)
    if start is not None and due is not None and due < start:
        raise invalid("/due_date", "The task would be due before it starts.")
    if members.get("parent_id") not in (None, task.parent_id):
        _check_parent(db, task, members["parent_id"])
    if "recurrence" in members:
        members |= _recurrence(members["recurrence"], due or start)
    if "external_id" in members:
        members |= _external(db, task, members.pop("external_id"), by)
    return task.set(**members)


def _external(db: Write, task: Task, value: str | None, by: Me) -> dict[str, Any]:
    try:
        return external(db, task, value, by)
    except Conflict as problem:  # the other is named only to those who see it
        other = db.find(Task, str(problem.members.get("existing_id")), trashed=True)
        if other is None or not sees(db, db.session.get_one(Project, (db.space_id, other.project_id)), by):
            problem.members = {}
        raise


def _recurrence(sent: Any, begin: date | None) -> dict[str, Any]:
    if sent is None:
        return {"recurrence": None, "recurs_when": None}
    rule, when = (sent["rule"], sent["when"]) if isinstance(sent, dict) else (sent.rule, sent.when.value)
    check_rule(rule, begin or clock.now().date())
    if when == "due" and begin is None:
        raise invalid("/recurrence/when", "A task that recurs by its due day needs one.")
    return {"recurrence": rule, "recurs_when": when}


def _check_parent(db: Write, task: Task, parent_id: str) -> None:
    parent = db.find(Task, parent_id)
    if parent is None or parent.project_id != task.project_id:
        raise invalid("/parent_id", "There is no such task in this project.", "not_found")
    above: Task | None = parent
    for _ in range(DEEPEST):
        if above is None:
            return
        if above.id == task.id:
            raise invalid("/parent_id", "A task cannot be a part of itself.", "cycle")
        above = db.find(Task, above.parent_id, trashed=True) if above.parent_id else None
    raise invalid("/parent_id", Phrase("Subtasks nest %(levels)s deep at most.", levels=DEEPEST))


def _column(db: Write, project: Project, column_id: str | None) -> Column:
    if column_id is not None:
        column = db.find(Column, column_id)
        if column is None or column.project_id != project.id:
            raise invalid("/column_id", "There is no such column in this project.", "not_found")
        return column
    return first_open(db, project.id)


def _people(db: Write, project: Project, ids: Any) -> list[str]:
    found = list(dict.fromkeys(ids))
    for at, user_id in enumerate(found):
        user = db.find(User, user_id)
        fits = user is not None and user.active and user.type == "user"
        if user is None or not fits or not may_see(db, project, user):
            raise invalid(
                f"/assignee_ids/{at}", "There is no such active user who sees this project.", "not_found"
            )
    return found


def may_see(db: Write, project: Project, user: User) -> bool:
    """Whether somebody else sees a project."""
    if project.visibility == "space" and user.type != "guest":
        return True
    return (
        user.role in ("owner", "admin")
        or project.lead_id == user.id
        or role_in(db, project, user.id) is not None
    )


def assignees_of(db: Write, task: Task) -> list[str]:
    """Return the ids of those who are to do a task."""
    wanted = select(TaskAssignee.user_id).where(
        TaskAssignee.space_id == db.space_id, TaskAssignee.task_id == task.id
    )
    return sorted(db.session.execute(wanted).scalars())


def assign(db: Write, task: Task, user_id: str, *, by: Me) -> None:
    """Let somebody do a task, with the others who are to."""
    project = db.session.get_one(Project, (db.space_id, task.project_id))
    if user_id in (before := assignees_of(db, task)):
        return
    set_assignees(db, task, [*before, *_people(db, project, [user_id])], by=by)


def unassign(db: Write, task: Task, user_id: str, *, by: Me) -> None:
    """Relieve somebody of a task."""
    set_assignees(db, task, [each for each in assignees_of(db, task) if each != user_id], by=by)


def set_assignees(db: Write, task: Task, ids: list[str], *, by: Me) -> None:
    """Set who is to do a task: an event for who comes, another for who goes."""
    before = assignees_of(db, task)
    added, removed = set(ids) - set(before), set(before) - set(ids)
    for user_id in added:
        db.session.add(TaskAssignee(space_id=db.space_id, task_id=task.id, user_id=user_id))
    if removed:
        mine = (TaskAssignee.space_id == db.space_id, TaskAssignee.task_id == task.id)
        db.session.execute(delete(TaskAssignee).where(*mine, TaskAssignee.user_id.in_(removed)))
    between = sorted({*before, *added})
    if added:
        task.touch()
        task.record("task.assigned", by=by.actor, changes={"assignee_ids": {"from": before, "to": between}})
        follow(db, task, added)
    if removed:
        task.touch()
        changes = {"assignee_ids": {"from": between, "to": sorted(ids)}}
        task.record("task.unassigned", by=by.actor, changes=changes)


def follow(db: Write, task: Task, ids: set[str]) -> None:
    """Let those who make or are to do a task be told of it; that is no change of the task."""
    db.flush()
    for user_id in sorted(ids):
        if db.session.get(TaskWatcher, (db.space_id, task.id, user_id)) is None:
            db.session.add(TaskWatcher(space_id=db.space_id, task_id=task.id, user_id=user_id))
