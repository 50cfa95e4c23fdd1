"""Projects, through the API."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from kanwerk.clients.shapes import ProjectData
from kanwerk.core import archive, bulk
from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.bodies import sent
from kanwerk.core.bulk import ResultsData
from kanwerk.core.db import Db
from kanwerk.core.events import ACTIVITY, EventData, EventPrivate, readable, tell
from kanwerk.core.externals import same_as_path
from kanwerk.core.groups import Group
from kanwerk.core.problems import invalid_parameter
from kanwerk.core.trash import DeleteQuery, bring_back, throw_away
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.creation import create_or_upsert, create_project, upsert_project
from kanwerk.projects.duplication import duplicate_project
from kanwerk.projects.members import (
    discreet,
    fence_of,
    load_project,
    refuse_unseen,
    refuse_without_client,
    remove_member,
    set_member,
)
from kanwerk.projects.reads import MEMBERS, PROJECTS, PROJECTS_FOR_GUESTS
from kanwerk.projects.shapes import (
    CreateProjectData,
    DuplicateProjectData,
    ProjectFullData,
    ProjectMemberData,
    SetProjectMemberData,
    UpdateProjectData,
)

projects = Group(
    "Projects",
    "Work for clients: who is in it, until when, for how much.",
    webhooks={
        "project.created": "A project was added.",
        "project.updated": "A project was changed; a member's role as `members.<user id>`.",
        "project.deleted": "A project was moved to the trash, with its tasks.",
        "project.restored": "A project was brought back from the trash.",
        "project.archived": "A project was archived.",
        "project.unarchived": "A project was brought back from the archive.",
        "project.member_added": "Somebody joined a project.",
        "project.member_removed": "Somebody left a project.",
    },
    shape=ProjectFullData,
)


@projects.get("/projects", needs="projects:read", read=PROJECTS)
def list_projects(db: Db, me: Me, query: ListQuery) -> Page[ProjectData]:
    """List the projects that you see: all for admins; those open to the space and your own otherwise.

    Custom fields filter as `fields.<key>=…`.
    """
    if me.type != "guest":
        return db.page(PROJECTS, query, fence=fence_of(me))
    for name in query.filters:
        if name not in ("ids", "q", "updated_after", *PROJECTS_FOR_GUESTS.filters):
            raise invalid_parameter(name, "Guests cannot filter by this.")
    return db.page(PROJECTS_FOR_GUESTS, query, fence="mine")


@projects.post("/projects", needs="projects:write", creates=True)
def create_project_(db: Write, me: Me, body: CreateProjectData) -> ProjectFullData:
    """Add a project. It begins with four columns, and you manage it."""
    return db.full(PROJECTS, create_project(db, sent(body), by=me))


class CreateProjectsData(Struct, forbid_unknown_fields=True):
    """Items to create, or to upsert where they carry an `external_id`."""

    items: Annotated[list[Any], Meta(min_length=1, max_length=bulk.MOST)]
    atomic: bool = True


@projects.post("/projects/bulk", needs="projects:write", heavy=True, items=CreateProjectData)
def bulk_projects(db: Write, me: Me, body: CreateProjectsData) -> ResultsData:
    """Create or upsert up to 500 projects in one request, all of them or each for itself."""
    return bulk.run(db, body.items, lambda item: create_or_upsert(db, item, by=me), atomic=body.atomic)


@projects.get("/projects/{id}", needs="projects:read", read=PROJECTS)
def get_project(db: Db, me: Me, id: str, query: RecordQuery) -> ProjectFullData:
    """Show a project, with everything about it."""
    return db.one(PROJECTS_FOR_GUESTS if me.type == "guest" else PROJECTS, id, query, fence=fence_of(me))


@projects.patch("/projects/{id}", needs="projects:write")
def update_project(db: Write, me: Me, id: str, body: UpdateProjectData) -> ProjectFullData:
    """Change the members sent; `null` clears one. For admins, the project's lead and its managers."""
    project = load_project(db, id, me, manage=True)
    with discreet(db, me):
        project.change(db, sent(body), by=me)
    return db.full(PROJECTS, project)


