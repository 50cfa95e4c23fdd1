"""Labels, for people: those of a project among its settings, those of the space among the space's."""

from typing import Any

from sqlalchemy import bindparam, select

from kanwerk.core.bodies import sent
from kanwerk.core.db import Db
from kanwerk.core.forms import body_of, errors_of
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Problem, invalid, missing
from kanwerk.core.reads import Query
from kanwerk.core.writes import Write
from kanwerk.labels.models import Label, create_label, delete_label, load_label, restore_label
from kanwerk.labels.shapes import LABEL, CreateLabelData, UpdateLabelData
from kanwerk.people.access import Me
from kanwerk.projects.framing import load_at
from kanwerk.projects.settings_pages import COLORS, settings_page
from kanwerk.projects.shapes import LabelData

pages = Pages()
_OF_SPACE = Query(
    select(*LABEL.columns())
    .where(Label.space_id == bindparam("space_id"), Label.project_id.is_(None), Label.trashed_at.is_(None))
    .order_by(Label.name_fold, Label.id)
)


def labels_of_space(db: Db) -> list[LabelData]:
    """Return the labels that are there for all projects, by name."""
    build = LABEL.builder(db.database.dialect)
    return [build(row) for row in db.rows(_OF_SPACE)]


def _page(db: Db, view: View, problem: Problem | None = None, id: str | None = None) -> Html:
    context: dict[str, Any] = {
        "labels": labels_of_space(db),
        "colors": COLORS,
        "values": dict(view.form) if problem is not None else {},
        "errors": errors_of(problem),
        "of": (id or "new") if problem is not None else "",
    }
    return Html("settings/labels.html", context)


@pages.get("/{space}/settings/labels", needs="labels:write")
def list_labels(db: Db, view: View) -> Answer:
    """Show the space's labels, each with the forms that change it."""
    return _page(db, view)


def _add(db: Write, me: Me, view: View, project_id: str | None) -> Phrase:
    given = view.form.members("name", "color")
    body = body_of({**given, "project_id": project_id}, CreateLabelData)
    label = create_label(db, sent(body) | {"project_id": project_id, "color": body.color.value}, by=me)
    return Phrase("Added %(name)s.", name=label.name)


def _change(db: Write, me: Me, view: View, label: Label) -> Phrase:
    label.change(db, sent(body_of(view.form.members("name", "color"), UpdateLabelData)), by=me)
    return Phrase("Saved.")


def _delete(db: Write, me: Me, view: View, label: Label) -> Phrase:
    """Delete a label; what carries it carries another or none, as the form says."""
    into = view.form.text("merge_into")
    other = db.find(Label, into, lock=True) if is_id(into) else None
    if into and (other is None or other is label or other.project_id not in (None, label.project_id)):
        raise invalid("/merge_into", "Choose another label.")
    delete_label(db, label, merge_into=other, anyway=True, by=me)
    if other is not None:
        return Phrase("Merged %(name)s into %(other)s.", name=label.name, other=other.name)
    return Phrase("Deleted %(name)s.", name=label.name)


def _of_space(db: Write, me: Me, label_id: str, *, trashed: bool = False) -> Label:
    label = load_label(db, label_id, me, trashed=trashed)
    if label.project_id is not None:
        raise missing("label")
    return label


def _there(me: Me) -> str:
    return f"/{me.space_slug}/settings/labels"


@pages.post("/{space}/settings/labels", needs="labels:write", again=_page)
def add_label(db: Write, me: Me, view: View) -> Answer:
    """Add a label for all projects."""
    return Redirect(_there(me), _add(db, me, view, None))


@pages.post("/{space}/settings/labels/{id}", needs="labels:write", again=_page)
def change_label(db: Write, me: Me, view: View, id: str) -> Answer:
    """Change a label's name or colour."""
    return Redirect(_there(me), _change(db, me, view, _of_space(db, me, id)))


@pages.post("/{space}/settings/labels/{id}/delete", needs="labels:write", again=_page)
def remove_label(db: Write, me: Me, view: View, id: str) -> Answer:
    """Delete a label, or merge it into another."""
    text = _delete(db, me, view, _of_space(db, me, id))
    return Redirect(_there(me), text, f"{_there(me)}/{id}/restore")


@pages.post("/{space}/settings/labels/{id}/restore", needs="labels:write", again=_page)
def bring_back_label(db: Write, me: Me, id: str) -> Answer:
    """Bring a label back; what carried it does not carry it again."""
    label = _of_space(db, me, id, trashed=True)
    restore_label(db, label, by=me)
    return Redirect(_there(me), Phrase("%(name)s is back.", name=label.name))


def _again_new(db: Db, me: Me, view: View, code: str, problem: Problem) -> Answer:
    return settings_page(db, me, view, code, problem, at="new-label")


def _again(db: Db, me: Me, view: View, code: str, id: str, problem: Problem) -> Answer:
    return settings_page(db, me, view, code, problem, at="label", of=id)


def _in_project(db: Write, me: Me, code: str, label_id: str, *, trashed: bool = False) -> tuple[str, Label]:
    project = load_at(db, me, code)
    label = load_label(db, label_id, me, trashed=trashed)
    if label.project_id != project.id:
        raise missing("label")
    return f"/{me.space_slug}/projects/{project.shortcode}/settings#labels", label


@pages.post("/{space}/projects/{code}/labels", needs="labels:write", again=_again_new)
def add_project_label(db: Write, me: Me, view: View, code: str) -> Answer:
    """Add a label to a project."""
    project = load_at(db, me, code)
    here = f"/{me.space_slug}/projects/{project.shortcode}/settings#labels"
    return Redirect(here, _add(db, me, view, project.id))


@pages.post("/{space}/projects/{code}/labels/{id}", needs="labels:write", again=_again)
def change_project_label(db: Write, me: Me, view: View, code: str, id: str) -> Answer:
    """Change a project's label."""
    here, label = _in_project(db, me, code, id)
    return Redirect(here, _change(db, me, view, label))


@pages.post("/{space}/projects/{code}/labels/{id}/delete", needs="labels:write", again=_again)
def remove_project_label(db: Write, me: Me, view: View, code: str, id: str) -> Answer:
    """Delete a project's label, or merge it into another."""
    here, label = _in_project(db, me, code, id)
    text = _delete(db, me, view, label)
    return Redirect(here, text, here.replace("/settings#labels", f"/labels/{id}/restore"))


@pages.post("/{space}/projects/{code}/labels/{id}/restore", needs="labels:write", again=_again)
def bring_back_project_label(db: Write, me: Me, code: str, id: str) -> Answer:
    """Bring a project's label back."""
    here, label = _in_project(db, me, code, id, trashed=True)
    restore_label(db, label, by=me)
    return Redirect(here, Phrase("%(name)s is back.", name=label.name))
