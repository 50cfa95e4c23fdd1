"""The steps of the schema make what the models describe."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text
from sqlalchemy.engine import Connection

from kanwerk.core.text import fold
from kanwerk.migrations import metadata
from tests.cast import Troupe, made, upload
from tests.house import House
from tests.tasks.test_following import in_step

# What belongs to SQLite's full-text search is made by hand, and so is what alembic notes its steps in.
BESIDE = ("search_index", "alembic_version", "sqlite_")


def ours(_: Any, name: str | None, kind: str, *more: Any) -> bool:
    return not (kind == "table" and name is not None and name.startswith(BESIDE))


def test_the_steps_make_exactly_the_tables_that_the_models_describe(house: House) -> None:
    by_hand = {"ix_search_texts_document"}
    with house.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        found = compare_metadata(context, metadata())
    assert [each for each in found if getattr(each[1], "name", None) not in by_hand] == []


@contextmanager
def again(agency: Troupe, step: str, before: list[str]) -> Iterator[Connection]:
    """Take a step again, after statements that undo it; nothing of it is kept."""
    agency.house.database.release()
    with agency.house.database.engine.connect() as connection, connection.begin() as transaction:
        for statement in before:
            connection.execute(text(statement))
        with Operations.context(MigrationContext.configure(connection)):
            importlib.import_module(f"kanwerk.migrations.versions.{step}").upgrade()
        yield connection
        transaction.rollback()


def test_the_step_to_orders_of_tasks_fills_what_it_adds(agency: Troupe) -> None:
    body = {"project_id": agency.project_id, "due_date": "2026-01-01", "priority": "high"}
    links = {"assignee_ids": [agency.member.id], "label_ids": [agency.label_id]}
    made(agency.owner.post("/tasks", {**body, **links, "title": "A", "column_id": agency.column_ids[3]}))
    made(agency.owner.post("/tasks", {**body, **links, "title": "B"}))
    step = "0013_orders_of_tasks"
    module = importlib.import_module(f"kanwerk.migrations.versions.{step}")
    undo = [f"DROP INDEX {name}" for name in module.OF_TASKS]
    undo.append("ALTER TABLE tasks DROP COLUMN client_id")
    for table in module.LINKS:
        indexes = ("due_date", "priority", "open", "open_due_date")
        undo += [f"DROP INDEX ix_{table}_{name}" for name in indexes]
        undo += [f"ALTER TABLE {table} DROP COLUMN {name}" for name in ("due_date", "priority", "completed")]
    with again(agency, step, undo) as connection:
        assert in_step(lambda sql: connection.execute(text(sql)).scalar_one())
        done = connection.execute(text("SELECT count(*) FROM task_assignees WHERE completed")).scalar_one()
        of_client = connection.execute(text("SELECT count(*) FROM tasks WHERE client_id IS NOT NULL"))
        assert (done, of_client.scalar_one() > 0) == (1, True)


FOLDED = (("columns", "name"), ("todos", "title"), ("files", "name"))


def test_the_step_to_names_tells_labels_apart_and_folds(agency: Troupe) -> None:
    place = {"project_id": agency.project_id}
    ids = [made(agency.owner.post("/labels", {"name": f"L{at}", **place}))["id"] for at in range(3)]
    made(agency.owner.post("/labels", {"name": "Twin 2", **place}))
    made(agency.owner.post(f"/tasks/{agency.task_id}/todos", {"title": "Größe"}))
    upload(agency.owner)
    undo = [f"DROP INDEX uq_labels_name_of_{place}" for place in ("space", "project")]
    undo += [f"ALTER TABLE {table} DROP COLUMN {name}_fold" for table, name in FOLDED]
    undo += [f"UPDATE labels SET name = 'Twin', name_fold = 'twin' WHERE id = '{each}'" for each in ids]
    with again(agency, "0014_names", undo) as connection:
        named = connection.execute(text("SELECT name, name_fold FROM labels WHERE project_id IS NOT NULL"))
        assert sorted(named.all()) == [
            *(("Twin", "twin"), ("Twin 2", "twin 2"), ("Twin 3", "twin 3"), ("Twin 4", "twin 4"))
        ]
        for table, name in FOLDED:
            rows = connection.execute(text(f"SELECT {name}, {name}_fold FROM {table}")).all()
            assert rows
            assert all(folded == fold(written) for written, folded in rows)
