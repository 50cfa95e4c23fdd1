"""Rules of recurrence, by days (RFC 5545, RRULE)."""

from datetime import date, datetime, timedelta
from typing import Any

from kanwerk.core.languages import Phrase
from kanwerk.core.problems import invalid

YEARS = 10
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


def check(rule: str, start: date) -> None:
    """Refuse what is no rule of days, and one that names no day within ten years."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    if parts.get("FREQ") not in _FREQUENCIES or {"DTSTART", "RRULE"} & parts.keys():
        message = f"A rule such as FREQ=WEEKLY;BYDAY=MO is needed; FREQ is one of {', '.join(_FREQUENCIES)}."
        raise invalid("/recurrence/rule", message)
    if {"BYHOUR", "BYMINUTE", "BYSECOND"} & parts.keys():
        raise invalid("/recurrence/rule", "Tasks recur by days, not by hours.")
    try:
        there = next_day(rule, start, start - timedelta(days=1))
    except ValueError:
        raise invalid("/recurrence/rule", "This is not a recurrence rule (RFC 5545).") from None
    if there is None:
        raise invalid(
            "/recurrence/rule", Phrase("This rule names no day within %(years)s years.", years=YEARS)
        )


def next_day(rule: str, start: date, after: date) -> date | None:
    """Return the first day of the rule after a day; None when there is none within ten years.

    ``ValueError`` for what is no rule.
    """
    from dateutil.rrule import rrulestr

    begin = datetime(start.year, start.month, start.day)  # noqa: DTZ001 (days have no zone)
    plain = ";".join(part for part in rule.upper().split(";") if not part.startswith(("COUNT=", "UNTIL=")))
    until = dict(part.partition("=")[::2] for part in rule.upper().split(";")).get("UNTIL")
    last = datetime(min(max(start, after).year + YEARS, 9999), 12, 31)  # noqa: DTZ001
    if until is not None:
        last = min(last, datetime.strptime(until[:8], "%Y%m%d"))  # noqa: DTZ007
    found: Any = rrulestr(plain, dtstart=begin).replace(until=last)
    moment = found.after(datetime(after.year, after.month, after.day))  # noqa: DTZ001
    return None if moment is None else moment.date()
