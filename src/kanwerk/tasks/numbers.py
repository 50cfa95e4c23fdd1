"""The numbers of tasks, and the keys they make with the project's shortcode: ``WEB-12``."""

import re

from sqlalchemy import bindparam, select, update

from kanwerk.core.db import Db
from kanwerk.core.ids import is_id
from kanwerk.core.problems import missing
from kanwerk.core.reads import Query
from kanwerk.core.writes import Write
from kanwerk.projects.models import Prefix, Project, TaskCounter
from kanwerk.tasks.models import Task, TaskAlias

KEY = re.compile(r"([A-Za-z0-9]{2,10})-([1-9][0-9]{0,8})")

_COUNTING = (
    update(TaskCounter)
    .where(
        TaskCounter.space_id == bindparam("of_space"),
        TaskCounter.project_id == bindparam("of_project", type_=TaskCounter.project_id.type),
    )
    .values(last_number=TaskCounter.last_number + 1)
    .returning(TaskCounter.last_number)
)


def next_number(db: Write, project_id: str) -> int:
    """Return the next number of a project's tasks; others who want one wait for this transaction."""
    found: int = db.run(_COUNTING, of_space=db.space_id, of_project=project_id)[0][0]
    return found


_PREFIX = (Prefix.space_id == bindparam("space_id")) & (Prefix.prefix == bindparam("prefix"))
_NOW = Query(
    select(Task.id)
    .join(Prefix, (Prefix.space_id == Task.space_id) & (Prefix.project_id == Task.project_id))
    .where(_PREFIX, Task.space_id == bindparam("space_id"), Task.number == bindparam("number"))
)
_ONCE = Query(
    select(TaskAlias.task_id)
    .join(Prefix, (Prefix.space_id == TaskAlias.space_id) & (Prefix.project_id == TaskAlias.project_id))
    .where(_PREFIX, TaskAlias.space_id == bindparam("space_id"), TaskAlias.number == bindparam("number"))
)


def id_of(db: Db, id_or_key: str) -> str:
    """Return the id of a task by its id or its key, one it had before too; 404 when a key leads nowhere."""
    found = KEY.fullmatch(id_or_key)
    if found is None:
        if not is_id(id_or_key):
            raise missing()
        return id_or_key
    asked = {"prefix": found[1].upper(), "number": int(found[2])}
    rows = db.rows(_NOW, **asked) or db.rows(_ONCE, **asked)
    if not rows:
        raise missing()
    return str(rows[0][0])


def key_of(db: Write, task: Task) -> str:
    """Return the key that a task has now."""
    return f"{db.session.get_one(Project, (db.space_id, task.project_id)).shortcode}-{task.number}"
