"""Days, as other systems write them."""

import re
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kanwerk.core.text import fold
from kanwerk.importers.report import Report

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ALSO = {"mai": 5, "okt": 10, "dez": 12, "maj": 5}  # "mär" is folded to "mar"
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?) ?(Z|[+-]\d{2}:?\d{2})?$")
_END = r"\b(?:[ ,].*)?$"
_WORD = r"([a-zA-Zäá]{3,9})"
_YEAR = r"(\d{4}|\d{2})"
_FORMS: list[tuple[str, Callable[[re.Match[str]], date | None]]] = [
    (r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$", lambda it: _date(it[1], int(it[2]), it[3])),
    (rf"(\d{{1,2}})[/ .-]+{_WORD}\.?[/ ,.-]+{_YEAR}{_END}", lambda it: _date(it[3], _month(it[2]), it[1])),
    (rf"{_WORD}\.? (\d{{1,2}}),? (\d{{4}}){_END}", lambda it: _date(it[3], _month(it[1]), it[2])),
    (rf"(\d{{1,2}})\. ?(\d{{1,2}})\. ?{_YEAR}{_END}", lambda it: _date(it[3], int(it[2]), it[1])),
    (rf"(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}){_END}", lambda it: _slashed(int(it[1]), int(it[2]), it[3])),
]


def day(value: str | None, zone: ZoneInfo) -> date | None:
    """Return the day that something written means in a time zone, or None when that is not certain."""
    value = (value or "").strip()
    try:
        if found := _MOMENT.match(value):
            offset = (found[3] or "").replace("Z", "+00:00")
            moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{offset}")
            return moment.astimezone(zone).date() if offset else moment.date()
        return next((make(found) for form, make in _FORMS if (found := re.match(form, value))), None)
    except ValueError:
        return None


def read_day(value: str | None, zone: ZoneInfo, where: str, report: Report) -> date | None:
    """Return the day, and note one that cannot be read."""
    found = day(value, zone)
    if value and found is None:
        report.note("dates that cannot be read: left out", f"{where}: {value}")
    return found


def _slashed(first: int, second: int, year: str) -> date | None:
    """Read 25/3/2024 and 3/25/2024, which differ; 3/4/2024 may be either."""
    if first == second or second > 12:  # noqa: PLR2004 (months)
        return _date(year, first, str(second))
    return _date(year, second, str(first)) if first > 12 else None  # noqa: PLR2004


def _month(name: str) -> int:
    short = fold(name)[:3]
    return _ALSO.get(short) or _MONTHS.index(short) + 1


def _date(year: str, month: int, of_month: str) -> date:
    return date(int(year) + (2000 if len(year) == 2 else 0), month, int(of_month))  # noqa: PLR2004 (24: 2024)
