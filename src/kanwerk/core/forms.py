"""Forms: what a browser sends, and the faults a form is shown again with."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Self
from urllib.parse import parse_qsl

import multipart

from kanwerk.core.problems import Problem, TooLarge, Unreadable
from kanwerk.core.web import Request

FIELDS = 2_000


class Form(Mapping[str, str]):
    """Fields by name; a field sent several times has its last value, and all of them by ``all``."""

    def __init__(
        self, fields: dict[str, list[str]], files: dict[str, tuple[str, bytes]] | None = None
    ) -> None:
        """Take the fields and the files (name, content)."""
        self.fields, self.files = fields, files or {}

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read a query string or an urlencoded body; what is not UTF-8 is replaced."""
        fields: dict[str, list[str]] = {}
        try:
            for name, value in parse_qsl(
                raw.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=FIELDS
            ):
                fields.setdefault(name, []).append(value)
        except ValueError:
            message = "This form has too many fields."
            raise Unreadable(message) from None
        return cls(fields)

    def __getitem__(self, name: str) -> str:
        """Return a field's last value."""
        return self.fields[name][-1]

    def __iter__(self) -> Iterator[str]:
        """Go over the names."""
        return iter(self.fields)

    def __len__(self) -> int:
        """Count the names."""
        return len(self.fields)

    def all(self, name: str) -> list[str]:
        """Return all values of a field that may be sent several times."""
        return self.fields.get(name, [])

    def text(self, name: str) -> str:
        """Return a field's value, trimmed; empty when it was not sent."""
        return self.fields.get(name, [""])[-1].strip()

    def members(self, *names: str) -> dict[str, Any]:
        """Return the named fields that were sent as members of a body: an empty one is null."""
        return {name: self.text(name) or None for name in names if name in self.fields}


async def read_form(request: Request) -> Form:
    """Return the form of a POST, urlencoded or multipart."""
    body = await request.body()
    kind, options = multipart.parse_options_header(request.header(b"content-type") or "")
    if kind != "multipart/form-data":
        return Form.parse(body)
    fields: dict[str, list[str]] = {}
    files: dict[str, tuple[str, bytes]] = {}
    try:
        for part in multipart.MultipartParser(
            BytesIO(body),
            options.get("boundary", ""),
            len(body),
            memory_limit=request.body_limit * 2,
            strict=True,
        ):
            if part.filename:
                files[part.name] = (part.filename, part.raw)
            else:
                fields.setdefault(part.name, []).append(part.value)
    except multipart.ParserLimitReached:
        raise TooLarge from None
    except (multipart.MultipartError, UnicodeDecodeError):
        message = "This form cannot be read."
        raise Unreadable(message) from None
    return Form(fields, files)


def errors_of(problem: Problem | None) -> dict[str, str]:
    """Return the messages of a problem by field; ``""`` holds what concerns the whole form."""
    if problem is None:
        return {}
    found: dict[str, str] = {}
    for fault in problem.errors:
        name = fault.pointer.removeprefix("/") if isinstance(fault.pointer, str) else ""
        found.setdefault(name, fault.message)
    return found or {"": problem.detail}
