"""Where the bars of a timeline are: days along, rows down, and lines from what blocks to what it blocks.

All lengths are pixels of an SVG drawing; a day is as wide as the scale says, a row ``ROW`` high.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from kanwerk.tasks.days import next_month
from kanwerk.tasks.shapes import TaskData

ROW, STUB = 36, 9
WEEK, SATURDAY = 7, 5


class Scale(NamedTuple):
    """How wide a day is, how many are shown, and how many lie before today."""

    width: int
    days: int
    before: int


SCALES = {"week": Scale(36, 63, 7), "month": Scale(12, 196, 28), "year": Scale(4, 560, 63)}


class Axis(NamedTuple):
    """A stretch of days on a scale, that of ``first`` being at 0."""

    scale: Scale
    first: date

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=self.scale.days - 1)

    @property
    def width(self) -> int:
        """The width of all days."""
        return self.scale.days * self.scale.width

    def x(self, day: date) -> int:
        """Return where a day begins."""
        return (day - self.first).days * self.scale.width

    def months(self) -> Iterator[tuple[date, int, int]]:
        """Give the months, with where each begins and how wide it is."""
        day = self.first
        while day <= self.last:
            after = next_month(day)
            end = min(after, self.last + timedelta(days=1))
            yield day, self.x(day), self.x(end) - self.x(day)
            day = after

    def weeks(self) -> Iterator[tuple[date, int]]:
        """Give the Mondays, with where each begins."""
        day = self.first + timedelta(days=-self.first.weekday() % WEEK)
        while day <= self.last:
            yield day, self.x(day)
            day += timedelta(days=WEEK)

    def all(self) -> Iterator[tuple[date, int]]:
        """Give the days, with where each begins."""
        for number in range(self.scale.days):
            day = self.first + timedelta(days=number)
            yield day, self.x(day)

    def rests(self) -> Iterator[tuple[int, int]]:
        """Give the weekends: where each begins and how wide it is."""
        for day, x in self.all():
            if day.weekday() == SATURDAY or (day == self.first and day.weekday() > SATURDAY):
                days = min(WEEK - day.weekday(), (self.last - day).days + 1)
                yield x, days * self.scale.width


class Bar(NamedTuple):
    """A bar: where it begins, how wide it is, and whether it goes on before or behind what is shown."""

    x: int
    width: int
    from_before: bool
    to_behind: bool


class Line(NamedTuple):
    """A row: a task with its bar, or without one when it has no days; or the head of a group."""

    y: int
    task: TaskData | None
    bar: Bar | None
    head: "Head | None" = None


class Head(NamedTuple):
    """What a group of rows stands under: a project with its own days, or a client."""

    name: str
    url: str | None
    start: date | None = None
    due: date | None = None


class Link(NamedTuple):
    """A line from the end of what blocks to the begin of what it blocks. ``late``: that begins too early."""

    path: str
    late: bool


def begin_of(task: TaskData) -> str | None:
    """Return the first day of a task."""
    return task.start_date or task.due_date


def end_of(task: TaskData) -> str | None:
    """Return the last day of a task."""
    return task.due_date or task.start_date


def bar(axis: Axis, begin: date | None, end: date | None) -> Bar | None:
    """Return the bar from one day to another, both included; None when it is not within the axis."""
    if begin is None or end is None or end < axis.first or begin > axis.last:
        return None
    shown, until = max(begin, axis.first), min(end, axis.last)
    width = axis.x(until) + axis.scale.width - axis.x(shown)
    return Bar(axis.x(shown), width, begin < axis.first, end > axis.last)


def lines(axis: Axis, groups: list[tuple[Head | None, list[TaskData]]]) -> list[Line]:
    """Return the rows, groups one below the other, each task under the one that begins before it."""
    found: list[Line] = []

    def add(task: TaskData | None, drawn: Bar | None, head: Head | None = None) -> None:
        found.append(Line(len(found) * ROW, task, drawn, head))

    for head, tasks in groups:
        if head is not None:
            add(None, bar(axis, head.start or head.due, head.due or head.start), head)
        for task in sorted(tasks, key=lambda each: (begin_of(each) or "9", end_of(each) or "", each.id)):
            begin, end = begin_of(task), end_of(task)
            days = (date.fromisoformat(begin), date.fromisoformat(end)) if begin and end else (None, None)
            add(task, bar(axis, *days))
    return found


def links(rows: list[Line], pairs: list[tuple[str, str]]) -> list[Link]:
    """Return the lines between tasks that are drawn; ``pairs`` are ids, what blocks first."""
    at = {
        row.task.id: (row.task, row.bar, row) for row in rows if row.task is not None and row.bar is not None
    }
    found = []
    for blocking, blocked in pairs:
        if blocking in at and blocked in at:
            (one, ending, row), (other, beginning, below) = at[blocking], at[blocked]
            done = one.completed_at is not None or other.completed_at is not None
            late = not done and (begin_of(other) or "") <= (end_of(one) or "")
            found.append(Link(_path(row, ending, below, beginning), late))
    return found


def _path(one: Line, ending: Bar, other: Line, beginning: Bar) -> str:
    """Draw a line with square corners that ends where an arrow's point is to be."""
    x1, y1 = ending.x + ending.width, one.y + ROW // 2
    x2, y2 = beginning.x, other.y + ROW // 2
    if x2 - x1 >= 2 * STUB:
        return f"M{x1} {y1}H{x2 - STUB}V{y2}H{x2 - 1}"
    between = other.y if other.y > one.y else other.y + ROW
    return f"M{x1} {y1}h{STUB}V{between}H{x2 - STUB}V{y2}H{x2 - 1}"
