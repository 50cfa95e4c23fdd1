"""The documentation holds what it says: links, settings, codes, operations."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kanwerk.app import GROUPS
from kanwerk.config import Settings
from kanwerk.core.problem_codes import PROBLEMS
from kanwerk.core.problems import Problem
from kanwerk.people.access import SCOPES

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "kanwerk"
DOCS = ROOT / "docs"
CONVENTIONS = DOCS / "api" / "conventions.md"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]

LINK = re.compile(r"""\]\(([^)\s]+)\)|<a\s[^>]*href="([^"]+)"|<(?:img|source)\s[^>]*src(?:set)?="([^"\s]+)""")
SETTING = re.compile(r"\bKANWERK_[A-Z]+(?:_[A-Z]+)*\b")
PROBLEM = re.compile(r'<a id="problem-([a-z-]+)"></a>`([a-z_]+)` \| (\d{3}) \| (.+) \|')
FAULTS = re.compile(r"^\| ((?:`[a-z_]+`(?:, )?)+) \| [A-Z]", re.MULTILINE)


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE))


def anchors(text: str) -> set[str]:
    """Return what a link may name on a page: its headings as GitHub writes them, and ids."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", each.lower()).strip() for each in headings)
    return {each.replace(" ", "-") for each in plain} | set(re.findall(r'id="([^"]+)"', text))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for found in LINK.findall(without_code(page.read_text("utf-8"))):
        target, _, anchor = next(filter(None, found)).partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), f"{name(page)}: {target}"
        if anchor:
            assert anchor in anchors(there.read_text("utf-8")), f"{name(page)}: {target}#{anchor}"


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    known = {f"KANWERK_{field.upper()}" for field in Settings.__struct_fields__}
    for path in SOURCE.glob("*.py"):
        known |= set(re.findall(r'envvar="(KANWERK_\w+)"', path.read_text("utf-8")))
    table = re.findall(r"^\| `(KANWERK_\w+)` \|", (DOCS / "operating.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(table) == sorted(known)
    for page in PAGES:
        said = set(SETTING.findall(page.read_text("utf-8")))
        assert {each for each in said if not each.startswith("KANWERK_TEST_")} <= known, name(page)


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call in the source with the name of what is called."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                yield (node.func.id if isinstance(node.func, ast.Name) else node.func.attr), node


def texts(node: ast.expr | None) -> set[str]:
    """What a call's argument may be, where it is written out."""
    if isinstance(node, ast.IfExp):
        return texts(node.body) | texts(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    named = (each.value for each in call.keywords if each.arg == keyword)
    return call.args[position] if len(call.args) > position else next(named, None)


def codes_of_problems() -> set[str]:
    kinds = [Problem, *Problem.__subclasses__()]
    found = {kind.code for kind in kinds}
    names = {kind.__name__ for kind in kinds}
    for called, call in calls():
        if called in names:
            found |= texts(next((each.value for each in call.keywords if each.arg == "code"), None))
    return found


def codes_of_faults() -> set[str]:
    found: set[str] = set()
    for called, call in calls():
        if called == "Fault":
            found |= texts(argument(call, 0, "code"))
        elif called in ("invalid", "invalid_parameter"):
            found |= texts(argument(call, 2, "code")) or {"invalid"}
    return found


def test_every_code_of_a_problem_is_documented_and_every_documented_one_exists() -> None:
    rows = PROBLEM.findall(CONVENTIONS.read_text("utf-8"))
    assert set(PROBLEMS) == codes_of_problems()
    assert {code: (int(status), text) for _, code, status, text in rows} == PROBLEMS
    assert all(anchor == code.replace("_", "-") for anchor, code, _, _ in rows)


def test_every_code_of_a_fault_is_documented_and_every_documented_one_exists() -> None:
    rows = FAULTS.findall(CONVENTIONS.read_text("utf-8"))
    assert {code.strip("`") for row in rows for code in row.split(", ")} == codes_of_faults()


def test_every_operation_and_every_scope_is_documented() -> None:
    told = "\n".join(page.read_text("utf-8") for page in (DOCS / "api").glob("*.md"))
    missing = [
        f"{route.method} {route.path}"
        for group in GROUPS
        for route in group.routes
        if f"`{route.method} {route.path}`" not in told
    ]
    assert missing == []
    assert [scope for scope in SCOPES if f"`{scope}`" not in told] == []
