"""The board in a real browser: by mouse, by keyboard, by two people at once, on a phone, without scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.held import Held

BOARD = "/nordlicht/projects/TOUR/board"
VALENTIN = "valentin.hoellwarth@nordlicht.example"


@pytest.fixture
def board(demo: Served, sign_in: Callable[..., Page]) -> Page:
    page = sign_in(demo)
    page.goto(demo.url + BOARD)
    return page


def column(page: Page, name: str):
    return page.locator(".board-column").filter(has=page.get_by_role("heading", name=name, exact=True))


def keys_in(page: Page, name: str) -> list[str]:
    return column(page, name).locator(".task-card .shortcode").all_text_contents()


def card_of(page: Page, key: str):
    return page.locator(".task-card", has=page.get_by_text(key, exact=True))


def drag(page: Page, card, target) -> None:
    """Drag a card onto another by the mouse, as a hand would: once both stand still."""
    target.hover(trial=True)
    card.hover(trial=True)
    a, b = card.bounding_box(), target.bounding_box()
    page.mouse.move(a["x"] + a["width"] / 2, a["y"] + a["height"] / 2)
    page.mouse.down()
    page.mouse.move(a["x"] + a["width"] / 2 + 10, a["y"] + a["height"] / 2 + 10, steps=3)
    page.mouse.move(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2, steps=12)
    page.mouse.move(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2 + 2, steps=2)
    page.wait_for_timeout(250)
    page.mouse.up()


def test_a_card_is_dragged_and_the_move_is_undone(board: Page):
    before = keys_in(board, "Backlog")
    card = column(board, "Backlog").locator(".task-card").first
    count = column(board, "In progress").locator(".column-count")
    expect(count).to_have_text("0")
    drag(board, card, column(board, "In progress").locator(".board-cards"))
    expect(column(board, "In progress").locator(".shortcode")).to_have_text([before[0]])
    expect(count).to_have_text("1")
    toast = board.locator(".toast", has_text=f"Moved {before[0]}.")
    expect(toast).to_be_visible()
    board.reload()
    assert keys_in(board, "In progress") == [before[0]]
    drag(
        board,
        column(board, "In progress").locator(".task-card").first,
        column(board, "Backlog").locator(".task-card").nth(3),
    )
    expect(column(board, "In progress").locator(".task-card")).to_have_count(0)
    board.locator(".toast").get_by_role("button", name="Undo").click()
    expect(column(board, "In progress").locator(".shortcode")).to_have_text([before[0]])


def test_a_card_is_carried_by_the_keyboard_and_it_is_said_where_it_is(board: Page):
    said = board.locator("#board-said")
    first, second = keys_in(board, "To do")[:2]
    card = card_of(board, first)
    card.locator("a").focus()
    board.keyboard.press("ArrowDown")
    expect(
        board.locator(".task-card", has=board.get_by_text(second, exact=True)).locator("a")
    ).to_be_focused()
    board.keyboard.press("ArrowUp")
    board.keyboard.press("Space")
    expect(said).to_contain_text("Lifted")
    board.keyboard.press("ArrowDown")
    expect(said).to_contain_text("To do, place 2 of")
    board.keyboard.press("Space")
    expect(said).to_contain_text("Dropped")
    expect(board.locator(".toast", has_text=f"Moved {first}.")).to_be_visible()
    assert keys_in(board, "To do")[:2] == [second, first]
    expect(card.locator("a")).to_be_focused()
    board.keyboard.press("Space")
    board.keyboard.press("ArrowRight")
    board.keyboard.press("Escape")
    expect(said).to_contain_text("back where it was")
    assert keys_in(board, "To do")[:2] == [second, first]


def test_places_count_the_cards_that_are_not_loaded_yet(board: Page):
    board.goto(board.url.replace("/TOUR/", "/HPR/"))
    full = column(board, "To do")
    expect(full.locator("[data-more]")).to_have_count(1)
    count = full.locator(".column-count").inner_text()
    full.locator(".task-card a").first.focus()
    board.keyboard.press("Space")
    expect(board.locator("#board-said")).to_contain_text("Lifted")
    board.keyboard.press("ArrowDown")
    expect(board.locator("#board-said")).to_contain_text(f"place 2 of {count}.")
    board.keyboard.press("Escape")


def test_a_card_says_how_it_is_lifted_and_whether_it_is_selected(board: Page):
    link = column(board, "To do").locator(".task-card a").first
    expect(link).to_have_accessible_description("The space bar lifts this task, x selects it.")
    link.focus()
    board.keyboard.press("x")
    expect(link).to_have_accessible_description(re.compile("^Selected"))
    expect(board.locator("#board-said")).to_contain_text("selected.")
    board.keyboard.press("x")
    expect(link).to_have_accessible_description("The space bar lifts this task, x selects it.")


def test_tasks_are_added_one_after_the_other(board: Page):
    field = column(board, "In progress").get_by_placeholder("Add a task")
    for title in ("Ask the brewery", "Ask the brewery again"):
        field.fill(title)
        field.press("Enter")
        expect(column(board, "In progress").get_by_text(title, exact=True)).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value("")


def test_two_people_see_each_others_moves_within_a_second(
    demo: Served, sign_in: Callable[..., Page], board: Page
):
    other = sign_in(demo, VALENTIN)
    other.goto(demo.url + BOARD)
    asked: list[str] = []
    other.on("request", lambda request: asked.append(request.url))
    key = keys_in(board, "Backlog")[1]
    card_of(board, key).locator("a").focus()
    for press in ("Space", "ArrowRight", "ArrowRight", "Space"):
        board.keyboard.press(press)
    there = column(other, "In progress").locator(".task-card").get_by_text(key, exact=True)
    expect(there).to_be_visible(timeout=3000)
    other.wait_for_timeout(500)
    assert demo.url + BOARD not in asked  # the card that was moved, not the board


def test_filters_narrow_the_board_and_stay_in_the_address(board: Page):
    fitting = column(board, "Backlog").locator(".task-card", has_text="navigation")
    keys = fitting.locator(".shortcode").all_text_contents()
    assert 0 < len(keys) < len(keys_in(board, "Backlog"))
    board.get_by_label("Search these tasks").fill("navigation")
    expect(column(board, "Backlog").locator(".task-card .shortcode")).to_have_text(keys)
    board.wait_for_url("**/board?q=navigation")
    board.reload()
    expect(board.get_by_label("Search these tasks")).to_have_value("navigation")
    expect(column(board, "Backlog").locator(".column-count")).to_contain_text(f"{len(keys)}/")


def test_a_folded_column_stays_folded(board: Page):
    column(board, "Backlog").get_by_role("button", name="Fold Backlog").click()
    expect(column(board, "Backlog").locator(".board-cards")).to_be_hidden()
    board.reload()
    expect(column(board, "Backlog").locator(".board-cards")).to_be_hidden()
    column(board, "Backlog").locator(".board-column-head").click()
    expect(column(board, "Backlog").locator(".board-cards")).to_be_visible()


def test_a_board_on_a_phone_scrolls_by_columns_only(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(demo.url + BOARD)
    assert page.evaluate("document.documentElement.scrollWidth <= screen.width")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    expect(column(page, "Backlog").get_by_placeholder("Add a task")).to_be_visible()


def test_without_scripts_cards_are_shown_and_added(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, java_script_enabled=False)
    page.goto(demo.url + BOARD)
    field = column(page, "In progress").get_by_placeholder("Add a task")
    field.fill("Written without a script")
    field.press("Enter")
    page.wait_for_url(f"**{BOARD}")
    expect(page.get_by_text("Written without a script")).to_be_visible()


def test_a_card_that_somebody_changes_stays_in_the_hand_of_who_drags_it(
    demo: Served, sign_in: Callable[..., Page], board: Page
):
    other = sign_in(demo, VALENTIN)
    other.goto(demo.url + BOARD)
    key = keys_in(board, "Backlog")[0]
    card = card_of(board, key)
    card.evaluate("card => card.dataset.mark = 'held'")
    held = board.locator(".task-card[data-mark]:not(.task-card--drag)")
    at = card.bounding_box()
    board.mouse.move(at["x"] + 20, at["y"] + 20)
    board.mouse.down()
    board.mouse.move(at["x"] + 60, at["y"] + 60, steps=4)
    card_of(other, key).locator("a").focus()
    other.keyboard.press("x")
    other.locator("#bulk").get_by_label("Priority").select_option("Urgent")
    urgent = board.locator(f".task-card:has-text('{key}') [data-priority='urgent']")
    expect(card_of(other, key).locator("[data-priority='urgent']")).to_be_visible()
    board.wait_for_timeout(600)
    expect(held).to_have_count(1)
    board.mouse.up()
    expect(urgent.first).to_be_visible()
    expect(held).to_have_count(0)


def test_a_drop_beside_one_that_is_still_on_its_way_waits_for_it(board: Page):
    first, second = keys_in(board, "To do")[:2]
    held = Held(board, "**/board/move")
    drag(board, card_of(board, first), column(board, "Done").locator(".board-cards"))
    drag(board, card_of(board, second), card_of(board, first))
    assert len(held.routes) == 1
    held.let_go()
    expect(board.locator(".toast", has_text=f"Moved {second}.")).to_be_visible()
    board.reload()
    assert {first, second} <= set(keys_in(board, "Done"))


def test_many_are_moved_at_once_and_all_of_it_can_be_undone(board: Page):
    for key in keys_in(board, "Backlog"):
        card_of(board, key).locator("a").click(modifiers=["Control"])
    count = board.locator(".task-card--selected").count()
    assert count > 12
    board.locator("#bulk").get_by_label("Move to").select_option("In progress")
    expect(board.locator(".toast", has_text=f"Moved {count} tasks.")).to_be_visible()
    assert keys_in(board, "Backlog") == []
    board.locator(".toast", has_text=f"Moved {count}").get_by_role("button", name="Undo").click()
    expect(board.locator(".toast", has_text=f"{count} tasks are back.")).to_be_visible()
    assert len(keys_in(board, "Backlog")) == count


def test_escape_leaves_the_field_for_new_tasks(board: Page):
    field = column(board, "Backlog").get_by_placeholder("Add a task")
    field.fill("Half a thought")
    field.press("Escape")
    expect(field).not_to_be_focused()
    expect(field).to_have_value("Half a thought")
    board.keyboard.press("?")
    expect(board.locator("dialog[open]")).to_be_visible()
