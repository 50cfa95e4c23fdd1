"""The first day: from an empty server to a finished task, by mouse, by keyboard alone and on a phone."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.test_board import column, drag

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def signed_up(empty: Served, page: Page) -> Page:
    """Set up the first space with the code that the server printed."""
    code = empty.printed(f"Set it up at {empty.url}/set-up with the code")
    page.goto(empty.url)
    for label, text in {
        "One-time code": code,
        "Name of the space": "Büro Süd",
        "First name": "Mia",
        "Last name": "Berger",
        "E-mail": "mia@example.com",
        "Password": "a good password",
    }.items():
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Create the space").click()
    page.wait_for_url(f"{empty.url}/buro-sud")
    return page


def test_from_signing_up_to_the_first_finished_task(empty: Served, open_page: Callable[..., Page]):
    page = signed_up(empty, open_page())
    main = page.locator("main")
    main.get_by_role("link", name="New client").first.click()
    page.get_by_label("Name", exact=True).fill("Brauerei Größl")
    page.get_by_role("button", name="Add client").click()
    main.get_by_role("link", name="New project").first.click()
    page.get_by_label("Name", exact=True).fill("Neue Etiketten")
    page.get_by_role("button", name="Add project").click()
    page.wait_for_url("**/projects/NEUE")
    page.get_by_role("link", name="Open the board").click()
    to_do = column(page, "To do")
    to_do.get_by_placeholder("Add a task").fill("Ask for the old labels")
    to_do.get_by_placeholder("Add a task").press("Enter")
    to_do.get_by_text("Ask for the old labels", exact=True).click()
    panel = page.locator("#task-panel[open]")
    panel.locator("#pick-assignees summary").click()
    panel.get_by_role("button", name="Mia Berger").click()
    expect(panel.locator("#pick-assignees summary")).to_contain_text("Mia Berger")
    panel.get_by_role("button", name="Close").click()
    expect(to_do.locator(".task-card")).to_contain_text("Mia Berger")  # what the panel did has come by then
    drag(page, to_do.locator(".task-card"), column(page, "Done").locator(".board-cards"))
    expect(page.locator(".toast", has_text="NEUE-1")).to_be_visible()
    page.locator(".view-tabs").get_by_role("link", name="Overview").click()
    expect(main).to_contain_text("1/1")


def test_the_same_by_the_keyboard_alone(empty: Served, open_page: Callable[..., Page]):
    page = signed_up(empty, open_page())
    press, type_ = page.keyboard.press, page.keyboard.type
    _command(page, "New client")
    type_("Brauerei Größl")
    press("Enter")
    page.wait_for_url(re.compile(r"/clients/[0-9a-f-]{36}$"))
    _command(page, "New project")
    type_("Neue Etiketten")
    press("Enter")
    page.wait_for_url("**/projects/NEUE")
    for key in "vb":
        press(key)
    page.wait_for_url("**/NEUE/board")
    press("c")
    type_("Ask for the old labels")
    press("Enter")
    card = page.locator(".task-card", has_text="Ask for the old labels")
    expect(card).to_be_visible()
    press("Escape")
    expect(card.locator("a").first).to_be_focused()
    press("Space")
    for _ in range(3):
        press("ArrowRight")
    press("Space")
    expect(page.locator(".toast", has_text="NEUE-1")).to_be_visible()
    expect(column(page, "Done").locator(".task-card")).to_have_count(1)


def test_the_same_on_a_phone(empty: Served, open_page: Callable[..., Page]):
    page = signed_up(empty, open_page(**PHONE))
    main = page.locator("main")
    main.get_by_role("link", name="New client").first.tap()
    page.get_by_label("Name", exact=True).fill("Brauerei Größl")
    page.get_by_role("button", name="Add client").tap()
    main.get_by_role("link", name="New project").first.tap()
    page.get_by_label("Name", exact=True).fill("Neue Etiketten")
    page.get_by_role("button", name="Add project").tap()
    page.wait_for_url("**/projects/NEUE")
    page.get_by_role("link", name="Open the board").tap()
    field = column(page, "To do").get_by_placeholder("Add a task")
    field.fill("Ask for the old labels")
    field.press("Enter")
    column(page, "To do").get_by_text("Ask for the old labels", exact=True).tap()
    panel = page.locator("#task-panel[open]")
    panel.locator("#pick-column summary").tap()
    panel.locator("#pick-column").get_by_role("button", name="Done").tap()
    expect(panel.locator("#pick-column summary")).to_have_text("Column: Done")
    page.go_back()
    page.wait_for_url("**/NEUE/board")
    expect(column(page, "Done").locator(".task-card")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= screen.width")


def _command(page: Page, name: str) -> None:
    """Run a command of the palette by the keys, and wait for the form it leads to."""
    page.keyboard.press("Control+k")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
