"""What is found, on the wire."""

from datetime import datetime
from enum import Enum
from typing import Annotated

from msgspec import Meta, Struct

from kanwerk.core.text import Id, Line


class SearchKind(Enum):
    """What can be found."""

    CLIENT = "client"
    PROJECT = "project"
    TASK = "task"
    COMMENT = "comment"
    FILE = "file"


class FoundData(Struct):
    """Something found."""

    kind: SearchKind
    id: Id
    title: str
    snippet: Annotated[str, Meta(description="HTML that is safe to show, words found within `<mark>`")]
    url: Annotated[str, Meta(description="Where people see it", examples=["/nordlicht/tasks/WEB-12"])]


class FoundsData(Struct):
    """What was found, best first."""

    data: list[FoundData]


class SearchQuery(Struct, frozen=True):
    """What to look for."""

    q: Annotated[Line, Meta(max_length=300, description="Words, or beginnings of words; or a task's key")]
    kinds: Annotated[list[SearchKind], Meta(description="Only these")] | None = None
    limit: Annotated[int, Meta(ge=1, le=100, description="Most of them")] = 20
    project_id: Annotated[Id, Meta(description="Only in this project")] | None = None
    client_id: (
        Annotated[Id, Meta(description="Only this client, its projects and what is in them")] | None
    ) = None
    assignee_id: Annotated[Id, Meta(description="Only tasks that this user is to do")] | None = None
    completed: Annotated[bool, Meta(description="Only completed, or only open tasks")] | None = None
    updated_after: Annotated[datetime, Meta(description="Changed at or after this time")] | None = None
