"""Imports: a board of Trello and a spreadsheet of clients, uploaded, looked at and seen to be imported."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.test_accessibility import violations
from tests.importers.sources import many_cards

ADDRESS = "/nordlicht/settings/import"
CLIENTS = "Firma;Kd.-Nr.;Farbe\n{name};{name} 1;rot\n\u05e9\u05dc\u05d5\u05dd;{name} 2;blau\n"


def upload(page: Page, served: Served, name: str, content: str) -> None:
    page.goto(f"{served.url}{ADDRESS}")
    page.locator("input[type='file']").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/settings/import/*")


def test_a_board_is_seen_to_be_imported(demo: Served, sign_in: Callable[..., Page]) -> None:
    page = sign_in(demo)
    upload(page, demo, "board.json", json.dumps(many_cards(2000)))
    expect(page.get_by_label("What the file holds")).to_have_value("trello")
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.locator("#import")).to_contain_text("Nothing is imported yet.", timeout=60_000)
    expect(page.get_by_role("row", name="Tasks")).to_contain_text("2,000")
    assert violations(page, "light") == []
    page.get_by_role("button", name="Import", exact=True).click()
    progress = page.get_by_role("progressbar")
    expect(progress).to_have_attribute("max", "2000", timeout=60_000)
    assert violations(page, "light") == []
    expect(page.get_by_role("status").first).to_contain_text("Imported", timeout=120_000)
    expect(page.get_by_role("row", name="Tasks")).to_contain_text("2,000")
    page.get_by_role("link", name="Website Birke").click()
    page.wait_for_url("**/projects/*")
    page.goto(f"{demo.url}{ADDRESS}")
    expect(page.locator("#imports li").first).to_contain_text("board.json")
    expect(page.locator("#imports li").first).to_contain_text("Imported")
    assert violations(page, "light") == []


def test_an_import_is_stopped_and_goes_on(demo: Served, sign_in: Callable[..., Page]) -> None:
    page = sign_in(demo)
    upload(page, demo, "long.json", json.dumps(many_cards(5000, "long") | {"id": "long", "name": "Long"}))
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.locator("#import")).to_contain_text("Nothing is imported yet.", timeout=120_000)
    page.get_by_role("button", name="Import", exact=True).click()
    some = re.compile("[1-9]")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", some, timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status").first).to_contain_text("What was imported stays.", timeout=60_000)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("status").first).to_contain_text("Imported", timeout=180_000)
    expect(page.get_by_role("row", name="Tasks")).to_contain_text("5,000")


@pytest.mark.parametrize(
    "options",
    [{}, {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}, {"java_script_enabled": False}],
)
def test_clients_of_a_spreadsheet_are_imported(
    demo: Served, sign_in: Callable[..., Page], options: dict[str, Any]
) -> None:
    page, scripts = sign_in(demo, **options), "java_script_enabled" not in options
    name = f"Birke {len(options)} {scripts}"
    upload(page, demo, "kunden.csv", CLIENTS.format(name=name))
    expect(page.get_by_label("What the file holds")).to_have_value("clients")
    expect(page.get_by_label("What “Firma” holds")).to_have_value("name")
    page.get_by_label("What “Kd.-Nr.” holds").select_option("name")
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_role("alert")).to_contain_text("Name is chosen for two columns.")
    expect(page.get_by_label("What “Kd.-Nr.” holds")).to_have_value("name")
    page.get_by_label("What “Kd.-Nr.” holds").select_option("external_id")
    if scripts:
        theme = options.get("color_scheme", "light")
        assert violations(page, theme) == []
        assert page.evaluate("document.documentElement.scrollWidth <= screen.width")
    page.get_by_role("button", name="Show what would happen").click()
    _wait(page, "Nothing is imported yet.", scripts=scripts)
    page.get_by_role("button", name="Import", exact=True).click()
    _wait(page, "Imported", scripts=scripts)
    if scripts:
        assert page.evaluate("document.documentElement.scrollWidth <= screen.width")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def _wait(page: Page, told: str, *, scripts: bool) -> None:
    """Wait for what comes by itself, and without scripts by looking again."""
    for _ in range(1 if scripts else 60):
        if not scripts and told not in page.locator("#import").inner_text():
            page.wait_for_timeout(500)
            page.get_by_role("link", name="Look again").click() if page.get_by_role(
                "link", name="Look again"
            ).count() else page.reload()
    expect(page.locator("#import")).to_contain_text(told, timeout=60_000)
