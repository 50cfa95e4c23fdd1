"""The schema's steps, and the one way to take them."""

from functools import cache
from pathlib import Path

from sqlalchemy import MetaData, text

from kanwerk.core.database import Database

FOLDER = Path(__file__).parent
LOCK = 7_001_001


class SchemaError(Exception):
    """The schema and the code do not go together."""


@cache
def revisions() -> tuple[str, ...]:
    """Return the names of all steps, in order: their files begin with a number."""
    return tuple(sorted(path.stem.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py")))


def current(database: Database) -> str | None:
    """Return the last step taken; None in an empty database."""
    with database.engine.connect() as connection:
        if not database.dialect.has_table(connection, "alembic_version"):
            return None
        found: str | None = connection.execute(
            text("SELECT version_num FROM alembic_version")
        ).scalar_one_or_none()
        return found


def upgrade(database: Database) -> bool:
    """Take the steps that are missing and return whether there were any.

    ``SchemaError`` when the schema is newer than this code.
    """
    at = current(database)
    if at == revisions()[-1]:
        return False
    if at is not None and at not in revisions():
        message = (
            f"The database is at schema {at!r}, which this version of Kanwerk does not know: use a newer one."
        )
        raise SchemaError(message)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.turn(), database.engine.begin() as connection:
        if not database.sqlite:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True


def metadata() -> MetaData:
    """Return the tables as the code has them, all packages imported."""
    from kanwerk import nouns
    from kanwerk.core.tables import Base

    assert nouns.__doc__  # noqa: S101 (imported for the tables it makes known)
    return Base.metadata
