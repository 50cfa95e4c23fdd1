"""The groups and columns of a list in a real browser: scrolled, folded, chosen, without scripts too."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Served

PROJECT = "/nordlicht/projects/TARIF"


def test_scrolling_goes_on_from_group_to_group(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    page.goto(f"{demo.url}/nordlicht/tasks?assignee=all&group_by=project")
    expect(page.locator(".group-row").first).to_be_visible()
    before = page.locator(".group-row").count()
    page.locator(".sentinel").scroll_into_view_if_needed()
    expect(page.locator("[data-row]")).not_to_have_count(50)
    expect(page.locator(".group-row").nth(before)).to_be_attached()
    heads = page.locator(".group-row").evaluate_all("(all) => all.map((each) => each.id)")
    assert len(heads) == len(set(heads))


def test_a_group_is_folded_and_opened(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    page.goto(f"{demo.url}{PROJECT}/list?group_by=assignee")
    fold = page.locator(".lane-fold").first
    expect(fold).to_have_attribute("aria-expanded", "true")
    count = int(fold.locator(".lane-count").inner_text())
    rows = page.locator("[data-row]").count()
    fold.focus()
    page.keyboard.press("Enter")
    expect(fold).to_have_attribute("aria-expanded", "false")
    page.wait_for_url("**folded=*")
    expect(fold.locator(".lane-count")).to_have_text(str(count))
    expect(page.locator(".group-row").first.locator("+ tr")).not_to_have_attribute("data-row", "")
    fold.click()
    expect(page.locator("[data-row]")).to_have_count(rows)


def test_columns_are_chosen_and_remembered(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    page.goto(f"{demo.url}{PROJECT}/list")
    page.locator("#columns-menu > summary").click()
    for name in ("Client", "Estimate", "Size"):
        page.locator("#columns-menu").get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Show these").click()
    page.wait_for_url("**columns=*")
    expect(page.get_by_role("columnheader", name="Estimate")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Size")).to_be_attached()
    page.goto(f"{demo.url}{PROJECT}/list")
    expect(page.get_by_role("columnheader", name="Client")).to_be_visible()
    page.locator("#columns-menu > summary").click()
    page.get_by_role("button", name="As usual").click()
    expect(page.get_by_role("columnheader", name="Client")).to_have_count(0)


def test_a_phone_shows_cards_under_the_heads(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page.goto(f"{demo.url}{PROJECT}/list?group_by=label&columns=key,priority,project,client,due_date")
    expect(page.locator(".group-row").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("#views-menu > summary").click()
    expect(page.locator("#views-menu").get_by_role("link", name="Save as…")).to_be_in_viewport()


def test_without_scripts_groups_fold_and_columns_are_chosen(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, java_script_enabled=False)
    page.goto(f"{demo.url}{PROJECT}/list?group_by=due_date")
    page.locator(".lane-fold").first.click()
    expect(page.locator(".lane-fold").first).to_have_attribute("aria-expanded", "false")
    page.locator("#columns-menu > summary").click()
    page.locator("#columns-menu").get_by_role("checkbox", name="Project").check()
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("columnheader", name="Project")).to_be_visible()


def test_a_row_s_column_is_changed_and_taken_back(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    page.goto(f"{demo.url}{PROJECT}/list?group_by=assignee")
    row = page.locator("tr[data-row]").first
    select = row.get_by_label("Column", exact=True)
    name, was = select.get_attribute("id"), select.input_value()
    value = next(
        each
        for each in select.locator("option").evaluate_all("(all) => all.map((each) => each.value)")
        if each != was
    )
    select.focus()
    select.select_option(value)
    expect(page.locator(".toast", has_text="Changed 1 task.")).to_be_visible()
    again = page.locator(f"[id='{name}']")
    expect(again).to_have_value(value)
    expect(again).to_be_focused()
    page.reload()
    expect(page.locator(f"[id='{name}']")).to_have_value(value)
    page.locator(f"[id='{name}']").select_option(was)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(f"[id='{name}']")).to_have_value(value)
