"""The projects in the side bar of every page: favourites, and those that go on, by client; one statement."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select, union

from kanwerk.clients.models import Client
from kanwerk.core.db import Db
from kanwerk.core.problems import Problem
from kanwerk.core.reads import Query
from kanwerk.core.view import SHELL, View
from kanwerk.projects.favourites import FAVOURITES
from kanwerk.projects.members import FENCES, ProjectMember, fence_of
from kanwerk.projects.models import Project

MOST = 60  # with more projects that go on, the side bar shows a person's own
LONGEST = 200


class Entry(NamedTuple):
    """A project in the side bar."""

    id: str
    shortcode: str
    name: str
    client_id: str | None
    client: str | None
    favourite: bool
    own: bool
    going_on: bool


class Group(NamedTuple):
    """The projects of one client, or of none."""

    id: str | None
    name: str | None
    projects: list[Entry]


class Sidebar(NamedTuple):
    """What the side bar shows. ``narrowed``: the groups hold a person's own projects only."""

    favourites: list[Entry]
    groups: list[Group]
    narrowed: bool
    starred: frozenset[str]


_ME = bindparam("me_id", type_=Project.id.type)
_SPACE = Project.space_id == bindparam("space_id")
_GOING_ON = Project.trashed_at.is_(None) & Project.archived_at.is_(None) & (Project.status != "completed")
_MEMBER_OF = select(ProjectMember.project_id).where(
    ProjectMember.space_id == bindparam("space_id"), ProjectMember.user_id == _ME
)
_LED = select(Project.id).where(_SPACE, Project.lead_id == _ME)


def _query(fence: str | None) -> Query:
    """Return the SELECT: favourites, own projects, and as many others as tell whether there are too many."""
    seen = (_SPACE, *([FENCES[fence]] if fence else []))
    first = select(Project.id).where(*seen, _GOING_ON).limit(MOST + 1).subquery()
    wanted = union(FAVOURITES, _MEMBER_OF, _LED, select(first.c.id))
    favourite = Project.id.in_(FAVOURITES)
    # Said with "or", PostgreSQL gathers them once and looks each project up. As a join, without statistics of
    # a space that grew quickly, it went over all of them for each project: 188 ms instead of 8.
    among = or_(Project.id.in_(wanted), favourite)
    return Query(
        select(
            Project.id,
            Project.shortcode,
            Project.name,
            Client.id,
            Client.name,
            favourite,
            or_(Project.id.in_(_MEMBER_OF), Project.lead_id == _ME),
            _GOING_ON,
        )
        .outerjoin(Client, (Client.space_id == Project.space_id) & (Client.id == Project.client_id))
        .where(*seen, Project.trashed_at.is_(None), among, or_(favourite, _GOING_ON))
        .order_by(Client.name_fold.is_(None), Client.name_fold, Client.id, Project.name_fold, Project.id)
        .limit(LONGEST)
    )


_QUERIES = {fence: _query(fence) for fence in (None, *FENCES)}


def projects_for(view: View) -> Sidebar | None:
    """Return what the side bar shows to the one who looks; None for who sees no projects, or not now."""
    if not view.me.may("projects:read"):
        return None
    if "sidebar" not in view.asked:
        db = Db(view.runtime.database, view.me)
        try:
            rows = db.rows(_QUERIES[fence_of(view.me)])
        except Problem:  # the page that says what went wrong is shown without it
            view.asked["sidebar"] = None
        else:
            view.asked["sidebar"] = _arranged([Entry(*row) for row in rows])
    found: Sidebar | None = view.asked["sidebar"]
    return found


def starred(view: View) -> frozenset[str]:
    """Return the ids of a person's favourites, from the same statement."""
    found = projects_for(view)
    return found.starred if found is not None else frozenset()


def _arranged(entries: list[Entry]) -> Sidebar:
    favourites = sorted((each for each in entries if each.favourite), key=lambda each: each.name.casefold())
    going_on = [each for each in entries if each.going_on]
    narrowed = len(going_on) > MOST
    shown = [each for each in going_on if each.own] if narrowed else going_on
    return Sidebar(favourites, _by_client(shown), narrowed, frozenset(each.id for each in favourites))


def _by_client(entries: Iterable[Entry]) -> list[Group]:
    groups: list[Group] = []
    for each in entries:
        if not groups or groups[-1].id != each.client_id:
            groups.append(Group(each.client_id, each.client, []))
        groups[-1].projects.append(each)
    return groups


SHELL["sidebar"] = projects_for
