"""The projects on a client's page: what the client's own package, which stands below, cannot tell of them."""

from collections.abc import Callable
from typing import Any

from kanwerk.clients.shapes import ProjectData
from kanwerk.core.db import Db
from kanwerk.core.view import SHELL, View
from kanwerk.projects.outlook import Outlook, health, today_of, work


def standing(view: View) -> Callable[[list[ProjectData]], list[dict[str, Any]]]:
    """Return what tells a page how projects stand: each with its outlook and health, by one statement."""

    def tell(projects: list[ProjectData]) -> list[dict[str, Any]]:
        today = today_of(view.me)
        db = Db(view.runtime.database, view.me)
        found = work().outlooks(db, [project.id for project in projects], today)
        told = []
        for project in projects:
            outlook = found.get(project.id, Outlook())
            how = health(str(project.status), project.due_date, outlook, today)
            told.append({"project": project, "outlook": outlook, "health": how, "today": today.isoformat()})
        return told

    return tell


SHELL["standing"] = standing
