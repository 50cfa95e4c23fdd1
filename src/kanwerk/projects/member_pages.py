"""Who works in a project, for people: let in, given another role, taken out."""

from typing import Any

from kanwerk.core.db import Db
from kanwerk.core.forms import errors_of
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Problem, invalid
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.people.models import User
from kanwerk.people.reads import USERS
from kanwerk.projects.framing import framed, load_at, managed, project_at
from kanwerk.projects.members import remove_member, role_in, set_member

pages = Pages()
ROLES = ("manager", "member")


def _page(db: Db, me: Me, view: View, code: str, problem: Problem | None = None) -> Html:
    project = project_at(db, me, code, "members")
    members: Any = project.members
    editable = me.may("projects:write") and managed(me, project) and project.archived_at is None
    people: list[tuple[str, str]] = []
    guests: list[tuple[str, str]] = []
    if editable:
        there = {each.user.id for each in members}
        for user in db.all(USERS, active="true", sort="name"):
            if user.id not in there and str(user.type) in ("user", "guest"):
                one = (user.id, f"{user.first_name} {user.last_name}".strip())
                (guests if str(user.type) == "guest" else people).append(one)
    context = framed(
        me,
        project,
        members=members,
        editable=editable,
        people=people,
        guests=guests,
        values=dict(view.form) if problem else {"role": "member"},
        errors=errors_of(problem),
    )
    return Html("projects/members.html", context)


@pages.get("/{space}/projects/{code}/members", needs="projects:read")
def show_project_members(db: Db, me: Me, view: View, code: str) -> Answer:
    """Show who works in a project, and as what."""
    return _page(db, me, view, code)


def _name(db: Write, user_id: str) -> str:
    user = db.find(User, user_id)
    return user.name if user is not None else ""


@pages.post("/{space}/projects/{code}/members", needs="projects:write", again=_page)
def add_project_member(db: Write, me: Me, view: View, code: str) -> Answer:
    """Let somebody into a project; guests come as guests."""
    project, user_id = load_at(db, me, code), view.form.text("user_id")
    user = db.find(User, user_id) if is_id(user_id) else None
    if user is None or not user.active:
        raise invalid("/user_id", "Choose somebody.")
    role = view.form.text("role") if view.form.text("role") in ROLES else "member"
    set_member(db, project, user.id, "guest" if user.type == "guest" else role, by=me)
    here = f"/{me.space_slug}/projects/{project.shortcode}/members"
    return Redirect(here, Phrase("%(name)s is in the project now.", name=user.name))


@pages.post("/{space}/projects/{code}/members/{user_id}/role", needs="projects:write", again=_page)
def change_project_role(db: Write, me: Me, view: View, code: str, user_id: str) -> Answer:
    """Change what somebody is in a project; a guest's undo brings them back as one."""
    project, role = load_at(db, me, code), view.form.text("role") or view.query.text("role")
    set_member(db, project, user_id, role if role in (*ROLES, "guest") else "member", by=me)
    return Redirect(f"/{me.space_slug}/projects/{project.shortcode}/members", Phrase("Saved."))


@pages.post("/{space}/projects/{code}/members/{user_id}/remove", needs="projects:write", again=_page)
def remove_project_member(db: Write, me: Me, code: str, user_id: str) -> Answer:
    """Take somebody out of a project; undoing lets them in again, as what they were."""
    project = load_at(db, me, code)
    role = role_in(db, project, user_id)
    remove_member(db, project, user_id, by=me)
    here = f"/{me.space_slug}/projects/{project.shortcode}/members"
    text = Phrase("%(name)s is no longer in the project.", name=_name(db, user_id))
    return Redirect(here, text, f"{here}/{user_id}/role?role={role}")
