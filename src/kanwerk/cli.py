"""The command line: everything an operator does, scriptable, also while a server runs on the same data."""

from datetime import timedelta
from typing import Any

import click

from kanwerk import __version__
from kanwerk.commands import Failure, command, in_space, opened, password_from
from kanwerk.config import Settings
from kanwerk.core.database import Database
from kanwerk.core.writes import Write


class Cli(click.Group):
    """The commands; those that import are looked at only when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands."""
        return sorted([*super().list_commands(ctx), "import"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name."""
        if cmd_name == "import":
            from kanwerk.import_commands import imports

            return imports
        return super().get_command(ctx, cmd_name)


@click.group(cls=Cli)
@click.version_option(__version__, prog_name="kanwerk")
def cli() -> None:
    """Kanwerk, the work platform for agencies."""


user = click.Group("user", help="People of a space.")
token = click.Group("token", help="API tokens.")
space = click.Group("space", help="Spaces.")
for each in (user, token, space):
    cli.add_command(each)

KNOWN = " This address was known: its password stays."
PASSWORD = click.option("--password", help="The password; better from --password-stdin")
STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from standard input")


@click.option("--space", "name", required=True, help="Name of the space")
@click.option("--slug", help="Its address; made from the name when not given")
@click.option("--email", required=True)
@PASSWORD
@STDIN
@click.option("--first-name", required=True)
@click.option("--last-name", required=True)
def init(
    settings: Settings,
    *,
    name: str,
    slug: str | None,
    email: str,
    password: str | None,
    password_stdin: bool,
    first_name: str,
    last_name: str,
) -> None:
    """Make a space and its owner; a known address is attached and keeps its password."""
    from kanwerk.people.spaces import add_person, open_space

    database = opened(settings)
    hashed = _password_of_new(database, email, password, from_stdin=password_stdin)

    def job(session: Any) -> tuple[str, bool]:
        db = open_space(database, session, name, slug)
        _, new = add_person(db, email, hashed, first_name=first_name, last_name=last_name, role="owner")
        db.end()
        return db.me.space_slug, new  # type: ignore[attr-defined]  # a Me

    made, new = database.write(job)
    database.close()
    click.echo(f"Made the space {made}." + ("" if new else KNOWN))


def _password_of_new(database: Database, email: str, given: str | None, *, from_stdin: bool) -> str | None:
    """Return the hash of the password for somebody new; None for an address that has one."""
    from kanwerk.people.identities import by_email, hash_password

    if database.look(lambda session: by_email(session, email) is not None):
        return None
    return hash_password(password_from(given, from_stdin=from_stdin))


@click.option("--space", "slug", required=True, help="Slug of the space")
@click.option("--name", required=True, help="Name of the integration")
@click.option(
    "--role",
    type=click.Choice(["member", "admin"]),
    help="Role of a new integration, member when not given; one that is there keeps its own",
)
@click.option("--scopes", help="Such as clients:read,clients:write; all when not given")
@click.option("--expires", type=click.IntRange(1, 3650), help="Days until it expires")
def token_create(
    settings: Settings, *, slug: str, name: str, role: str | None, scopes: str | None, expires: int | None
) -> None:
    """Make (or take) the integration of a name and print a token of it, alone, on standard output."""
    from kanwerk.core import clock
    from kanwerk.people.tokens import integration, make_token

    def work(db: Write) -> str:
        me: Any = db.me
        holder = integration(db, name, role, by=me)
        _, secret = make_token(
            db,
            holder,
            name,
            scopes=[each.strip() for each in scopes.split(",")] if scopes else None,
            expires_at=clock.now() + timedelta(days=expires) if expires else None,
            by=me,
        )
        return secret

    click.echo(in_space(settings, slug, work))


@click.option("--space", "slug", required=True, help="Slug of the space")
@click.option("--email", required=True)
@PASSWORD
@STDIN
@click.option("--first-name", required=True)
@click.option("--last-name", required=True)
@click.option("--role", type=click.Choice(["owner", "admin", "member"]), default="member", show_default=True)
@click.option(
    "--type", "kind", type=click.Choice(["user", "guest", "tax_advisor"]), default="user", show_default=True
)
def user_create(
    settings: Settings,
    *,
    slug: str,
    email: str,
    password: str | None,
    password_stdin: bool,
    first_name: str,
    last_name: str,
    role: str,
    kind: str,
) -> None:
    """Make a person a user of a space; a known address keeps its password."""
    from kanwerk.people.spaces import add_person

    hashed = _password_of_new(opened(settings), email, password, from_stdin=password_stdin)

    def work(db: Write) -> bool:
        _, new = add_person(
            db,
            email,
            hashed,
            first_name=first_name,
            last_name=last_name,
            role=role if kind == "user" else None,
            type=kind,
        )
        return new

    new = in_space(settings, slug, work)
    click.echo(f"{email} is in {slug}." + ("" if new else KNOWN))


@click.option("--email", required=True)
@PASSWORD
@STDIN
def user_password(settings: Settings, *, email: str, password: str | None, password_stdin: bool) -> None:
    """Set a person's password and end their sessions."""
    from kanwerk.people.identities import by_email, hash_password, set_password

    database = opened(settings)
    hashed = hash_password(password_from(password, from_stdin=password_stdin))

    def job(session: Any) -> bool:
        identity = by_email(session, email)
        if identity is not None:
            set_password(session, identity, hashed)
        return identity is not None

    found = database.write(job)
    database.close()
    if not found:
        raise Failure(f"nobody signs in as {email}")
    click.echo(f"The password of {email} is set.")


def space_list(settings: Settings) -> None:
    """List the spaces: slug, name, active users."""
    from sqlalchemy import func, select

    from kanwerk.people.models import Space, User

    database = opened(settings)
    counting = (
        select(Space.slug, Space.name, func.count(User.id))
        .outerjoin(User, (User.space_id == Space.id) & User.active.is_(True))
        .group_by(Space.slug, Space.name)
        .order_by(Space.slug)
    )
    with database.engine.connect() as connection:
        for slug, name, count in connection.execute(counting):
            click.echo(f"{slug}\t{name}\t{count} {'user' if count == 1 else 'users'}")
    database.close()


def migrate(settings: Settings) -> None:
    """Bring the schema up to date."""
    database = opened(settings)
    click.echo("The schema is up to date.")
    database.close()


@click.option("--yaml", "as_yaml", is_flag=True, help="YAML instead of JSON")
def print_openapi(settings: Settings, *, as_yaml: bool) -> None:  # noqa: ARG001
    """Print the description of the API."""
    import msgspec

    from kanwerk.app import description

    if as_yaml:
        click.echo(msgspec.yaml.encode(description()).decode())
    else:
        click.echo(msgspec.json.format(msgspec.json.encode(description()), indent=2).decode())


@click.option("--host", default="127.0.0.1", show_default=True, envvar="KANWERK_HOST")
@click.option("--port", type=click.IntRange(1, 65535), default=8100, show_default=True, envvar="KANWERK_PORT")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, envvar="KANWERK_WORKERS")
@click.option("--demo", "with_demo", is_flag=True, help="Fill an empty database with the demo agency first")
def serve(settings: Settings, *, host: str, port: int, workers: int, with_demo: bool) -> None:
    """Serve the API and the web pages."""
    from kanwerk import server

    database = opened(settings)
    if with_demo:
        from kanwerk.core.storage import Storage
        from kanwerk.seeds.demo import fill

        click.echo(fill(database, Storage(settings.files_url, settings.data)), err=False)
    code = server.set_up_code(database)
    database.close()
    server.run(settings, host, port, workers, code)


def worker(settings: Settings) -> None:
    """Do what is done beside requests (webhooks, notifications, housekeeping), until stopped."""
    from kanwerk import background

    opened(settings).close()
    background.run(settings)


def demo(settings: Settings) -> None:
    """Fill an empty database with the demo agency and print how to sign in."""
    from kanwerk.core.storage import Storage
    from kanwerk.seeds.demo import fill

    database = opened(settings)
    click.echo(fill(database, Storage(settings.files_url, settings.data)))
    database.close()


for _group, _name, _fn in (
    (cli, "init", init),
    (cli, "serve", serve),
    (cli, "worker", worker),
    (cli, "demo", demo),
    (cli, "migrate", migrate),
    (cli, "openapi", print_openapi),
    (token, "create", token_create),
    (user, "create", user_create),
    (user, "password", user_password),
    (space, "list", space_list),
):
    command(_group, _name)(_fn)


def main() -> None:
    """Run the command line."""
    cli()


if __name__ == "__main__":
    main()
