"""The report: a table for people, JSON for machines."""

import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

_ABOUT = """\
The floor is `bench/floor.py`: Litestar, Granian and msgspec as in the product over bare `sqlite3`, on the
same file, the same rows in the same JSON. It looks the token up and runs one hand-written SELECT; it has no
rights, limit, ETag, cursor, query string, request id or log line, all of which the product has on. The
barest floor does not even look the token up and goes past Litestar's responses. One worker each, 16
connections, 20 spaces of 2,000 clients, floor and product in turn; figures are medians, shares the medians
of neighbouring runs.
"""


class Figure(Struct, omit_defaults=True):
    """One figure, with the most or the least it may be."""

    name: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None
    note: str = ""

    @property
    def target(self) -> str:
        """The target and whether it is met."""
        if self.least is None and self.most is None:
            return ""
        bound = f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"
        met = (self.least is None or self.value >= self.least) and (
            self.most is None or self.value <= self.most
        )
        return f"{bound} {self.unit}: {'met' if met else 'MISSED'}"

    @property
    def shown(self) -> str:
        """The value as people read it."""
        digits = 0 if self.value >= 1000 else 1 if self.value >= 20 else 2
        return f"{self.value:,.{digits}f} {self.unit}"


def share(times: list[float], part: float) -> float:
    """Return the time that this part of the sorted times stays under."""
    return times[min(len(times) - 1, int(len(times) * part))]


def machine(folder: Path) -> str:
    """Say on what this was measured: processors, Python, how often a second the disk keeps 4 kB for good."""
    name = next(
        (
            line.partition(": ")[2]
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "?",
    )
    probe = os.open(folder / "probe", os.O_RDWR | os.O_CREAT)
    began, times = time.perf_counter(), 0
    while time.perf_counter() - began < 0.5:
        os.pwrite(probe, bytes(4096), 0)
        os.fsync(probe)
        times += 1
    os.close(probe)
    cpu, python = f"{os.cpu_count()} of {name.strip()}", platform.python_version()
    return f"{cpu}, Python {python}, {times * 2:,} fsyncs per second"


def tell(path: Path, figures: list[Figure], on: str, seconds: float, rounds: int) -> None:
    """Print the table and write it, as Markdown and as JSON."""
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    rows = [
        (figure.name + (f" ({figure.note})" if figure.note else ""), figure.shown, figure.target)
        for figure in figures
    ]
    widths = [max(len(row[at]) for row in [*rows, ("figure", "value", "target")]) for at in range(3)]
    lines = [
        f"| {a.ljust(widths[0])} | {b.rjust(widths[1])} | {c.ljust(widths[2])} |"
        for a, b, c in [
            ("figure", "value", "target"),
            ("-" * widths[0], "-" * widths[1], "-" * widths[2]),
            *rows,
        ]
    ]
    told = (
        f"# {path.name}\n\n{when}; {on}; {rounds} rounds of {seconds:g} s.\n\n{_ABOUT}\n"
        + "\n".join(lines)
        + "\n"
    )
    path.parent.mkdir(exist_ok=True)
    path.with_suffix(".md").write_text(told)
    content = {"when": when, "machine": on, "seconds": seconds, "rounds": rounds, "figures": figures}
    path.with_suffix(".json").write_bytes(msgspec.json.format(msgspec.json.encode(content)) + b"\n")
    print(told)
