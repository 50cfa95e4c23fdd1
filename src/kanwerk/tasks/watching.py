"""Who is told what happens to a task."""

from sqlalchemy import select

from kanwerk.core.problems import missing
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.people.models import User
from kanwerk.projects.models import Project
from kanwerk.tasks.models import Task, TaskWatcher
from kanwerk.tasks.writing import may_see


def watch(db: Write, task: Task, user_id: str, *, by: Me) -> None:
    """Let somebody be told of a task; 404 for who does not see it."""
    user = db.find(User, user_id)
    project = db.session.get_one(Project, (db.space_id, task.project_id))
    if user is None or not user.active or not may_see(db, project, user):
        raise missing("user")
    before = watchers_of(db, task)
    if user_id not in before:
        db.session.add(TaskWatcher(space_id=db.space_id, task_id=task.id, user_id=user_id))
        _tell(task, before, [*before, user_id], by)


def unwatch(db: Write, task: Task, user_id: str, *, by: Me) -> None:
    """Let somebody be told of a task no more."""
    found = db.session.get(TaskWatcher, (db.space_id, task.id, user_id))
    if found is not None:
        before = watchers_of(db, task)
        db.session.delete(found)
        _tell(task, before, [each for each in before if each != user_id], by)


def watchers_of(db: Write, task: Task) -> list[str]:
    """Return the ids of those who watch a task."""
    wanted = select(TaskWatcher.user_id).where(
        TaskWatcher.space_id == db.space_id, TaskWatcher.task_id == task.id
    )
    return sorted(db.session.execute(wanted).scalars())


def _tell(task: Task, before: list[str], after: list[str], by: Me) -> None:
    task.touch()
    task.record("task.updated", by=by.actor, changes={"watcher_ids": {"from": before, "to": sorted(after)}})
