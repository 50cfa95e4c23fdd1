"""What a custom field may hold, kind by kind."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from kanwerk.core.languages import Phrase
from kanwerk.core.text import TEXT_PATTERN, clean, fold
from kanwerk.core.writes import Write
from kanwerk.fields.models import CustomField
from kanwerk.people.models import User

LONGEST_TEXT, LONGEST_URL, MOST_CHOSEN = 5_000, 2_000, 50
GREATEST = 10**15
_URL = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)
_TEXT = re.compile(TEXT_PATTERN)
Checked = tuple[Any, list[str]]  # a value as it is stored, and the fold of each of its parts


def check(db: Write, field: CustomField, value: Any, was: Any) -> Checked:
    """Return a value as it is stored, with what filters compare; ``ValueError`` with a sentence if it does
    not fit.
    """
    value = clean(value) if isinstance(value, str) else value
    if value is None or value == "" or (value == [] and field.kind == "multi_select"):
        return None, []
    if field.kind == "multi_select":
        if not isinstance(value, list) or len(value) > MOST_CHOSEN:
            raise ValueError(Phrase("A list of at most %(most)s is needed.", most=MOST_CHOSEN))
        chosen = list(dict.fromkeys(_option(field, each, was or ()) for each in value))
        return chosen, chosen
    if field.kind == "select":
        option = _option(field, value, (was,))
        return option, [option]
    if field.kind == "user":
        return _user(db, value, was), [value]
    return _PLAIN[field.kind](value)


def _option(field: CustomField, value: Any, was: Any) -> str:
    for option in field.options:
        if option["value"] == value:
            if option["archived"] and value not in was:
                raise ValueError(Phrase("%(option)s can no longer be chosen.", option=option["name"]))
            return str(value)
    known = ", ".join(option["value"] for option in field.options if not option["archived"])
    raise ValueError(Phrase("One of %(values)s is needed.", values=known))


def _user(db: Write, value: Any, was: Any) -> str:
    user = db.find(User, value) if isinstance(value, str) and re.fullmatch("[0-9a-f-]{36}", value) else None
    if user is None or (value != was and not (user.active and user.type == "user")):
        raise ValueError("There is no such active user of the space.")
    return user.id


def _text(value: Any) -> Checked:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not _TEXT.match(value):
        raise ValueError(
            Phrase(
                "Text of at most %(limit)s characters is needed, without control characters.",
                limit=f"{LONGEST_TEXT:,}",
            )
        )
    return value, [fold(value)]


def _number(value: Any) -> Checked:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < GREATEST:
        raise ValueError(Phrase("A number is needed, less than %(limit)s.", limit=f"{GREATEST:,}"))
    return value, [plain_number(Decimal(repr(value)))]


def plain_number(number: Decimal) -> str:
    """Return a number as filters compare it: 12.50 as 12.5."""
    return format(number.normalize(), "f") if number else "0"


def day(value: Any) -> Checked:
    """Return a day as it is stored; ``ValueError`` when it is none."""
    try:
        msgspec.convert(value, date)
    except msgspec.ValidationError:
        raise ValueError("A date such as 2027-03-01 is needed.") from None
    return value, [value]


def _url(value: Any) -> Checked:
    if not isinstance(value, str) or len(value) > LONGEST_URL or not _URL.fullmatch(value):
        raise ValueError("An address that begins with https:// or http:// is needed.")
    return value, [fold(value)]


def _checkbox(value: Any) -> Checked:
    if not isinstance(value, bool):
        raise ValueError("True or false is needed.")  # noqa: TRY004 (a fault of the value, as all here)
    return value, ["true" if value else "false"]


_PLAIN = {"text": _text, "number": _number, "date": day, "url": _url, "checkbox": _checkbox}
