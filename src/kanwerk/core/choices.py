"""What forms offer to choose from, named by Babel: countries, currencies, languages, time zones."""

from functools import cache
from typing import Any

from kanwerk.core.codes import COUNTRIES, CURRENCIES, known

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
def countries() -> Choices:
    """Return (code, name) of all countries, by name."""
    names = _english().territories
    return sorted(((code, names.get(code, code)) for code in COUNTRIES), key=lambda pair: pair[1])


def country_name(code: str | None) -> str | None:
    """Return a country's name."""
    return dict(countries()).get(code) if code else None


@cache
def currencies() -> Choices:
    """Return (code, code and name) of all currencies, those of most users first."""
    names = _english().currencies
    first = ("EUR", "CHF", "GBP", "USD", "CZK", "PLN")
    ordered = [*first, *sorted(CURRENCIES - set(first))]
    return [(code, f"{code} · {names.get(code, code)}") for code in ordered]


@cache
def locales() -> Choices:
    """Return (tag, name) of the languages to choose, by name."""
    from babel import Locale

    found = [(tag, str(Locale.parse(tag, sep="-").get_display_name("en"))) for tag in LOCALES]
    return sorted(found, key=lambda pair: pair[1])


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
def _english() -> Any:
    from babel import Locale

    return Locale("en")
