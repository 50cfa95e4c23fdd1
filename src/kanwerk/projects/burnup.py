"""A burn-up chart: how many tasks there were and how many were done, week by week, as shapes of an SVG."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from kanwerk.projects.outlook import Day

WIDTH, HEIGHT = 600, 160
WEEK = timedelta(days=7)
MOST_WEEKS = 520


class Week(NamedTuple):
    """The end of a week: its day, what there was by then, and where it stands in the chart."""

    day: date
    total: int
    done: int
    x: float
    width: float


class Chart(NamedTuple):
    """What the template draws; coordinates lie in ``WIDTH`` by ``HEIGHT``."""

    weeks: list[Week]
    total_line: str
    done_line: str
    done_area: str
    top: int
    first: date
    last: date
    today_x: float
    due_x: float | None


def burn_up(days: Sequence[Day], today: date, due: date | None) -> Chart | None:
    """Return the chart of a project; None before there are two weeks to show."""
    if not days:
        return None
    first = max(date.fromisoformat(days[0].day), today - WEEK * MOST_WEEKS)
    begin = first - timedelta(days=first.weekday())
    ends = [begin - timedelta(days=1)]
    while ends[-1] < today:
        ends.append(min(ends[-1] + WEEK, today))
    if len(ends) < 3:  # noqa: PLR2004 (a line wants two weeks)
        return None
    last = max(today, due) if due is not None and due - today < WEEK * 26 else today
    span = max((last - ends[0]).days, 1)

    def x_of(day: date) -> float:
        return round((day - ends[0]).days / span * WIDTH, 1)

    added, done, at = 0, 0, 0
    points: list[tuple[date, int, int]] = []
    for end in ends:
        while at < len(days) and date.fromisoformat(days[at].day) <= end:
            added, done, at = added + days[at].added, done + days[at].done, at + 1
        points.append((end, added, done))
    top = max(1, *(point[1] for point in points))

    def y_of(count: int) -> float:
        return round(HEIGHT - count / top * HEIGHT, 1)

    total_line = " ".join(f"{x_of(day)},{y_of(total)}" for day, total, _ in points)
    done_line = " ".join(f"{x_of(day)},{y_of(count)}" for day, _, count in points)
    weeks = [
        Week(day, total, count, x_of(before[0]), round(x_of(day) - x_of(before[0]), 1))
        for before, (day, total, count) in pairwise(points)
    ]
    return Chart(
        weeks,
        total_line,
        done_line,
        f"{x_of(ends[0])},{HEIGHT} {done_line} {x_of(today)},{HEIGHT}",
        top,
        ends[1],
        last,
        x_of(today),
        x_of(due) if due is not None and ends[0] < due <= last else None,
    )
