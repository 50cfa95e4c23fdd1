"""Tasks of a list in groups: how many are in each, and which stand where, by two statements in all."""

from datetime import timedelta
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import String, and_, bindparam, case, cast, func, null, select

from kanwerk.clients.models import Client
from kanwerk.core.asked import ListQuery
from kanwerk.core.db import Db
from kanwerk.core.listing import Read
from kanwerk.core.reads import Among, Query
from kanwerk.core.selects import conditions_of
from kanwerk.labels.models import Label
from kanwerk.people.access import Me
from kanwerk.people.models import User
from kanwerk.projects.columns import Column
from kanwerk.projects.models import Project
from kanwerk.tasks.asking import WEEK, today_of
from kanwerk.tasks.models import PRIORITIES, Task, TaskAssignee, TaskLabel

KINDS = ("backlog", "unstarted", "started", "done", "cancelled")
DUES = ("overdue", "today", "week", "later", "none", "done")
NOTHING = "none"  # stands for what has no assignee, no label, no client


class Group(Struct):
    """Tasks that have something in common: ``kind`` says by what, templates name what has no ``name``."""

    kind: str
    key: str
    total: int
    name: str | None = None
    color: Any = None
    mark: Any = None  # the kind of a column
    folded: bool = False


class Grouping(NamedTuple):
    """How tasks are grouped: what tells a group, what is shown of it, how groups are ordered, and the rows
    beside the tasks that say so.
    """

    key: Any
    shown: tuple[Any, ...]
    order: tuple[Any, ...]
    beside: tuple[tuple[Any, Any], ...] = ()


def _same_space(table: Any) -> Any:
    return table.space_id == Task.space_id


def _day(name: str) -> Any:
    return bindparam(name, type_=Task.due_date.type)


_OPEN = Task.completed_at.is_(None)
_DUE = case(
    (Task.completed_at.is_not(None), 5),
    (Task.due_date.is_(None), 4),
    (Task.due_date < _day("today"), 0),
    (Task.due_date == _day("today"), 1),
    (Task.due_date <= _day("soon"), 2),
    else_=3,
)
_KIND = case({kind: place for place, kind in enumerate(KINDS)}, value=Column.kind, else_=len(KINDS))
GROUPINGS = {
    "column": Grouping(
        Column.id,
        (Column.name, Column.color, Column.kind),
        (Project.name_fold, Project.id, Column.position, Column.id),
    ),
    "kind": Grouping(Column.kind, (null(), null(), Column.kind), (_KIND,)),
    "project": Grouping(Project.id, (Project.name,), (Project.name_fold, Project.id)),
    "client": Grouping(
        Client.id,
        (Client.name,),
        (Client.name_fold.is_(None), Client.name_fold, Client.id),
        ((Client, and_(_same_space(Client), Client.id == Task.client_id)),),
    ),
    "assignee": Grouping(
        User.id,
        (func.trim(User.first_name + " " + User.last_name),),
        (User.name_fold.is_(None), User.name_fold, User.id),
        (
            (TaskAssignee, and_(_same_space(TaskAssignee), TaskAssignee.task_id == Task.id)),
            (User, and_(_same_space(User), User.id == TaskAssignee.user_id)),
        ),
    ),
    "label": Grouping(
        Label.id,
        (Label.name, Label.color),
        (Label.name_fold.is_(None), Label.name_fold, Label.id),
        (
            (TaskLabel, and_(_same_space(TaskLabel), TaskLabel.task_id == Task.id)),
            (Label, and_(_same_space(Label), Label.id == TaskLabel.label_id)),
        ),
    ),
    "priority": Grouping(Task.priority, (), (-Task.priority,)),
    "due_date": Grouping(_DUE, (), (_DUE,)),
    "none": Grouping(Task.space_id, (), (Task.space_id,)),
}
SEVERAL = ("assignee", "label")  # by which a task may be in more than one group
_NAMED = {"priority": PRIORITIES, "due_date": DUES}  # groups that a number tells
_queries: dict[Any, Query] = {}


