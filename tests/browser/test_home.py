"""Home, the search page, activity and the trash, in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
IVETA = "iveta.cierna@zlatyklasok.example"
PAGES = ("", "/search?q=web", "/activity", "/trash")


@pytest.fixture
def page(demo: Served, sign_in: Callable[..., Page]) -> Page:
    return sign_in(demo)


def test_a_task_is_completed_from_home_and_brought_back_by_a_key(page: Page):
    mine = page.get_by_role("region", name="Yours this week")
    line = mine.locator(".home-task").first
    title = line.get_by_role("link").inner_text()
    key = line.locator(".shortcode").inner_text()
    line.get_by_role("button").click()
    toast = page.locator(".toast", has_text=f"Completed {title}.")
    expect(toast).to_be_visible()
    expect(mine.locator(".home-task", has_text=key)).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator(".toast", has_text=f"{title} is open again.")).to_be_visible()
    expect(mine.locator(".home-task", has_text=key)).to_have_count(1)
    mine.locator(".home-task", has_text=key).get_by_role("button").click()
    expect(page.locator(".toast", has_text=f"Completed {title}.")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(mine.locator(".home-task", has_text=key)).to_have_count(1)


def test_a_guest_has_a_home_too(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, IVETA)
    expect(page.get_by_role("region", name="Your projects").get_by_role("link").first).to_be_visible()
    expect(page.get_by_role("region", name="Latest activity")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 2560])
def test_nothing_overflows(demo: Served, sign_in: Callable[..., Page], width: int):
    page = sign_in(demo, viewport={"width": width, "height": 900})
    for path in PAGES:
        page.goto(f"{demo.url}/nordlicht{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_everything_is_there_without_a_script(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, java_script_enabled=False)
    expect(page.get_by_role("heading", name="Yours this week")).to_be_visible()
    page.get_by_role("link", name="Search or do").click()
    page.get_by_label("Search everything").fill("mowenhaupt")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Möwenhaupt Hafenlogistik SE")).to_be_visible()
    page.locator(".sidebar details.menu summary").last.click()
    page.get_by_role("radio", name="Dark").check()
    page.get_by_role("button", name="Change").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_results_come_while_one_types_and_stay_in_the_address(page: Page, demo: Served):
    page.goto(f"{demo.url}/nordlicht/search")
    expect(page.get_by_label("Search everything")).to_be_focused()
    page.keyboard.type("website")
    results = page.get_by_role("region", name="What was found")
    expect(results.get_by_role("link", name="Website maintenance")).to_be_visible()
    page.locator("#search-form").get_by_text("Clients", exact=True).click()
    expect(results.get_by_text("Nothing found here")).to_be_visible()
    page.wait_for_url("**/search?q=website&kind=client")
    results.get_by_role("link", name="Search everywhere").click()
    expect(results.get_by_role("link", name="Website maintenance")).to_be_visible()
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("State").select_option("Completed tasks")
    page.wait_for_url("**completed=true*")


def test_the_activity_is_told_by_person_and_goes_on(page: Page, demo: Served):
    page.goto(f"{demo.url}/nordlicht/activity")
    lines = page.locator(".timeline > li")
    before = lines.count()
    page.mouse.wheel(0, 20_000)
    expect(page.locator(".timeline > li").nth(before + 5)).to_be_attached()
    page.get_by_label("Who").select_option("Jonas Öztürk-Weiß")
    page.wait_for_url("**person=*")
    expect(lines.first).to_contain_text("Jonas Öztürk-Weiß")
    assert set(page.locator(".timeline > li p:first-child > strong:first-child").all_inner_texts()) == {
        "Jonas Öztürk-Weiß"
    }


def test_what_was_thrown_away_is_brought_back_from_the_trash(page: Page, demo: Served):
    for name in ("First to go", "Second to go"):
        page.goto(f"{demo.url}/nordlicht/clients/new")
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_role("button", name="Add client").click()
        page.wait_for_url(lambda url: not url.endswith("/new"))
        page.get_by_label("More").click()
        page.get_by_role("button", name="Delete").click()
        if page.locator("#confirm[open]").count():
            page.locator("#confirm").get_by_role("button", name="Delete").click()
        page.wait_for_url("**/clients")
    page.goto(f"{demo.url}/nordlicht/trash")
    expect(page.get_by_text("Deleted by Mia Berger").first).to_be_visible()
    chosen = page.get_by_role("button", name="Restore what is chosen")
    expect(chosen).to_be_hidden()
    for name in ("First to go", "Second to go"):
        page.get_by_role("checkbox", name=f"Choose {name}").check()
    chosen.click()
    expect(page.locator(".toast", has_text="2 things are back.")).to_be_visible()
    page.goto(f"{demo.url}/nordlicht/clients?q=to+go")
    expect(page.locator("tr", has_text="to go")).to_have_count(2)
