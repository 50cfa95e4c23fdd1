"""The steps of the schema make what the models describe."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from kanwerk.migrations import metadata
from tests.house import House

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
