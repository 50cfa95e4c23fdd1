"""Making notifications of events: in the transaction that moves the reader of the log on."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kanwerk.clients.models import Client
from kanwerk.core import clock
from kanwerk.core.database import Database
from kanwerk.core.events import EventPrivate, readable
from kanwerk.core.ids import new_id
from kanwerk.core.log_readers import catch_up
from kanwerk.core.notices import next_notice
from kanwerk.core.writes import Write
from kanwerk.notifications.models import Notification, NotificationSettings
from kanwerk.notifications.outbox import let_wait
from kanwerk.notifications.quiet import news
from kanwerk.notifications.settings import settings_of
from kanwerk.notifications.wanted import Wanted, wanted
from kanwerk.people.recipients import Recipient, recipients
from kanwerk.projects.models import Project
from kanwerk.tasks.models import Task

FOLDED = timedelta(minutes=5)  # events of a kind about one record, so close to each other, are one line
STALE = timedelta(days=1)  # older ones are no cause for a mail at once
ACTORS = 5
Facts = dict[tuple[str, str], tuple[str | None, str]]


def make(database: Database) -> bool:
    """Make the notifications of what has happened since, in all spaces; return whether anything had."""
    return catch_up(database, "notifications", partial(_take, database))


def _take(database: Database, session: Session, space_id: str, events: list[EventPrivate]) -> None:
    found = wanted(session, space_id, news(session, space_id, events))
    people = recipients(session, space_id, [each.user_id for each in found])
    settings = settings_of(session, space_id, people)
    found = [each for each in found if each.user_id in people and _heard(settings[each.user_id], each.kind)]
    found = _judged(database, session, people, found)
    if not found:
        return
    lines = _fold(session, space_id, found, settings, _facts(session, space_id, found))
    publish(database, session, lines, people, settings)


def publish(
    database: Database,
    session: Session,
    lines: list[Notification],
    people: dict[str, Recipient],
    settings: dict[str, NotificationSettings],
) -> None:
    """Keep lines for these people, let their mails wait and wake who looks; rows first, the counter last."""
    let_wait(session, [line.user_id for line in lines if line.mail], people, settings)
    number = next_notice(Write(database, session, people[lines[0].user_id].me))
    for line in lines:
        line.number = number
        session.add(line)
    session.flush()


def _heard(settings: NotificationSettings, kind: str) -> bool:
    return settings.wants(kind, "in_app") or settings.wants(kind, "mail")


def _judged(
    database: Database, session: Session, people: dict[str, Recipient], found: list[Wanted]
) -> list[Wanted]:
    """Return those who may read the record of their event now."""
    mine: dict[str, list[Wanted]] = {}
    for each in found:
        mine.setdefault(each.user_id, []).append(each)
    kept = []
    for user_id, those in mine.items():
        me = people[user_id].me
        if not me.unbounded:
            seen = readable(Write(database, session, me), [each.event for each in those])
            numbers = {event.sequence for event in seen}
            those = [each for each in those if each.event.sequence in numbers]  # noqa: PLW2901
        kept += those
    return sorted(kept, key=lambda each: each.event.sequence)


def _facts(session: Session, space_id: str, found: list[Wanted]) -> Facts:
    """Return key and title of what is spoken of."""
    of: dict[str, set[str]] = {}
    for each in found:
        of.setdefault(each.record_kind, set()).add(each.record_id)
    facts: Facts = {}
    if tasks := of.get("task"):
        rows = (
            select(Task.id, Project.shortcode, Task.number, Task.title)
            .join(Project, (Project.space_id == Task.space_id) & (Project.id == Task.project_id))
            .where(Task.space_id == space_id, Task.id.in_(tasks))
        )
        for task_id, shortcode, number, title in session.execute(rows):
            facts["task", task_id] = (f"{shortcode}-{number}", title)
    for kind, model in (("project", Project), ("client", Client)):
        if ids := of.get(kind):
            named: Any = select(model.id, model.name).where(model.space_id == space_id, model.id.in_(ids))
            facts |= {(kind, row[0]): (None, row[1]) for row in session.execute(named)}
    return facts


def _fold(
    session: Session,
    space_id: str,
    found: list[Wanted],
    settings: dict[str, NotificationSettings],
    facts: Facts,
) -> list[Notification]:
    """Make a line of each, or let one that is still unread and waiting hold it too."""
    open_lines = {_about(line): line for line in _open(session, space_id, found)}
    lines: dict[str, Notification] = {}
    now = clock.now()
    for each in found:
        about = (each.user_id, each.kind, each.record_kind, each.record_id)
        at = datetime.fromisoformat(each.event.timestamp)
        line = open_lines.get(about)
        if line is None or at - line.at > FOLDED:
            known = facts.get((each.record_kind, each.record_id))
            if known is None and each.title is None:
                continue  # deleted for good since
            record_key, title = known or (None, each.title or "")
            line = open_lines[about] = Notification(
                id=new_id(),
                space_id=space_id,
                user_id=each.user_id,
                kind=each.kind,
                record_kind=each.record_kind,
                record_id=each.record_id,
                record_key=record_key,
                title=title,
                actors=[],
                count=0,
                in_app=False,
                mail=False,
                created_at=now,
            )
        _add(line, each, settings[each.user_id], at, now)
        lines[line.id] = line
    return list(lines.values())


def _about(line: Notification) -> tuple[str, str, str, str]:
    return line.user_id, line.kind, line.record_kind, line.record_id


def _open(session: Session, space_id: str, found: list[Wanted]) -> list[Notification]:
    rows = (
        select(Notification)
        .where(
            Notification.space_id == space_id,
            Notification.user_id.in_({each.user_id for each in found}),
            Notification.record_id.in_({each.record_id for each in found}),
            Notification.read_at.is_(None),
            Notification.mailed_at.is_(None),
            Notification.day.is_(None),
            Notification.at > datetime.fromisoformat(found[0].event.timestamp) - FOLDED,
        )
        .order_by(Notification.id)
        .with_for_update()
    )
    return list(session.execute(rows).scalars())


def _add(
    line: Notification, each: Wanted, settings: NotificationSettings, at: datetime, now: datetime
) -> None:
    line.count += 1
    line.sequence, line.at, line.updated_at = each.event.sequence, at, now
    line.comment_id, line.snippet = each.comment_id, each.snippet
    if each.actor.get("id") or each.actor.get("type") != "system":
        others = [other for other in line.actors if other != each.actor]
        line.actors = [each.actor, *others][:ACTORS]
    line.in_app = line.in_app or settings.wants(each.kind, "in_app")
    soon = settings.mails == "at_once" and now - at > STALE
    line.mail = line.mail or (settings.wants(each.kind, "mail") and not soon)
