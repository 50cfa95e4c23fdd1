"""What happened in a project, for people: newest first, without end."""

from typing import Any
from urllib.parse import quote

import msgspec

from kanwerk.core.db import Db
from kanwerk.core.events import ACTIVITY, EventPrivate, readable, tell
from kanwerk.core.listing import MOST
from kanwerk.core.pages import Answer, Html, Pages, View
from kanwerk.core.problems import Invalid
from kanwerk.people.access import Me
from kanwerk.projects.framing import framed, project_at
from kanwerk.projects.shapes import ProjectFullData

pages = Pages()
AT_ONCE = 50


def activity_of(
    db: Db, me: Me, project_id: str, limit: int, cursor: str | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Return events of a project as templates take them, and the cursor of those before."""
    raw = f"limit={limit}" + (f"&cursor={quote(cursor)}" if cursor else "")
    page: Any = db.page(
        ACTIVITY, ACTIVITY.parse("activity", raw.encode()), fence="project", of_project=project_id
    )
    seen: list[EventPrivate] = readable(db, page.data)
    told: list[dict[str, Any]] = [
        msgspec.json.decode(msgspec.json.encode(tell(event, admin=me.admin))) for event in seen
    ]
    return told, page.meta.next_cursor


def names_in(project: ProjectFullData) -> dict[str, str]:
    """Return names by id that events of a project speak of: its people and columns."""
    found = {each.id: each.name for each in project.columns or []}
    for member in project.members or []:
        found[member.user.id] = f"{member.user.first_name} {member.user.last_name}".strip()
    return found


@pages.get("/{space}/projects/{code}/activity", needs="projects:activity")
def show_project_activity(db: Db, me: Me, view: View, code: str) -> Answer:
    """Show what happened in a project, to its tasks too, or what was before that."""
    project = project_at(db, me, code, "members", "columns")
    asked, cursor = view.query.text("rows"), view.query.get("cursor")
    rows = min(int(asked), MOST) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0  # noqa: PLR2004
    try:
        events, further = activity_of(db, me, project.id, max(rows, AT_ONCE), cursor)
    except Invalid:  # an old cursor leads to the beginning
        events, further = activity_of(db, me, project.id, AT_ONCE)
    context = framed(me, project, events=events, names=names_in(project))
    context["next_url"] = f"{context['here']}/activity?cursor={quote(further)}" if further else None
    return Html("projects/activity.html", context, block="rows" if view.partial and cursor else None)
