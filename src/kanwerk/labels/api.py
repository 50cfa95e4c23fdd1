"""Labels, through the API."""

from typing import Annotated

from msgspec import Meta, Struct

from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.bodies import sent
from kanwerk.core.db import Db
from kanwerk.core.groups import Group
from kanwerk.core.problems import invalid_parameter
from kanwerk.core.text import Id
from kanwerk.core.trash import Fate
from kanwerk.core.writes import Write
from kanwerk.labels.models import Label, create_label, load_label
from kanwerk.labels.models import delete_label as throw_away
from kanwerk.labels.models import restore_label as bring_back
from kanwerk.labels.shapes import LABELS, CreateLabelData, UpdateLabelData
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_inside
from kanwerk.projects.shapes import LabelData

labels = Group("Labels", "Words that tasks are marked with: of one project, or of the whole space.")


@labels.get("/labels", needs="labels:read", read=LABELS)
def list_labels(db: Db, me: Me, query: ListQuery) -> Page[LabelData]:
    """List the labels of your space and of the projects you see."""
    return db.page(LABELS, query, fence=fence_inside(me))


@labels.post("/labels", needs="labels:write", creates=True)
def create_label_(db: Write, me: Me, body: CreateLabelData) -> LabelData:
    """Add a label."""
    return db.full(LABELS, create_label(db, sent(body), by=me))


@labels.get("/labels/{id}", needs="labels:read", read=LABELS)
def get_label(db: Db, me: Me, id: str, query: RecordQuery) -> LabelData:
    """Show a label."""
    return db.one(LABELS, id, query, fence=fence_inside(me))


@labels.patch("/labels/{id}", needs="labels:write")
def update_label(db: Write, me: Me, id: str, body: UpdateLabelData) -> LabelData:
    """Change a label's name or colour."""
    label = load_label(db, id, me)
    label.change(db, sent(body), by=me)
    return db.full(LABELS, label)


class DeleteLabelQuery(Struct, frozen=True):
    """How to delete a label."""

    merge_into: Annotated[Id, Meta(description="Another label that takes its place")] | None = None
    dependants: Annotated[Fate, Meta(description="`detach` takes the label off what carries it")] | None = (
        None
    )


@labels.delete("/labels/{id}", needs="labels:write")
def delete_label(db: Write, me: Me, id: str, query: DeleteLabelQuery) -> None:
    """Move a label to the trash, or merge it into another."""
    label = load_label(db, id, me)
    if query.dependants is Fate.TRASH:
        raise invalid_parameter("dependants", "Tasks are not thrown away with a label: say detach.")
    other = db.find(Label, query.merge_into, lock=True) if query.merge_into is not None else None
    fits = other is not None and other is not label and other.project_id in (None, label.project_id)
    if query.merge_into is not None and not fits:
        raise invalid_parameter("merge_into", "There is no such other label.", "not_found")
    throw_away(db, label, merge_into=other, anyway=query.dependants is Fate.DETACH, by=me)


@labels.post("/labels/{id}/restore", needs="labels:write")
def restore_label(db: Write, me: Me, id: str) -> LabelData:
    """Bring a label back from the trash; what carried it does not carry it again."""
    label = load_label(db, id, me, trashed=True)
    bring_back(db, label, by=me)
    return db.full(LABELS, label)
