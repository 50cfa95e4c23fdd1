"""Favourites: the projects that somebody keeps at hand, a setting of their own and no news for others."""

from sqlalchemy import Index, bindparam, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.core.tables import Base, Key, in_space
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.projects.models import Project


class ProjectFavourite(Base):
    """A project that somebody has starred."""

    __tablename__ = "project_favourites"
    __table_args__ = (
        in_space("user_id", "users"),
        in_space("project_id", "projects", ondelete="CASCADE"),
        Index("ix_project_favourites_project_id", "space_id", "project_id"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    user_id: Mapped[str] = mapped_column(Key, primary_key=True)
    project_id: Mapped[str] = mapped_column(Key, primary_key=True)


FAVOURITES = select(ProjectFavourite.project_id).where(
    ProjectFavourite.space_id == bindparam("space_id"),
    ProjectFavourite.user_id == bindparam("me_id", type_=ProjectFavourite.user_id.type),
)


def star(db: Write, project: Project, *, by: Me) -> None:
    """Put a project among somebody's favourites; twice is once."""
    if db.session.get(ProjectFavourite, (db.space_id, by.id, project.id)) is None:
        db.session.add(ProjectFavourite(space_id=db.space_id, user_id=by.id, project_id=project.id))


def unstar(db: Write, project: Project, *, by: Me) -> None:
    """Take a project out of somebody's favourites."""
    db.session.execute(
        delete(ProjectFavourite).where(
            ProjectFavourite.space_id == db.space_id,
            ProjectFavourite.user_id == by.id,
            ProjectFavourite.project_id == project.id,
        )
    )
