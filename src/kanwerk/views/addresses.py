"""Saved views as addresses: what of one a page's address says, and what an address would save."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from kanwerk.core.forms import Form
from kanwerk.tasks.asking import PLACES, filters_of, spelled, symbolic
from kanwerk.tasks.list_pages import OF_ALL, OF_PROJECT
from kanwerk.tasks.lists import SORTS

DAYS = ("due", "due_before", "due_after", "start_before", "start_after", "begins_before")
SHOWN = "list"


class Place(NamedTuple):
    """A page that views are looked at on: its address, which of the pages of tasks, and of which project."""

    path: str
    page: str
    code: str | None

    @property
    def usual_sort(self) -> str:
        """The sort that the address leaves out."""
        return "position" if self.code else "due_date"

    @property
    def usual_group(self) -> str:
        """The grouping that the address leaves out."""
        if self.page == SHOWN:
            return (OF_PROJECT if self.code else OF_ALL)[0]
        return "project" if self.page == "timeline" else "column"


def place_of(path: str, space: str) -> Place | None:
    """Return the page of tasks at a path, or None."""
    parts = path.removeprefix(f"/{space}/").split("/")
    match parts:
        case ["projects", code, ("list" | "board" | "calendar" | "timeline") as page]:
            return Place(path, page, code)
        case ["tasks"]:
            return Place(path, SHOWN, None)
        case [("calendar" | "timeline") as page]:
            return Place(path, page, None)
    return None


def _filters(place: Place, found: dict[str, str]) -> dict[str, str]:
    """Return those filters of an address that a page understands."""
    left_out: set[str] = set()
    if place.page in ("calendar", "timeline"):
        left_out.update(DAYS)
    if place.code is not None:
        left_out.add("project_id")
    if place.page != SHOWN:
        left_out.update(PLACES)
    found = {name: value for name, value in found.items() if name not in left_out}
    if place.code is None:
        found.setdefault("assignee", "all")
        if place.page == SHOWN and found.get("completed") == "false":
            del found["completed"]
    return found


def of_view(place: Place, view: Any) -> dict[str, str]:
    """Return what the address of a page says to show a view."""
    found = _filters(place, spelled(view.filters))
    if place.code is None and found["assignee"] == "me":
        del found["assignee"]
    if place.page == SHOWN:
        if view.sort != place.usual_sort and view.sort.removeprefix("-") in SORTS:
            found["sort"] = view.sort
        if view.columns:
            found["columns"] = ",".join(view.columns)
    by = view.group_by or "none"
    if by != place.usual_group and by in _groups(place):
        found["group_by"] = by
    return found


def _groups(place: Place) -> tuple[str, ...]:
    if place.page == SHOWN:
        return (*OF_PROJECT, *OF_ALL)
    if place.page == "board":
        return ("column", "assignee", "label", "priority")
    return ("project", "client") if place.page == "timeline" and place.code is None else ()


def of_query(place: Place, query: Form) -> dict[str, str]:
    """Return what an address says, as ``of_view`` has it, so that the two can be compared."""
    found = filters_of(query, *PLACES)
    if place.code is None and query.text("assignee") != "all":
        found.setdefault("assignee", "me")
    found = _filters(place, found)
    if place.code is None and found["assignee"] == "me":
        del found["assignee"]
    sort, by = query.text("sort"), query.text("group_by")
    if place.page == SHOWN:
        if sort != place.usual_sort and sort.removeprefix("-") in SORTS:
            found["sort"] = sort
        if query.text("columns"):
            found["columns"] = query.text("columns")
    if by and by != place.usual_group and by in _groups(place):
        found["group_by"] = by
    return found


def url_of(place: Place, view: Any) -> str:
    """Return the address that shows a view on a page, with the view's name in it."""
    return f"{place.path}?{urlencode({'view': view.id, **of_view(place, view)})}"


def saved(place: Place, query: Form, before: Any = None) -> dict[str, Any]:
    """Return the members of a view that an address would save; what the page cannot say stays as it was."""
    told = of_query(place, query)
    rest = {name: told.pop(name) for name in ("sort", "group_by", "columns") if name in told}
    if place.code is None and told.setdefault("assignee", "me") == "all":
        del told["assignee"]
    filters = symbolic(told)
    if before is not None:
        known = _filters(place, spelled(before.filters))
        filters = {
            **symbolic({name: value for name, value in spelled(before.filters).items() if name not in known}),
            **filters,
        }
    elif place.code is None and place.page == SHOWN:
        filters.setdefault("completed", "false")
    found: dict[str, Any] = {"filters": filters}
    if place.page == SHOWN:
        found["columns"] = rest["columns"].split(",") if "columns" in rest else None
        if "sort" in rest or before is None or before.sort.removeprefix("-") in SORTS:
            found["sort"] = rest.get("sort", place.usual_sort)
    groups = _groups(place)
    if groups and ("group_by" in rest or before is None or (before.group_by or "none") in groups):
        by = rest.get("group_by", place.usual_group)
        found["group_by"] = None if by == "none" else by
    return found
