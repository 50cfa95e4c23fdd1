"""What happened to a task, as people read it: names instead of ids, nothing of what only machines need."""

from collections.abc import Mapping
from typing import Any

from kanwerk.tasks.wording import rule_words

# Places are numbers that mean nothing; that a task was completed is said by its sentence.
LEFT_OUT = frozenset({"position", "completed_at", "number", "recurs_when"})


def told(events: list[dict[str, Any]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the events with their changes in words; one that has nothing else to tell is left out."""
    found = []
    for event in events:
        changes = {
            member: {side: _value(member, change[side], names) for side in ("from", "to")}
            for member, change in event["changes"].items()
            if member not in LEFT_OUT
        }
        only_placed = event["type"] == "task.moved" and not changes
        if not only_placed:
            found.append({**event, "changes": changes})
    return found


def _value(member: str, value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return ", ".join(str(names.get(each, each)) for each in value)
    if member == "recurrence" and isinstance(value, str):
        return rule_words(value)
    return value