@projects.put("/projects/external/{external_id}", needs="projects:write", may_create=True)
def upsert_project_(db: Write, me: Me, external_id: str, body: UpdateProjectData) -> ProjectFullData:
    """Create (201) or change (200) a project by the id your system knows it by, in one atomic step."""
    same_as_path(body, external_id)
    project, _ = upsert_project(db, external_id, sent(body, but=("external_id",)), by=me)
    return db.full(PROJECTS, project)


@projects.delete("/projects/{id}", needs="projects:write")
def delete_project(db: Write, me: Me, id: str, query: DeleteQuery) -> None:
    """Move a project to the trash; its tasks go along with `dependants=trash`."""
    throw_away(db, load_project(db, id, me, manage=True), fate=query.dependants, by=me)


@projects.post("/projects/{id}/restore", needs="projects:write")
def restore_project(db: Write, me: Me, id: str) -> ProjectFullData:
    """Bring a project back from the trash, with what was deleted with it."""
    project = load_project(db, id, me, manage=True, trashed=True)
    refuse_without_client(db, project)
    bring_back(db, project, by=me)
    return db.full(PROJECTS, project)


@projects.post("/projects/{id}/archive", needs="projects:write")
def archive_project(db: Write, me: Me, id: str) -> ProjectFullData:
    """Put a project away: there to read, with all that is in it, and not to change."""
    project = load_project(db, id, me, manage=True)
    archive.archive(project, by=me)
    return db.full(PROJECTS, project)


@projects.post("/projects/{id}/unarchive", needs="projects:write")
def unarchive_project(db: Write, me: Me, id: str) -> ProjectFullData:
    """Bring a project back from the archive."""
    project = load_project(db, id, me, manage=True)
    project.unarchive(db, by=me)
    return db.full(PROJECTS, project)


@projects.post("/projects/{id}/duplicate", needs="projects:write", heavy=True, may_create=True)
def duplicate_project_(db: Write, me: Me, id: str, body: DuplicateProjectData) -> ProjectFullData:
    """Make a project with this one as its template: columns, labels, people, tasks with their checklists and
    custom fields, dates shifted; without time, comments and external ids, and nothing of it done.
    """
    return db.full(PROJECTS, duplicate_project(db, load_project(db, id, me), sent(body), by=me))


@projects.get("/projects/{id}/members", needs="projects:read", read=MEMBERS)
def list_project_members(db: Db, me: Me, id: str, query: ListQuery) -> Page[ProjectMemberData]:
    """List who works in a project, and as what."""
    db.one(PROJECTS, id, fence=fence_of(me))
    db.version = None
    return db.page(MEMBERS, query, fence="of_project", of_project=id)


@projects.put("/projects/{id}/members/{user_id}", needs="projects:write")
def set_project_member(
    db: Write, me: Me, id: str, user_id: str, body: SetProjectMemberData
) -> ProjectFullData:
    """Let somebody into a project, or change what they are there."""
    project = load_project(db, id, me, manage=True)
    set_member(db, project, user_id, body.role.value, by=me)
    return db.full(PROJECTS, project)


@projects.delete("/projects/{id}/members/{user_id}", needs="projects:write")
def remove_project_member(db: Write, me: Me, id: str, user_id: str) -> None:
    """Take somebody out of a project; what they did there stays."""
    remove_member(db, load_project(db, id, me, manage=True), user_id, by=me)


@projects.get("/projects/{id}/activity", needs="projects:activity", read=ACTIVITY)
def list_project_activity(db: Db, me: Me, id: str, query: ListQuery) -> Page[EventData]:
    """List what happened in a project, to its tasks too, newest first."""
    refuse_unseen(db, id, me)
    page: Page[EventPrivate] = db.page(ACTIVITY, query, fence="project", of_project=id)
    return Page([tell(event, admin=me.admin) for event in readable(db, page.data)], page.meta)
