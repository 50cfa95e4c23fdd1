"""Tasks on the wire."""

from datetime import date
from enum import Enum
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from kanwerk.core.text import LINE_PATTERN, Day, ExternalId, Id, Moment, Text, Title
from kanwerk.fields.shapes import Values
from kanwerk.people.shapes import UserData
from kanwerk.projects.shapes import ColumnKind, LabelData, Seconds


class CommentVisibility(Enum):
    """Who sees a comment: the space's own people, or guests and tax advisors too."""

    INTERNAL = "internal"
    EXTERNAL = "external"


class ReactionData(Struct):
    """An emoji that people reacted with."""

    emoji: str
    user_ids: list[Id]


class FileData(Struct, kw_only=True):
    """A file. Its links need no token and are good for ten minutes at least."""

    id: Id
    name: str
    content_type: Annotated[str, Meta(description="Found out, not believed")]
    size: Annotated[int, Meta(description="Bytes")]
    sha256: str
    url: str = ""
    thumbnail_url: str | None = None
    uploader: UserData | None
    created_at: Moment


class CommentData(Struct, kw_only=True):
    """A comment."""

    id: Id
    kind: Annotated[str, Meta(description="What it is about", examples=["task"])]
    record_id: Annotated[Id, Meta(description="The id of that")]
    author: UserData | None
    body: Annotated[str, Meta(description="Markdown; `[@Mia](user:<id>)` mentions somebody")]
    visibility: CommentVisibility
    parent_id: Annotated[Id | None, Meta(description="The comment that it answers")]
    mentions: list[UserData] = []
    reactions: list[ReactionData] = []
    files: list[FileData] = []
    edited_at: Moment | None
    created_at: Moment
    body_html: Annotated[str | UnsetType, Meta(description="The body as HTML that is safe to show")] = UNSET


class TaskPriority(Enum):
    """How much a task presses."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class RecurrenceWhen(Enum):
    """When the next task is made: once this one is completed, or on the day it is due."""

    COMPLETED = "completed"
    DUE = "due"


class RecurrenceData(Struct, forbid_unknown_fields=True):
    """How a task comes again. Days that were missed are passed over."""

    rule: Annotated[
        str,
        Meta(
            min_length=6,
            max_length=300,
            pattern=LINE_PATTERN,
            description="RFC 5545, RRULE, by days",
            examples=["FREQ=WEEKLY;BYDAY=MO"],
        ),
    ]
    when: RecurrenceWhen = RecurrenceWhen.COMPLETED


class TaskColumnData(Struct, gc=False):
    """The column a task is in."""

    id: Id
    name: str
    kind: ColumnKind


class TaskData(Struct):
    """A task."""

    id: Id
    external_id: str | None
    external_origin: str | None
    key: Annotated[str, Meta(description="Shortcode of its project and number", examples=["WEB-12"])]
    title: str
    project_id: Id
    column: TaskColumnData
    assignees: list[UserData]
    labels: list[LabelData]
    priority: TaskPriority
    start_date: Day | None
    due_date: Day | None
    completed_at: Moment | None
    parent_id: Id | None
    position: Annotated[int, Meta(description="Orders the tasks of a column; the numbers mean nothing else")]
    comment_count: int
    todo_count: int
    todo_done_count: int
    file_count: int


class RelationData(Struct):
    """How a task bears on another."""

    kind: Annotated[str, Meta(examples=["blocked_by"])]
    task: TaskData


class TodoData(Struct):
    """A line of a task's checklist."""

    id: Id
    task_id: Id
    title: str
    done: bool
    done_at: Moment | None
    assignee: UserData | None
    due_date: Day | None
    position: Annotated[int, Meta(description="Orders the checklist; the numbers mean nothing else")]


class TaskFullData(Struct):
    """A task, with everything about it."""

    id: Id
    external_id: str | None
    external_origin: str | None
    key: str
    title: str
    project_id: Id
    column: TaskColumnData
    assignees: list[UserData]
    labels: list[LabelData]
    priority: TaskPriority
    start_date: Day | None
    due_date: Day | None
    completed_at: Moment | None
    parent_id: Id | None
    position: int
    comment_count: int
    todo_count: int
    todo_done_count: int
    file_count: int
    description: Annotated[str | None, Meta(description="Markdown")]
    creator: UserData | None
    estimate_seconds: int | None
    tracked_seconds: int
    recurrence: RecurrenceData | None
    fields: Values
    created_at: Moment
    updated_at: Moment
    todos: list[TodoData] | UnsetType = UNSET
    comments: list[CommentData] | UnsetType = UNSET
    files: list[FileData] | UnsetType = UNSET
    relations: list[RelationData] | UnsetType = UNSET
    watchers: list[UserData] | UnsetType = UNSET
    subtasks: list[TaskData] | UnsetType = UNSET


class _TaskMembers(Struct, forbid_unknown_fields=True, kw_only=True):
    external_id: ExternalId | None | UnsetType = UNSET
    column_id: Id | UnsetType = UNSET
    assignee_ids: Annotated[list[Id], Meta(max_length=50)] | UnsetType = UNSET
    label_ids: Annotated[list[Id], Meta(max_length=50)] | UnsetType = UNSET
    priority: TaskPriority | UnsetType = UNSET
    start_date: date | None | UnsetType = UNSET
    due_date: date | None | UnsetType = UNSET
    parent_id: Id | None | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET
    estimate_seconds: Seconds | None | UnsetType = UNSET
    recurrence: RecurrenceData | None | UnsetType = UNSET
    fields: Values | UnsetType = UNSET


class CreateTaskData(_TaskMembers):
    """A task to add; without a column it goes to the project's first one of the kind `unstarted`."""

    project_id: Id
    title: Title


class UpdateTaskData(_TaskMembers):
    """Members of a task to change; a new column is a move to its end."""

    title: Title | UnsetType = UNSET


class UpsertTaskData(UpdateTaskData):
    """A task as an outside system knows it; a project that differs moves it there."""

    project_id: Id | UnsetType = UNSET


class MoveTaskData(Struct, forbid_unknown_fields=True):
    """Where a task goes: beside another, or to the end of a column."""

    column_id: Id | None = None
    before_id: Annotated[Id | None, Meta(description="The task that it goes before")] = None
    after_id: Annotated[Id | None, Meta(description="The task that it goes after")] = None
    project_id: Annotated[Id | None, Meta(description="Another project")] = None
    force: Annotated[bool, Meta(description="Into a full column too")] = False
