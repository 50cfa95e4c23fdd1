"""Labels on the wire, and the one SELECT behind them."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import bindparam, select

from kanwerk.core.colors import Color
from kanwerk.core.db import Db
from kanwerk.core.events import EventPrivate, Kind, register
from kanwerk.core.listing import Filter, Read
from kanwerk.core.reads import Among, Query, Shape
from kanwerk.core.text import Id, Name
from kanwerk.labels.models import Label
from kanwerk.projects.members import INSIDE
from kanwerk.projects.models import Project
from kanwerk.projects.reads import PROJECTS, readable
from kanwerk.projects.shapes import LabelData, ProjectFullData


class CreateLabelData(Struct, forbid_unknown_fields=True):
    """A label to add; its name is unique in its project, or among those of the space."""

    name: Name
    color: Color = Color.SLATE
    project_id: Id | None = None


class UpdateLabelData(Struct, forbid_unknown_fields=True):
    """Members of a label to change."""

    name: Name | UnsetType = UNSET
    color: Color | UnsetType = UNSET


LABEL: Shape[LabelData] = Shape(
    LabelData, {name: getattr(Label, name) for name in LabelData.__struct_fields__}
)
LABELS: Read[LabelData, LabelData] = Read(
    Label,
    Label.__table__.outerjoin(
        Project.__table__, (Project.space_id == Label.space_id) & (Project.id == Label.project_id)
    ),
    item=LABEL,
    full=LABEL,
    filters={"project_id": Filter(Label.project_id, Id, "Only labels of these projects")},
    sorts={"name": Label.name_fold, "updated_at": Label.updated_at},
    search=Label.name_fold,
    fences={
        **{name: Label.project_id.is_(None) | inside for name, inside in INSIDE.items()},
        "fitting": Label.project_id.is_(None)
        | (Label.project_id == bindparam("of_project", type_=Label.project_id.type)),
    },
)


def fitting(db: Db, project_id: str) -> list[LabelData]:
    """Return the labels that tasks of a project may carry, by name: its own and the space's."""
    asked = LABELS.parse("fitting", b"sort=name&limit=500")
    return db.page(LABELS, asked, fence="fitting", of_project=project_id).data


def _readable(db: Db, events: list[EventPrivate]) -> set[str]:
    of_space = {event.record_id for event in events if event.project_id is None}
    return of_space | readable(db, [event for event in events if event.project_id is not None])


register("label", Kind(LABELS, "labels:read", ("created", "updated", "deleted", "restored"), _readable))

_OF_PROJECTS = Query(
    select(Label.project_id, *LABEL.columns())
    .where(Label.space_id == bindparam("space_id"), Label.trashed_at.is_(None))
    .where(Among(Label.project_id, "projects"))
    .order_by(Label.name_fold, Label.id)
)


def _add_labels(db: Db, projects: list[ProjectFullData]) -> None:
    build = LABEL.builder(db.database.dialect)
    found: dict[Any, list[LabelData]] = {project.id: [] for project in projects}
    for row in db.rows(_OF_PROJECTS, projects=list(found)):
        found[row[0]].append(build(row[1:]))
    for project in projects:
        project.labels = found[project.id]


PROJECTS.includes["labels"] = _add_labels
