"""A project at a glance, for people: how far, how it does, what is next, who is in it."""

from datetime import date
from typing import Any

from markupsafe import Markup

from kanwerk.core import markdown
from kanwerk.core.db import Db
from kanwerk.core.pages import Answer, Html, Pages
from kanwerk.core.problems import NotFound
from kanwerk.fields.forms import fields_of, texts_of
from kanwerk.people.access import Me
from kanwerk.people.reads import USERS
from kanwerk.projects.act_pages import in_trash
from kanwerk.projects.activity_pages import activity_of, names_in
from kanwerk.projects.burnup import burn_up
from kanwerk.projects.framing import framed, managed, project_at
from kanwerk.projects.outlook import Outlook, health, today_of, work
from kanwerk.projects.reads import COLUMNS
from kanwerk.projects.shapes import ProjectFullData

pages = Pages()
NEXT, LATE, LATEST = 6, 5, 8


@pages.get("/{space}/projects/{code}", needs="projects:read")
def show_project(db: Db, me: Me, code: str) -> Answer:
    """Show a project at a glance."""
    try:
        project = project_at(db, me, code, "members", "columns")
    except NotFound:
        return in_trash(db, me, code)
    today = today_of(me)
    columns: Any = project.columns
    COLUMNS.includes["task_count"](db, columns)
    outlook = work().outlooks(db, [project.id], today).get(project.id, Outlook())
    due = date.fromisoformat(project.due_date) if project.due_date is not None else None
    staff = me.type != "guest"
    context = framed(
        me,
        project,
        managed=me.may("projects:write") and managed(me, project),
        outlook=outlook,
        health=health(str(project.status), project.due_date, outlook, today),
        days_left=None if due is None else (due - today).days,
        chart=burn_up(work().days(db, project.id), today, due),
        overdue=work().due(db, me, project.id, today, overdue=True, most=LATE) if outlook.overdue else [],
        coming=work().due(db, me, project.id, today, overdue=False, most=NEXT),
        today=today,
        columns=columns,
        description=Markup(markdown.render(project.description)) if project.description else None,  # noqa: S704
        events=activity_of(db, me, project.id, LATEST)[0] if me.may("projects:activity") else [],
        names=names_in(project),
        facts=_fields(db, project) if staff and project.fields else [],
    )
    return Html("projects/overview.html", context)


def _fields(db: Db, project: ProjectFullData) -> list[dict[str, Any]]:
    """Return what its custom fields hold, by name, as people read it."""
    fields = [field for field in fields_of(db, "project") if field.key in project.fields]
    people = {}
    if any(field.kind.value == "user" for field in fields):
        named = db.all(USERS, type="user", sort="name")
        people = {each.id: f"{each.first_name} {each.last_name}".strip() for each in named}
    texts = texts_of(fields, people)
    found = []
    for field in fields:
        value = project.fields[field.key]
        names = texts.get(f"fields/{field.key}", {})
        several = value if isinstance(value, list) else [value]
        shown = [names.get(each, each) if isinstance(each, str) else each for each in several]
        found.append({"name": field.name, "kind": field.kind.value, "values": shown})
    return found
