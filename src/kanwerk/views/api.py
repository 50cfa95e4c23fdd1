"""Saved views, through the API."""

from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.bodies import sent
from kanwerk.core.db import Db
from kanwerk.core.groups import Group
from kanwerk.core.ids import new_id
from kanwerk.core.trash import bring_back, put
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_inside
from kanwerk.views.models import create_view, load_view
from kanwerk.views.shapes import VIEWS, CreateViewData, UpdateViewData, ViewData

views = Group("Views", "Saved ways to look at tasks: a filter, a sort and a grouping, your own or shared.")


@views.get("/views", needs="views:read", read=VIEWS)
def list_views(db: Db, me: Me, query: ListQuery) -> Page[ViewData]:
    """List your own views and those that are shared."""
    return db.page(VIEWS, query, fence=fence_inside(me))


@views.post("/views", needs="views:write", creates=True)
def create_view_(db: Write, me: Me, body: CreateViewData) -> ViewData:
    """Save a view."""
    return db.full(VIEWS, create_view(db, sent(body), by=me))


@views.get("/views/{id}", needs="views:read", read=VIEWS)
def get_view(db: Db, me: Me, id: str, query: RecordQuery) -> ViewData:
    """Show a view."""
    return db.one(VIEWS, id, query, fence=fence_inside(me))


@views.patch("/views/{id}", needs="views:write")
def update_view(db: Write, me: Me, id: str, body: UpdateViewData) -> ViewData:
    """Change a view of yours; admins change shared ones too."""
    view = load_view(db, id, me)
    view.change(db, sent(body), by=me)
    return db.full(VIEWS, view)


@views.delete("/views/{id}", needs="views:write")
def delete_view(db: Write, me: Me, id: str) -> None:
    """Move a view to the trash."""
    put(load_view(db, id, me), new_id(), by=me)


@views.post("/views/{id}/restore", needs="views:write")
def restore_view(db: Write, me: Me, id: str) -> ViewData:
    """Bring a view back from the trash."""
    view = load_view(db, id, me, trashed=True)
    bring_back(db, view, by=me)
    return db.full(VIEWS, view)
