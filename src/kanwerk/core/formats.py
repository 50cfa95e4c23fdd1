"""Dates, times, numbers and amounts as they are written where the reader lives, by Unicode's CLDR.

What is written is kept by what it was made from: a page of 500 rows has few different days and amounts.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from kanwerk.core import clock
from kanwerk.core.languages import N_, USUAL, current, gettext, language_of

# seconds of a unit, in the order they are tried
_UNITS = (31_536_000, 2_592_000, 604_800, 86_400, 3600, 60)
_KEPT = 8192
HOUR = 3600


@lru_cache(64)
def _babel(locale: str) -> Any:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(USUAL[language_of(locale)], sep="-")


@lru_cache(_KEPT)
def _skeleton(locale: str, skeleton: str, of: date) -> str:
    from babel.dates import format_skeleton

    return str(format_skeleton(skeleton, of, locale=_babel(locale)))


@lru_cache(_KEPT)
def _weekday(locale: str, width: Any, of: int) -> str:
    from babel.dates import get_day_names

    return str(get_day_names(width, "stand-alone", _babel(locale))[of])


@lru_cache(_KEPT)
def _time(locale: str, hour: int, minute: int) -> str:
    from datetime import time

    from babel.dates import format_time

    return str(format_time(time(hour, minute), "short", locale=_babel(locale)))


@lru_cache(64)
def _glue(locale: str) -> str:
    return str(_babel(locale).datetime_formats["medium"]).replace("'", "")


@lru_cache(_KEPT)
def _distance(locale: str, count: int, unit: int) -> str:
    from babel.dates import format_timedelta

    seconds: Any = count * unit
    return str(
        format_timedelta(
            seconds, granularity="minute", threshold=1, add_direction=True, locale=_babel(locale)
        )
    )


@lru_cache(_KEPT)
def _decimal(locale: str, value: Any, pattern: str | None) -> str:
    from babel.numbers import format_decimal

    return str(format_decimal(value, pattern, locale=_babel(locale)))


@lru_cache(_KEPT)
def _money(locale: str, amount: Decimal, currency: str) -> str:
    from babel.numbers import format_currency

    return str(format_currency(amount, currency, locale=_babel(locale)))


@lru_cache(_KEPT)
def _percent(locale: str, share: float) -> str:
    from babel.numbers import format_percent

    return str(format_percent(share, locale=_babel(locale)))


@lru_cache(1024)
def _listed(locale: str, names: tuple[str, ...]) -> str:
    from babel.lists import format_list

    return str(format_list(names, locale=_babel(locale)))


@lru_cache(64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _at(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _of(value: str | date | datetime, zone: str) -> date:
    """Return the day of a date, or of a moment in the reader's zone."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return value.astimezone(_zone(zone)).date() if isinstance(value, datetime) else value


def _full(at: datetime) -> str:
    locale, zone = current()
    here = at.astimezone(_zone(zone))
    shown = _skeleton(locale, "yMMMd", here.date())
    return _glue(locale).format(_time(locale, here.hour, here.minute), shown)


def moment(value: str | datetime | None) -> Markup:
    """Show a moment as day and time in the reader's zone."""
    if value is None:
        return Markup("")
    at = _at(value)
    return Markup(f'<time datetime="{clock.wire(at)}">{escape(_full(at))}</time>')  # noqa: S704  # escaped


def ago(value: str | datetime | None) -> Markup:
    """Show how long ago a moment was, or how soon it will be."""
    if value is None:
        return Markup("")
    at = _at(value)
    words = escape(distance((at - clock.now()).total_seconds()))
    return Markup(  # noqa: S704  # escaped
        f'<time datetime="{clock.wire(at)}" title="{escape(_full(at))}">{words}</time>'
    )


def distance(seconds: float) -> str:
    """Return how far away a moment is, in seconds from now, in words: "3 days ago", "in 2 hours"."""
    for unit in _UNITS:
        count = round(abs(seconds) / unit) if abs(seconds) >= unit else 0
        if count:
            return _distance(current().locale, count if seconds > 0 else -count, unit)
    return gettext(N_("just now") if seconds <= 0 else N_("in a moment"))


def day(value: str | date | datetime | None, *, year: bool = True) -> str:
    """Show a day: "3 Dec 2026", or without its year "3 Dec"; of a moment the day in the reader's zone."""
    if value is None or value == "":
        return ""
    locale, zone = current()
    return _skeleton(locale, "yMMMd" if year else "MMMd", _of(value, zone))


def month(value: str | date | datetime) -> str:
    """Show a day's month: "December 2026"."""
    locale, zone = current()
    return _skeleton(locale, "yMMMM", _of(value, zone))


def weekday(value: str | date | datetime | int, *, width: str = "wide") -> str:
    """Show the name of a day of the week, also by number (0 is Monday); ``abbreviated`` is "Wed"."""
    locale, zone = current()
    return _weekday(locale, width, value if isinstance(value, int) else _of(value, zone).weekday())


def first_weekday() -> int:
    """Return the day that weeks begin with where the reader lives; 0 is Monday."""
    return int(_babel(current().locale).first_week_day)


def timeofday(value: str | datetime) -> str:
    """Show the time of a moment in the reader's zone: "14:30"."""
    locale, zone = current()
    here = _at(value).astimezone(_zone(zone))
    return _time(locale, here.hour, here.minute)


def number(value: float | Decimal) -> str:
    """Show a number, with what stands between thousands."""
    return _decimal(current().locale, value, None)


def money(amount: str | Decimal, currency: str) -> str:
    """Show an amount such as "95.00" or a ``Decimal``, in whole currency units, with its currency."""
    return _money(current().locale, Decimal(amount), currency)


def percent(share: float) -> str:
    """Show a share, of which 1 is the whole, in whole per cents."""
    return _percent(current().locale, share)


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence: "Mia, Max and Ida"."""
    return _listed(current().locale, tuple(names))


def hours(seconds: float) -> str:
    """Show seconds as hours with up to two decimals: "1.5 h"."""
    return f"{_decimal(current().locale, Decimal(int(seconds)) / HOUR, '#,##0.##')}\u00a0h"


FILTERS: dict[str, Any] = {
    "moment": moment,
    "ago": ago,
    "day": day,
    "month": month,
    "weekday": weekday,
    "timeofday": timeofday,
    "number": number,
    "money": money,
    "percent": percent,
    "hours": hours,
}
