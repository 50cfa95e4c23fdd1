"""Forms: what a browser sends, and the faults a form is shown again with."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Self, TypeVar
from urllib.parse import parse_qsl

import msgspec
import multipart
from msgspec import Struct

from kanwerk.core import bodies, languages
from kanwerk.core.languages import N_
from kanwerk.core.problems import Fault, Invalid, Problem, TooLarge, Unreadable
from kanwerk.core.web import Request

S = TypeVar("S", bound=Struct)
FIELDS = 2_000
# What a field takes, for people; the API says it by a pattern.
TAKES = {
    "email": N_("This is not an e-mail address."),
    "invoice_email": N_("This is not an e-mail address."),
    "slug": N_("Small letters, digits and hyphens, 48 at most."),
    "vat_id": N_("Two letters for the country, then its digits and letters."),
    "iban": N_("Two letters, two check digits, then 11 to 30 digits and letters."),
    "bic": N_("8 or 11 letters and digits."),
    "default_vat_rate": N_("A number with up to two decimals, such as 19."),
    "invoice_number_pattern": N_("Text with {number} and, if you like, {year} before it."),
    "hourly_rate": N_("An amount, such as 95.00."),
    "cost_rate": N_("An amount, such as 60.00."),
}


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


def body_of(form: Mapping[str, Any], kind: type[S]) -> S:
    """Return a form's members as a body; an empty field where null is not allowed is a fault beside it."""
    types = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    empty = [name for name, value in form.items() if value is None and not _takes_null(types[name])]
    faults = [Fault("required", "This is needed.", pointer=f"/{name}") for name in empty]
    try:
        body = bodies.convert({name: value for name, value in form.items() if name not in empty}, kind)
    except Invalid as problem:
        faults += [fault for fault in problem.errors if str(fault.pointer)[1:] not in empty]
        raise Invalid(problem.detail, errors=faults) from None
    if faults:
        message = "The form has a fault."
        raise Invalid(message, errors=faults)
    return body


def _takes_null(kind: Any) -> bool:
    try:
        msgspec.convert(None, kind)
    except msgspec.ValidationError:
        return False
    return True


def errors_of(problem: Problem | None) -> dict[str, str]:
    """Return the messages of a problem by field; ``""`` holds what concerns the whole form.

    A template tells them in the page's language.
    """
    if problem is None:
        return {}
    found: dict[str, str] = {}
    for fault in problem.errors:
        name = fault.pointer.removeprefix("/") if isinstance(fault.pointer, str) else ""
        hint = TAKES.get(name) if fault.code == "pattern" else None
        found.setdefault(name, languages.told(hint or fault.message))
    return found or {"": languages.told(problem.detail)}
