"""A slow line, and none: what one does shows at once, is kept, or is taken back with a word."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.held import Held
from tests.browser.test_board import BOARD, card_of, column, drag, keys_in

LATENCY_MS = 1500


@pytest.fixture
def board(demo: Served, sign_in: Callable[..., Page]) -> Page:
    page = sign_in(demo)
    page.goto(demo.url + BOARD)
    return page


def slow_down(page: Page) -> None:
    """Let every answer take its time from now on."""
    cable = page.context.new_cdp_session(page)
    cable.send("Network.enable")
    cable.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY_MS, "downloadThroughput": 50_000, "uploadThroughput": 50_000},
    )


def test_moves_show_before_they_are_answered_and_all_are_kept(board: Page):
    held = Held(board, "**/board/move")
    first, second = keys_in(board, "Backlog")[:2]
    for key in (first, second):
        drag(board, card_of(board, key), column(board, "In progress").locator(".board-cards"))
        assert key in keys_in(board, "In progress")
    held.let_go()
    for key in (first, second):
        expect(board.locator(".toast", has_text=f"Moved {key}.")).to_be_visible()
    assert set(keys_in(board, "In progress")) >= {first, second}
    board.reload()
    assert set(keys_in(board, "In progress")) >= {first, second}


def test_a_comment_is_sent_once_however_often_one_presses(demo: Served, board: Page):
    board.goto(f"{demo.url}/nordlicht/tasks/TOUR-3")
    slow_down(board)
    area = board.get_by_placeholder("Say something")
    area.fill("Sent over a slow line")
    button = board.get_by_role("button", name="Comment", exact=True)
    button.dblclick()
    said = board.locator(".comment", has_text="Sent over a slow line")
    expect(said).to_have_count(1)
    board.reload()
    expect(said).to_have_count(1)


def test_a_move_without_a_network_is_taken_back_and_works_once_there_is_one(board: Page):
    key = keys_in(board, "Backlog")[0]
    target = column(board, "In progress").locator(".board-cards")
    board.context.set_offline(offline=True)
    drag(board, card_of(board, key), target)
    expect(board.locator(".toast--error")).to_be_visible()
    expect(column(board, "Backlog").get_by_text(key, exact=True)).to_be_visible()
    board.context.set_offline(offline=False)
    expect(board.locator("#offline")).to_be_hidden()
    drag(board, card_of(board, key), target)
    expect(board.locator(".toast", has_text=f"Moved {key}.")).to_be_visible()
    board.reload()
    assert key in keys_in(board, "In progress")
