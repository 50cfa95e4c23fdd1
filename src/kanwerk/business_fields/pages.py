"""Business fields, for people."""

from typing import Any

from kanwerk.business_fields.models import BusinessField, create_field, let_go, merge, take_back
from kanwerk.business_fields.shapes import BUSINESS_FIELDS, CreateBusinessFieldData
from kanwerk.core.db import Db
from kanwerk.core.externals import holder
from kanwerk.core.forms import body_of, errors_of
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Problem, invalid
from kanwerk.core.text import fold
from kanwerk.core.trash import bring_back
from kanwerk.core.writes import Write
from kanwerk.people.access import Me

pages = Pages()
MOST = 10_000  # projects that an undo looks for


def _here(me: Me) -> str:
    return f"/{me.space_slug}/settings/business-fields"


def _page(db: Db, view: View, problem: Problem | None = None, id: str | None = None) -> Html:
    context: dict[str, Any] = {"business_fields": db.all(BUSINESS_FIELDS, sort="name")}
    typed, errors = dict(view.form), errors_of(problem)
    if id is None:
        return Html(
            "settings/business_fields.html", {**context, "values": typed, "errors": errors, "editing": None}
        )
    context |= {"editing": id, "edit_values": typed, "edit_errors": errors}
    return Html("settings/business_fields.html", {**context, "values": {}, "errors": {}})


@pages.get("/{space}/settings/business-fields", needs="business-fields:write")
def list_business_fields(db: Db, view: View) -> Answer:
    """Show the business fields, each with the forms that change it."""
    return _page(db, view)


def _name(view: View) -> str:
    return body_of({"name": view.form.text("name") or None}, CreateBusinessFieldData).name


@pages.post("/{space}/settings/business-fields", needs="business-fields:write", again=_page)
def add_business_field(db: Write, me: Me, view: View) -> Answer:
    """Add a business field; one of that name in the trash comes back."""
    name = _name(view)
    there = holder(db, BusinessField, name_fold=fold(name))
    if there is None or there.trashed_at is None:
        create_field(db, name, by=me)
        return Redirect(_here(me), Phrase("Added %(name)s.", name=name))
    bring_back(db, there, by=me)
    there.rename(db, name, by=me)
    return Redirect(_here(me), Phrase("%(name)s is back from the trash.", name=name))


@pages.post("/{space}/settings/business-fields/{id}", needs="business-fields:write", again=_page)
def rename_business_field(db: Write, me: Me, view: View, id: str) -> Answer:
    """Rename a business field."""
    db.load(BusinessField, id).rename(db, _name(view), by=me)
    return Redirect(_here(me), "Saved.")


@pages.post("/{space}/settings/business-fields/{id}/delete", needs="business-fields:write", again=_page)
def delete_business_field(db: Write, me: Me, view: View, id: str) -> Answer:
    """Delete a business field; its projects move to another, or have none."""
    field, into = db.load(BusinessField, id), view.form.text("merge_into")
    if into:
        other = db.find(BusinessField, into, lock=True) if is_id(into) else None
        if other is None or other is field:
            raise invalid("/merge_into", "Choose another business field.")
        merge(db, field, other, by=me)
        return Redirect(
            _here(me), Phrase("Merged %(name)s into %(other)s.", name=field.name, other=other.name)
        )
    count = let_go(db, field, by=me)
    text = "Deleted %(name)s. Its projects have no business field now." if count else "Deleted %(name)s."
    return Redirect(_here(me), Phrase(text, name=field.name), f"{_here(me)}/{id}/restore?projects={count}")


@pages.post("/{space}/settings/business-fields/{id}/restore", needs="business-fields:write")
def restore_business_field(db: Write, me: Me, view: View, id: str) -> Answer:
    """Bring a business field back from the trash, to the projects that the delete let go."""
    field, count = db.load(BusinessField, id, trashed=True), view.query.text("projects")
    known = field.trashed_at is not None and count.isascii() and count.isdigit()
    take_back(db, field, min(int(count[:9]), MOST) if known else 0, by=me)
    return Redirect(_here(me), Phrase("%(name)s is back.", name=field.name))
