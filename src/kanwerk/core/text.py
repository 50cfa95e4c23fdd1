"""Text: what a string may hold, how it is normalised on the way in, and how it is folded for search."""

import re
import unicodedata
from typing import Annotated

from msgspec import Meta

# One line: no control characters, and something to see. Written so that JSON Schema (ECMA 262) reads it too.
_CONTROL = r"\u0000-\u001F\u007F-\u009F"
_INVISIBLE = r"\s\u00AD\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF"
LINE_PATTERN = rf"^[^{_CONTROL}]*[^{_CONTROL}{_INVISIBLE}][^{_CONTROL}]*$"
# Several lines: the same, with tabs and line ends; may be empty.
TEXT_PATTERN = r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$"
# An address of the web, as it is sent: international names in their ASCII form (RFC 3986, RFC 3492).
URL_PATTERN = "^https?://[!-~]+$"

Line = Annotated[str, Meta(pattern=LINE_PATTERN)]
Name = Annotated[str, Meta(min_length=1, max_length=300, pattern=LINE_PATTERN)]
Title = Annotated[str, Meta(min_length=1, max_length=500, pattern=LINE_PATTERN)]
Shortcode = Annotated[str, Meta(min_length=1, max_length=10, pattern=LINE_PATTERN)]
ExternalId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=255,
        pattern=LINE_PATTERN,
        description="Can be used to add an identifier from an external system, must be unique",
        examples=["ERP-10042"],
    ),
]
Text = Annotated[str, Meta(max_length=65_536, pattern=TEXT_PATTERN)]
LongText = Annotated[str, Meta(min_length=1, max_length=65_536, pattern=TEXT_PATTERN)]
Email = Annotated[
    str,
    Meta(
        max_length=254,
        pattern=r"^[^\s@,;<>()\u0000-\u001F\u007F-\u009F]{1,64}@[^\s@,;<>()\u0000-\u001F\u007F-\u009F]{1,189}$",
        examples=["mia.berger@example.com"],
    ),
]
Id = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        extra_json_schema={"format": "uuid"},
    ),
]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]

_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    r"""Return the text as it is stored: Unicode NFC, line ends as ``\n``, no white space around it."""
    if text.isascii():
        return text.strip().replace("\r\n", "\n")
    return unicodedata.normalize("NFC", text).strip().replace("\r\n", "\n")


def fold(text: str) -> str:
    """Return the text as it is searched and sorted: no case, no marks, ß as ss, one space between words."""
    if text.isascii():
        return _SPACES.sub(" ", text.lower().strip())
    marked = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in marked if not unicodedata.combining(char)).casefold()
    return _SPACES.sub(" ", unicodedata.normalize("NFC", plain)).strip()


def like(text: str) -> str:
    r"""Return a LIKE pattern (escape ``\\``) that finds the folded text anywhere."""
    escaped = fold(text).replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
