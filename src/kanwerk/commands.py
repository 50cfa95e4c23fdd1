"""What every command of the command line shares: settings, the database, one clear line when it fails."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
import structlog
from sqlalchemy.exc import DBAPIError

from kanwerk.config import Settings, SettingsError
from kanwerk.core.database import Database
from kanwerk.core.problems import Problem
from kanwerk.core.writes import Write
from kanwerk.migrations import SchemaError, upgrade
from kanwerk.nouns import reads as _nouns  # noqa: F401  # for the tables and events it makes known


class Failure(click.ClickException):
    """One clear line on stderr, exit code 1."""

    def show(self, file: Any = None) -> None:
        """Print the line."""
        click.echo(f"kanwerk: {self.format_message()}", file=file or sys.stderr)


def plainly(problem: Problem) -> str:
    """Return a problem as one line: its sentence, or its faults, each with the name of what it is about."""
    named = [(fault.pointer or "").strip("/") for fault in problem.errors]
    told = [f"{name}: {fault.message}" for name, fault in zip(named, problem.errors, strict=True)]
    return " ".join(told) or problem.detail


def command(group: click.Group, name: str) -> Callable[[Callable[..., None]], click.Command]:
    """Add a command that is given the settings; what goes wrong is one line and exit code 1."""

    def add(fn: Callable[..., None]) -> click.Command:
        @group.command(name, help=fn.__doc__)
        @click.option(
            "--data", type=click.Path(path_type=Path), envvar="KANWERK_DATA", help="Data folder [./data]"
        )
        @click.option("--database-url", envvar="KANWERK_DATABASE_URL", help="PostgreSQL instead of a file")
        @wraps(fn)
        def run(data: Path | None, database_url: str | None, **options: Any) -> None:
            try:
                fn(Settings.load(data=data, database_url=database_url), **options)
            except (SettingsError, SchemaError) as error:
                raise Failure(str(error)) from None
            except Problem as problem:
                raise Failure(plainly(problem)) from None
            except DBAPIError as error:
                raise Failure(
                    f"the database cannot be used: {str(error.orig).strip().splitlines()[0]}"
                ) from None
            except OSError as error:
                raise Failure(f"{error.filename or ''}: {error.strerror}".lstrip(": ")) from None

        return run

    return add


def opened(settings: Settings) -> Database:
    """Return the database with its schema up to date, its folder made; nothing is logged to the terminal."""
    if not settings.database_url:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = settings.data / ".writable"
        probe.touch()
        probe.unlink()
    database = Database(settings.url)
    click.get_current_context().call_on_close(database.close)  # also when the command fails
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    upgrade(database)
    return database


def in_space(settings: Settings, slug: str, work: Callable[[Write], Any]) -> Any:
    """Run a write in the space of a slug, acting for the system."""
    from kanwerk.people.spaces import writer_in

    database = opened(settings)

    def job(session: Any) -> Any:
        db = writer_in(database, session, slug)
        if db is None:
            raise Failure(f"there is no space {slug!r}")
        result = work(db)
        db.end()
        return result

    try:
        return database.write(job)
    finally:
        database.close()


def password_from(given: str | None, *, from_stdin: bool) -> str:
    """Return the password of ``--password`` or the first line of standard input."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if given is None:
        given = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return given
