"""Tasks, through the API."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from kanwerk.core import bulk
from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.bodies import sent
from kanwerk.core.bulk import ResultsData
from kanwerk.core.db import Db
from kanwerk.core.events import ACTIVITY, EventData, EventPrivate, tell
from kanwerk.core.externals import same_as_path
from kanwerk.core.groups import Group
from kanwerk.core.problems import invalid_parameter
from kanwerk.core.trash import DeleteQuery, bring_back, throw_away
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_of
from kanwerk.tasks.dependants import create_or_upsert, upsert_task
from kanwerk.tasks.labelling import add_label, remove_label
from kanwerk.tasks.moves import move
from kanwerk.tasks.numbers import KEY, id_of
from kanwerk.tasks.reads import TASKS, TASKS_FOR_GUESTS
from kanwerk.tasks.relations import relate, unrelate
from kanwerk.tasks.shapes import (
    CreateTaskData,
    MoveTaskData,
    TaskData,
    TaskFullData,
    UpdateTaskData,
    UpsertTaskData,
)
from kanwerk.tasks.watching import unwatch, watch
from kanwerk.tasks.writing import (
    assign,
    change_task,
    create_task,
    load_task,
    open_task,
    refuse_closed,
    unassign,
)

tasks = Group(
    "Tasks",
    "What is to be done: numbered in its project, placed in a column of its board.",
    webhooks={
        "task.created": "A task was added.",
        "task.updated": "A task was changed.",
        "task.deleted": "A task was moved to the trash.",
        "task.restored": "A task was brought back from the trash.",
        "task.moved": "A task went to another place, column or project.",
        "task.completed": "A task entered a column of the kind `done`.",
        "task.reopened": "A task left the column of the kind `done`.",
        "task.assigned": "Somebody is to do a task.",
        "task.unassigned": "Somebody is no longer to do a task.",
    },
    shape=TaskFullData,
)


@tasks.get("/tasks", needs="tasks:read", read=TASKS)
def list_tasks(db: Db, me: Me, query: ListQuery) -> Page[TaskData]:
    """List the tasks of the projects that you see. Custom fields filter as `fields.<key>=…`."""
    if me.type != "guest":
        return db.page(TASKS, query, fence=fence_of(me))
    for name in query.filters:
        if name not in ("ids", "q", "updated_after", *TASKS_FOR_GUESTS.filters):
            raise invalid_parameter(name, "Guests cannot filter by this.")
    return db.page(TASKS_FOR_GUESTS, query, fence="mine")


@tasks.post("/tasks", needs="tasks:write", creates=True)
def create_task_(db: Write, me: Me, body: CreateTaskData) -> TaskFullData:
    """Add a task at the end of its column; its number is the next of its project."""
    return db.full(TASKS, create_task(db, sent(body), by=me))


class CreateTasksData(Struct, forbid_unknown_fields=True):
    """Items to create, or to upsert where they carry an `external_id`."""

    items: Annotated[list[Any], Meta(min_length=1, max_length=bulk.MOST)]
    atomic: bool = True


@tasks.post("/tasks/bulk", needs="tasks:write", heavy=True, items=CreateTaskData)
def bulk_tasks(db: Write, me: Me, body: CreateTasksData) -> ResultsData:
    """Create or upsert up to 500 tasks in one request, all of them or each for itself."""
    return bulk.run(db, body.items, lambda item: create_or_upsert(db, item, by=me), atomic=body.atomic)


@tasks.get("/tasks/{id}", needs="tasks:read", read=TASKS, key=KEY)
def get_task(db: Db, me: Me, id: str, query: RecordQuery) -> TaskFullData:
    """Show a task, by its id or its key, such as `WEB-12`; a key it once had leads to it too."""
    read = TASKS_FOR_GUESTS if me.type == "guest" else TASKS
    return db.one(read, id_of(db, id), query, fence=fence_of(me))


@tasks.patch("/tasks/{id}", needs="tasks:write", key=KEY)
def update_task(db: Write, me: Me, id: str, body: UpdateTaskData) -> TaskFullData:
    """Change the members sent; `null` clears one. A new column is a move to its end."""
    task = open_task(db, id, me)
    change_task(db, task, sent(body), by=me)
    return db.full(TASKS, task)


@tasks.put("/tasks/external/{external_id}", needs="tasks:write", may_create=True)
def upsert_task_(db: Write, me: Me, external_id: str, body: UpsertTaskData) -> TaskFullData:
    """Create (201) or change (200) a task by the id your system knows it by, in one atomic step."""
    same_as_path(body, external_id)
    task, _ = upsert_task(db, external_id, sent(body, but=("external_id",)), by=me)
    return db.full(TASKS, task)


@tasks.delete("/tasks/{id}", needs="tasks:write", key=KEY)
def delete_task(db: Write, me: Me, id: str, query: DeleteQuery) -> None:
    """Move a task to the trash; its subtasks go along, or stay without it."""
    throw_away(db, open_task(db, id, me), fate=query.dependants, by=me)


@tasks.post("/tasks/{id}/restore", needs="tasks:write", key=KEY)
def restore_task(db: Write, me: Me, id: str) -> TaskFullData:
    """Bring a task back from the trash, with what was deleted with it."""
    task = load_task(db, id, me, trashed=True)
    refuse_closed(db, task)
    bring_back(db, task, by=me)
    return db.full(TASKS, task)


@tasks.post("/tasks/{id}/move", needs="tasks:write", key=KEY)
def move_task(db: Write, me: Me, id: str, body: MoveTaskData) -> TaskFullData:
    """Move a task beside another, to the end of a column, or to another project with its subtasks."""
    task = open_task(db, id, me)
    move(db, task, by=me, **sent(body))
    return db.full(TASKS, task)


@tasks.put("/tasks/{id}/assignees/{user_id}", needs="tasks:write", key=KEY)
def assign_task(db: Write, me: Me, id: str, user_id: str) -> TaskFullData:
    """Let somebody do a task, with the others who are to."""
    task = open_task(db, id, me)
    assign(db, task, user_id, by=me)
    return db.full(TASKS, task)


@tasks.delete("/tasks/{id}/assignees/{user_id}", needs="tasks:write", key=KEY)
def unassign_task(db: Write, me: Me, id: str, user_id: str) -> TaskFullData:
    """Relieve somebody of a task."""
    task = open_task(db, id, me)
    unassign(db, task, user_id, by=me)
    return db.full(TASKS, task)


@tasks.put("/tasks/{id}/labels/{label_id}", needs="tasks:write", key=KEY)
def label_task(db: Write, me: Me, id: str, label_id: str) -> TaskFullData:
    """Mark a task with a label."""
    task = open_task(db, id, me)
    add_label(db, task, label_id, by=me)
    return db.full(TASKS, task)


@tasks.delete("/tasks/{id}/labels/{label_id}", needs="tasks:write", key=KEY)
def unlabel_task(db: Write, me: Me, id: str, label_id: str) -> TaskFullData:
    """Take a label off a task."""
    task = open_task(db, id, me)
    remove_label(db, task, label_id, by=me)
    return db.full(TASKS, task)


@tasks.put("/tasks/{id}/watchers/{user_id}", needs="tasks:write", key=KEY)
def watch_task(db: Write, me: Me, id: str, user_id: str) -> TaskFullData:
    """Let somebody be told what happens to a task."""
    task = open_task(db, id, me)
    watch(db, task, user_id, by=me)
    return db.full(TASKS, task)


@tasks.delete("/tasks/{id}/watchers/{user_id}", needs="tasks:write", key=KEY)
def unwatch_task(db: Write, me: Me, id: str, user_id: str) -> TaskFullData:
    """Let somebody be told no more."""
    task = open_task(db, id, me)
    unwatch(db, task, user_id, by=me)
    return db.full(TASKS, task)


@tasks.put("/tasks/{id}/relations/{kind}/{other_id}", needs="tasks:write", key=KEY)
def relate_tasks(db: Write, me: Me, id: str, kind: str, other_id: str) -> TaskFullData:
    """Say how a task bears on another: `blocks`, `blocked_by`, `relates_to`, `duplicates` or
    `duplicated_by`.
    """
    task = open_task(db, id, me)
    relate(db, task, kind, other_id, by=me)
    return db.full(TASKS, task)


@tasks.delete("/tasks/{id}/relations/{kind}/{other_id}", needs="tasks:write", key=KEY)
def unrelate_tasks(db: Write, me: Me, id: str, kind: str, other_id: str) -> TaskFullData:
    """End a relation, whichever side it is said from."""
    task = open_task(db, id, me)
    unrelate(db, task, kind, other_id, by=me)
    return db.full(TASKS, task)


@tasks.get("/tasks/{id}/activity", needs="tasks:activity", read=ACTIVITY, key=KEY)
def list_task_activity(db: Db, me: Me, id: str, query: ListQuery) -> Page[EventData]:
    """List what happened to a task, newest first."""
    task_id = db.one(TASKS, id_of(db, id), RecordQuery(trashed=True), fence=fence_of(me)).id
    db.version = None
    page: Page[EventPrivate] = db.page(ACTIVITY, query, fence="record", of_kind="task", of_record=task_id)
    return Page([tell(event, admin=me.admin) for event in page.data], page.meta)
