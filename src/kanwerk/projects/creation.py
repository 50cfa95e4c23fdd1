"""Making a project: with its columns, its counter and whoever manages it; alone or in bulk."""

from typing import Any

from kanwerk.core.bodies import convert, sent
from kanwerk.core.ids import new_id
from kanwerk.core.problems import Forbidden, missing
from kanwerk.core.upserts import upsert
from kanwerk.core.writes import Write
from kanwerk.fields.values import set_fields
from kanwerk.people.access import Me
from kanwerk.projects.columns import add_usual_columns
from kanwerk.projects.members import discreet, join, manages, sees
from kanwerk.projects.models import Prefix, Project, TaskCounter, free_prefix, leads_to
from kanwerk.projects.shapes import CreateProjectData, UpdateProjectData


def create_project(db: Write, members: dict[str, Any], *, by: Me, usual_columns: bool = True) -> Project:
    """Add a project, with the usual columns if so wished; whoever makes it manages it.

    ``Conflict`` when its external_id or shortcode is taken.
    """
    members = {name: value for name, value in members.items() if value is not None or name == "external_id"}
    fields = members.pop("fields", None)
    shortcode = (members.pop("shortcode", None) or free_prefix(db, members["name"])).upper()
    project = Project(
        id=new_id(),
        space_id=db.space_id,
        name="",
        name_fold="",
        shortcode=shortcode,
        status="active",
        visibility="space",
        billing_method="hourly",
        currency=by.currency,
    )
    with discreet(db, by):
        leads_to(db, shortcode, project)
        project._set(db, members, by=by)  # noqa: SLF001 (its own module)
    db.add(project)
    project.record("project.created", by=by.actor)
    db.flush()
    db.session.add(Prefix(space_id=db.space_id, prefix=shortcode, project_id=project.id))
    db.session.add(TaskCounter(space_id=db.space_id, project_id=project.id, last_number=0))
    set_fields(db, project, fields)
    if usual_columns:
        add_usual_columns(db, project, by=by)
    if by.type == "user" or (by.type == "integration" and project.visibility == "members"):
        join(db, project, by.id, "manager")
    return project


def upsert_project(db: Write, external_id: str, members: dict[str, Any], *, by: Me) -> tuple[Project, bool]:
    """Create the project (True) or change the one there is (False)."""

    def change(project: Project, found: dict[str, Any]) -> None:
        if not sees(db, project, by):
            raise missing()
        if not manages(db, project, by):
            message = "Only those who manage this project may do that."
            raise Forbidden(message)
        with discreet(db, by):
            project.change(db, found, by=by)

    return upsert(
        db,
        Project,
        external_id,
        members,
        create=lambda found: create_project(db, sent(convert(found, CreateProjectData)), by=by),
        change=change,
        by=by,
    )


def create_or_upsert(db: Write, item: Any, *, by: Me) -> tuple[Project, bool]:
    """Do one item of a bulk request: a create, or an upsert where it carries an ``external_id``."""
    if isinstance(item, dict) and item.get("external_id") is not None:
        members = sent(convert(item, UpdateProjectData))
        return upsert_project(db, members.pop("external_id"), members, by=by)
    return create_project(db, sent(convert(item, CreateProjectData)), by=by), True
