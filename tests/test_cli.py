"""The command line, as an operator's script uses it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from kanwerk.config import Settings
from kanwerk.people.models import Identity
from tests.serving import invoke

OLA = ("--email", "ola@fjord.example", "--first-name", "Ola", "--last-name", "Nordby")


@pytest.fixture
def empty(engine: Any, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """An empty database."""
    with engine.copy(tmp_path, furnished=False) as url:
        yield tmp_path, url


@pytest.fixture
def place(engine: Any, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A furnished one."""
    with engine.copy(tmp_path) as url:
        yield tmp_path, url


def scalar(place: tuple[Path, str], statement: str) -> Any:
    engine = create_engine(Settings(data=place[0], database_url=place[1]).url)
    with engine.connect() as connection:
        found = connection.execute(text(statement)).scalar()
    engine.dispose()
    return found


def failed(place: tuple[Path, str], *words: str, stdin: str = "") -> str:
    done = invoke(*place, *words, stdin=stdin)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1), done
    return done.stderr


def test_init_makes_everything_from_nothing(empty: tuple[Path, str]) -> None:
    words = ("init", "--space", "Fjord & Co", *OLA, "--password", "a good password")
    done = invoke(*empty, *words)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "fjord-co" in done.stdout
    assert invoke(*empty, "space", "list").stdout == "fjord-co\tFjord & Co\t1 user\n"
    assert scalar(empty, "SELECT password_hash FROM identities").startswith("$argon2id$")
    assert scalar(empty, "SELECT count(*) FROM events") == scalar(
        empty, "SELECT last_sequence FROM event_counters"
    )


def test_a_known_address_is_attached_and_keeps_its_password(empty: tuple[Path, str]) -> None:
    invoke(*empty, "init", "--space", "One", *OLA, "--password", "a good password")
    before = scalar(empty, "SELECT password_hash FROM identities")
    words = ("init", "--space", "Two", *OLA, "--password-stdin")
    assert invoke(*empty, *words, stdin="another password\n").exit_code == 0
    assert scalar(empty, "SELECT password_hash FROM identities") == before
    assert scalar(empty, f"SELECT count(*) FROM {Identity.__tablename__}") == 1
    assert scalar(empty, "SELECT count(*) FROM users") == 2


@pytest.mark.parametrize("slug", ["docs", "healthz", "sign-in", "A b", "-"])
def test_a_slug_that_cannot_be_is_refused(place: tuple[Path, str], slug: str) -> None:
    failed(place, "init", "--space", "X", "--slug", slug, *OLA, "--password", "a good password")


def test_a_token_is_printed_alone_and_the_integration_of_a_name_is_taken_again(
    place: tuple[Path, str],
) -> None:
    words = ("token", "create", "--space", "nordlicht", "--name", "CRM", "--role", "admin")
    first, second = (invoke(*place, *words, *more) for more in ((), ("--expires", "7")))
    assert first.stdout.startswith("kw_")
    assert second.stdout.startswith("kw_")
    assert first.stdout != second.stdout
    assert scalar(place, "SELECT count(*) FROM users WHERE first_name = 'CRM'") == 1
    assert scalar(place, "SELECT role FROM users WHERE first_name = 'CRM'") == "admin"


def test_an_integration_keeps_its_role(place: tuple[Path, str]) -> None:
    words = ("token", "create", "--space", "nordlicht", "--name")
    assert invoke(*place, *words, "ERP", "--role", "member").stdout.startswith("kw_")
    assert "as member" in failed(place, *words, "ERP", "--role", "admin")
    assert invoke(*place, *words, "Robot").stdout.startswith("kw_")
    assert scalar(place, "SELECT role FROM users WHERE first_name = 'Robot'") == "admin"


def test_a_known_address_needs_no_password(place: tuple[Path, str]) -> None:
    words = ("--email", "OLA@nordlicht.example", "--first-name", "Ola", "--last-name", "N")
    done = invoke(*place, "user", "create", "--space", "rival", *words)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "keeps" in done.stdout or "stays" in done.stdout
    assert "address" in failed(place, "user", "create", "--space", "nordlicht", *words)


def test_what_is_no_name_or_address_is_refused(place: tuple[Path, str]) -> None:
    person = ("--first-name", "Tom", "--last-name", "T", "--password", "a good password")
    create = ("user", "create", "--space", "nordlicht")
    assert failed(place, *create, "--email", "nobody", *person).startswith("kanwerk: email: ")
    blank = ("--first-name", " ", *person[2:])
    assert "first_name: " in failed(place, *create, "--email", "tom@third.example", *blank)
    assert "name: " in failed(place, "init", "--space", "x" * 301, "--email", "tom@third.example", *person)
    assert "name: " in failed(place, "init", "--space", " ", "--email", "tom@third.example", *person)
    assert failed(place, "token", "create", "--space", "nordlicht", "--name", " ").startswith("kanwerk: ")


@pytest.mark.parametrize(
    "words",
    [
        ("token", "create", "--space", "nowhere", "--name", "X"),
        ("token", "create", "--space", "nordlicht", "--name", "X", "--scopes", "all"),
        ("user", "password", "--email", "nobody@nowhere.example", "--password", "a good password"),
        ("user", "password", "--email", "ola@nordlicht.example", "--password", "short"),
    ],
    ids=["space", "scope", "nobody", "short"],
)
def test_what_cannot_be_done_is_one_line(place: tuple[Path, str], words: tuple[str, ...]) -> None:
    failed(place, *words)


def test_an_operator_sets_a_persons_password(place: tuple[Path, str]) -> None:
    where = "SELECT password_hash FROM identities WHERE email = 'ola@nordlicht.example'"
    assert scalar(place, where) is None
    words = ("user", "password", "--email", "Ola@Nordlicht.example", "--password-stdin")
    done = invoke(*place, *words, stdin="a good password\n")
    assert done.exit_code == 0
    assert scalar(place, where).startswith("$argon2id$")


def test_a_person_is_made_a_user_of_a_space(place: tuple[Path, str]) -> None:
    words = ("--email", "tom@third.example", "--first-name", "Tom", "--last-name", "T", "--password-stdin")
    for kind in (("--role", "admin"), ("--type", "tax_advisor")):
        slug = "nordlicht" if kind[0] == "--role" else "rival"
        done = invoke(*place, "user", "create", "--space", slug, *words, *kind, stdin="a good password\n")
        assert (done.exit_code, done.stderr) == (0, "")
    assert scalar(place, "SELECT count(*) FROM users WHERE email = 'tom@third.example'") == 2
    assert (
        scalar(place, "SELECT role FROM users WHERE email = 'tom@third.example' AND type = 'user'") == "admin"
    )


def test_nothing_is_changed_by_migrating_twice(place: tuple[Path, str]) -> None:
    assert invoke(*place, "migrate").exit_code == 0
    assert invoke(*place, "migrate").stdout == "The schema is up to date.\n"


def test_the_description_is_printed(tmp_path: Path) -> None:
    shown = invoke(tmp_path, "", "openapi")
    assert shown.stdout.startswith("{")
    assert not (tmp_path / "kanwerk.db").exists()
    assert invoke(tmp_path, "", "openapi", "--yaml").stdout.startswith("openapi:")
