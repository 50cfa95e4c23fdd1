"""What is dragged by the mouse is dragged by a finger too, and a finger that only passes by scrolls."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.finger import Finger, middle
from tests.browser.test_board import BOARD, card_of, column, keys_in

TABLET = {"viewport": {"width": 1180, "height": 820}, "has_touch": True, "is_mobile": True}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def tablet(demo: Served, sign_in: Callable[..., Page]) -> Page:
    page = sign_in(demo, **TABLET)
    page.goto(demo.url + BOARD)
    return page


@pytest.fixture
def phone(demo: Served, sign_in: Callable[..., Page]) -> Page:
    page = sign_in(demo, **PHONE)
    page.goto(demo.url + BOARD)
    return page


def test_a_card_is_carried_to_another_column_and_within_its_own(tablet: Page) -> None:
    finger = Finger(tablet)
    first, second = keys_in(tablet, "Backlog")[:2]
    finger.drag(card_of(tablet, first), column(tablet, "In progress").locator(".board-cards"))
    expect(column(tablet, "In progress").locator(".shortcode")).to_have_text([first])
    expect(tablet.locator(".toast", has_text=f"Moved {first}.")).to_be_visible()
    third = keys_in(tablet, "Backlog")[2]
    finger.drag(card_of(tablet, second), card_of(tablet, third))
    expect(tablet.locator(".toast", has_text=f"Moved {second}.")).to_be_visible()
    tablet.reload()
    assert keys_in(tablet, "In progress") == [first]
    assert second in keys_in(tablet, "Backlog")[1:]


def test_a_finger_that_passes_scrolls_and_one_that_taps_opens(phone: Page) -> None:
    finger, before = Finger(phone), keys_in(phone, "Backlog")
    finger.press(card_of(phone, before[2]), hold=0)
    x, y = finger.at
    finger.move(x, y - 200)
    finger.lift()
    expect(phone.locator(".toast")).to_have_count(0)
    assert keys_in(phone, "Backlog") == before
    card_of(phone, before[1]).tap()
    expect(phone.locator("#task-panel")).to_be_visible()


def test_a_phone_s_board_follows_the_card_to_the_next_column(phone: Page) -> None:
    finger, board = Finger(phone), phone.locator("#board")
    first = keys_in(phone, "Backlog")[0]
    finger.press(card_of(phone, first))
    finger.move(384, middle(card_of(phone, first))[1])
    expect(board).to_have_js_property(
        "scrollLeft", board.evaluate("board => board.scrollWidth - board.clientWidth")
    )
    finger.move(300, 300)
    finger.lift()
    expect(phone.locator(".toast", has_text=f"Moved {first}.")).to_be_visible()
    assert first not in keys_in(phone, "Backlog")


def test_a_swipe_over_cards_brings_the_next_column(phone: Page) -> None:
    finger, board = Finger(phone), phone.locator("#board")
    finger.press(card_of(phone, keys_in(phone, "Backlog")[1]), hold=0)
    finger.move(20, finger.at[1])
    finger.lift()
    expect(board).not_to_have_js_property("scrollLeft", 0)
    expect(phone.locator(".toast")).to_have_count(0)


def test_several_are_chosen_by_taps_and_moved_together(phone: Page) -> None:
    first, second, third = keys_in(phone, "Backlog")[:3]
    phone.get_by_role("button", name="Select", exact=True).tap()
    for key in (first, second, third, third):
        card_of(phone, key).tap()
    expect(phone.locator("#task-panel")).to_have_count(0)
    bar = phone.locator("#bulk")
    expect(bar).to_contain_text("2 selected")
    bar.get_by_label("Move to").select_option(label="In progress")
    expect(phone.locator(".toast", has_text="Moved 2 tasks.")).to_be_visible()
    expect(
        column(phone, "In progress").locator(".shortcode", has_text=re.compile(f"^({first}|{second})$"))
    ).to_have_count(2)
    bar.get_by_role("button", name="Choose nothing").tap()
    expect(phone.get_by_role("button", name="Select", exact=True)).to_have_attribute("aria-pressed", "false")
    card_of(phone, third).tap()
    expect(phone.locator("#task-panel")).to_be_visible()


def test_a_day_is_chosen_by_a_finger_in_the_calendar(demo: Served, sign_in: Callable[..., Page]) -> None:
    page = sign_in(demo, **TABLET)
    page.goto(f"{demo.url}/nordlicht/calendar?assignee=all")
    task = page.locator(".calendar-day .calendar-task").first
    day = task.locator("xpath=ancestor::*[@data-day][1]")
    name, from_day = task.get_attribute("data-id"), day.get_attribute("data-day")
    other = page.locator(f".calendar-day > [data-day]:not([data-day='{from_day}'])").nth(9)
    to_day = other.get_attribute("data-day")
    Finger(page).drag(task, other)
    expect(page.locator(f"[data-day='{to_day}'] [data-id='{name}']")).to_be_attached()  # or among "3 more"
    expect(page.locator(".toast")).to_be_visible()


def test_a_phone_s_calendar_has_a_line_for_each_day_to_come(
    demo: Served, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(demo, **PHONE)
    page.goto(f"{demo.url}/nordlicht/projects/TOUR/calendar")
    page.get_by_role("link", name="Next month").tap()
    page.wait_for_url("**month=*")
    assert page.locator(".calendar-day:not(.calendar-day--outside)").count() in range(28, 32)
    for day in page.locator(".calendar-day:not(.calendar-day--outside)").all():
        expect(day).to_be_visible()
    page.locator(".calendar-add").nth(3).tap()
    page.locator("#calendar-title").fill("Written on a phone")
    page.locator("#calendar-title").press("Enter")
    task = page.locator(".calendar-task", has_text="Written on a phone")
    expect(task).to_be_visible()
    empty = page.locator(".calendar-day--empty:not(.calendar-day--outside) .calendar-tasks").nth(4)
    day = empty.get_attribute("data-day")
    Finger(page).drag(task, empty)
    expect(page.locator(f"[data-day='{day}'] .calendar-task", has_text="Written on a phone")).to_be_visible()


def test_a_bar_of_one_day_is_moved_by_a_finger(demo: Served, sign_in: Callable[..., Page]) -> None:
    page = sign_in(demo, **TABLET)
    page.goto(f"{demo.url}/nordlicht/projects/TOUR/timeline")
    bar = page.locator(".plan-bar:has(.plan-grip--narrow)").first
    bar.scroll_into_view_if_needed()
    name, due = bar.get_attribute("id"), bar.get_attribute("data-due")
    finger = Finger(page)
    finger.press(bar.locator(".plan-box"))
    finger.move(finger.at[0] + 60, finger.at[1])
    finger.lift()
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator(f"#{name}")).not_to_have_attribute("data-due", due)
