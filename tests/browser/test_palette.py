"""The command palette and the sheet of shortcuts, in a browser, by keyboard alone and by touch."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Served

AMELIE = "amelie.fuerstenau@nordlicht.example"
GUDRUN = "gudrun.wiessner@kanzlei-wiessner.example"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def page(demo: Served, sign_in: Callable[..., Page]) -> Page:
    return sign_in(demo)


def palette(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Go anywhere, do anything")


def chosen(page: Page) -> Locator:
    return palette(page).locator("[role='option'][aria-selected='true']")


def open_palette(page: Page, words: str = "") -> None:
    page.keyboard.press("Control+k")
    expect(palette(page)).to_be_visible()
    page.keyboard.type(words)


def test_it_leads_to_what_is_typed(page: Page):
    open_palette(page, "mowenh")
    expect(chosen(page)).to_contain_text("Möwenhaupt Hafenlogistik SE")
    field = page.get_by_role("combobox", name="Search or type what to do")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-activedescendant", re.compile("palette-client-"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/clients/*")
    expect(page.get_by_role("heading", name="Möwenhaupt Hafenlogistik SE")).to_be_visible()


def test_what_was_opened_is_offered_again(page: Page, demo: Served):
    open_palette(page, "mowenh")
    expect(chosen(page)).to_contain_text("Möwenhaupt")
    page.keyboard.press("Enter")
    page.wait_for_url("**/clients/*")
    page.goto(f"{demo.url}/nordlicht")
    seen = page.get_by_role("region", name="Seen lately")
    expect(seen.get_by_role("link", name="Möwenhaupt Hafenlogistik SE")).to_be_visible()
    open_palette(page)
    expect(chosen(page)).to_contain_text("Möwenhaupt Hafenlogistik SE")
    page.keyboard.press("Escape")
    page.locator(".sidebar details.menu summary").last.click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in*")
    assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('kanwerk seen'))") == []


def test_the_arrows_walk_round_and_escape_gives_the_cursor_back(page: Page):
    opener = page.get_by_role("link", name="Search or do")
    opener.focus()
    page.keyboard.press("Enter")
    expect(palette(page)).to_be_visible()
    expect(palette(page).get_by_role("option", name="Sign out")).to_be_attached()
    first = chosen(page).get_attribute("id")
    page.keyboard.press("ArrowUp")
    expect(chosen(page)).to_contain_text("Sign out")
    page.keyboard.press("ArrowDown")
    assert chosen(page).get_attribute("id") == first
    page.keyboard.press("Tab")
    assert chosen(page).get_attribute("id") != first
    page.keyboard.press("Escape")
    expect(palette(page)).to_be_hidden()
    expect(opener).to_be_focused()


def test_it_runs_what_the_page_offers_and_what_goes_everywhere(page: Page, demo: Served):
    page.goto(f"{demo.url}/nordlicht/clients")
    open_palette(page, "new cl")
    expect(chosen(page)).to_contain_text("New client")
    assert palette(page).get_by_role("option", name="New client").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/clients/new")
    open_palette(page, "dark")
    expect(chosen(page)).to_contain_text("Use the dark theme")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    open_palette(page, "density")
    page.get_by_role("option", name="Fit more on the screen").click()
    expect(page.locator("html")).to_have_attribute("data-density", "compact")
    page.goto(f"{demo.url}/nordlicht")
    expect(page.locator("html[data-theme='dark'][data-density='compact']")).to_be_attached()
    open_palette(page, "settings web")
    expect(chosen(page)).to_contain_text("Webhooks")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/webhooks")


def test_the_last_answer_wins(page: Page, demo: Served):
    def slow(route: object) -> None:
        time.sleep(0.6)
        route.continue_()  # type: ignore[attr-defined]  # a Route

    page.route(re.compile(r"/palette\?q=mow$"), slow)
    open_palette(page, "mow")
    page.wait_for_timeout(120)
    page.get_by_role("combobox").fill("kurbetr")
    expect(chosen(page)).to_contain_text("Kurbetriebe Bad Silberquell")
    page.wait_for_timeout(800)
    expect(palette(page).get_by_role("option", name="Möwenhaupt")).to_have_count(0)


def test_words_that_are_nowhere_lead_to_the_search_of_everything(page: Page):
    open_palette(page, "wolpertinger & co")
    expect(chosen(page)).to_contain_text("Search everything for wolpertinger & co")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=wolpertinger%20%26%20co")
    expect(page.get_by_text("Nothing found")).to_be_visible()


def test_it_answers_quickly_in_a_space_of_3000_tasks(page: Page, demo: Served):
    slowest = page.evaluate(
        """async () => {
          let slowest = 0;
          for (const q of ['w', 'we', 'web', 'the', 'möwe', 'send to print']) {
            const times = [];
            for (let again = 0; again < 8; again++) {
              const begin = performance.now();
              await (await fetch('/nordlicht/palette?q=' + encodeURIComponent(q))).text();
              times.push(performance.now() - begin);
            }
            slowest = Math.max(slowest, Math.min(...times));  // what others do on the machine is not meant
          }
          return slowest;
        }"""
    )
    assert slowest < 50


def test_without_the_server_it_says_so_and_offers_what_is_here(page: Page):
    page.route("**/palette*", lambda route: route.abort())
    open_palette(page)
    expect(palette(page).get_by_text("The server cannot be reached")).to_be_visible()
    expect(palette(page).get_by_role("option", name="New client")).to_be_visible()
    page.unroute("**/palette*")


def test_on_a_phone_it_fills_the_screen(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, **PHONE)
    page.get_by_role("link", name="Search or do").tap()
    expect(palette(page)).to_be_visible()
    page.get_by_role("combobox").fill("kurbetr")
    palette(page).get_by_role("option", name="Kurbetriebe Bad Silberquell").tap()
    page.wait_for_url("**/clients/*")
    page.get_by_role("link", name="Search or do").tap()
    palette(page).get_by_role("button", name="Close").tap()
    expect(palette(page)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_somebody_who_may_little_is_offered_little(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, GUDRUN)
    open_palette(page)
    expect(palette(page).get_by_role("option", name="Sign out")).to_be_attached()
    assert palette(page).get_by_role("option", name="New client").count() == 0
    assert palette(page).get_by_role("option", name="Activity").count() == 0


def test_the_sheet_says_what_the_page_offers(page: Page, demo: Served):
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    expect(sheet.locator("section", has_text="Go to").locator("dt", has_text="Clients")).to_be_visible()
    expect(sheet.get_by_text("Edit")).to_have_count(0)
    page.keyboard.press("Escape")
    page.goto(f"{demo.url}/nordlicht/clients")
    page.keyboard.press("?")
    here = sheet.locator("section", has_text="On this page")
    expect(sheet.locator("kbd", has_text=re.compile(r"^/$"))).to_have_count(1)  # among those of everywhere
    expect(here.locator("div", has_text="New client").locator("kbd")).to_have_text("c")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(sheet.locator("section", has_text="On this page")).to_have_count(1)


def press(page: Page, key: str, code: str, **more: bool) -> None:
    page.evaluate(
        "([key, code, more]) => document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {key, code, bubbles: true, cancelable: true, ...more}))",
        [key, code, more],
    )


def test_keys_work_in_other_layouts_and_not_while_typing(page: Page, demo: Served):
    page.goto(f"{demo.url}/nordlicht/clients")
    press(page, "ц", "KeyC", ctrlKey=True)
    page.get_by_role("searchbox").focus()
    press(page, "ц", "KeyC")
    page.wait_for_timeout(200)
    assert page.url.endswith("/clients")
    page.get_by_role("searchbox").blur()
    press(page, "ц", "KeyC")  # as if a Cyrillic letter stood where Latin keyboards have c
    page.wait_for_url("**/clients/new")
    press(page, "л", "KeyK", ctrlKey=True)
    expect(palette(page)).to_be_visible()
    page.keyboard.press("Escape")
    page.goto(f"{demo.url}/nordlicht/settings/profile")
    page.keyboard.press("/")  # this page has no search of its own
    expect(palette(page)).to_be_visible()
