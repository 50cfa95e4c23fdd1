"""When a mail leaves: after a burst, in the morning, on the first day of the week, and never in quiet hours.

Times of day are those of the person's own zone; a change of the clocks neither loses nor repeats a mail.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from kanwerk.people.recipients import Recipient

REST, LONGEST = timedelta(minutes=2), timedelta(minutes=10)
MORNING = time(8)
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def due(settings: Any, who: Recipient, first_at: datetime, now: datetime) -> datetime:
    """Return when the mail leaves that something is added to now; its first line came at ``first_at``."""
    if settings.mails == "daily":
        moment = next_morning(now, who)
    elif settings.mails == "weekly":
        moment = next_morning(now, who, first_day=_WEEK.index(who.week_starts_on))
    else:
        moment = min(now + REST, first_at + LONGEST)
    return awake(settings, who, moment)


def awake(settings: Any, who: Recipient, moment: datetime) -> datetime:
    """Return the moment, or when the quiet hours that it falls into are over."""
    if settings.quiet_from is None or settings.quiet_to is None:
        return moment
    begin, end = time.fromisoformat(settings.quiet_from), time.fromisoformat(settings.quiet_to)
    here = moment.astimezone(who.zone)
    clock = here.time().replace(fold=0)
    over_midnight = end < begin
    if not (clock >= begin or clock < end if over_midnight else begin <= clock < end):
        return moment
    day = here.date() + timedelta(days=1) if over_midnight and clock >= begin else here.date()
    over = _at(day, end, who)
    return over if over > moment else _at(day, end.replace(fold=1), who)


def next_morning(now: datetime, who: Recipient, first_day: int | None = None) -> datetime:
    """Return the next eight o'clock, of the first day of the week if one is given (0 is Monday)."""
    day = now.astimezone(who.zone).date()
    for ahead in range(15):
        moment = _at(day + timedelta(days=ahead), MORNING, who)
        if moment > now and first_day in (None, (day + timedelta(days=ahead)).weekday()):
            return moment
    raise AssertionError  # a week has seven days


def _at(day: date, clock: time, who: Recipient) -> datetime:
    return datetime.combine(day, clock, tzinfo=who.zone).astimezone(UTC)
