"""Estimates and rules of recurrence as people write and read them."""

import re

from kanwerk.core.languages import Phrase
from kanwerk.core.problems import invalid

MINUTE, HOUR = 60, 3600
_PARTS = re.compile(r"(?:(\d{1,6})\s*h(?:[a-z]*)?)?\s*(?:(\d{1,6})\s*m(?:[a-z]*)?)?", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,6}):([0-5]?\d)")
_NUMBER = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?)\s*(?:h[a-z]*)?", re.IGNORECASE)
CUSTOM = "custom"
# What a task may recur by with one choice.
CHOICES: list[tuple[str, Phrase]] = [
    ("FREQ=DAILY", Phrase("Every day")),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", Phrase("Every working day")),
    ("FREQ=WEEKLY", Phrase("Every week")),
    ("FREQ=WEEKLY;INTERVAL=2", Phrase("Every two weeks")),
    ("FREQ=MONTHLY", Phrase("Every month")),
    ("FREQ=MONTHLY;INTERVAL=3", Phrase("Every quarter")),
    ("FREQ=YEARLY", Phrase("Every year")),
]
_DAYS = {
    "MO": Phrase("Monday"),
    "TU": Phrase("Tuesday"),
    "WE": Phrase("Wednesday"),
    "TH": Phrase("Thursday"),
    "FR": Phrase("Friday"),
    "SA": Phrase("Saturday"),
    "SU": Phrase("Sunday"),
}


def seconds_of(text: str) -> int | None:
    """Return an estimate such as ``1 h 30 min``, ``1:30``, ``1.5`` or ``90m`` in seconds; None when empty.

    A number alone is hours. ``Invalid`` for what is none.
    """
    text = text.strip()
    if not text:
        return None
    if found := _CLOCK.fullmatch(text):
        return int(found[1]) * HOUR + int(found[2]) * MINUTE
    if found := _NUMBER.fullmatch(text):
        return round(float(found[1].replace(",", ".")) * HOUR)
    if (found := _PARTS.fullmatch(text)) and (found[1] or found[2]):
        return int(found[1] or 0) * HOUR + int(found[2] or 0) * MINUTE
    raise invalid("/estimate", Phrase("A time such as 1 h 30 min, 1:30 or 1.5."))


def estimate(seconds: int | None) -> str:
    """Return an estimate as it is written into its field: ``1 h 30 min``."""
    if seconds is None:
        return ""
    hours, rest = divmod(seconds, HOUR)
    minutes = rest // MINUTE
    parts = [f"{hours} h"] if hours or not minutes else []
    return " ".join([*parts, *([f"{minutes} min"] if minutes else [])])


def rule_words(rule: str | None) -> Phrase | None:
    """Return what a rule says in words; None without one."""
    if rule is None:
        return None
    known = dict(CHOICES).get(rule.upper())
    if known is not None:
        return known
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    every = parts.get("INTERVAL", "1")
    days = parts.get("BYDAY", "").split(",")
    if parts.keys() == {"FREQ", "BYDAY"} and parts["FREQ"] == "WEEKLY" and len(days) == 1:
        day = _DAYS.get(days[0])
        return Phrase("Every week on %(day)s", day=day) if day else _as_it_is(rule)
    if parts.keys() == {"FREQ", "INTERVAL"} and every.isdigit():
        num = int(every)
        found = {
            "DAILY": Phrase("Every %(num)s day", "Every %(num)s days", num=num),
            "WEEKLY": Phrase("Every %(num)s week", "Every %(num)s weeks", num=num),
            "MONTHLY": Phrase("Every %(num)s month", "Every %(num)s months", num=num),
            "YEARLY": Phrase("Every %(num)s year", "Every %(num)s years", num=num),
        }
        return found.get(parts["FREQ"], _as_it_is(rule))
    return _as_it_is(rule)


def _as_it_is(rule: str) -> Phrase:
    return Phrase("By the rule %(rule)s", rule=rule)
