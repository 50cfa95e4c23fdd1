"""The rules of STYLE.md that a machine can check. Each is proven by an example that breaks it."""

import ast
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "kanwerk"
VERSIONS = PACKAGE / "migrations" / "versions"
TEMPLATES = PACKAGE / "templates"
NOT_OURS = {".git", ".venv", "node_modules", "data", "dist", "static", "results", "__pycache__"} | {
    *(f".{tool}_cache" for tool in ("mypy", "pytest", "ruff", "import_linter")),
    *(".hypothesis", ".schemathesis", "test-results"),
}
LONGEST_FILE = 300

Rule = Callable[[str], list[str]]


def files(*places: Path, suffixes: tuple[str, ...] = ()) -> Iterator[Path]:
    """Every file of ours in these places, in a fixed order."""
    for place in places:
        if place.is_file():
            yield place
        for folder, folders, names in os.walk(place):
            folders[:] = sorted(set(folders) - NOT_OURS)
            ours = sorted(set(names) - NOT_OURS)
            yield from (Path(folder, name) for name in ours if name.endswith(suffixes or ""))


def breaches(rule: Rule, found: Iterator[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {fault}"
        for path in found
        for fault in rule(path.read_text("utf-8", errors="ignore"))
    ]


def matches(*patterns: str) -> Rule:
    """Make the rule that none of the patterns occurs; a breach names its line and what stands there."""
    expressions = [re.compile(pattern, re.IGNORECASE) for pattern in patterns]

    def rule(text: str) -> list[str]:
        return [
            f"line {text.count(chr(10), 0, match.start()) + 1}: {match[0].strip()}"
            for expression in expressions
            for match in expression.finditer(text)
        ]

    return rule


# ------------------------------------------------------------------------------------------------ the rules


def undescribed(text: str) -> list[str]:
    return [] if ast.get_docstring(ast.parse(text)) else ["has no docstring"]


def overlong(text: str) -> list[str]:
    lines = text.count("\n")
    return [f"has {lines} lines: take a noun out of it"] if lines > LONGEST_FILE else []


EMPTY_CLASS = re.compile(r"(?:Base|Schema|D[Tt][Oo]|Manager|Service|Handler|Helper|Util|Repository)s?$")
EMPTY_MODULE = re.compile(r"(?:^|_)(?:base|schema|dto|manager|service|handler|helper|util|repository)s?$")


def emptily_named_classes(text: str) -> list[str]:
    """Find classes named for a role in a pattern; SQLAlchemy's declarative `Base` alone may."""
    return [
        f"class {node.name}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef)
        and EMPTY_CLASS.search(node.name)
        and not (node.name == "Base" and "DeclarativeBase" in map(ast.unparse, node.bases))
    ]


def emptily_named(path: Path) -> bool:
    return any(EMPTY_MODULE.search(part) for part in path.relative_to(PACKAGE).with_suffix("").parts)


# The policy of the pages allows no inline code and no eval, and nothing is loaded from elsewhere.
unsafe_in_template = matches(
    r"\bhx-on\b[^\s=>]*",
    r"""=\s*["']?\s*(?:js|javascript):""",
    r"""\bhx-trigger\s*=\s*(?:"[^"]*\[|'[^']*\[)""",
    r"\shx-vars\s*=",
    r"<style\b",
    r"<[^<>]*\sstyle\s*=",
    r"<script\b(?![^>]*\ssrc\s*=)[^>]*>",
    r"<[a-z][^<>]*\son[a-z]+\s*=",
    r"""(?<!placeholder)(?<!xmlns)(?<!value)=\s*["']?\s*(?:https?:)?//[^\s"'>]*""",
    r"""url\(\s*["']?(?:https?:)?//[^)]*""",
)

unsafe_in_typescript = matches(
    r"\beval\s*\(",
    r"\bnew\s+Function\b",
    r"\b(?:setTimeout|setInterval)\s*\(\s*[\"'`]",
    r"""\.(?:inner|outer)HTML\s*\+?=(?!=)(?!\s*(?:""|''|``)\s*;)""",
    r"\binsertAdjacentHTML\b",
    r"\bcreateContextualFragment\b",
    r"\bdocument\.write(?:ln)?\b",
    r"""["'`](?:https?:)?//(?!www\.w3\.org/)[\w.]+""",
)

elsewhere_in_css = matches(r"""(?:url\(\s*|@import\s+)["']?(?:https?:)?//[^\s"')]*""")

unfinished = matches(r"(?-i:\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b)", r"#\s*to" r"do\b")

# A path of somebody's own machine says nothing to anybody else.
somebodys_path = matches(r"(?<![\w.}/*~-])/(?:home|root|(?-i:Users)|work|tmp)/[\w.-]+")

other_registry = matches(
    r"https?://(?!pypi\.org/simple\"|files\.pythonhosted\.org/|registry\.npmjs\.org/)(?=[^\"]*(?:/simple|\.whl|\.tgz|\.tar\.gz))"
    r"[^\s\"]+"
)


# ------------------------------------------------------------------------------------------- what they hold


def test_every_module_says_what_it_is_about() -> None:
    assert breaches(undescribed, files(PACKAGE, ROOT / "bench", suffixes=(".py",))) == []


def test_no_file_is_longer_than_300_lines() -> None:
    catalogues = PACKAGE / "locale"
    places = (VERSIONS, catalogues)
    ours = (path for path in files(PACKAGE, ROOT / "assets") if not {*places} & {*path.parents})
    assert breaches(overlong, ours) == []


def test_classes_and_modules_are_named_for_what_they_are() -> None:
    assert breaches(emptily_named_classes, files(PACKAGE, suffixes=(".py",))) == []
    assert [str(path) for path in files(PACKAGE, suffixes=(".py",)) if emptily_named(path)] == []


def test_templates_need_neither_inline_code_nor_another_host() -> None:
    assert breaches(unsafe_in_template, files(TEMPLATES)) == []


def test_scripts_and_styles_evaluate_no_text_and_know_no_other_host() -> None:
    assert breaches(unsafe_in_typescript, files(ROOT / "assets", suffixes=(".ts",))) == []
    assert breaches(elsewhere_in_css, files(ROOT / "assets", suffixes=(".css",))) == []


def test_nothing_is_left_for_later_in_the_code() -> None:
    places = (ROOT / name for name in ("src", "tests", "assets", "bench", "bin"))
    assert breaches(unfinished, files(*places)) == []


def test_nothing_names_a_path_of_somebodys_machine() -> None:
    assert breaches(somebodys_path, files(ROOT)) == []


def test_lock_files_name_the_public_registries_only() -> None:
    assert breaches(other_registry, files(ROOT / "uv.lock", ROOT / "package-lock.json")) == []


def test_scripts_in_bin_are_executable_and_stop_at_the_first_fault() -> None:
    for script in files(ROOT / "bin", ROOT / ".ci"):
        assert os.access(script, os.X_OK), script
        assert "\nset -euo pipefail\n" in script.read_text(), script


# ---------------------------------------------------------------------------------- and that they can break


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (undescribed, "import os\n"),
        (overlong, "x = 1\n" * 301),
        (emptily_named_classes, "class TaskManager: ..."),
        (emptily_named_classes, "class ClientSchema(Struct): ..."),
        (emptily_named_classes, "class Base: ..."),
        (emptily_named_classes, "class ClientDTO: ..."),
        (unsafe_in_template, '<a hx-on:click="go()">'),
        (unsafe_in_template, """<a hx-vals='js:{a: 1}'>"""),
        (unsafe_in_template, '<a href="javascript:void(0)">'),
        (unsafe_in_template, '<a hx-trigger="click[ctrlKey]">'),
        (unsafe_in_template, "<style>a { color: red }</style>"),
        (unsafe_in_template, '<p class="a"\n  style="color: red">'),
        (unsafe_in_template, "<script>alert(1)</script>"),
        (unsafe_in_template, '<script type="module">go()</script>'),
        (unsafe_in_template, '<button onclick="go()">'),
        (unsafe_in_template, '<img src="https://cdn.example.com/a.png">'),
        (unsafe_in_template, '<link href="//cdn.example.com/a.css">'),
        (unsafe_in_typescript, "eval(text)"),
        (unsafe_in_typescript, "new Function(text)"),
        (unsafe_in_typescript, "row.innerHTML = `<b>${name}</b>`;"),
        (unsafe_in_typescript, 'row.insertAdjacentHTML("beforeend", text);'),
        (unsafe_in_typescript, 'setTimeout("go()", 1)'),
        (unsafe_in_typescript, 'fetch("https://stats.example.com/")'),
        (elsewhere_in_css, '@import "https://fonts.example.com/inter.css";'),
        (elsewhere_in_css, "a { background: url(//cdn.example.com/a.png) }"),
        (unfinished, "# to" + "do: later"),
        (somebodys_path, "see /" + "home/ada/notes.md"),
        (somebodys_path, "cp a /" + "tmp/try/b"),
        (other_registry, 'source = { registry = "https://pypi.example.com/simple" }'),
        (other_registry, '"resolved": "https://npm.example.com/a/-/a-1.0.0.tgz"'),
    ],
)
def test_a_rule_sees_what_breaks_it(rule: Rule, text: str) -> None:
    assert rule(text)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (undescribed, '"""Clients."""\n'),
        (overlong, "x = 1\n" * 300),
        (emptily_named_classes, "class Base(DeclarativeBase): ..."),
        (emptily_named_classes, "class ClientData(Struct): ..."),
        (unsafe_in_template, '<script type="module" src="{{ asset("app.js") }}"></script>'),
        (
            unsafe_in_template,
            '<a hx-get="/x" hx-trigger="click once" data-on="yes">style = ours, on = off</a>',
        ),
        (unsafe_in_template, '<input type="url" placeholder="https://a.example" value="https://b.example">'),
        (unsafe_in_template, '<svg xmlns="http://www.w3.org/2000/svg">'),
        (unsafe_in_typescript, 'row.innerHTML = "";\nif (row.innerHTML === a) setTimeout(go, 1);'),
        (elsewhere_in_css, "a { background: url(../images/logo.svg) }"),
        (unfinished, "the to-do list"),
        (somebodys_path, "GET /{space}/work/items and https://example.com/home/page"),
        (other_registry, 'registry = "https://pypi.org/simple", "https://files.pythonhosted.org/a.whl"'),
        (other_registry, '"url": "https://github.com/sponsors/ada"'),
    ],
)
def test_a_rule_lets_the_rest_pass(rule: Rule, text: str) -> None:
    assert not rule(text)


@pytest.mark.parametrize(
    ("name", "empty"),
    [
        ("utils.py", True),
        ("clients/services.py", True),
        ("core/mail_helper.py", True),
        ("core/mail.py", False),
    ],
)
def test_a_module_named_for_a_role_is_seen(name: str, *, empty: bool) -> None:
    assert emptily_named(PACKAGE / name) is empty
