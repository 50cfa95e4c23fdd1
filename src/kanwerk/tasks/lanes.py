"""A board grouped by assignee, label or priority: a lane for each, with its open tasks by due day."""

from typing import Any, NamedTuple

from kanwerk.core.db import Db
from kanwerk.core.ids import is_id
from kanwerk.core.problems import invalid
from kanwerk.core.writes import Write
from kanwerk.labels.shapes import fitting
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_of
from kanwerk.projects.shapes import ProjectFullData
from kanwerk.tasks.asking import parameters, query, tasks_of
from kanwerk.tasks.boards import CARDS, BoardColumn
from kanwerk.tasks.grouping import NOTHING, Group, groups_of
from kanwerk.tasks.labelling import labels_of
from kanwerk.tasks.models import PRIORITIES, Task
from kanwerk.tasks.shapes import TaskData
from kanwerk.tasks.writing import assign, assignees_of, change_task, set_assignees


class Lanes(NamedTuple):
    """How the API says in which lane tasks are: the filter for one, that for none, and the member."""

    one: str
    none: str
    member: str


MOST_SHOWN = 2_000  # cards at once
LANES = {
    "assignee": Lanes("assignee_id", "has_assignee", "assignee_ids"),
    "label": Lanes("label_id", "has_label", "label_ids"),
    "priority": Lanes("priority", "", "priority"),
}


def _asked(me: Me, project_id: str, filters: dict[str, str]) -> dict[str, str]:
    return {"completed": "false", **parameters(filters, me), "project_id": project_id, "sort": "due_date"}


def _inside(by: str, key: str) -> dict[str, str]:
    lanes = LANES[by]
    return {lanes.none: "false"} if key == NOTHING and lanes.none else {lanes.one: key}


def lane_cards(
    db: Db,
    me: Me,
    project_id: str,
    by: str,
    key: str,
    filters: dict[str, str],
    cursor: str | None = None,
    limit: int = CARDS,
) -> Any:
    """Return one page of a lane's cards, by due day."""
    read = tasks_of(me)
    asked = {**_asked(me, project_id, filters), **_inside(by, key), "limit": str(limit)}
    return db.page(read, query(read, "board", asked, cursor), fence=fence_of(me))


def lanes(
    db: Db, me: Me, project: ProjectFullData, filters: dict[str, str], by: str, rows: int = CARDS
) -> list[BoardColumn]:
    """Return a project's lanes with ``rows`` cards of each: those that could be given, and what tasks have.

    Where the tasks are filtered by the very thing they are grouped by, only the lanes asked for.
    """
    read = tasks_of(me)
    asked = _asked(me, project.id, filters)
    counted = groups_of(db, me, read, query(read, "lanes", asked), fence_of(me), by)
    groups = {group.key: group for group in [*_offered(db, project, by), *counted]}
    only = asked.get(LANES[by].one)
    found = []
    for key, group in groups.items():
        if only is not None and key not in only.split(","):
            continue
        wanted = min(rows, max(CARDS, MOST_SHOWN // len(groups)))
        page = (
            lane_cards(db, me, project.id, by, key, filters, limit=wanted) if wanted and group.total else None
        )
        found.append(
            BoardColumn(
                group=group,
                cards=page.data if page else [],
                total=group.total,
                count=group.total,
                next_cursor=page.meta.next_cursor if page else None,
            )
        )
    return found


def _offered(db: Db, project: ProjectFullData, by: str) -> list[Group]:
    """Return the lanes that a project has in any case; what waits to be given comes first."""
    if by == "priority":
        return [Group(by, each, 0) for each in PRIORITIES[::-1]]
    if by == "label":
        named = [Group(by, each.id, 0, each.name, each.color) for each in fitting(db, project.id)]
    else:
        people: list[Any] = [member.user for member in project.members or ()]
        named = [
            Group(by, each.id, 0, " ".join(filter(None, [each.first_name, each.last_name])))
            for each in people
            if each.type == "user"
        ]
    return [Group(by, NOTHING, 0), *named]


def lanes_of(task: TaskData, by: str) -> list[Any]:
    """Return the keys of the lanes that a task is in."""
    if by == "priority":
        return [task.priority]
    return [each.id for each in (task.assignees if by == "assignee" else task.labels)] or [NOTHING]


def _now(db: Write, task: Task, by: str) -> list[str]:
    if by == "priority":
        return [PRIORITIES[task.priority]]
    return assignees_of(db, task) if by == "assignee" else labels_of(db, task)


def give(db: Write, me: Me, task: Task, by: str, less: str, more: str, *, undoing: bool) -> tuple[str, str]:
    """Take a task out of the lanes ``less`` and put it into ``more``, each keys with commas or ``none``.

    What is put where nothing is loses everything, unless that is ``undoing``: there what others did meanwhile
    stays. Returns what ``less`` and ``more`` take this back.
    """
    now = _now(db, task, by)
    if by == "priority":
        if more not in PRIORITIES:
            raise invalid("/priority", "There is no such priority.")
        if not undoing or now == [less]:
            change_task(db, task, {"priority": more}, by=me)
        return more, now[0]
    wanted = [] if more == NOTHING else more.split(",")
    if not all(is_id(each) for each in wanted):
        raise invalid("/more", "There is nothing of that id.")
    leaves = less.split(",") if wanted or undoing else now
    then = list(dict.fromkeys([*(each for each in now if each not in leaves), *wanted]))
    if by == "label":
        change_task(db, task, {"label_ids": then}, by=me)
    else:  # who is there already stays, a member of the project or not
        for each in wanted:
            assign(db, task, each, by=me)
            db.flush()
        set_assignees(db, task, then, by=me)
    added, removed = [each for each in then if each not in now], [each for each in now if each not in then]
    return ",".join(added) or NOTHING, ",".join(removed) or NOTHING


def members_in(by: str, key: str) -> dict[str, Any]:
    """Return what a new task of a lane has."""
    if by == "priority":
        return {"priority": key} if key in PRIORITIES else {}
    return {LANES[by].member: [key]} if is_id(key) else {}
