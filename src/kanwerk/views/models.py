"""Saved views: a named filter, sort and grouping over tasks, one's own or shared with the space."""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.core.externals import taken
from kanwerk.core.ids import new_id
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Fault, Forbidden, Invalid, missing
from kanwerk.core.tables import Base, Json, Named, Owned, Trashable, in_space, key
from kanwerk.core.text import fold
from kanwerk.core.writes import Write
from kanwerk.fields.models import PREFIX, CustomField
from kanwerk.people.access import Me
from kanwerk.projects.members import project_of, sees
from kanwerk.projects.models import Project
from kanwerk.tasks.asking import meant, today_of
from kanwerk.tasks.reads import TASKS
from kanwerk.tasks.showing import COLUMNS

GROUPS = ("column", "kind", "project", "client", "assignee", "label", "priority", "due_date")
GROUPING_KINDS = ("select", "multi_select", "user", "checkbox")


class View(Named, Trashable, Owned, Base):
    """A way to look at tasks, of all projects or of one."""

    __tablename__ = "views"
    __table_args__ = (
        in_space("owner_id", "users"),
        in_space("project_id", "projects", ondelete="CASCADE"),
        Index("ix_views_name", "space_id", "name_fold", "id"),
        Index("ix_views_updated_at", "space_id", "updated_at", "id"),
        Index("ix_views_owner_id", "space_id", "owner_id"),
        Index("ix_views_project_id", "space_id", "project_id"),
    )
    noun = "view"
    owner_id: Mapped[str] = key()
    project_id: Mapped[str | None] = key()
    shared: Mapped[bool]
    filters: Mapped[dict[str, str]] = mapped_column(Json)
    sort: Mapped[str]
    group_by: Mapped[str | None]
    columns: Mapped[list[str] | None] = mapped_column(Json)

    def change(self, db: Write, members: dict[str, Any], *, by: Me) -> None:
        """Change members; what it filters and groups by has to make sense."""
        _check(db, members, by)
        if {"name", "project_id"} & set(members):
            told = {"name": self.name, "project_id": self.project_id, **members}
            _refuse_taken(db, told["name"], self.owner_id, told["project_id"], self.id)
        changes = self.set(**members)
        if changes:
            self.record("view.updated", by=by.actor, changes=changes)


def create_view(db: Write, members: dict[str, Any], *, by: Me) -> View:
    """Save a view of the caller's."""
    _check(db, members, by)
    _refuse_taken(db, members["name"], by.id, members.get("project_id"), None)
    view = View(id=new_id(), space_id=db.space_id, owner_id=by.id, name="", name_fold="")
    view.set(**{"project_id": None, "columns": None, **members})
    db.add(view)
    view.record("view.created", by=by.actor)
    return view


def load_view(db: Write, view_id: str, me: Me, *, trashed: bool = False) -> View:
    """Return a view to change: the caller's own, or a shared one as an admin; 404 and 403 otherwise."""
    view = db.find(View, view_id, lock=True, trashed=trashed)
    project = db.find(Project, view.project_id) if view is not None and view.project_id else None
    hidden = view is not None and view.project_id and (project is None or not sees(db, project, me))
    if view is None or hidden or not (view.shared or view.owner_id == me.id):
        raise missing()
    if view.owner_id != me.id and not me.admin:
        message = "This view belongs to somebody else: save one of your own."
        raise Forbidden(message)
    db.match(view)
    return view


def _refuse_taken(db: Write, name: str, owner_id: str, project_id: str | None, but: str | None) -> None:
    """Refuse a name that another view of the same person has in the same place."""
    wanted = select(View).where(
        View.space_id == db.space_id,
        View.name_fold == fold(name),
        View.owner_id == owner_id,
        View.trashed_at.is_(None),
    )
    for other in db.session.execute(wanted).scalars():
        if other.project_id == project_id and other.id != but:
            raise taken("name", other, Phrase("There is a view '%(name)s' here already.", name=other.name))


def _check(db: Write, members: dict[str, Any], me: Me) -> None:
    if members.get("project_id") is not None:
        project_of(db, members["project_id"], me, "/project_id")
    faults = [*_faults_of_filters(db, members.get("filters") or {}, me), *_faults_of_grouping(db, members)]
    faults += _faults_of_columns(db, members.get("columns") or [])
    sorts = TASKS.params["sort"].one_of
    if members.get("sort") is not None and members["sort"] not in sorts:
        faults.append(Fault("invalid", f"One of {', '.join(sorts)} is needed.", pointer="/sort"))
    if faults:
        raise Invalid("This view does not make sense.", errors=faults)


def _faults_of_filters(db: Write, filters: dict[str, str], me: Me) -> list[Fault]:
    faults = []
    for name, value in filters.items():
        known = name in TASKS.filters or name in ("q", "updated_after") or name.startswith(PREFIX)
        if not known:
            faults.append(
                Fault("unknown", "Tasks are not filtered by this.", pointer=f"/filters/{name[:200]}")
            )
            continue
        asked = meant(name, value, me.id, today_of(me))
        try:
            query = TASKS.parse("views", urlencode({name: asked}).encode())
            if TASKS.further is not None:
                TASKS.further.resolve(db, query)
        except Invalid as problem:
            faults += [
                Fault(each.code, each.message, pointer=f"/filters/{name[:200]}") for each in problem.errors
            ]
    return faults


def _faults_of_grouping(db: Write, members: dict[str, Any]) -> list[Fault]:
    by = members.get("group_by")
    if by is None or by in GROUPS:
        return []
    wanted = select(CustomField.id).where(
        CustomField.space_id == db.space_id,
        CustomField.applies_to == "task",
        CustomField.key == by.removeprefix(PREFIX),
        CustomField.kind.in_(GROUPING_KINDS),
        CustomField.trashed_at.is_(None),
    )
    if by.startswith(PREFIX) and db.session.execute(wanted).first() is not None:
        return []
    sentence = f"One of {', '.join(GROUPS)} is needed, or fields.<key> of a field with few values."
    return [Fault("invalid", sentence, pointer="/group_by")]


def _faults_of_columns(db: Write, columns: list[str]) -> list[Fault]:
    strange = {each for each in columns if each not in COLUMNS}
    if strange:
        wanted = select(CustomField.key).where(
            CustomField.space_id == db.space_id,
            CustomField.applies_to == "task",
            CustomField.trashed_at.is_(None),
        )
        strange -= {PREFIX + each for each in db.session.execute(wanted).scalars()}
    sentence = f"One of {', '.join(COLUMNS)} is needed, or fields.<key>."
    return [
        Fault("invalid", sentence, pointer=f"/columns/{place}")
        for place, each in enumerate(columns)
        if each in strange
    ]
