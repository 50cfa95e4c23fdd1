"""What an event means to whom: from a part of the log to the people whom it concerns."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from kanwerk.core.events import EventPrivate
from kanwerk.core.markdown import mentioned
from kanwerk.people.recipients import admins_of
from kanwerk.tasks.models import TaskWatcher

SHOWN = 200  # characters of what was said
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*\)")
_MARKS = re.compile(
    r"^\s*(?:#{1,6}|>|[-*+]|\d+\.)\s+|(?<!\w)[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}(?!\w)", re.MULTILINE
)


class Wanted(NamedTuple):
    """Somebody whom an event concerns, and how."""

    user_id: str
    kind: str
    event: EventPrivate
    actor: dict[str, Any]
    record_kind: str
    record_id: str
    comment_id: str | None = None
    snippet: str | None = None
    title: str | None = None


class Told(NamedTuple):
    """An event of interest, its JSON read."""

    event: EventPrivate
    actor: dict[str, Any]
    data: dict[str, Any]
    changes: dict[str, Any]


TYPES = frozenset({"task.created", "task.assigned", "comment.created", "comment.updated", "webhook.updated"})


def wanted(session: Session, space_id: str, events: list[EventPrivate]) -> list[Wanted]:
    """Return whom these events concern; nobody's own doing concerns themselves."""
    told = [_read(event) for event in events if event.type in TYPES]
    about = sorted({each.data["record_id"] for each in told if _says(each) and each.data["kind"] == "task"})
    watchers = _watchers(session, space_id, about)
    found: dict[tuple[str, int], Wanted] = {}
    for each in told:
        for one in _concerned(session, space_id, each, watchers):
            if one.user_id != each.actor.get("id"):
                found.setdefault((one.user_id, each.event.sequence), one)
    return list(found.values())


def _read(event: EventPrivate) -> Told:
    actor, data, changes = (msgspec.json.decode(each) for each in (event.actor, event.data, event.changes))
    return Told(event, actor, data, changes)


def _says(told: Told) -> bool:
    return told.event.type == "comment.created"


def _watchers(session: Session, space_id: str, tasks: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if tasks:
        rows = select(TaskWatcher.task_id, TaskWatcher.user_id).where(
            TaskWatcher.space_id == space_id, TaskWatcher.task_id.in_(tasks)
        )
        for task_id, user_id in session.execute(rows):
            found.setdefault(task_id, []).append(user_id)
    return found


def _concerned(
    session: Session, space_id: str, told: Told, watchers: dict[str, list[str]]
) -> Iterator[Wanted]:
    kind = told.event.type.partition(".")[0]
    if kind == "task":
        for user_id in _assigned(told):
            yield Wanted(user_id, "assigned", told.event, told.actor, "task", told.event.record_id)
    elif kind == "comment":
        yield from _of_comment(told, watchers)
    elif _switched_off(told):
        title = str(told.data.get("name") or told.data.get("url") or "")
        for user_id in admins_of(session, space_id):
            yield Wanted(
                user_id,
                "webhook_disabled",
                told.event,
                told.actor,
                "webhook",
                told.event.record_id,
                snippet=plain(str(told.data["disabled_reason"])),
                title=title,
            )


def _assigned(told: Told) -> list[str]:
    if told.event.type == "task.created":
        return [user["id"] for user in told.data["assignees"]]
    change = told.changes["assignee_ids"]
    return [each for each in change["to"] if each not in change["from"]]


def _of_comment(told: Told, watchers: dict[str, list[str]]) -> Iterator[Wanted]:
    """Mentions first: who is mentioned is not told as a watcher too."""
    about = (told.event, told.actor, told.data["kind"], told.data["record_id"], told.event.record_id)
    snippet = plain(told.data["body"])
    named = [user["id"] for user in told.data["mentions"]]
    if not _says(told):
        before = mentioned((told.changes.get("body") or {}).get("from") or "")
        named = [each for each in named if "body" in told.changes and each not in before]
    for user_id in named:
        yield Wanted(user_id, "mentioned", *about, snippet)
    if _says(told) and told.data["kind"] == "task":
        for user_id in watchers.get(told.data["record_id"], ()):
            yield Wanted(user_id, "commented", *about, snippet)


def _switched_off(told: Told) -> bool:
    off = told.changes.get("active") == {"from": True, "to": False}
    return off and bool(told.data.get("disabled_reason"))


def plain(text: str) -> str:
    """Return the beginning of a text in one line, without the marks of Markdown."""
    text = " ".join(_MARKS.sub("", _LINK.sub(r"\1", text[:2_000])).split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1].rstrip()}…"
