"""The commands, from one end to the other."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click import Context

from kanwerk import import_commands
from kanwerk.cli import cli
from tests.importers.sources import board, many_cards
from tests.importers.test_jira import FIRST, export
from tests.serving import free_port, invoke

SPACE = ("--space", "nordlicht")


@pytest.fixture
def place(engine: Any, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A furnished database."""
    with engine.copy(tmp_path) as url:
        yield tmp_path, url


def file(place: tuple[Path, str], told: str) -> str:
    path = place[0] / "export"
    path.write_text(told, "utf-8")
    return str(path)


def failed(place: tuple[Path, str], *words: str) -> str:
    done = invoke(*place, "import", *words)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1), done
    return done.stderr


def test_a_board_is_imported_and_reported(place: tuple[Path, str]) -> None:
    words = ("import", "trello", file(place, json.dumps(board())), *SPACE)
    dry = invoke(*place, *words, "--dry-run")
    assert dry.exit_code == 0
    assert dry.stdout.startswith("What would happen; nothing was kept:\n  projects         1 created\n")
    done = invoke(*place, *words)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "  tasks            3 created\n" in done.stdout
    assert "1 x values of custom fields: left out (Points)" in done.stdout
    again = invoke(*place, *words)
    assert "  tasks            3 unchanged\n" in again.stdout
    assert "created" not in again.stdout


def test_each_source_has_its_command(place: tuple[Path, str]) -> None:
    for words, told in (
        (("jira",), export(FIRST)),
        (("asana",), "Task ID,Name\n1,Ask\n"),
        (("csv", "--kind", "clients"), "Name\nÄpfel AG\n"),
        (("csv", "--kind", "tasks", "--map", "What=title", "--project", "WEB"), "What\nAsk\n"),
    ):
        done = invoke(*place, "import", words[0], file(place, told), *words[1:], *SPACE)
        assert done.exit_code == 0, done
        assert "1 created" in done.stdout


@pytest.mark.parametrize(
    ("words", "told", "why"),
    [
        (("trello",), json.dumps(board())[:500], "it ends in the middle"),
        (("trello",), "", "The file is empty"),
        (("trello",), "a,b", "cannot be read as JSON"),
        (("jira",), "a,b\n1,2\n", "no column 'Issue key'"),
        (("asana",), "{}", "not a project"),
        (("csv", "--kind", "tasks"), "title\nx\n", "no project"),
        (("csv", "--kind", "tasks", "--map", "title"), "title\nx\n", "--map is written as"),
        (("csv", "--kind", "clients", "--map", "a=b"), "a\nx\n", "nothing that clients have"),
    ],
)
def test_what_cannot_be_imported_is_one_line(
    place: tuple[Path, str], words: tuple[str, ...], told: str, why: str
) -> None:
    assert why in failed(place, words[0], file(place, told), *words[1:], *SPACE)


def test_a_file_or_a_space_that_is_not_there_is_one_line(place: tuple[Path, str]) -> None:
    assert "No such file" in failed(place, "trello", str(place[0] / "nothing"), *SPACE)
    assert "s a directory" in failed(place, "trello", str(place[0]), *SPACE)
    told = file(place, json.dumps(board()))
    assert "no space 'nowhere'" in failed(place, "trello", told, "--space", "nowhere")


def test_a_token_may_stand_in_the_environment_and_is_not_printed(
    place: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("kanbert", "--from", f"http://127.0.0.1:{free_port()}/api/v1", *SPACE)
    assert invoke(*place, "import", *words).exit_code == 2
    assert "kb_secret" not in failed(place, *words, "--token", "kb_secret")
    monkeypatch.setenv("KANWERK_IMPORT_TOKEN", "kb_secret")
    assert "cannot be reached" in failed(place, *words)


def test_progress_is_told_on_standard_error(place: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count(0, 10)
    monkeypatch.setattr(import_commands, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    done = invoke(*place, "import", "trello", file(place, json.dumps(many_cards(30))), *SPACE)
    assert done.exit_code == 0
    assert "tasks: 30 of 30" in done.stderr
    assert "\r" not in done.stderr
    assert done.stdout.startswith("Imported:\n")


def test_every_command_is_named_once() -> None:
    named = cli.list_commands(Context(cli))
    assert sorted(set(named)) == named
    assert "import" in named
