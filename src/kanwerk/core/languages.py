"""Texts in people's languages: gettext catalogues, chosen for as long as a page or a mail is rendered.

Code and templates hold the English text; ``locale/<language>/LC_MESSAGES/kanwerk.po`` holds the others, and
``bin/setup`` compiles them. How to add a text or a language: ``docs/translating.md``.
"""

import gettext as catalogues
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

from markupsafe import Markup, escape

FOLDER = Path(__file__).parent.parent / "locale"
LANGUAGES = {"en": "English", "de": "Deutsch", "sk": "Slovenčina"}
# How dates and numbers look where only a language is known, or one that we have no texts in.
USUAL = {"en": "en-GB", "de": "de-DE", "sk": "sk-SK"}


class Way(NamedTuple):
    """How texts, dates and numbers are written: a locale such as ``de-AT``, and a time zone."""

    locale: str
    zone: str


_ENGLISH = Way(USUAL["en"], "UTC")
_way: ContextVar[Way] = ContextVar("way", default=_ENGLISH)


class Phrase(str):
    """An English text that knows how it was made, so that it can be told in another language.

    It is the English text wherever a ``str`` is wanted, in the API's answers for example; printed by a
    template it is told in the page's language, escaped. ``Phrase("Archived %(name)s.", name=…)``; with
    ``many`` and the value ``num`` it has a plural: ``Phrase("%(num)s task", "%(num)s tasks", num=3)``.
    A value that is a ``Phrase`` is told in the same language.
    """

    __slots__ = ("many", "message", "values")
    message: str
    many: str | None
    values: dict[str, Any]

    def __new__(cls, message: str, many: str | None = None, **values: Any) -> Self:
        """Take the text, its plural, and the values it names."""
        chosen = message if many is None or values["num"] == 1 else many
        found = super().__new__(cls, chosen % values if values else chosen)
        found.message, found.many, found.values = message, many, values
        return found

    def __html__(self) -> str:
        """Return the text in the language that is written now, escaped."""
        return escape(gettext(self))

    def __reduce__(self) -> tuple[Any, ...]:
        """Make copies that are phrases too."""
        return _phrase, (self.message, self.many, self.values)


def _phrase(message: str, many: str | None, values: dict[str, Any]) -> Phrase:
    return Phrase(message, many, **values)


def told(text: str) -> str:
    """Return an English text from the code as one that a template tells in the page's language."""
    return text if isinstance(text, Phrase | Markup) else Phrase(text)


def plain(value: object) -> str:
    """Return a phrase as the text that goes over the wire: the ``enc_hook`` of msgspec's encoders."""
    if isinstance(value, Phrase):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} cannot be sent")


def language_of(locale: str | None) -> str:
    """Return the language we have that is nearest to a locale such as ``de-AT``; English for others."""
    language = (locale or "").split("-")[0].lower()
    return language if language in LANGUAGES else "en"


def preferred(header: str | None) -> str:
    """Return the first of the languages a browser asks for that we have (RFC 9110, 12.5.4), as a locale."""
    asked = []
    for at, part in enumerate((header or "").split(",")[:20]):
        tag, *options = (piece.strip() for piece in part.split(";"))
        weight = next((option[2:] for option in options if option.startswith("q=")), "1")
        if tag.split("-")[0].lower() in LANGUAGES and weight.replace(".", "", 1).isdigit():
            asked.append((-float(weight), at, tag))
    best = min(asked, default=(0.0, 0, ""))
    return best[2] if best[0] else USUAL["en"]


def current() -> Way:
    """Return how is written now; a locale whose language we have no texts in is as English is written."""
    way = _way.get()
    language = way.locale.split("-")[0].lower()
    if language not in LANGUAGES:
        return Way(USUAL["en"], way.zone)
    return way if "-" in way.locale else Way(USUAL[language], way.zone)


@contextmanager
def written_in(locale: str | None, zone: str | None = None) -> Iterator[None]:
    """Write in this locale and time zone inside the ``with``."""
    token = _way.set(Way(locale or USUAL["en"], zone or "UTC"))
    try:
        yield
    finally:
        _way.reset(token)


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    return catalogues.translation("kanwerk", FOLDER, [language], fallback=True)


def gettext(message: str) -> str:
    """Return a text in the language that is written now."""
    if not isinstance(message, Phrase):
        return _catalogue(language_of(_way.get().locale)).gettext(message) if message else message
    values: dict[str, Any] = {
        name: gettext(value) if isinstance(value, Phrase) else value for name, value in message.values.items()
    }
    if message.many is None:
        found = gettext(message.message)
    else:
        found = ngettext(message.message, message.many, values["num"])
    return found % values if values else found


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a text that fits a count."""
    return _catalogue(language_of(_way.get().locale)).ngettext(one, many, count)


def N_(message: str) -> str:  # noqa: N802  # the name that tools for gettext look for
    """Mark a text that is told later, by ``_`` of what this returns."""
    return message
