"""Custom fields, for people."""

from typing import Any

from kanwerk.core.bodies import sent
from kanwerk.core.db import Db
from kanwerk.core.forms import Form, body_of, errors_of
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Problem
from kanwerk.core.trash import bring_back
from kanwerk.core.writes import Write
from kanwerk.fields.forms import fields_of
from kanwerk.fields.models import CHOOSING, TARGETS, CustomField, create_field
from kanwerk.fields.shapes import CreateFieldData, UpdateFieldData
from kanwerk.people.access import Me

pages = Pages()
TARGET_NAMES: dict[str, Phrase] = {
    "client": Phrase("Clients"),
    "project": Phrase("Projects"),
    "task": Phrase("Tasks"),
}
KIND_NAMES: dict[str, Phrase] = {
    "text": Phrase("Text"),
    "number": Phrase("A number"),
    "date": Phrase("Date"),
    "select": Phrase("One of a list"),
    "multi_select": Phrase("Several of a list"),
    "user": Phrase("Person"),
    "url": Phrase("Web address"),
    "checkbox": Phrase("Yes or no"),
}


def _page(db: Db, view: View, problem: Problem | None = None, id: str | None = None) -> Html:
    faults = errors_of(problem)
    faults = {"options" if name.startswith("options/") else name: text for name, text in faults.items()}
    context: dict[str, Any] = {
        "groups": [(target, TARGET_NAMES[target], fields_of(db, target)) for target in TARGETS],
        "targets": list(TARGET_NAMES.items()),
        "kinds": list(KIND_NAMES.items()),
        "kind_names": KIND_NAMES,
        "choosing": CHOOSING,
        "values": dict(view.form) if problem is not None else {"applies_to": "project", "kind": "text"},
        "errors": faults,
        "of": (id or "new") if problem is not None else "",
    }
    return Html("settings/fields.html", context)


@pages.get("/{space}/settings/fields", needs="fields:write")
def list_fields(db: Db, view: View) -> Answer:
    """Show the custom fields, each with the forms that change it."""
    return _page(db, view)


def _there(me: Me) -> str:
    return f"/{me.space_slug}/settings/fields"


def _lines(form: Form) -> list[str]:
    """Return the options that were typed, one on each line, none twice."""
    lines = (line.strip() for line in form.text("options").splitlines())
    return list(dict.fromkeys(line for line in lines if line))


@pages.post("/{space}/settings/fields", needs="fields:write", again=_page)
def add_field(db: Write, me: Me, view: View) -> Answer:
    """Add a custom field; options stand one on each line."""
    given: dict[str, Any] = view.form.members("name", "applies_to", "kind")
    given["options"] = [{"name": line} for line in _lines(view.form)] if given.get("kind") in CHOOSING else []
    field = create_field(db, sent(body_of(given, CreateFieldData)), by=me)
    return Redirect(_there(me), Phrase("Added %(name)s.", name=field.name))


@pages.post("/{space}/settings/fields/{id}", needs="fields:write", again=_page)
def change_field(db: Write, me: Me, view: View, id: str) -> Answer:
    """Change a field's name, its options' names, their order, which can be chosen; and add options."""
    field = db.load(CustomField, id)
    given: dict[str, Any] = view.form.members("name")
    if field.kind in CHOOSING:
        given["options"] = _options(view.form, field)
    field.change(db, sent(body_of(given, UpdateFieldData)), by=me)
    return Redirect(_there(me), Phrase("Saved."))


def _options(form: Form, field: CustomField) -> list[dict[str, Any]]:
    offered, kept = set(form.all("offered")), []
    for option in field.options:
        name = form.text(f"option/{option['value']}")
        if f"option/{option['value']}" not in form:
            kept.append(dict(option))
        elif name:  # one whose name was emptied goes
            kept.append({**option, "name": name, "archived": option["value"] not in offered})
    return kept + [{"name": line} for line in _lines(form)]


@pages.post("/{space}/settings/fields/{id}/delete", needs="fields:write", again=_page)
def delete_field(db: Write, me: Me, id: str) -> Answer:
    """Move a field to the trash, with its values; they come back with it."""
    field = db.load(CustomField, id)
    field.throw_away(db, with_values=True, by=me)
    return Redirect(_there(me), Phrase("Deleted %(name)s.", name=field.name), f"{_there(me)}/{id}/restore")


@pages.post("/{space}/settings/fields/{id}/restore", needs="fields:write", again=_page)
def restore_field(db: Write, me: Me, id: str) -> Answer:
    """Bring a field back, with its values."""
    field = db.load(CustomField, id, trashed=True)
    bring_back(db, field, by=me)
    return Redirect(_there(me), Phrase("%(name)s is back.", name=field.name))
