"""A project's board as pages read it: its columns, how much is in them, and the cards that show at first."""

from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from sqlalchemy import bindparam, func, select

from kanwerk.core.db import Db
from kanwerk.core.reads import Query
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_of
from kanwerk.projects.shapes import ProjectFullData
from kanwerk.tasks.asking import parameters, query, tasks_of
from kanwerk.tasks.grouping import Group
from kanwerk.tasks.models import Task
from kanwerk.tasks.shapes import TaskData

CARDS = 30  # of a column, to begin with and with each scroll
IN_COLUMNS = Query(
    select(Task.column_id, func.count(), func.coalesce(func.sum(Task.estimate_seconds), 0))
    .where(
        Task.space_id == bindparam("space_id"),
        Task.project_id == bindparam("project_id", type_=Task.project_id.type),
        Task.trashed_at.is_(None),
    )
    .group_by(Task.column_id)
)


class BoardColumn(Struct):
    """A column or a lane with the cards that show: how many there are with these filters and without, how
    many there may be, and the sum of their estimates.
    """

    group: Group
    cards: list[TaskData]
    total: int
    count: int
    next_cursor: str | None
    seconds: int = 0
    limit: int | None = None

    @property
    def full(self) -> bool:
        """Whether it holds more than it is meant to."""
        return self.limit is not None and self.count > self.limit


def cards(
    db: Db, me: Me, column_id: str, filters: dict[str, str], cursor: str | None = None, limit: int = CARDS
) -> Any:
    """Return one page of a column's cards, in their order."""
    asked = {"column_id": column_id, "sort": "position", "limit": str(limit), **parameters(filters, me)}
    if filters:
        asked["include_total"] = "true"
    read = tasks_of(me)
    return db.page(read, query(read, "board", asked, cursor), fence=fence_of(me))


def board(
    db: Db, me: Me, project: ProjectFullData, filters: dict[str, str], rows: int = CARDS
) -> list[BoardColumn]:
    """Return a project's columns with ``rows`` cards of each; 0 where only what is told of them is wanted."""
    counts = {row[0]: row for row in db.rows(IN_COLUMNS, project_id=project.id)}
    found = []
    for column in project.columns or ():
        _, count, seconds = counts.get(column.id, (column.id, 0, 0))
        asked = count and (rows or filters)  # with filters the page tells how many fit
        page = cards(db, me, column.id, filters, limit=max(rows, 1)) if asked else None
        total = count if page is None or page.meta.total is None else page.meta.total
        found.append(
            BoardColumn(
                group=Group("column", column.id, total, column.name, column.color, column.kind),
                cards=page.data if page else [],
                total=total,
                count=count,
                next_cursor=page.meta.next_cursor if page else None,
                seconds=int(seconds),
                limit=column.wip_limit,
            )
        )
    return found


def some_cards(
    db: Db, me: Me, project_id: str, ids: list[str], filters: dict[str, str], **usual: str
) -> list[TaskData]:
    """Return those of these cards that are in the project and fit the filters, in the order of columns.

    ``usual``: filters of the API that hold where the others do not say it.
    """
    if not ids:
        return []
    read = tasks_of(me)
    asked = {"ids": ",".join(ids[:100]), "project_id": project_id, "limit": "100", **usual}
    asked |= parameters(filters, me)
    found: list[TaskData] = db.page(
        read, read.parse("board", urlencode(asked).encode()), fence=fence_of(me)
    ).data
    return sorted(found, key=lambda task: (task.position, task.id))
