"""Notifications in words, for pages and mails."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from kanwerk.core import formats
from kanwerk.core.languages import Phrase, gettext

KIND_TITLES = {
    "assigned": Phrase("You are to do a task"),
    "mentioned": Phrase("Somebody mentions you"),
    "commented": Phrase("Comments on tasks that you watch"),
    "due_today": Phrase("A task of yours is due today"),
    "overdue": Phrase("A task of yours is overdue"),
    "webhook_disabled": Phrase("A webhook was switched off"),
}
MOST_NAMES = 3  # more are a crowd


def sentence(kind: str, count: int, actors: Sequence[dict[str, Any]], day: date | None = None) -> str:
    """Return what happened, such as "3 comments by Mia and Max", in the language that is written now.

    It is said of the record beside it.
    """
    return gettext(_phrase(kind, count, _names(actors), day))


def _phrase(kind: str, count: int, who: str, day: date | None) -> Phrase:  # noqa: PLR0911 (a sentence each)
    if kind == "assigned":
        return Phrase("%(who)s assigned you", who=who) if who else Phrase("You were assigned")
    if kind == "mentioned":
        if count == 1:
            return Phrase("%(who)s mentioned you", who=who) if who else Phrase("You were mentioned")
        if who:
            return Phrase(
                "%(who)s mentioned you once", "%(who)s mentioned you %(num)s times", num=count, who=who
            )
        return Phrase("You were mentioned once", "You were mentioned %(num)s times", num=count)
    if kind == "commented":
        if count == 1:
            return Phrase("%(who)s commented", who=who) if who else Phrase("Somebody commented")
        if who:
            return Phrase("%(num)s comment by %(who)s", "%(num)s comments by %(who)s", num=count, who=who)
        return Phrase("%(num)s comment", "%(num)s comments", num=count)
    if kind == "due_today":
        return Phrase("Due today")
    if kind == "overdue":
        return Phrase("Was due on %(day)s", day=formats.day(day)) if day is not None else Phrase("Overdue")
    return Phrase("Webhook switched off")


def _names(actors: Sequence[dict[str, Any]]) -> str:
    names = [str(each["name"]) for each in actors]
    if len(names) > MOST_NAMES:
        more = Phrase("%(num)s other", "%(num)s others", num=len(names) - 2)
        names = [*names[:2], gettext(more)]
    return formats.listed(names)
