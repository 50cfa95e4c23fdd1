"""What a search is narrowed by, as the conditions that its statement gets."""

from datetime import datetime
from typing import Any

from msgspec import Struct


class Narrowed(Struct, frozen=True):
    """What is looked through: everything, or only what belongs to these and changed since."""

    project_id: str | None = None
    client_id: str | None = None
    assignee_id: str | None = None
    completed: bool | None = None
    updated_after: datetime | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What the statement takes for those that are set; ``completed`` stands in its text."""
        found = {name: getattr(self, name) for name in _CONDITIONS}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def name(self) -> tuple[str, ...]:
        """What tells the statement from others, whatever the values."""
        state = () if self.completed is None else ("done" if self.completed else "open",)
        return (*self.values, *state)


EVERYTHING = Narrowed()
# Only words of this module stand in these: what somebody asks for comes as parameters. ``{id}`` and
# ``{moment}`` put a parameter as the engine compares it.
_CONDITIONS = {
    "project_id": "t.project_id = {id:project_id}",
    "client_id": (
        "(p.client_id = {id:client_id} OR (t.kind = 'client' AND t.record_id = {id:client_id})"
        " OR (t.kind = 'comment' AND EXISTS (SELECT 1 FROM comments c WHERE c.space_id = t.space_id"
        " AND c.id = t.record_id AND c.client_id = {id:client_id}))"
        " OR (t.kind = 'file' AND EXISTS (SELECT 1 FROM files f WHERE f.space_id = t.space_id"
        " AND f.id = t.record_id AND f.client_id = {id:client_id})))"
    ),
    "assignee_id": (
        "t.kind = 'task' AND EXISTS (SELECT 1 FROM task_assignees a WHERE a.space_id = t.space_id"
        " AND a.task_id = t.task_id AND a.user_id = {id:assignee_id})"
    ),
    "updated_after": (
        "CASE t.kind WHEN 'task' THEN k.updated_at WHEN 'project' THEN p.updated_at"
        " WHEN 'client' THEN (SELECT c.updated_at FROM clients c WHERE c.space_id = t.space_id"
        " AND c.id = t.record_id)"
        " WHEN 'comment' THEN (SELECT c.updated_at FROM comments c WHERE c.space_id = t.space_id"
        " AND c.id = t.record_id)"
        " ELSE (SELECT f.updated_at FROM files f WHERE f.space_id = t.space_id AND f.id = t.record_id) END"
        " >= {moment:updated_after}"
    ),
}
_STATES = {
    "done": "t.kind = 'task' AND k.completed_at IS NOT NULL",
    "open": "t.kind = 'task' AND k.completed_at IS NULL",
}


def conditions(name: tuple[str, ...], *, sqlite: bool) -> str:
    """Return the SQL that narrows a search by these, beginning with AND; empty for none."""
    found = [_CONDITIONS.get(each) or _STATES[each] for each in name]
    text = "".join(f" AND {each}" for each in found)
    for parameter in ("project_id", "client_id", "assignee_id"):
        put = f":{parameter}" if sqlite else f"CAST(:{parameter} AS uuid)"
        text = text.replace(f"{{id:{parameter}}}", put)
    put = ":updated_after" if sqlite else "CAST(:updated_after AS timestamptz)"
    return text.replace("{moment:updated_after}", put)
