"""Saved views, for people: opened, saved from the page that shows them, renamed, shared, deleted."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from kanwerk.core.bodies import sent
from kanwerk.core.db import Db
from kanwerk.core.forms import Form, body_of, errors_of
from kanwerk.core.ids import new_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import NotFound, Problem
from kanwerk.core.trash import bring_back, put
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.framing import id_at, project_at, projects_of
from kanwerk.projects.members import fence_inside, fence_of
from kanwerk.views.addresses import Place, place_of, saved, url_of
from kanwerk.views.menu import views_of
from kanwerk.views.models import View as SavedView
from kanwerk.views.models import create_view, load_view
from kanwerk.views.shapes import VIEWS, CreateViewData, UpdateViewData

pages = Pages()


def _from(me: Me, view: View) -> tuple[Place, Form, str]:
    """Return the page that a form came from, what its address says, and that address."""
    form = view.form if "back" in view.form else view.query
    back = view.within(form.text("back"), f"/{me.space_slug}/tasks")
    path, _, query = back.partition("?")
    place = place_of(path, me.space_slug)
    if place is None:
        back = path = f"/{me.space_slug}/tasks"
        return Place(path, "list", None), Form({}), back
    return place, Form.parse(query.encode("ascii", "ignore")), back


def _without(back: str) -> str:
    """Return an address without the view that it names."""
    path, _, query = back.partition("?")
    kept = urlencode([pair for pair in parse_qsl(query) if pair[0] != "view"])
    return f"{path}?{kept}" if kept else path


def _there(me: Me, view_id: str) -> str:
    return f"/{me.space_slug}/views/{view_id}"


@pages.get("/{space}/views/new", needs="views:write")
def new_view(db: Db, me: Me, view: View) -> Answer:
    """Show the form that saves what a page shows."""
    return _new(db, me, view)


def _new(db: Db, me: Me, view: View, problem: Problem | None = None) -> Html:
    place, _, back = _from(me, view)
    context = {
        "saved": None,
        "back": back,
        "project": project_at(db, me, place.code) if place.code else None,
        "values": dict(view.form) if problem else {"scope": "project" if place.code else "all"},
        "errors": errors_of(problem),
        "action": f"/{me.space_slug}/views/new",
    }
    return Html("views/form.html", context)


@pages.post("/{space}/views/new", needs="views:write", again=_new)
def save_view(db: Write, me: Me, view: View) -> Answer:
    """Save what a page shows as a view of one's own."""
    place, query, _ = _from(me, view)
    members = saved(place, query)
    if place.code and view.form.text("scope") == "project":
        members["project_id"] = id_at(db, place.code)
    members |= {"name": view.form.text("name") or None, "shared": view.form.text("shared") == "true"}
    made = create_view(db, sent(body_of(members, CreateViewData)) | _defaults(members), by=me)
    return Redirect(url_of(place, made), Phrase("Saved the view %(name)s.", name=made.name))


def _defaults(members: dict[str, Any]) -> dict[str, Any]:
    """Return the members that a view always has, whether the page can say them or not."""
    usual: dict[str, Any] = {"sort": "position", "group_by": None, "columns": None, "project_id": None}
    return {name: value for name, value in usual.items() if name not in members}


@pages.get("/{space}/views/{id}", needs="views:read")
def open_view(db: Db, me: Me, id: str) -> Answer:
    """Show the tasks of a view: as a list, of its project or of all."""
    found = next((each for each in views_of(db, me) if each.id == id), None)
    if found is None:
        return _gone(f"/{me.space_slug}/tasks")
    place = Place(f"/{me.space_slug}/tasks", "list", None)
    if found.project_id:
        code = _code(db, me, found.project_id)
        place = Place(f"/{me.space_slug}/projects/{code}/list", "list", code)
    return Redirect(url_of(place, found))


def _code(db: Db, me: Me, project_id: str) -> str:
    return str(db.one(projects_of(me), project_id, fence=fence_of(me)).shortcode)


def _gone(back: str) -> Redirect:
    return Redirect(_without(back), Phrase("This view is not there any more."), kind="error")


@pages.post("/{space}/views/{id}/save", needs="views:write")
def save_changes(db: Write, me: Me, view: View, id: str) -> Answer:
    """Let a view hold what the page shows now."""
    place, query, back = _from(me, view)
    try:
        found = load_view(db, id, me)
    except NotFound:
        return _gone(back)
    found.change(db, sent(body_of(saved(place, query, found), UpdateViewData)), by=me)
    return Redirect(url_of(place, found), Phrase("Saved."))


@pages.get("/{space}/views/{id}/edit", needs="views:write")
def edit_view(db: Db, me: Me, view: View, id: str) -> Answer:
    """Show the form that renames a view or shares it."""
    return _edit(db, me, view, id)


def _edit(db: Db, me: Me, view: View, id: str, problem: Problem | None = None) -> Answer:
    place, _, back = _from(me, view)
    try:
        found = db.one(VIEWS, id, fence=fence_inside(me))
    except NotFound:
        return _gone(back)
    scope = "project" if found.project_id else "all"
    own = {"name": found.name, "shared": found.shared, "scope": scope}
    project = project_at(db, me, place.code) if place.code else None
    context = {
        "saved": found,
        "back": back,
        "project": project if project and found.project_id in (None, project.id) else None,
        "values": dict(view.form) if problem else own,
        "errors": errors_of(problem),
        "action": f"{_there(me, id)}/edit",
    }
    return Html("views/form.html", context)


@pages.post("/{space}/views/{id}/edit", needs="views:write", again=_edit)
def change_view(db: Write, me: Me, view: View, id: str) -> Answer:
    """Rename a view, share it, or say where it is offered."""
    place, _, back = _from(me, view)
    try:
        found = load_view(db, id, me)
    except NotFound:
        return _gone(back)
    members: dict[str, Any] = {
        "name": view.form.text("name") or None,
        "shared": view.form.text("shared") == "true",
    }
    if place.code and view.form.text("scope"):
        members["project_id"] = id_at(db, place.code) if view.form.text("scope") == "project" else None
    found.change(db, sent(body_of(members, UpdateViewData)), by=me)
    return Redirect(back, Phrase("Saved."))


@pages.post("/{space}/views/{id}/delete", needs="views:write")
def delete_view(db: Write, me: Me, view: View, id: str) -> Answer:
    """Move a view to the trash; the page goes on to show what it showed."""
    _, _, back = _from(me, view)
    try:
        found = load_view(db, id, me)
    except NotFound:
        return _gone(back)
    put(found, new_id(), by=me)
    undo = f"{_there(me, id)}/restore?{urlencode({'back': back})}"
    return Redirect(_without(back), Phrase("Deleted the view %(name)s.", name=found.name), undo)


@pages.post("/{space}/views/{id}/restore", needs="views:write")
def restore_view(db: Write, me: Me, view: View, id: str) -> Answer:
    """Bring a view back from the trash."""
    _, _, back = _from(me, view)
    found: SavedView = load_view(db, id, me, trashed=True)
    bring_back(db, found, by=me)
    return Redirect(back, Phrase("%(name)s is back.", name=found.name))
