"""Money: a decimal string outside, whole minor units inside, never a float between."""

import re
from typing import Annotated

from msgspec import Meta

from kanwerk.core.codes import decimals
from kanwerk.core.languages import Phrase

_MONEY = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,4}))?\Z")

Money = Annotated[
    str,
    Meta(
        pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$",
        description="An amount of money as a decimal string, with at most the decimals of its currency",
        examples=["95.00"],
    ),
]
Rate = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,12}(\.[0-9]{1,4})?$",
        description="Money per hour as a decimal string, with at most the decimals of its currency",
        examples=["95.00"],
    ),
]


def to_minor(amount: str, currency: str) -> int:
    """Return the amount in whole minor units; ``ValueError`` when it has more decimals than the currency."""
    found = _MONEY.match(amount)
    places = decimals(currency)
    if not found:
        message = "This is not an amount of money."
        raise ValueError(message)
    sign, whole, part = found[1], found[2], found[3] or ""
    if len(part) > places:
        message = Phrase(
            "%(currency)s has %(num)s decimal.",
            "%(currency)s has %(num)s decimals.",
            num=places,
            currency=currency,
        )
        raise ValueError(message)
    minor = int(whole + part.ljust(places, "0"))
    return -minor if sign else minor


def from_minor(minor: int | None, currency: str) -> str | None:
    """Write whole minor units as a decimal string with the currency's decimals; None stays None."""
    if minor is None:
        return None
    places = decimals(currency)
    digits = str(abs(minor)).rjust(places + 1, "0")
    sign = "-" if minor < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
