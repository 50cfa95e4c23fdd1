"""What forms offer to choose from, named in the reader's language: countries, currencies, languages."""

from functools import cache
from typing import Any

from kanwerk.core.codes import COUNTRIES, CURRENCIES, known
from kanwerk.core.languages import LANGUAGES, USUAL, Phrase, language_of
from kanwerk.core.text import fold

LOCALES = [
    "bg-BG",
    "cs-CZ",
    "da-DK",
    "de-AT",
    "de-CH",
    "de-DE",
    "el-GR",
    "en-GB",
    "en-IE",
    "en-US",
    "es-ES",
    "et-EE",
    "fi-FI",
    "fr-BE",
    "fr-CH",
    "fr-FR",
    "hr-HR",
    "hu-HU",
    "it-IT",
    "lt-LT",
    "lv-LV",
    "nb-NO",
    "nl-BE",
    "nl-NL",
    "pl-PL",
    "pt-BR",
    "pt-PT",
    "ro-RO",
    "sk-SK",
    "sl-SI",
    "sr-RS",
    "sv-SE",
    "tr-TR",
    "uk-UA",
]

Choices = list[tuple[str, str]]


@cache
def _countries(language: str) -> Choices:
    names = _babel(language).territories
    return sorted(((code, names.get(code, code)) for code in COUNTRIES), key=_by_name)


def countries(locale: str) -> Choices:
    """Return (code, name) of all countries, by name."""
    return _countries(language_of(locale))


def country_name(code: str | None, locale: str) -> str | None:
    """Return a country's name."""
    return dict(countries(locale)).get(code) if code else None


@cache
def _currencies(language: str) -> Choices:
    names = _babel(language).currencies
    first = ("EUR", "CHF", "GBP", "USD", "CZK", "PLN")
    ordered = [*first, *sorted(CURRENCIES - set(first))]
    return [(code, f"{code} · {names.get(code, code)}") for code in ordered]


def currencies(locale: str) -> Choices:
    """Return (code, code and name) of all currencies, those of most users first."""
    return _currencies(language_of(locale))


@cache
def _locales(language: str) -> Choices:
    found = [(tag, _capital(str(_babel(tag).get_display_name(language)))) for tag in LOCALES]
    return sorted(found, key=_by_name)


def locales(locale: str) -> Choices:
    """Return (tag, name) of the languages that something may be written in, such as an invoice, by name."""
    return _locales(language_of(locale))


@cache
def own_languages() -> Choices:
    """Return (tag, name) of the languages that Kanwerk speaks, each in its own words: whoever does not
    understand the page finds theirs.
    """
    own = [tag for tag in LOCALES if tag.split("-")[0] in LANGUAGES]
    return sorted(((tag, _capital(str(_babel(tag).get_display_name()))) for tag in own), key=_by_name)


def spoken(value: str | None) -> Choices:
    """Return the languages that Kanwerk speaks, and the one that is stored where it is another."""
    if value is None or value in dict(own_languages()):
        return own_languages()
    known = dict(_locales("en")).get(value, value)
    return [*own_languages(), (value, Phrase("%(language)s (texts in English)", language=known))]


def nearest(wanted: str) -> str:
    """Return the locale to choose that is nearest to one a browser names, such as ``de``."""
    return wanted if wanted in LOCALES else USUAL[language_of(wanted)]


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _by_name(choice: tuple[str, str]) -> str:
    return fold(choice[1])


@cache
def timezones() -> Choices:
    """Return (name, name) of all time zones that are places."""
    places = [
        name
        for name in known("time zone")
        if "/" in name and not name.startswith(("Etc/", "posix/", "right/"))
    ]
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in sorted(places))]


def including(options: Choices, value: str | None) -> Choices:
    """Return the options with one that is stored but not among them, so that a form does not lose it."""
    return options if value is None or value in dict(options) else [(value, value), *options]


@cache
def _babel(tag: str) -> Any:
    from babel import Locale

    return Locale.parse(tag, sep="-")
