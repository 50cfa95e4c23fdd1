"""What every page of one project begins with: the project by its shortcode, and its tabs."""

from typing import Any

from sqlalchemy import bindparam, select

from kanwerk.core.addresses import PAGE_OF
from kanwerk.core.asked import RecordQuery
from kanwerk.core.db import Db
from kanwerk.core.languages import Phrase
from kanwerk.core.listing import Read
from kanwerk.core.problems import missing
from kanwerk.core.reads import Query
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_of, load_project
from kanwerk.projects.models import Prefix, Project
from kanwerk.projects.reads import PROJECTS, PROJECTS_FOR_GUESTS
from kanwerk.projects.shapes import ProjectFullData

# The tabs of a project: path below the project's, text, icon, keys, and the right that it needs.
TABS: list[tuple[str, Phrase, str, str, str]] = [
    ("", Phrase("Overview"), "gauge", "v o", "projects:read"),
    ("/board", Phrase("Board"), "square-kanban", "v b", "tasks:read"),
    ("/list", Phrase("List"), "list", "v l", "tasks:read"),
    ("/calendar", Phrase("Calendar"), "calendar-days", "v c", "tasks:read"),
    ("/timeline", Phrase("Timeline"), "chart-gantt", "v t", "tasks:read"),
    ("/members", Phrase("Members"), "users", "v m", "projects:read"),
    ("/activity", Phrase("Activity"), "activity", "v a", "projects:activity"),
    ("/settings", Phrase("Settings"), "settings", "v s", "projects:write"),
]
BY_PREFIX = Query(
    select(Prefix.project_id).where(
        Prefix.space_id == bindparam("space_id"), Prefix.prefix == bindparam("prefix")
    )
)


def projects_of(me: Me) -> Read[Any, ProjectFullData]:
    """Return the read that shows projects as this person may see them."""
    return PROJECTS_FOR_GUESTS if me.type == "guest" else PROJECTS


def id_at(db: Db, code: str) -> str:
    """Return the id of the project that has this shortcode or had it, any case; 404 without one."""
    found = db.rows(BY_PREFIX, prefix=code.upper())
    if not found:
        raise missing("page")
    return str(found[0][0])


def project_at(db: Db, me: Me, code: str, *include: str) -> ProjectFullData:
    """Return the project that has this shortcode or had it, any case; 404 where there is none to see."""
    return db.one(projects_of(me), id_at(db, code), RecordQuery(include=include), fence=fence_of(me))


def load_at(db: Write, me: Me, code: str, *, manage: bool = True, trashed: bool = False) -> Project:
    """Return the project at this address, locked, for a form; 403 for who does not manage it."""
    return load_project(db, id_at(db, code), me, manage=manage, trashed=trashed)


def managed(me: Me, project: ProjectFullData) -> bool:
    """Whether a person may change the project itself; it has to be read with its members."""
    if me.admin or (project.lead is not None and project.lead.id == me.id):
        return True
    members = project.members or []
    return any(each.user.id == me.id and str(each.role) == "manager" for each in members)


def framed(me: Me, project: ProjectFullData, **more: Any) -> dict[str, Any]:
    """Return the context of a page inside a project's frame: ``projects/frame.html``."""
    here = f"/{me.space_slug}/projects/{project.shortcode}"
    tabs = [
        {"url": here + path, "text": text, "icon": icon, "keys": keys}
        for path, text, icon, keys, right in TABS
        if me.may(right)
    ]
    return {"project": project, "here": here, "tabs": tabs, **more}


PAGE_OF["project"] = lambda _id, key: f"/projects/{key}"
