"""The columns of a list of tasks: which there are, which are shown, the choice a browser remembers."""

from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import bindparam, select

from kanwerk.clients.models import Client
from kanwerk.core.db import Db
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Redirect, View, set_cookie
from kanwerk.core.reads import Among, Query
from kanwerk.fields.forms import fields_of
from kanwerk.fields.models import PREFIX
from kanwerk.fields.shapes import FieldData
from kanwerk.people.access import Me
from kanwerk.people.reads import USERS
from kanwerk.projects.models import Project

# In the order that they stand in; the title is always there.
COLUMNS = {
    "key": Phrase("Key"),
    "labels": Phrase("Labels"),
    "priority": Phrase("Priority"),
    "column": Phrase("Column"),
    "start_date": Phrase("Start"),
    "due_date": Phrase("Due"),
    "assignees": Phrase("Assignees"),
    "project": Phrase("Project"),
    "client": Phrase("Client"),
    "estimate_seconds": Phrase("Estimate"),
}
USUAL = ("key", "labels", "priority", "column", "due_date", "assignees")
INSIDE = ("key", "labels")  # stand beside the title
NOT_FOR_GUESTS = ("estimate_seconds",)
YEAR_SECONDS = 31_536_000
_UNDER = Query(
    select(Project.id, Project.shortcode, Project.name, Client.id, Client.name)
    .select_from(
        Project.__table__.outerjoin(
            Client.__table__, (Client.space_id == Project.space_id) & (Client.id == Project.client_id)
        )
    )
    .where(Project.space_id == bindparam("space_id"), Among(Project.id, "projects"))
)


def fields_for(db: Db, me: Me) -> list[FieldData]:
    """Return the custom fields of tasks that this person may see."""
    return fields_of(db, "task") if me.may("fields:read") else []


def offered(me: Me, fields: list[FieldData]) -> list[tuple[str, Any]]:
    """Return what may be shown, as (name, text): texts of ours are told by the template."""
    own = [(name, text) for name, text in COLUMNS.items() if me.type != "guest" or name not in NOT_FOR_GUESTS]
    return [*own, *((PREFIX + field.key, field.name) for field in fields)]


def _cookie(me: Me) -> str:
    return f"columns_{me.id}"


def chosen(view: View, me: Me, fields: list[FieldData]) -> tuple[str, ...]:
    """Return the columns that the address names, else those that this browser remembers, else the usual."""
    told = view.query.text("columns") or unquote(view.request.cookie(_cookie(me)) or "")
    wanted = set(told.split(","))
    found = tuple(name for name, _ in offered(me, fields) if name in wanted)
    return found or USUAL


def remembering(view: View, me: Me, answer: Redirect, columns: list[str]) -> Redirect:
    """Let a browser remember a choice, or forget it when there is none."""
    value, seconds = quote(",".join(columns)), YEAR_SECONDS if columns else 0
    name, text = set_cookie(view.request, _cookie(me), value, seconds, path=f"/{me.space_slug}")
    answer.headers[name.decode()] = text.decode()
    return answer


def full(columns: tuple[str, ...]) -> bool:
    """Whether these show what only whole tasks hold."""
    return any(name == "estimate_seconds" or name.startswith(PREFIX) for name in columns)


def under(db: Db, columns: tuple[str, ...], tasks: list[Any]) -> dict[str, dict[str, Any]]:
    """Return the projects of tasks, and their clients, by id; where the columns show them."""
    if not tasks or not {"project", "client"} & set(columns):
        return {}
    rows = db.rows(_UNDER, projects=sorted({task.project_id for task in tasks}))
    names = ("id", "shortcode", "name", "client_id", "client")
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def people(db: Db, me: Me, fields: list[FieldData]) -> dict[str, str]:
    """Return the names of people by id, where one of these fields holds people."""
    if not me.may("users:read") or all(field.kind.value != "user" for field in fields):
        return {}
    return {user.id: f"{user.first_name} {user.last_name}".strip() for user in db.all(USERS)}
