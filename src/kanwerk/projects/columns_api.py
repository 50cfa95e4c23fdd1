"""Columns, through the API."""

from typing import Annotated

from msgspec import Meta, Struct

from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.bodies import sent
from kanwerk.core.db import Db
from kanwerk.core.groups import Group
from kanwerk.core.text import Id
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.columns import create_column, load_column, reorder
from kanwerk.projects.members import fence_inside, fence_of, load_project
from kanwerk.projects.reads import COLUMNS, PROJECTS
from kanwerk.projects.shapes import (
    ColumnData,
    CreateColumnData,
    ProjectFullData,
    ReorderData,
    UpdateColumnData,
)

columns = Group("Columns", "The steps that the tasks of a project go through.")


@columns.get("/projects/{id}/columns", needs="projects:read", read=COLUMNS)
def list_columns(db: Db, me: Me, id: str, query: ListQuery) -> Page[ColumnData]:
    """List the columns of a project, in the order of its board."""
    db.one(PROJECTS, id, fence=fence_of(me))
    db.version = None
    return db.page(COLUMNS, query, fence="of_project", of_project=id)


@columns.post("/projects/{id}/columns", needs="projects:write", may_create=True)
def create_column_(db: Write, me: Me, id: str, body: CreateColumnData) -> ColumnData:
    """Add a column at the end of a project's board."""
    project = load_project(db, id, me, manage=True)
    return db.full(COLUMNS, create_column(db, project, sent(body), by=me))


@columns.post("/projects/{id}/columns/reorder", needs="projects:write")
def reorder_columns(db: Write, me: Me, id: str, body: ReorderData) -> ProjectFullData:
    """Put the columns of a project into another order."""
    reorder(db, id, body.ids, by=me)
    return db.full(PROJECTS, load_project(db, id, me))


@columns.get("/columns/{id}", needs="projects:read", read=COLUMNS)
def get_column(db: Db, me: Me, id: str, query: RecordQuery) -> ColumnData:
    """Show a column."""
    return db.one(COLUMNS, id, query, fence=fence_inside(me))


@columns.patch("/columns/{id}", needs="projects:write")
def update_column(db: Write, me: Me, id: str, body: UpdateColumnData) -> ColumnData:
    """Change a column. Its tasks are completed or reopened when its kind becomes `done`, or no longer is."""
    column = load_column(db, id, me)
    column.change(db, sent(body), by=me)
    return db.full(COLUMNS, column)


class DeleteColumnQuery(Struct, frozen=True):
    """How to delete a column."""

    move_tasks_to: (
        Annotated[Id, Meta(description="Another column of the project that takes its tasks")] | None
    ) = None


@columns.delete("/columns/{id}", needs="projects:write")
def delete_column(db: Write, me: Me, id: str, query: DeleteColumnQuery) -> None:
    """Delete a column for good; its tasks move to another."""
    load_column(db, id, me).remove(db, move_to=query.move_tasks_to, by=me)
