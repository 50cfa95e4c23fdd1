"""Files of other systems, read whole before anything is written: what is no such file is said in one line."""

import csv
import io
from collections.abc import Iterator
from typing import TypeVar

import msgspec

from kanwerk.clients.imports import decode
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Unreadable

S = TypeVar("S")
LONGEST_CELL = 10_000_000
_FORMULAS = ("=", "+", "-", "@")


def read_json(raw: bytes, kind: type[S], what: str) -> S:
    """Return a JSON file as a Struct; ``Unreadable`` when it is empty, cut or something else."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").strip()
    if not raw:
        raise Unreadable("The file is empty.")
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise Unreadable(Phrase("This is not %(what)s: %(error)s.", what=what, error=error)) from None
    except RecursionError:
        raise Unreadable(Phrase("This is not %(what)s: it is nested too deeply.", what=what)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if "truncated" in str(error):
            raise Unreadable(Phrase("This is not %(what)s: it ends in the middle.", what=what)) from None
        sentence = Phrase(
            "This is not %(what)s: it cannot be read as JSON, %(error)s.", what=what, error=error
        )
        raise Unreadable(sentence) from None


class Cells:
    """A row of a spreadsheet, by the names of its columns, of which several may be called the same."""

    def __init__(self, columns: dict[str, list[int]], line: int, cells: list[str]) -> None:
        """Take the row that ends on a line."""
        self.columns, self.line, self.cells = columns, line, cells

    @property
    def where(self) -> str:
        """Where it stands, for people."""
        return f"line {self.line}"

    def all(self, *names: str) -> list[str]:
        """Return what stands in the columns of these names and is not blank."""
        places = [place for name in names for place in self.columns.get(name.lower(), ())]
        found = (self.cells[place].strip() for place in places if place < len(self.cells))
        return [cell for cell in found if cell]

    def get(self, *names: str) -> str:
        """Return the first of that, or ''."""
        found = self.all(*names)
        return found[0] if found else ""


class Sheet:
    """A spreadsheet: the names of its columns, and its rows one after the other."""

    def __init__(self, raw: bytes, what: str, *needs: str) -> None:
        """Read the first line; ``Unreadable`` without one of the columns that make it what it is."""
        text = decode(raw).replace("\x00", "")
        if not text.strip():
            raise Unreadable("The file is empty.")
        if text.lstrip()[0] in "{[<" or text.startswith("PK"):
            raise Unreadable(Phrase("This is not %(what)s: it is no CSV.", what=what))
        csv.field_size_limit(LONGEST_CELL)
        first = text.partition("\n")[0]
        self.what = what
        self._reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True
        )
        self.names = [name.strip() for name in next(self._rows(), (0, []))[1]]
        self.columns: dict[str, list[int]] = {}
        for place, name in enumerate(self.names):
            self.columns.setdefault(name.lower(), []).append(place)
        for name in needs:
            if name.lower() not in self.columns:
                raise Unreadable(
                    Phrase("This is not %(what)s: it has no column %(name)s.", what=what, name=repr(name))
                )

    def __iter__(self) -> Iterator[Cells]:
        """Yield the rows that are not blank."""
        for line, cells in self._rows():
            if any(cell.strip() for cell in cells):
                yield Cells(self.columns, line, [_undo(cell) for cell in cells])

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        try:
            for row in self._reader:
                yield self._reader.line_num, row
        except csv.Error as error:
            cut = "unexpected end" in str(error)
            why = Phrase("it ends in the middle of a cell") if cut else str(error)
            at = self._reader.line_num
            sentence = Phrase(
                "This is not %(what)s: line %(line)s, %(why)s.", what=self.what, line=at, why=why
            )
            raise Unreadable(sentence) from None


def _undo(cell: str) -> str:
    """Take away what exports put before a cell that looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:2] in _FORMULAS else cell
