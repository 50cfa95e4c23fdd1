"""No two labels of one name in one place, but in the trash; folds of names that lists are searched by."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from kanwerk.core.text import fold

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
LABELS = sa.table(
    "labels",
    *(sa.column(name, KEY) for name in ("space_id", "id", "project_id")),
    *(sa.column(name) for name in ("name", "name_fold", "trashed_at")),
)


TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
AT_ONCE = 10_000
FOLDED = {"columns": "name", "todos": "title", "files": "name"}


def upgrade() -> None:
    """Take the step."""
    for table, name in FOLDED.items():
        op.add_column(table, sa.Column(f"{name}_fold", TEXT, nullable=False, server_default=""))
        _fold(table, name)
    _tell_apart()
    for name, condition, columns in (
        ("uq_labels_name_of_space", "project_id IS NULL", ["space_id", "name_fold"]),
        ("uq_labels_name_of_project", "project_id IS NOT NULL", ["space_id", "project_id", "name_fold"]),
    ):
        only = sa.text(f"{condition} AND trashed_at IS NULL")
        op.create_index(name, "labels", columns, unique=True, sqlite_where=only, postgresql_where=only)


def _fold(table: str, name: str) -> None:
    connection = op.get_bind()
    rows: Any = sa.table(table, sa.column("space_id", KEY), sa.column("id", KEY), sa.column(name))
    rows.append_column(sa.column(f"{name}_fold", TEXT))
    this = (rows.c.space_id == sa.bindparam("of_space"), rows.c.id == sa.bindparam("of_id"))
    folding = sa.update(rows).where(*this).values({f"{name}_fold": sa.bindparam("folded")})
    last: tuple[str, str] | None = None
    while True:
        some = sa.select(rows.c.space_id, rows.c.id, rows.c[name]).order_by(rows.c.space_id, rows.c.id)
        if last is not None:
            some = some.where(
                sa.tuple_(rows.c.space_id, rows.c.id) > sa.tuple_(*(sa.literal(each, KEY) for each in last))
            )
        found = connection.execute(some.limit(AT_ONCE)).all()
        if not found:
            return
        connection.execute(
            folding, [{"of_space": row[0], "of_id": row[1], "folded": fold(row[2])} for row in found]
        )
        last = (found[-1][0], found[-1][1])


def _tell_apart() -> None:
    """Give labels of one name, which nothing but a lock has kept apart so far, numbers behind it."""
    connection, label = op.get_bind(), LABELS.c
    there = sa.select(label.space_id, label.project_id, label.name_fold, label.id, label.name)
    rows = connection.execute(there.where(label.trashed_at.is_(None)).order_by(label.id)).all()
    taken = {tuple(row[:3]) for row in rows}
    seen: set[tuple[str | None, ...]] = set()
    for space_id, project_id, folded, label_id, name in rows:
        if (space_id, project_id, folded) not in seen:
            seen.add((space_id, project_id, folded))
            continue
        found, number = name, 1
        while (space_id, project_id, fold(found)) in taken:
            number += 1
            found = f"{name[:290]} {number}"
        taken.add((space_id, project_id, fold(found)))
        this = (label.space_id == space_id, label.id == label_id)
        connection.execute(sa.update(LABELS).where(*this).values(name=found, name_fold=fold(found)))
