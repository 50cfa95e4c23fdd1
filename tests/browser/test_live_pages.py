import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.test_clients import add

AMELIE = "amelie.fuerstenau@nordlicht.example"


@pytest.fixture
def mia(demo: Served, sign_in: Callable[..., Page]) -> Page:
    return sign_in(demo)


@pytest.fixture
def amelie(demo: Served, sign_in: Callable[..., Page]) -> Page:
    return sign_in(demo, AMELIE)


def test_a_second_browser_shows_what_the_first_one_did(demo: Served, mia: Page, amelie: Page):
    mia.goto(f"{demo.url}/nordlicht/clients?sort=-created_at")
    first = mia.locator("tbody tr").first
    url = add(amelie, demo, "Live & Söhne")
    expect(first).to_contain_text("Live & Söhne")
    mia.goto(url)
    amelie.goto(f"{url}/edit")
    amelie.get_by_label("Name").fill("Live & Töchter")
    amelie.get_by_role("button", name="Save").click()
    expect(mia.get_by_role("heading", name="Live & Töchter")).to_be_visible()
    expect(mia.locator(".timeline")).to_contain_text(re.compile(r"Amélie Fürstenau\s+changed\s+this client"))


def test_rows_that_came_by_scrolling_and_the_place_in_the_page_stay(demo: Served, mia: Page, amelie: Page):
    mia.goto(f"{demo.url}/nordlicht/clients?sort=created_at")
    rows = mia.locator("tbody tr[data-row]")
    for _ in range(4):
        mia.mouse.wheel(0, 6000)
        mia.wait_for_timeout(150)
    expect(rows).not_to_have_count(50)
    before, place = rows.count(), mia.evaluate("scrollY")
    assert before > 50
    assert place > 500
    name = rows.nth(before - 2).locator("a.row-link").inner_text()

    amelie.goto(demo.url + rows.nth(2).locator("a.row-link").get_attribute("href") + "/edit")
    amelie.get_by_label("Name").fill("Renamed far above")
    amelie.get_by_role("button", name="Save").click()
    expect(rows.nth(2)).to_contain_text("Renamed far above")
    assert rows.count() == before
    assert rows.nth(before - 2).locator("a.row-link").inner_text() == name
    assert abs(mia.evaluate("scrollY") - place) < 2


def test_what_somebody_types_and_where_they_are_stays(demo: Served, mia: Page, amelie: Page):
    mia.goto(f"{demo.url}/nordlicht/clients")
    search = mia.get_by_label("Search clients")
    search.press_sequentially("zz live")
    add(amelie, demo, "ZZ live one")
    expect(mia.locator("tbody tr[data-row]")).to_have_count(1)
    expect(search).to_be_focused()
    expect(search).to_have_value("zz live")


def test_other_windows_of_a_person_are_told_over_one_stream(demo: Served, mia: Page, amelie: Page):
    windows = [mia, *(mia.context.new_page() for _ in range(7))]  # more than a browser opens to one host
    for window in windows:
        window.goto(f"{demo.url}/nordlicht/clients?sort=-created_at")
    add(amelie, demo, "Seen by all")
    for window in windows:
        expect(window.locator("tbody tr").first).to_contain_text("Seen by all")
    mia.close()  # the one that listened for all
    add(amelie, demo, "Seen by the rest")
    for window in windows[1:]:
        expect(window.locator("tbody tr").first).to_contain_text("Seen by the rest")
