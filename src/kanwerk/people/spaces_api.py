"""Spaces, through the API."""

from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.db import Db
from kanwerk.core.groups import Group
from kanwerk.core.problems import missing
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.people.reads import SPACE_INVOICING, SPACES, USERS
from kanwerk.people.shapes import (
    MeData,
    SpaceData,
    SpaceFullData,
    SpaceInvoicingData,
    UpdateSpaceData,
    UpdateSpaceInvoicingData,
    UserRole,
)
from kanwerk.people.spaces import change_space

spaces = Group("Spaces", "The space your token belongs to, its settings, and who you are.")


@spaces.get("/me", needs="me:read")
def get_me(db: Db, me: Me) -> MeData:
    """Show who your token belongs to, in which space, and what it may do."""
    user = db.one(USERS, me.id)
    db.version = None
    role = UserRole(me.role) if me.role else None
    return MeData(user, user.space, role, me.usable_scopes, me.token_id)


@spaces.get("/spaces", needs="spaces:read", read=SPACES)
def list_spaces(db: Db, query: ListQuery) -> Page[SpaceData]:
    """List your space, and the spaces connected with it."""
    return db.page(SPACES, query)


@spaces.get("/spaces/{id}", needs="spaces:details", read=SPACES)
def get_space(db: Db, id: str, query: RecordQuery) -> SpaceFullData:
    """Show a space with its settings."""
    return db.one(SPACES, id, query)


@spaces.patch("/spaces/{id}", needs="spaces:write")
def update_space(db: Write, me: Me, id: str, body: UpdateSpaceData) -> SpaceFullData:
    """Change the settings of your space."""
    _own(me, id)
    return db.full(SPACES, change_space(db, body, by=me))


@spaces.get("/spaces/{id}/invoicing", needs="spaces:invoicing", read=SPACE_INVOICING)
def get_space_invoicing(db: Db, me: Me, id: str) -> SpaceInvoicingData:
    """Show what stands on the invoices of your space."""
    _own(me, id)
    return db.one(SPACE_INVOICING, id)


@spaces.patch("/spaces/{id}/invoicing", needs="spaces:write")
def update_space_invoicing(db: Write, me: Me, id: str, body: UpdateSpaceInvoicingData) -> SpaceInvoicingData:
    """Change what stands on the invoices of your space."""
    _own(me, id)
    return db.full(SPACE_INVOICING, change_space(db, body, by=me, invoicing=True))


def _own(me: Me, space_id: str) -> None:
    if space_id != me.space_id:
        raise missing("space")
