from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def page(demo: Served, sign_in: Callable[..., Page]) -> Page:
    return sign_in(demo)


def add(page: Page, demo: Served, name: str, code: str) -> str:
    """Add a project through its form and return its address."""
    page.goto(f"{demo.url}/nordlicht/projects/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Shortcode").fill(code)
    page.get_by_role("button", name="Add project").click()
    page.wait_for_url(f"**/projects/{code}")
    return page.url


def test_a_person_plans_a_project_by_its_pages_alone(demo: Served, page: Page):
    here = add(page, demo, "Größe & Ökologie", "GROE")
    expect(page.get_by_role("heading", name="Größe & Ökologie", level=2)).to_be_visible()
    expect(page.get_by_text("No tasks yet").first).to_be_visible()
    page.locator(".view-tabs").get_by_role("link", name="Members").click()
    page.get_by_label("Let somebody in").select_option(label="Lukáš Ďurica")
    page.get_by_role("button", name="Add").click()
    row = page.locator("#members li", has_text="Lukáš Ďurica")
    row.get_by_label("Role of").select_option("manager")
    expect(page.get_by_text("Saved.")).to_be_visible()
    row.get_by_role("button", name="Take Lukáš Ďurica out").click()
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(row.get_by_label("Role of")).to_have_value("manager")
    page.goto(f"{here}/edit")
    page.get_by_label("Due", exact=True).fill("2030-05-04")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(here)
    expect(page.get_by_text("4 May 2030")).to_be_visible()


def test_columns_are_dragged_into_another_order_and_moved_by_keys(demo: Served, page: Page):
    here = add(page, demo, "Columns", "COLS")
    page.goto(f"{here}/settings")
    names = page.locator("#column-list summary .clamp")
    expect(names).to_have_text(["Backlog", "To do", "In progress", "Done"])
    rows = page.locator("#column-list li")
    rows.nth(3).drag_to(rows.nth(0), target_position={"x": 40, "y": 4})
    expect(names).to_have_text(["Done", "Backlog", "To do", "In progress"])
    page.reload()
    expect(names).to_have_text(["Done", "Backlog", "To do", "In progress"])
    page.get_by_role("button", name="Move Done down").press("Enter")
    expect(names).to_have_text(["Backlog", "Done", "To do", "In progress"])
    page.get_by_text("Add a column").click()
    form = page.locator('form[action$="/COLS/columns"]')
    form.get_by_label("Name").fill("Review")
    form.get_by_label("Limit").fill("0")
    form.get_by_role("button", name="Add column").click()
    expect(form.get_by_text("A whole number from 1 to 10,000")).to_be_visible()
    expect(form.get_by_label("Name")).to_have_value("Review")
    form.get_by_label("Limit").fill("4")
    form.get_by_role("button", name="Add column").click()
    expect(names.last).to_have_text("Review")


def test_the_side_bar_keeps_what_was_closed_and_takes_favourites(demo: Served, page: Page):
    page.goto(f"{demo.url}/nordlicht/projects/MHL")
    side = page.locator("#side-projects")
    here = side.get_by_role("link", name="Relaunch of the customer portal")
    expect(here.first).to_have_attribute("aria-current", "page")
    page.locator(".crumb-star button").click()
    expect(page.locator(".crumb-star button")).to_have_attribute("aria-pressed", "true")
    heading = side.locator("summary", has_text="Favourites")
    expect(heading).to_be_visible()
    page.goto(f"{demo.url}/nordlicht/clients")
    expect(here.first).to_be_visible()
    heading.click()
    expect(here.first).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/nordlicht/projects")
    expect(heading).to_be_visible()
    expect(here.first).to_be_hidden()
    row = page.locator(".project-row", has_text="Relaunch of the customer portal")
    row.get_by_role("button", name="Favourite").click()
    expect(heading).to_have_count(0)


def test_the_list_is_narrowed_while_one_types_and_chooses(demo: Served, page: Page):
    page.goto(f"{demo.url}/nordlicht/projects")
    rows = page.locator(".project-row")
    expect(rows.first).to_be_visible()
    page.get_by_label("Search projects").fill("zlaty klasok")
    expect(rows).to_have_count(1)
    page.wait_for_url("**/projects?q=zlaty**")
    page.get_by_label("Search projects").fill("")
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Status").select_option("on_hold")
    page.wait_for_url("**status=on_hold**")
    expect(page.locator(".chip")).to_have_text(["On hold"])
    page.get_by_label("Arrange").select_option("due_date")
    page.wait_for_url("**by=due_date**")
    expect(page.locator(".group-head")).to_have_count(0)
    page.keyboard.press("Escape")
    page.locator(".chip").click()
    page.wait_for_url("**/projects?by=due_date")
    expect(page.locator(".chip")).to_have_count(0)


def test_what_others_change_shows_without_a_reload(demo: Served, page: Page, sign_in: Callable[..., Page]):
    here = add(page, demo, "Watched", "WTCH")
    other = sign_in(demo)
    other.goto(f"{here}/edit")
    other.get_by_label("Name", exact=True).fill("Watched closely")
    other.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Watched closely", level=2)).to_be_visible()


def test_without_javascript_everything_is_shown_and_edited(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, java_script_enabled=False)
    add(page, demo, "Plain", "PLAIN")
    page.locator(".view-tabs").get_by_role("link", name="Settings").click()
    page.get_by_label("New label").fill("Waiting")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("summary .badge", has_text="Waiting")).to_be_visible()
    page.goto(f"{demo.url}/nordlicht/projects")
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Status").select_option("completed")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**status=completed**")
    expect(page.locator(".chip")).to_have_text(["Completed"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone_with_names_of_300_characters(
    demo: Served, sign_in: Callable[..., Page], scheme: str
):
    page = sign_in(demo, color_scheme=scheme, **PHONE)
    here = add(page, demo, ("Überlang" * 40)[:300], f"LONG{scheme[0].upper()}")
    for path in ("", "/members", "/settings", "/activity", "/edit", "/duplicate"):
        page.goto(here + path)
        assert page.evaluate("document.documentElement.scrollWidth <= screen.width"), path
    for path in ("/projects", "/settings/labels", "/settings/fields", "/clients"):
        page.goto(f"{demo.url}/nordlicht{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= screen.width"), path
