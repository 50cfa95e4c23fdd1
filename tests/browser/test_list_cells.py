"""Cells of a list that are changed where they stand: by keyboard and pointer, beside others, with faults."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served

LIST = "/nordlicht/projects/TOUR/list?group_by=none"
VALENTIN = "valentin.hoellwarth@nordlicht.example"


@pytest.fixture
def rows(demo: Served, sign_in: Callable[..., Page]) -> Page:
    page = sign_in(demo)
    page.goto(demo.url + LIST)
    return page


def row(page: Page, at: int):
    return page.locator(f"[id='{page.locator('tr[data-row]').nth(at).get_attribute('id')}']")


def test_a_title_is_changed_by_f2_and_escape_leaves_it(rows: Page):
    first = row(rows, 0)
    first.locator("a.row-link").focus()
    rows.keyboard.press("F2")
    expect(rows.get_by_role("textbox", name="Title")).to_be_focused()
    rows.keyboard.type("Not this")
    rows.keyboard.press("Escape")
    expect(first.locator("a.row-link")).to_be_focused()
    expect(first).not_to_contain_text("Not this")
    rows.keyboard.press("F2")
    expect(rows.get_by_role("textbox", name="Title")).to_be_focused()
    rows.keyboard.type("Changed where it stands")
    rows.keyboard.press("Enter")
    expect(first.locator("a.row-link")).to_have_text("Changed where it stands")
    expect(first.locator("a.row-link")).to_be_focused()
    rows.reload()
    expect(first.locator("a.row-link")).to_have_text("Changed where it stands")


def test_a_day_is_typed_and_one_goes_on_where_one_was(rows: Page):
    first = row(rows, 1)
    first.locator("[data-cell='due_date']").focus()
    rows.keyboard.press("Enter")
    expect(rows.locator("#cell-field")).to_be_focused()
    rows.keyboard.type("02282028")
    expect(rows.locator(".cell-edit")).to_be_visible()
    rows.keyboard.press("Enter")
    expect(first.locator("time[datetime='2028-02-28']")).to_be_visible()
    expect(first.locator("[data-cell='due_date']")).to_be_focused()
    rows.keyboard.press("Enter")
    expect(rows.locator("#cell-field")).to_have_value("2028-02-28")
    rows.locator("#cell-field").fill("")
    expect(first.locator("time")).to_have_count(0)


def test_somebody_is_chosen_and_nobody_again_among_everybodys_tasks(
    demo: Served, sign_in: Callable[..., Page]
):
    page = sign_in(demo)
    page.goto(f"{demo.url}/nordlicht/tasks?assignee=all&sort=title")
    first = row(page, 0)
    first.locator("[data-cell='assignees']").click()
    page.locator("#cell-field").select_option("Mia Berger")
    expect(page.locator(".cell-edit")).to_have_count(0)
    expect(first.locator("[data-cell='assignees']")).to_contain_text("Mia Berger")
    first.locator("[data-cell='assignees']").click()
    page.locator("#cell-field").select_option("Nobody")
    expect(first.locator("[data-cell='assignees']")).to_have_class(re.compile("cell-open--empty"))
    expect(page.locator(".cell-edit")).to_have_count(0)
    column = first.locator("[data-cell='column']")
    was = column.text_content()
    column.click()
    others = page.locator("#cell-field option:not([selected])")
    page.locator("#cell-field").select_option(others.first.text_content())
    expect(column).not_to_have_text(was)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(column).to_have_text(was)


def test_what_is_wrong_is_said_beside_it_and_stays_as_it_was_typed(rows: Page, demo: Served):
    rows.goto(f"{demo.url}{LIST}&columns=key,estimate_seconds")
    first = row(rows, 0)
    first.locator("[data-cell='estimate_seconds']").click()
    expect(rows.locator("#cell-field")).to_be_focused()
    rows.keyboard.type("so long")
    rows.keyboard.press("Enter")
    expect(rows.get_by_role("alert")).to_contain_text("time")
    expect(rows.locator("#cell-field")).to_have_value("so long")
    expect(rows.locator("#cell-field")).to_be_focused()
    rows.locator("#cell-field").fill("2 h")
    rows.keyboard.press("Enter")
    expect(first.locator("[data-cell='estimate_seconds']")).to_contain_text("2 h")


def test_what_others_change_takes_nobody_s_words(demo: Served, rows: Page, sign_in: Callable[..., Page]):
    other = sign_in(demo, VALENTIN)
    other.goto(demo.url + LIST)
    mine, theirs = row(rows, 2), row(other, 3)
    mine.hover()
    mine.locator("[data-cell='title']").click()
    rows.keyboard.type("Still being wr")
    theirs.locator("a.row-link").focus()
    other.keyboard.press("F2")
    expect(other.locator("#cell-field")).to_be_focused()
    other.keyboard.type("By Valentin")
    other.keyboard.press("Enter")
    expect(rows.get_by_role("link", name="By Valentin")).to_be_visible()
    rows.keyboard.type("itten")
    rows.keyboard.press("Enter")
    expect(mine.locator("a.row-link")).to_have_text("Still being written")


def test_a_list_that_was_scrolled_stays_as_long_as_it_was(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    page.goto(f"{demo.url}/nordlicht/tasks?assignee=all")
    expect(page.locator("tr[data-row]")).to_have_count(50)
    page.locator(".sentinel").scroll_into_view_if_needed()
    expect(page.locator("tr[data-row]")).to_have_count(100)
    late = row(page, 80)
    priority = late.get_by_label("Priority", exact=True)
    priority.select_option("urgent" if priority.input_value() != "urgent" else "low")
    expect(page.locator(".toast", has_text="Changed 1 task.")).to_be_visible()
    expect(late).to_be_attached()
    late.locator("a.row-link").focus()
    page.keyboard.press("F2")
    expect(page.locator("#cell-field")).to_be_focused()
    page.keyboard.type("Far down")
    page.keyboard.press("Enter")
    expect(late.locator("a.row-link")).to_have_text("Far down")
    assert page.locator("tr[data-row]").count() >= 100
