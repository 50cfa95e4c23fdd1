"""Custom fields in forms: one input each, named ``fields/<key>`` as their faults point at it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kanwerk.core.db import Db
from kanwerk.core.forms import Form
from kanwerk.fields.models import CHOOSING
from kanwerk.fields.shapes import FIELDS, FieldData

PREFIX = "fields/"


def fields_of(db: Db, target: str) -> list[FieldData]:
    """Return the custom fields of clients, projects or tasks, by name."""
    raw = msgspec.json.encode(db.all(FIELDS, applies_to=target, sort="name"))  # options are kept as JSON
    return msgspec.json.decode(raw, type=list[FieldData])


def as_typed(fields: Sequence[FieldData], values: Mapping[str, Any]) -> dict[str, str | None]:
    """Return what a record holds as its form's inputs show it; of several options the values with commas."""
    return {f"{PREFIX}{field.key}": _typed(values.get(field.key)) for field in fields}


def _typed(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, list) else str(value)


def typed_in(form: Form, fields: Sequence[FieldData]) -> dict[str, str | None]:
    """Return what was typed, as ``as_typed`` does."""
    return {
        name: ",".join(each for each in form.all(name) if each) or None
        if field.kind.value == "multi_select"
        else form.text(name) or None
        for field in fields
        if (name := f"{PREFIX}{field.key}") in form
    }


def sent_in(form: Form, fields: Sequence[FieldData]) -> dict[str, Any]:
    """Return what was typed as the API takes it; what cannot be meant stays text, and is a fault there."""
    kinds = {f"{PREFIX}{field.key}": field.kind.value for field in fields}
    return {
        name.removeprefix(PREFIX): _meant(kinds[name], text) for name, text in typed_in(form, fields).items()
    }


def _meant(kind: str, text: str | None) -> Any:
    if text is None:
        return None
    if kind == "multi_select":
        return text.split(",")
    if kind == "checkbox":
        return {"true": True, "false": False}.get(text, text)
    if kind == "number":
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            return text
        return int(number) if number.is_integer() else number
    return text


def texts_of(fields: Sequence[FieldData], people: Mapping[str, str]) -> dict[str, dict[Any, str]]:
    """Return how the values of fields read: the names of options and people."""
    found: dict[str, dict[Any, str]] = {}
    for field in fields:
        if field.kind.value in CHOOSING:
            found[f"{PREFIX}{field.key}"] = {option.value: option.name for option in field.options}
        elif field.kind.value == "user":
            found[f"{PREFIX}{field.key}"] = dict(people)
    return found
