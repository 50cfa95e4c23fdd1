"""Labels of a project, or of the whole space."""

from typing import Any, Protocol

from sqlalchemy import Index, select, text
from sqlalchemy.orm import Mapped

from kanwerk.core.archive import refuse_archived
from kanwerk.core.externals import taken
from kanwerk.core.ids import new_id
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Conflict, missing
from kanwerk.core.tables import Base, Named, Owned, Trashable, in_space, key
from kanwerk.core.text import fold
from kanwerk.core.trash import bring_back, put
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.duplication import COPIES, Copying
from kanwerk.projects.members import project_of, sees
from kanwerk.projects.models import Project


def _named(index: str, condition: str, *columns: str) -> Index:
    """Return the index that lets two labels of a place have one name only if one of them is in the trash."""
    only = text(f"{condition} AND trashed_at IS NULL")
    found = ("space_id", *columns, "name_fold")
    return Index(index, *found, unique=True, sqlite_where=only, postgresql_where=only)


class Label(Named, Trashable, Owned, Base):
    """A word with a colour; without a project it is there for the whole space."""

    __tablename__ = "labels"
    __table_args__ = (
        in_space("project_id", "projects", ondelete="CASCADE"),
        Index("ix_labels_name", "space_id", "name_fold", "id"),
        Index("ix_labels_updated_at", "space_id", "updated_at", "id"),
        Index("ix_labels_project_id", "space_id", "project_id"),
        _named("uq_labels_name_of_space", "project_id IS NULL"),
        _named("uq_labels_name_of_project", "project_id IS NOT NULL", "project_id"),
    )
    noun = "label"
    color: Mapped[str]
    project_id: Mapped[str | None] = key()

    def change(self, db: Write, members: dict[str, Any], *, by: Me) -> None:
        """Change name or colour."""
        if "name" in members:
            _refuse_taken(db, members["name"], self.project_id, self)
        changes = self.set(**members)
        if changes:
            self.record("label.updated", by=by.actor, changes=changes)


class Marked(Protocol):
    """What labels ask of those marked with them; they register themselves."""

    name: str

    def count(self, db: Write, label: Label) -> int:
        """Return how many carry the label."""

    def hand_over(self, db: Write, label: Label, other: Label | None, *, by: Me) -> None:
        """Let those that carry the label carry another instead, or none."""


MARKED: list[Marked] = []


def create_label(db: Write, members: dict[str, Any], *, by: Me) -> Label:
    """Add a label; ``Conflict`` when there is one of that name in the project, or in the space."""
    project_id = members["project_id"]
    if project_id is not None:
        project_of(db, project_id, by, "/project_id")
    _refuse_taken(db, members["name"], project_id, None)
    label = Label(id=new_id(), space_id=db.space_id, project_id=project_id, color=members["color"])
    label.set(name=members["name"])
    db.add(label)
    label.record("label.created", by=by.actor)
    return label


def load_label(db: Write, label_id: str, me: Me, *, trashed: bool = False) -> Label:
    """Return a label that the caller may change, locked; 404 in a project they do not see."""
    label = db.load(Label, label_id, trashed=trashed)
    if label.project_id is not None:
        project = db.find(Project, label.project_id)
        if project is None or not sees(db, project, me):
            raise missing()
        refuse_archived(project)
    return label


def delete_label(db: Write, label: Label, *, merge_into: Label | None, anyway: bool, by: Me) -> None:
    """Throw a label away; what carries it carries another, none if so wished, or it is a ``Conflict``."""
    counts = {each.name: count for each in MARKED if (count := each.count(db, label))}
    if counts and merge_into is None and not anyway:
        listed = ", ".join(f"{count} {name}" for name, count in counts.items())
        message = f"{listed} carry this label; say merge_into or dependants=detach."
        raise Conflict(message, code="has_dependants", dependants=counts)
    for each in MARKED:
        each.hand_over(db, label, merge_into, by=by)
    put(label, new_id(), by=by)


def restore_label(db: Write, label: Label, *, by: Me) -> None:
    """Bring a label back; ``Conflict`` when another has taken its name."""
    if label.trashed_at is not None:
        _refuse_taken(db, label.name, label.project_id, label)
    bring_back(db, label, by=by)


def _copy_labels(db: Write, copying: Copying) -> None:
    """Give a duplicated project labels like those of the one it was made from."""
    mine = (Label.space_id == db.space_id, Label.project_id == copying.old.id, Label.trashed_at.is_(None))
    for old in db.session.execute(select(Label).where(*mine).order_by(Label.id)).scalars().all():
        new = Label(id=new_id(), space_id=db.space_id, project_id=copying.new.id, color=old.color)
        new.set(name=old.name)
        db.add(new)
        new.record("label.created", by=copying.by.actor)
        copying.ids[old.id] = new.id


def _refuse_taken(db: Write, name: str, project_id: str | None, but: Label | None) -> None:
    wanted = select(Label).where(
        Label.space_id == db.space_id, Label.name_fold == fold(name), Label.trashed_at.is_(None)
    )
    for other in db.session.execute(wanted).scalars():
        if other is not but and other.project_id == project_id:
            raise taken("name", other, Phrase("There is a label '%(name)s' here already.", name=other.name))


COPIES.append((1, _copy_labels))
