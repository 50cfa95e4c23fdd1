"""Projects, for people: the forms that add, change and duplicate one."""

from typing import Any

from kanwerk.core.bodies import sent
from kanwerk.core.db import Db
from kanwerk.core.forms import body_of
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Forbidden, Problem
from kanwerk.core.writes import Write
from kanwerk.fields.forms import fields_of
from kanwerk.people.access import Me
from kanwerk.projects import forms
from kanwerk.projects.creation import create_project
from kanwerk.projects.duplication import duplicate_project
from kanwerk.projects.framing import load_at, managed, project_at
from kanwerk.projects.members import discreet
from kanwerk.projects.outlook import today_of
from kanwerk.projects.shapes import CreateProjectData, DuplicateProjectData, UpdateProjectData

pages = Pages()


def _new_page(db: Db, me: Me, view: View, problem: Problem | None = None) -> Html:
    fields = fields_of(db, "project")
    lists = forms.offered(db, me, fields, None)
    values: dict[str, str | None]
    if problem is not None:
        values = forms.typed(view.form, fields)
    else:
        values = {**forms.FIRST, "currency": me.currency}
        client = view.query.text("client_id")
        values |= {"client_id": client} if is_id(client) else {}
        values |= {"lead_id": me.id} if me.type == "user" else {}
    return Html("projects/new.html", {"values": values, "errors": forms.errors(problem), **lists})


@pages.get("/{space}/projects/new", needs="projects:write")
def show_new_project(db: Db, me: Me, view: View) -> Answer:
    """Show the form of a new project."""
    return _new_page(db, me, view)


@pages.post("/{space}/projects/new", needs="projects:write", again=_new_page)
def add_project(db: Write, me: Me, view: View) -> Answer:
    """Add a project."""
    given = forms.members_of(view.form, fields_of(db, "project"))
    kept = {name: value for name, value in given.items() if value is not None or name == "name"}
    kept["fields"] = {key: value for key, value in given["fields"].items() if value is not None}
    project = create_project(db, sent(body_of(kept, CreateProjectData)), by=me)
    text = Phrase("Added %(name)s.", name=project.name)
    return Redirect(f"/{me.space_slug}/projects/{project.shortcode}", text)


def _edit_page(db: Db, me: Me, view: View, code: str, problem: Problem | None = None) -> Answer:
    project = project_at(db, me, code, "members")
    version = f'"{db.version}-"'
    here = f"/{me.space_slug}/projects/{project.shortcode}"
    if not managed(me, project):
        message = "Only those who manage this project may do that."
        raise Forbidden(message)
    if project.archived_at is not None:
        return Redirect(here, Phrase("An archived project cannot be changed."), kind="error")
    fields = fields_of(db, "project")
    lists = forms.offered(db, me, fields, project)
    there = forms.stored(project, fields)
    context: dict[str, Any] = {"project": project, "here": here, "version": version, **lists}
    if problem is None:
        context |= {"values": there, "errors": {}, "conflict": []}
    else:
        values = forms.typed(view.form, fields)
        conflict = forms.overtaken(problem, values, there, fields, lists)
        context |= {
            "values": values,
            "errors": {} if conflict else forms.errors(problem),
            "conflict": conflict,
        }
    return Html("projects/edit.html", context)


@pages.get("/{space}/projects/{code}/edit", needs="projects:write")
def show_edit_project(db: Db, me: Me, view: View, code: str) -> Answer:
    """Show the form that changes a project."""
    return _edit_page(db, me, view, code)


@pages.post("/{space}/projects/{code}/edit", needs="projects:write", again=_edit_page)
def edit_project(db: Write, me: Me, view: View, code: str) -> Answer:
    """Change a project; a form that was overtaken comes back with both versions."""
    db.if_match = view.form.text("version") or None
    project = load_at(db, me, code)
    given = forms.members_of(view.form, fields_of(db, "project"))
    body = body_of(given, UpdateProjectData)
    with discreet(db, me):
        project.change(db, sent(body), by=me)
    return Redirect(f"/{me.space_slug}/projects/{project.shortcode}", Phrase("Saved."))


def _duplicate_page(db: Db, me: Me, view: View, code: str, problem: Problem | None = None) -> Answer:
    project = project_at(db, me, code, "members")
    values: dict[str, Any]
    if problem is None:
        values = {"name": "", "client_id": project.client_id, "start_date": today_of(me).isoformat()}
        values |= dict.fromkeys(("tasks", "assignees", "members"), "true")
    else:
        values = dict(view.form)
    context = {
        "project": project,
        "here": f"/{me.space_slug}/projects/{project.shortcode}",
        "values": values,
        "errors": forms.errors(problem),
        "clients": forms.offered(db, me, [], project)["clients"],
    }
    return Html("projects/duplicate.html", context)


@pages.get("/{space}/projects/{code}/duplicate", needs="projects:write")
def show_duplicate_project(db: Db, me: Me, view: View, code: str) -> Answer:
    """Show the form that makes a project with this one as its template."""
    return _duplicate_page(db, me, view, code)


@pages.post("/{space}/projects/{code}/duplicate", needs="projects:write", again=_duplicate_page, work=True)
def duplicate(me: Me, view: View, code: str) -> Answer:
    """Make a project with this one as its template."""
    members: dict[str, Any] = view.form.members("name", "shortcode", "client_id", "start_date")
    given = {name: value for name, value in members.items() if value is not None or name == "client_id"}
    given |= {name: view.form.text(name) == "true" for name in ("tasks", "assignees", "members")}
    wishes = sent(body_of(given, DuplicateProjectData))

    def make(db: Write) -> Answer:
        old = load_at(db, me, code, manage=False)
        new = duplicate_project(db, old, wishes, by=me)
        text = Phrase("Made %(name)s from %(old)s.", name=new.name, old=old.name)
        return Redirect(f"/{me.space_slug}/projects/{new.shortcode}", text)

    return view.write(make)
