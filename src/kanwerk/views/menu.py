"""The saved views that pages of tasks offer, and the command palette."""

from typing import NamedTuple

import msgspec

from kanwerk.core.db import Db
from kanwerk.core.problems import Problem
from kanwerk.core.view import SHELL, View
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_inside
from kanwerk.views.addresses import Place, of_query, of_view, place_of, url_of
from kanwerk.views.shapes import VIEWS, ViewData


class Entry(NamedTuple):
    """A view in the menu, and the address that shows it here."""

    id: str
    name: str
    own: bool
    url: str


class Menu(NamedTuple):
    """What the menu shows. ``gone``: the address names a view that is not there (any more)."""

    entries: list[Entry]
    current: Entry | None
    differs: bool
    changeable: bool
    gone: bool
    back: str


def views_of(db: Db, me: Me) -> list[ViewData]:
    """Return the views that somebody sees, by name."""
    raw = msgspec.json.encode(db.all(VIEWS, fence=fence_inside(me), sort="name"))  # filters are kept as JSON
    return msgspec.json.decode(raw, type=list[ViewData])


def menu_for(view: View, project_id: str | None = None) -> Menu | None:
    """Return the menu of the page that is looked at, of a project's or of all projects'; None where there are
    no views to see.
    """
    place = place_of(view.request.path, view.me.space_slug)
    if place is None or not view.me.may("views:read"):
        return None
    if "views" not in view.asked:
        try:
            views = views_of(Db(view.runtime.database, view.me), view.me)
        except Problem:  # the page that says what went wrong is shown without it
            view.asked["views"] = None
        else:
            view.asked["views"] = _menu(view, place, views, project_id)
    found: Menu | None = view.asked["views"]
    return found


def _menu(view: View, place: Place, views: list[ViewData], project_id: str | None) -> Menu:
    wanted = view.query.text("view")
    here = [each for each in views if each.project_id in (None, project_id) or each.id == wanted]
    entries = [Entry(each.id, each.name, each.owner.id == view.me.id, url_of(place, each)) for each in here]
    current = next((each for each in here if each.id == wanted), None)
    own = current is not None and (current.owner.id == view.me.id or view.me.admin)
    query = view.request.query.decode("latin-1")
    return Menu(
        entries,
        next((each for each in entries if each.id == wanted), None),
        current is not None and of_view(place, current) != of_query(place, view.query),
        own and view.me.may("views:write"),
        bool(wanted) and current is None,
        place.path + (f"?{query}" if query else ""),
    )


def to_open(view: View) -> list[ViewData]:
    """Return the views that the palette leads to."""
    if not view.me.may("views:read"):
        return []
    return views_of(Db(view.runtime.database, view.me), view.me)


SHELL["saved_views"] = menu_for
SHELL["views_to_open"] = to_open
