"""The commands that bring work along from other systems."""

import sys
import time
from pathlib import Path
from typing import Any

import click

from kanwerk.commands import Failure, command, opened
from kanwerk.config import Settings
from kanwerk.importers.report import Report
from kanwerk.importers.runner import Options

imports = click.Group("import", help="Bring work along from other systems; running it again doubles nothing.")
SPACE = click.option("--space", "slug", required=True, help="Slug of the space")
DRY = click.option("--dry-run", "dry", is_flag=True, help="Say what would happen and keep nothing")
KANBERT = "https://api.kanbert.com/api/v1"
FILE = click.argument("file", type=click.Path(path_type=Path))


class Told:
    """Progress on standard error: a line that is written over on a terminal, else one every few seconds."""

    def __init__(self) -> None:
        """Begin to count the time."""
        self.terminal = sys.stderr.isatty()
        self.next = time.monotonic() + 1
        self.written = False

    def __call__(self, what: str, done: int, of: int, report: Report) -> None:  # noqa: ARG002 (at the end)
        """Say how far it is, if it is time to."""
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + (1 if self.terminal else 5)
        told = f"{what}: {done:,} of {of:,}"
        click.echo(f"\r{told:<40}" if self.terminal else told, err=True, nl=not self.terminal)
        self.written = self.terminal

    def end(self) -> None:
        """Leave the line."""
        if self.written:
            click.echo("", err=True)


def bring(settings: Settings, run: Any, slug: str, source: Any, options: Options) -> None:
    """Run an importer and print its report."""
    database = opened(settings)
    told = Told()
    try:
        report: Report = run(database, slug, source, options, told)
    finally:
        told.end()
        database.close()
    click.echo(report.text())


def content(file: Path) -> bytes:
    """Return what a file holds; it is looked at before a database is made."""
    if file.is_dir():
        raise Failure(f"{file}: Is a directory")
    return file.read_bytes()


@FILE
@SPACE
@DRY
@click.option("--archived", is_flag=True, help="Archived cards too, as completed tasks")
def trello(settings: Settings, *, file: Path, slug: str, dry: bool, archived: bool) -> None:
    """Bring in a board that Trello exported as JSON."""
    from kanwerk.importers import trello

    bring(settings, trello.run, slug, content(file), Options(dry=dry, archived=archived))


@FILE
@SPACE
@DRY
def jira(settings: Settings, *, file: Path, slug: str, dry: bool) -> None:
    """Bring in issues that Jira exported as "CSV (all fields)"."""
    from kanwerk.importers import jira

    bring(settings, jira.run, slug, content(file), Options(dry=dry))


@FILE
@SPACE
@DRY
def asana(settings: Settings, *, file: Path, slug: str, dry: bool) -> None:
    """Bring in a project that Asana exported as CSV or JSON."""
    from kanwerk.importers import asana

    bring(settings, asana.run, slug, content(file), Options(dry=dry))


@FILE
@SPACE
@DRY
@click.option("--kind", type=click.Choice(["clients", "projects", "tasks"]), required=True)
@click.option(
    "--map", "told", help='Such as "What=title,Who=assignees"; "Note=" leaves one out, others are guessed'
)
@click.option("--project", default="", help="Shortcode of the project that tasks go to")
def sheet(
    settings: Settings, *, file: Path, slug: str, dry: bool, kind: str, told: str | None, project: str
) -> None:
    """Bring in clients, projects or tasks of a spreadsheet as CSV."""
    from kanwerk.importers import sheets

    options = Options(dry=dry, kind=kind, mapping=mapping(told or ""), project=project)
    bring(settings, sheets.run, slug, content(file), options)


def mapping(told: str) -> dict[str, str]:
    """Return which member each column holds, as ``--map`` says it."""
    pairs = [part.rpartition("=") for part in told.split(",") if part.strip()]
    if any(not column.strip() for column, _, _ in pairs):
        raise Failure('--map is written as "Column=member,Another=member"')
    return {column.strip(): member.strip() for column, _, member in pairs}


@click.option("--from", "address", default=KANBERT, show_default=True, help="Address of the API")
@click.option(
    "--token",
    envvar="KANWERK_IMPORT_TOKEN",
    required=True,
    help="A token of the other server; better by the variable KANWERK_IMPORT_TOKEN",
)
@SPACE
@DRY
def kanbert(settings: Settings, *, address: str, token: str, slug: str, dry: bool) -> None:
    """Bring in business fields, clients and projects of Kanbert, or of another Kanwerk."""
    from kanwerk.importers import kanbert

    bring(settings, kanbert.run, slug, kanbert.Source(address, token.strip()), Options(dry=dry))


for _name, _fn in (
    ("trello", trello),
    ("jira", jira),
    ("asana", asana),
    ("csv", sheet),
    ("kanbert", kanbert),
):
    command(imports, _name)(_fn)
