"""No page breaks a rule of axe-core (WCAG 2.2 A and AA, and its best practices), in either theme."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from kanwerk.app import PAGES
from tests.browser.conftest import Served

AXE = Path("node_modules/axe-core/axe.min.js")
# The themes differ by their colours only.
RULES = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "dark": ["color-contrast"],
}
# What stands for the variable parts of an address, where a path does not say it itself.
KNOWN = {"{space}": "nordlicht", "{code}": "TARIF", "{key}": "TARIF-40", "{token}": "none"}
# By the link to the first of its kind on another page.
FOUND = {
    "/{space}/clients/{id}": ("/nordlicht/clients", r"/nordlicht/clients/[0-9a-f-]{36}"),
    "/{space}/settings/users/{id}": ("/nordlicht/settings/users", r"/nordlicht/settings/users/[0-9a-f-]{36}"),
    "/{space}/settings/webhooks/{id}": (
        "/nordlicht/settings/webhooks",
        r"/nordlicht/settings/webhooks/[0-9a-f-]{36}",
    ),
}
# No pages of their own: parts, files, streams; and the API's reference, which Scalar draws.
PARTS = re.compile(
    r"/(?:live|palette|board/cards|clients\.csv|files/\{id\}|docs|docs/problems|tasks/complete(?:/projects)?)$"
)


def addresses() -> Iterator[str]:
    """Give the paths of all pages that are read."""
    for package in PAGES:
        for page in package.pages:
            if page.method == "GET" and not PARTS.search(page.path):
                yield page.path


def address(page: Page, served: Served, path: str) -> str | None:
    """Return where a page is; None where the demo has nothing of the kind."""
    for name, value in KNOWN.items():
        path = path.replace(name, value)
    for pattern, (listed, link) in FOUND.items():
        start = pattern.replace("{space}", "nordlicht")
        if path.startswith(start):
            page.goto(served.url + listed)
            found = re.search(link, page.content())
            if found is None:
                return None
            path = path.replace(start, found[0])
    return None if "{" in path else path


def violations(page: Page, theme: str) -> list[str]:
    """Return what axe-core says against the page as it stands."""
    # What fades in has less contrast until it is there.
    page.evaluate(
        "Promise.allSettled(document.getAnimations()"
        ".filter((each) => each.timeline === document.timeline).map((each) => each.finished))"
    )
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text() + ";0")
    found: list[dict[str, Any]] = page.evaluate(
        "async (runOnly) => (await axe.run(document, {runOnly, resultTypes: ['violations']})).violations",
        RULES[theme],
    )
    return [
        f"{each['id']}: {node['html'][:160]} {' '.join(node['failureSummary'].split())[:260]}"
        for each in found
        for node in each["nodes"][:3]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_breaks_a_rule(demo: Served, sign_in: Callable[..., Page], theme: str) -> None:
    page = sign_in(demo, color_scheme=theme)
    broken, seen = {}, 0
    for path in addresses():
        where = address(page, demo, path)
        if where is None:
            continue
        page.goto(demo.url + where)
        seen += 1
        if found := violations(page, theme):
            broken[path] = found
    assert not broken, "\n".join(f"{path}\n  " + "\n  ".join(found) for path, found in broken.items())
    assert seen > 45


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_over_pages_breaks_no_rule(demo: Served, sign_in: Callable[..., Page], theme: str) -> None:
    page = sign_in(demo, color_scheme=theme)
    page.goto(f"{demo.url}/nordlicht/projects/TARIF/board")
    page.locator("a[data-task]").first.click()
    page.locator("#task-panel[open] h1").wait_for()
    found = {"panel": violations(page, theme)}
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.locator("dialog[open] input").first.wait_for()
    found["palette"] = violations(page, theme)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.locator("dialog[open]").first.wait_for()
    found["keys"] = violations(page, theme)
    assert not any(found.values()), found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_other_looks_of_pages_break_no_rule(demo: Served, sign_in: Callable[..., Page], theme: str) -> None:
    page = sign_in(demo, color_scheme=theme)
    board, broken = f"{demo.url}/nordlicht/projects/TARIF/board", {}
    for look in ("group_by=assignee", "group_by=label", "group_by=priority", "q=nothing like this"):
        for view in (board, board.replace("board", "list")):
            page.goto(f"{view}?{look}")
            broken[f"{view}?{look}"] = violations(page, theme)
    page.goto(board)
    page.locator("a[data-task]").first.focus()
    page.keyboard.press("x")
    page.locator("#bulk").wait_for()
    broken["chosen"] = violations(page, theme)
    assert not any(broken.values()), broken


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_without_anybody_break_no_rule(
    demo: Served, open_page: Callable[..., Page], theme: str
) -> None:
    page = open_page(color_scheme=theme)
    broken = {}
    for path in (
        "/sign-in",
        "/forgot-password",
        "/offline",
        "/reset/none",
        "/invite/none",
        "/unsubscribe/none",
    ):
        page.goto(demo.url + path)
        if found := violations(page, theme):
            broken[path] = found
    assert not broken, broken
