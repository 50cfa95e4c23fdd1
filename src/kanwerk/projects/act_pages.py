"""Projects, for people: archive, delete and bring back, each with a way to undo it."""

from typing import Any

from kanwerk.core import archive
from kanwerk.core.asked import RecordQuery
from kanwerk.core.db import Db
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Problem
from kanwerk.core.trash import Fate, bring_back, throw_away
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.framing import id_at, load_at, managed, project_at, projects_of
from kanwerk.projects.members import fence_of, refuse_without_client
from kanwerk.projects.models import Project

pages = Pages()


def _here(me: Me, project: Project) -> str:
    return f"/{me.space_slug}/projects/{project.shortcode}"


def _told(me: Me, code: str, problem: Problem) -> Answer:
    return Redirect(f"/{me.space_slug}/projects/{code}", problem.detail, kind="error")


@pages.post("/{space}/projects/{code}/archive", needs="projects:write", again=_told)
def archive_project(db: Write, me: Me, code: str) -> Answer:
    """Put a project away: there to read, and not to change."""
    project = load_at(db, me, code)
    archive.archive(project, by=me)
    here = _here(me, project)
    return Redirect(here, Phrase("Archived %(name)s.", name=project.name), f"{here}/unarchive")


@pages.post("/{space}/projects/{code}/unarchive", needs="projects:write", again=_told)
def unarchive_project(db: Write, me: Me, code: str) -> Answer:
    """Bring a project back from the archive."""
    project = load_at(db, me, code)
    project.unarchive(db, by=me)
    return Redirect(_here(me, project), Phrase("%(name)s is back from the archive.", name=project.name))


def _delete_question(db: Db, me: Me, code: str, problem: Problem) -> Answer:
    project = project_at(db, me, code)
    here = f"/{me.space_slug}/projects/{project.shortcode}"
    counts: Any = problem.members.get("dependants")
    if problem.code != "has_dependants" or not isinstance(counts, dict):
        return Redirect(here, problem.detail, kind="error")
    context = {"project": project, "here": here, "count": counts.get("tasks", 0)}
    return Html("projects/delete.html", context)


@pages.post("/{space}/projects/{code}/delete", needs="projects:write", again=_delete_question)
def delete_project(db: Write, me: Me, view: View, code: str) -> Answer:
    """Move a project to the trash; one with tasks after a question, for they go along."""
    project = load_at(db, me, code)
    fate = Fate.TRASH if view.form.text("tasks") == "trash" else None
    throw_away(db, project, fate=fate, by=me)
    undo = f"{_here(me, project)}/restore"
    return Redirect(f"/{me.space_slug}/projects", Phrase("Deleted %(name)s.", name=project.name), undo)


@pages.post("/{space}/projects/{code}/restore", needs="projects:write", again=_told)
def restore_project(db: Write, me: Me, code: str) -> Answer:
    """Bring a project back from the trash, with what was deleted with it."""
    project = load_at(db, me, code, trashed=True)
    refuse_without_client(db, project)
    bring_back(db, project, by=me)
    return Redirect(_here(me, project), Phrase("%(name)s is back.", name=project.name))


def in_trash(db: Db, me: Me, code: str) -> Html:
    """Return the page of a project that lies in the trash: it says so, and how to bring it back.

    ``NotFound`` when there is none that the person would see.
    """
    asked = RecordQuery(include=("members",), trashed=True)
    project = db.one(projects_of(me), id_at(db, code), asked, fence=fence_of(me))
    context = {
        "project": project,
        "here": f"/{me.space_slug}/projects/{project.shortcode}",
        "managed": me.may("projects:write") and managed(me, project),
    }
    return Html("projects/trashed.html", context, 404)
