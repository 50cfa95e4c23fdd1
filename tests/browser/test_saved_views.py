"""Saved views in a real browser: saved, changed, shared with somebody else, deleted and brought back."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Served

PROJECT = "/nordlicht/projects/TARIF"


def save_as(page: Page, name: str, *, shared: bool = False) -> None:
    page.locator("#views-menu > summary").click()
    page.locator("#views-menu").get_by_role("link", name="Save as…").click()
    page.locator("#f-name").fill(name)
    if shared:
        page.get_by_role("switch", name="Shared").check()
    page.get_by_role("button", name="Save", exact=True).click()


def test_a_view_is_saved_changed_and_saved_again(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    page.goto(f"{demo.url}{PROJECT}/list")
    page.locator("#filter-priority").select_option("high")
    page.wait_for_url("**priority=high*")
    save_as(page, "Pressing")
    summary = page.locator("#views-menu > summary")
    expect(summary).to_contain_text("Pressing")
    expect(page.locator(".views-mark")).to_have_count(0)
    page.locator("#filter-group_by").select_option("assignee")
    expect(page.locator(".views-mark")).to_be_visible()
    assert "view=" in page.url
    summary.click()
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator(".toast")).to_contain_text("Saved")
    expect(page.locator(".views-mark")).to_have_count(0)
    page.goto(f"{demo.url}{PROJECT}/board")
    page.locator("#views-menu > summary").click()
    page.locator("#views-menu").get_by_role("link", name="Pressing").click()
    page.wait_for_url("**/board?view=*priority=high*")
    expect(page.locator("#filter-priority")).to_have_value("high")


def test_a_name_that_is_taken_is_said_beside_the_field(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    page.goto(f"{demo.url}{PROJECT}/list?priority=low")
    save_as(page, "Twice")
    expect(page.locator("#views-menu > summary")).to_contain_text("Twice")
    save_as(page, "twice")
    expect(page.locator("#f-name-error")).to_contain_text("already")
    expect(page.locator("#f-name")).to_have_value("twice")
    page.locator("#f-name").fill("ש" * 300)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#views-menu > summary")).to_contain_text("ש")
    assert page.evaluate("document.documentElement.scrollWidth <= screen.width")


def test_a_view_is_deleted_and_brought_back(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    page.goto(f"{demo.url}/nordlicht/tasks?assignee=all&group_by=client")
    save_as(page, "By client, all of them")
    summary = page.locator("#views-menu > summary")
    expect(summary).to_contain_text("By client, all")
    summary.click()
    page.get_by_role("button", name="Delete this view").click()
    expect(page.locator(".toast")).to_contain_text("Deleted")
    expect(summary).to_have_text("Views")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(summary).to_contain_text("By client, all")


def test_without_scripts_views_are_saved_and_opened(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto(f"{demo.url}{PROJECT}/calendar?priority=urgent")
    save_as(page, "No scripts")
    assert "/calendar?view=" in page.url
    expect(page.locator("#views-menu > summary")).to_contain_text("No scripts")
    page.goto(f"{demo.url}{PROJECT}/timeline")
    page.locator("#views-menu > summary").click()
    page.locator("#views-menu").get_by_role("link", name="No scripts").click()
    expect(page.locator("#filter-priority")).to_have_value("urgent")


def test_the_palette_opens_a_view(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    page.keyboard.press("Control+k")
    page.locator("#palette-q").fill("My open tasks")
    page.locator("#palette").get_by_role("option", name="My open tasks", exact=True).click()
    page.wait_for_url("**/tasks?view=*")
    expect(page.locator("#views-menu > summary")).to_contain_text("My open tasks")
    expect(page.locator(".group-row").first).to_be_visible()
