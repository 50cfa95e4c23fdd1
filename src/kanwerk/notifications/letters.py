"""The mail that tells of notifications: what is still unread and may still be seen, by project and task."""

import hashlib
from datetime import date
from email.message import EmailMessage
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, func, select

from kanwerk.clients.models import Client
from kanwerk.config import Settings
from kanwerk.core import mail, templates
from kanwerk.core.addresses import address_of
from kanwerk.core.db import Db
from kanwerk.core.languages import N_, Phrase, gettext, language_of, written_in
from kanwerk.core.reads import Query
from kanwerk.core.secrets import signing_key
from kanwerk.notifications.models import Notification, NotificationSettings
from kanwerk.notifications.reads import SEEN, SOURCE, fence_of
from kanwerk.notifications.unsubscribing import token
from kanwerk.notifications.wording import sentence
from kanwerk.people.access import Me
from kanwerk.people.mails import link
from kanwerk.people.recipients import Recipient
from kanwerk.projects.models import Project
from kanwerk.tasks.models import Task

MOST, MOST_READ = 100, 5_000  # lines of one mail; of the rest it says how many there are

_N = Notification
_LINES = {
    name: Query(
        select(
            _N.id,
            _N.number,
            _N.kind,
            _N.count,
            _N.actors,
            _N.record_kind,
            _N.record_id,
            func.coalesce(Task.title, Project.name, Client.name, _N.title),
            _N.record_key,
            _N.snippet,
            _N.day,
            Project.name,
        )
        .select_from(SOURCE)
        .where(
            _N.space_id == bindparam("space_id"),
            _N.user_id == bindparam("me_id", type_=_N.user_id.type),
            _N.mail,
            _N.read_at.is_(None),
            seen,
        )
        .order_by(_N.id)
        .limit(MOST_READ)
    )
    for name, seen in SEEN.items()
}


class Line(NamedTuple):
    """A line of a mail."""

    id: str
    number: int
    kind: str
    events: int
    actors: Any
    record_kind: str
    record_id: str
    title: str
    key: str | None
    snippet: str | None
    day: Any
    project: str | None

    @property
    def name(self) -> str:
        """What it is about."""
        return f"{self.key} {self.title}" if self.key else self.title

    @property
    def words(self) -> str:
        """What happened."""
        day = date.fromisoformat(self.day) if isinstance(self.day, str) else self.day
        return sentence(self.kind, self.events, msgspec.json.decode(self.actors), day)


def lines_for(db: Db, settings: NotificationSettings) -> list[Line]:
    """Return what is to be mailed to the one who reads."""
    found = [Line(*row) for row in db.rows(_LINES[fence_of(db.me)])]
    return [line for line in found if settings.wants(line.kind, "mail")]


def letter(
    config: Settings, db: Db, who: Recipient, settings: NotificationSettings, lines: list[Line]
) -> EmailMessage:
    """Return the mail of these lines, in the language of who gets it; the same lines make a mail of the same
    Message-ID.
    """
    with written_in(who.me.locale, who.me.zone):
        return _letter(config, db, who, settings, lines)


def _letter(
    config: Settings, db: Db, who: Recipient, settings: NotificationSettings, lines: list[Line]
) -> EmailMessage:
    me, kinds = who.me, sorted({line.kind for line in lines})
    signed = token(signing_key(db.database, "unsubscribe"), me.space_id, me.id, kinds)
    ending = link(config, f"/unsubscribe/{signed}")
    title = subject(me, settings.mails, lines)
    context = {
        "language": language_of(me.locale),
        "subject": title,
        "first_name": me.first_name,
        "space": me.space_name,
        "intro": gettext(Phrase(_INTROS[settings.mails], space=me.space_name)),
        "groups": _groups(config, me, lines[:MOST]),
        "more": len(lines) - MOST,
        "home": link(config, f"/{me.space_slug}/notifications"),
        "settings": link(config, f"/{me.space_slug}/settings/notifications"),
        "ending": ending,
    }
    text = templates.render("notifications/mail.txt", context)
    html = templates.render("notifications/mail.html", context)
    told = ",".join(f"{line.id}.{line.number}" for line in lines)
    headers = {
        "Message-ID": f"<{hashlib.blake2b(told.encode(), digest_size=16).hexdigest()}@{mail.DOMAIN}>",
        "List-Unsubscribe": f"<{ending}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    return mail.compose(config, me.email, title, text, html=html, headers=headers)


_INTROS = {
    "at_once": N_("This is new for you in %(space)s."),
    "daily": N_("This is what has happened for you in %(space)s since yesterday."),
    "weekly": N_("This is what has happened for you in %(space)s this week."),
}


def subject(me: Me, mails: str, lines: list[Line]) -> str:
    """Say what a mail is about."""
    count, space = len(lines), me.space_name
    if mails == "daily":
        text = Phrase(
            "Your day in %(space)s: %(num)s update",
            "Your day in %(space)s: %(num)s updates",
            num=count,
            space=space,
        )
    elif mails == "weekly":
        text = Phrase(
            "Your week in %(space)s: %(num)s update",
            "Your week in %(space)s: %(num)s updates",
            num=count,
            space=space,
        )
    elif count == 1:
        text = Phrase("%(words)s: %(name)s", words=lines[0].words, name=lines[0].name)
    else:
        names = {line.name for line in lines}
        about = next(iter(names)) if len(names) == 1 else None
        if about is None:
            text = Phrase(
                "%(num)s update in %(space)s", "%(num)s updates in %(space)s", num=count, space=space
            )
        else:
            text = Phrase("%(num)s update: %(name)s", "%(num)s updates: %(name)s", num=count, name=about)
    return gettext(text)


def _groups(config: Settings, me: Me, lines: list[Line]) -> list[dict[str, Any]]:
    """Return the lines by project, and in each by what they are about."""

    def place(line: Line) -> tuple[str, str, str]:
        return line.project or "", line.name, line.record_id

    groups = []
    for project, of_project in groupby(
        sorted(lines, key=lambda line: (*place(line), line.id)), lambda x: x.project
    ):
        records = []
        for _, those in groupby(of_project, lambda line: line.record_id):
            about = list(those)
            path = address_of(me.space_slug, about[0].record_kind, about[0].record_id, about[0].key)
            url = None if path is None else link(config, path)
            told = [{"words": each.words, "snippet": each.snippet} for each in about]
            records.append({"name": about[0].name, "url": url, "lines": told})
        groups.append({"project": project, "records": records})
    return groups
