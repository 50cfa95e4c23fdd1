"""The board grouped by assignee, label or priority, in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.test_board import BOARD, VALENTIN, column, drag, keys_in


@pytest.fixture
def board(demo: Served, sign_in: Callable[..., Page]) -> Page:
    page = sign_in(demo)
    page.set_viewport_size(
        {"width": 2000, "height": 900}
    )  # so that all lanes can be reached without scrolling
    page.goto(demo.url + BOARD)
    return page


def taken(page: Page) -> tuple[str, str]:
    """Return the name of a lane with cards, of somebody, and that of somebody's lane to the left of it."""
    names = page.locator(".board-column h2").all_inner_texts()
    at = next(n for n, name in enumerate(names) if n > 1 and keys_in(page, name))
    return names[at], names[at - 1]


def card_in(page: Page, lane: str, key: str):
    return column(page, lane).locator(".task-card", has=page.get_by_text(key, exact=True))


def group(page: Page, name: str) -> None:
    page.get_by_label("Group by").select_option(name)
    expect(page.locator(f"#board[data-by={name.removeprefix('By ')}]")).to_be_visible()


def test_a_card_changes_hands_by_the_mouse_and_back(board: Page):
    group(board, "By assignee")
    expect(column(board, "Nobody")).to_be_visible()
    assert "group_by=assignee" in board.url
    group(board, "By priority")
    expect(column(board, "Urgent")).to_be_visible()
    key = keys_in(board, "None")[0]
    count = int(column(board, "Urgent").locator(".column-count").inner_text())
    drag(
        board,
        column(board, "None").locator(".task-card").first,
        column(board, "Urgent").locator(".board-cards"),
    )
    expect(board.locator(".toast", has_text=f"Moved {key}.")).to_be_visible()
    expect(column(board, "Urgent").locator(".column-count")).to_have_text(str(count + 1))
    board.reload()
    assert key in keys_in(board, "Urgent")
    drag(
        board,
        card_in(board, "Urgent", key),
        column(board, "Low").locator(".board-cards"),
    )
    expect(board.locator(".toast", has_text=f"Moved {key}.")).to_be_visible()
    assert key in keys_in(board, "Low")
    board.locator(".toast").get_by_role("button", name="Undo").click()
    expect(card_in(board, "Urgent", key)).to_be_visible()
    assert key not in keys_in(board, "Low")


def test_a_card_is_carried_to_another_lane_by_the_keyboard(board: Page):
    group(board, "By assignee")
    said = board.locator("#board-said")
    lane, beside = taken(board)
    key = keys_in(board, lane)[0]
    column(board, lane).locator(".task-card a").first.focus()
    board.keyboard.press("Space")
    board.keyboard.press("ArrowDown")
    board.keyboard.press("ArrowLeft")
    expect(said).to_have_text(re.compile(f": {re.escape(beside)}\\.$"))  # places are by day
    board.keyboard.press("Space")
    expect(board.locator(".toast", has_text=f"Moved {key}.")).to_be_visible()
    expect(card_in(board, beside, key).locator("a")).to_be_focused()
    assert key not in keys_in(board, lane)
    board.reload()
    assert key in keys_in(board, beside)


def test_a_card_that_is_dropped_in_its_own_lane_goes_back_to_its_day(board: Page):
    group(board, "By priority")
    before = keys_in(board, "None")
    cards = column(board, "None").locator(".task-card")
    drag(board, cards.first, cards.nth(2))
    expect(column(board, "None").locator(".shortcode")).to_have_text(before)
    assert board.locator(".toast").count() == 0


def test_a_new_task_has_what_its_lane_has_and_others_see_it(
    demo: Served, sign_in: Callable[..., Page], board: Page
):
    other = sign_in(demo, VALENTIN)
    other.goto(f"{demo.url}{BOARD}?group_by=priority")
    group(board, "By priority")
    expect(column(board, "High")).to_be_visible()
    field = column(board, "High").get_by_placeholder("Add a task")
    field.fill("Pressing matters")
    field.press("Enter")
    expect(column(board, "High").get_by_text("Pressing matters", exact=True)).to_be_visible()
    expect(column(other, "High").get_by_text("Pressing matters", exact=True)).to_be_visible()


def test_what_two_do_is_in_both_lanes_and_chosen_as_one(board: Page):
    group(board, "By assignee")
    lane, beside = taken(board)
    key = keys_in(board, lane)[0]
    card = column(board, lane).locator(".task-card").first
    card.locator("a").focus()
    board.keyboard.press("x")
    bulk = board.locator("#bulk")
    bulk.get_by_label("Assign", exact=True).select_option(beside)
    expect(card_in(board, beside, key)).to_be_visible()
    assert key in keys_in(board, lane)
    expect(bulk.locator("[data-count]")).to_have_text("1 selected")
    assert board.locator(".task-card--selected").count() == 2