def _key(grouping: Grouping) -> Any:
    return func.coalesce(cast(grouping.key, String), NOTHING)


def _source(read: Read[Any, Any], grouping: Grouping) -> Any:
    found: Any = read.list_source
    for table, joined in grouping.beside:
        found = found.outerjoin(table.__table__, joined)
    return found


def _counting(read: Read[Any, Any], query: ListQuery, fence: str | None, grouping: Grouping) -> Query:
    named = {"key": _key(grouping)}
    named |= {f"shown_{place}": each for place, each in enumerate(grouping.shown)}
    named |= {f"order_{place}": each for place, each in enumerate(grouping.order)}
    inner = (
        select(*(each.label(name) for name, each in named.items()))
        .select_from(_source(read, grouping))
        .where(*conditions_of(read, query, fence))
        .subquery()
    )
    order = [column for column in inner.c if column.key.startswith("order_")]
    shown = [column for column in inner.c if not column.key.startswith("order_")]
    return Query(select(*shown, func.count()).group_by(*shown, *order).order_by(*order))


def _placing(
    read: Read[Any, Any], query: ListQuery, fence: str | None, grouping: Grouping, *, hiding: bool
) -> Query:
    column = read.sorts[query.sort]
    order = [each.desc() if query.descending else each.asc() for each in (column, Task.id)]
    last = [column.is_(None)] if read.nullable(query) else []
    shown = [~_folded(grouping)] if hiding else []
    return Query(
        select(_key(grouping), Task.id)
        .select_from(_source(read, grouping))
        .where(*conditions_of(read, query, fence), *shown)
        .order_by(*grouping.order, *last, *order)
        .limit(bindparam("most"))
        .offset(bindparam("start"))
    )


def _folded(grouping: Grouping) -> Any:
    return case((Among(_key(grouping), "folded"), 1), else_=0) == 1


def _asked(db: Db, me: Me, read: Read[Any, Any], query: ListQuery) -> tuple[ListQuery, dict[str, Any]]:
    if read.further is not None:
        query = read.further.resolve(db, query)
    today = today_of(me)
    return query, {**query.values, "today": today, "soon": today + timedelta(days=WEEK)}


def groups_of(
    db: Db, me: Me, read: Read[Any, Any], query: ListQuery, fence: str | None, by: str
) -> list[Group]:
    """Return the groups of a list in their order, each with how many tasks are in it."""
    query, values = _asked(db, me, read, query)
    key = ("groups", id(read), query.told, fence, by)
    if key not in _queries:
        _queries[key] = _counting(read, query, fence, GROUPINGS[by])
    found = []
    for told, *shown, total in db.rows(_queries[key], **values):
        name, color, mark = (*shown, None, None, None)[:3]
        named = _NAMED[by][int(told)] if by in _NAMED else told
        found.append(Group(by, named, total, name, color, mark))
    return found


def placed(
    db: Db,
    me: Me,
    read: Read[Any, Any],
    query: ListQuery,
    fence: str | None,
    by: str,
    folded: set[str],
    start: int,
    most: int,
) -> list[tuple[str, str]]:
    """Return which tasks stand at these places of a list, each with its group's key; not folded groups."""
    query, values = _asked(db, me, read, query)
    key = ("places", id(read), query.told, query.sort, query.descending, fence, by, bool(folded))
    if key not in _queries:
        _queries[key] = _placing(read, query, fence, GROUPINGS[by], hiding=bool(folded))
    if folded:
        hidden = [str(_NAMED[by].index(each)) if by in _NAMED else each for each in folded]
        values["folded"] = hidden
    rows = db.rows(_queries[key], **values, start=start, most=most)
    return [(_NAMED[by][int(told)] if by in _NAMED else told, task_id) for told, task_id in rows]
