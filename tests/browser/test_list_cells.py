"""Cells of a list that are changed where they stand: by keyboard and pointer, beside others, with faults."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

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


def renamed(page: Page, line, title: str) -> None:
    line.locator("a.row-link").focus()
    page.keyboard.press("F2")
    page.keyboard.type(title)
    page.keyboard.press("Enter")
    expect(line.locator("a.row-link")).to_have_text(title)


def test_what_others_change_takes_nobody_s_words_and_shows_afterwards(
    demo: Served, rows: Page, sign_in: Callable[..., Page]
):
    other = sign_in(demo, VALENTIN)
    other.goto(demo.url + LIST)
    mine = row(rows, 2)
    mine.hover()
    mine.locator("[data-cell='title']").click()
    expect(rows.locator("#cell-field")).to_be_focused()
    rows.keyboard.type("Still being wr")
    renamed(other, row(other, 3), "By Valentin")
    rows.wait_for_timeout(500)
    rows.keyboard.type("itten")
    rows.keyboard.press("Enter")
    expect(mine.locator("a.row-link")).to_have_text("Still being written")
    expect(rows.get_by_role("link", name="By Valentin")).to_be_visible()
    rows.keyboard.press("F2")
    expect(rows.locator("#cell-field")).to_be_focused()
    renamed(other, row(other, 3), "By Valentin again")
    rows.wait_for_timeout(500)
    rows.keyboard.press("Escape")
    expect(rows.get_by_role("link", name="By Valentin again")).to_be_visible()


def test_two_who_change_one_title_lose_neither(demo: Served, rows: Page, sign_in: Callable[..., Page]):
    other = sign_in(demo, VALENTIN)
    other.goto(demo.url + LIST)
    mine = row(rows, 4)
    renamed(rows, mine, "Once")
    renamed(rows, mine, "Twice")  # what one saved oneself stands in nobody's way
    rows.keyboard.press("F2")
    expect(rows.locator("#cell-field")).to_be_focused()
    renamed(other, row(other, 4), "By the other")
    rows.keyboard.type("By me")
    rows.keyboard.press("Enter")
    expect(rows.get_by_role("alert")).to_contain_text("Somebody else saved this meanwhile.")
    expect(rows.locator("#cell-field")).to_have_value("By me")
    search = rows.get_by_label("Search these tasks")
    search.focus()
    expect(search).to_be_focused()
    expect(rows.locator("#cell-field")).to_have_value("By me")
    rows.locator("#cell-field").focus()
    rows.keyboard.press("Escape")
    expect(mine.locator("a.row-link")).to_have_text("By the other")


def test_what_is_typed_before_the_form_is_there_counts(rows: Page):
    def late(route: Route) -> None:
        rows.wait_for_timeout(400)
        route.continue_()

    rows.route("**/cell?*", late)
    mine = row(rows, 5)
    mine.locator("a.row-link").focus()
    rows.keyboard.press("F2")
    rows.keyboard.type("Quicc")
    rows.keyboard.press("Backspace")
    rows.keyboard.type("k")
    rows.keyboard.press("Enter")
    expect(mine.locator("a.row-link")).to_have_text("Quick")
    rows.keyboard.press("F2")
    rows.keyboard.type("no")
    rows.keyboard.press("Escape")
    rows.wait_for_timeout(800)
    expect(rows.locator(".cell-edit")).to_have_count(0)
    expect(mine.locator("a.row-link")).to_have_text("Quick")


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


def test_a_task_is_added_to_a_list_that_was_scrolled(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    page.goto(f"{demo.url}/nordlicht/projects/HPR/list")
    page.locator(".sentinel").scroll_into_view_if_needed()
    expect(page.locator(".sentinel")).to_have_count(0)
    count = page.locator("tr[data-row]").count()
    assert count > 50
    page.locator(".lane-add .board-add-input").first.fill("One more")
    page.locator(".lane-add .board-add-input").first.press("Enter")
    expect(page.get_by_role("link", name="One more")).to_be_visible()
    assert page.locator("tr[data-row]").count() >= count
