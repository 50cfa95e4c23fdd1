"""Calendar and timeline in a real browser: by mouse, keyboard and finger, by two at once, without scripts."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.test_board import drag

PROJECT = "/nordlicht/projects/TARIF"
OPEN = ".calendar-day:not(.calendar-day--outside) .calendar-task:not(.calendar-task--done)"


@pytest.fixture
def month(demo: Served, sign_in: Callable[..., Page]) -> Page:
    """The calendar of a month in the middle of which something is due."""
    page = sign_in(demo)
    page.goto(demo.url + f"{PROJECT}/calendar")
    if not page.locator(OPEN).count():
        page.get_by_label("Next month").click()
        page.wait_for_url("**month=*")
    return page


@pytest.fixture
def plan(demo: Served, sign_in: Callable[..., Page]) -> Page:
    page = sign_in(demo)
    page.goto(demo.url + f"{PROJECT}/timeline?scale=week")
    return page


def day_of(page: Page, task: str) -> str:
    return page.locator(f"#{task}").evaluate("(task) => task.closest('[data-day]').dataset.day")


def list_on(page: Page, day: str):
    return page.locator(f".calendar-tasks[data-day='{day}']").first


def bar_days(page: Page, bar: str) -> tuple[str, str]:
    data = page.locator(f"#{bar}").evaluate("(bar) => [bar.dataset.start, bar.dataset.due]")
    return data[0], data[1]


def after(day: str, days: int) -> str:
    return str(date.fromisoformat(day) + timedelta(days=days))


def test_a_task_is_dragged_to_another_day_and_that_is_undone(month: Page):
    task = month.locator(OPEN).first
    name, before = task.get_attribute("id"), task.evaluate("(each) => each.closest('[data-day]').dataset.day")
    target = month.locator(".calendar-day:not(.calendar-day--outside) .calendar-tasks").nth(17)
    day = target.get_attribute("data-day")
    drag(month, task, target)
    expect(month.locator(".toast")).to_contain_text("Rescheduled TARIF-")
    assert day_of(month, name) == day
    month.reload()
    assert day_of(month, name) == day
    target = month.locator(".calendar-day:not(.calendar-day--outside) .calendar-tasks").nth(9)
    drag(month, month.locator(f"#{name}"), target)
    month.locator(".toast").get_by_role("button", name="Undo").click()
    expect(list_on(month, day).locator(f"#{name}")).to_be_visible()
    assert before


def test_a_task_is_carried_to_another_day_by_the_keyboard(month: Page):
    task = month.locator(OPEN).last
    name, before = task.get_attribute("id"), task.evaluate("(each) => each.closest('[data-day]').dataset.day")
    step, there = ("ArrowUp", -7) if date.fromisoformat(before).day > 14 else ("ArrowDown", 7)
    task.locator("a").focus()
    month.keyboard.press("Space")
    expect(month.locator("#days-said")).to_contain_text("Lifted")
    month.keyboard.press(step)
    expect(month.locator("#days-said")).to_contain_text(
        date.fromisoformat(after(before, there)).strftime("%A")
    )
    month.keyboard.press("Escape")
    expect(month.locator("#days-said")).to_contain_text("back where it was")
    assert day_of(month, name) == before
    month.keyboard.press("Space")
    month.keyboard.press(step)
    month.keyboard.press("Space")
    expect(month.locator(".toast")).to_contain_text("Rescheduled")
    expect(month.locator(f"#{name} a")).to_be_focused()
    month.reload()
    assert day_of(month, name) == after(before, there)


def test_a_task_is_added_on_a_day_and_loses_its_day(month: Page):
    day = month.locator(".calendar-day:not(.calendar-day--outside)").nth(10)
    day.hover()
    day.locator(".calendar-add").click()
    field = month.locator("#calendar-title")
    expect(field).to_be_focused()
    field.fill("Order the cake")
    field.press("Enter")
    task = day.locator(".calendar-task", has_text="Order the cake")
    expect(task).to_be_visible()
    drag(month, task, month.locator(".calendar-tasks--waiting"))
    expect(month.locator(".calendar-tasks--waiting")).to_contain_text("Order the cake")
    expect(month.locator(".calendar-waiting .lane-count")).to_have_text("1")


def test_others_see_where_a_task_went(month: Page, demo: Served, sign_in: Callable[..., Page]):
    other = sign_in(demo)
    other.goto(month.url)
    task = month.locator(OPEN).first
    name = task.get_attribute("id")
    target = month.locator(".calendar-day:not(.calendar-day--outside) .calendar-tasks").nth(19)
    drag(month, task, target)
    expect(list_on(other, target.get_attribute("data-day")).locator(f"#{name}")).to_be_visible()


def test_a_bar_is_moved_stretched_and_put_back(plan: Page):
    bar = plan.locator(".plan-bar[data-start]:not([data-start='']):not(.plan-bar--done)").first
    name = bar.get_attribute("id")
    start, due = bar_days(plan, name)
    box = bar.locator(".plan-box").bounding_box()
    plan.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    plan.mouse.down()
    plan.mouse.move(box["x"] + box["width"] / 2 + 74, box["y"] + box["height"] / 2, steps=6)
    expect(plan.locator("#plan-tip")).to_be_visible()
    plan.mouse.up()
    expect(plan.locator(".toast")).to_contain_text("Rescheduled")
    assert bar_days(plan, name) == (after(start, 2), after(due, 2))
    expect(plan.locator("#task-panel[open]")).to_have_count(0)
    plan.locator(".toast").get_by_role("button", name="Undo").click()
    expect(plan.locator(f"#{name}[data-start='{start}'][data-due='{due}']")).to_be_visible()
    box = plan.locator(f"#{name} .plan-box").bounding_box()
    plan.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    plan.mouse.down()
    plan.mouse.move(box["x"] + box["width"] + 36, box["y"] + box["height"] / 2, steps=6)
    plan.mouse.up()
    expect(plan.locator(f"#{name}[data-start='{start}'][data-due='{after(due, 1)}']")).to_be_visible()


def test_a_bar_is_changed_by_the_keyboard(plan: Page):
    bar = plan.locator(".plan-bar[data-start]:not([data-start='']):not(.plan-bar--done)").nth(1)
    name = bar.get_attribute("id")
    start, due = bar_days(plan, name)
    bar.focus()
    plan.keyboard.press("Space")
    expect(plan.locator("#days-said")).to_contain_text("Lifted")
    plan.keyboard.press("ArrowRight")
    plan.keyboard.press("Shift+ArrowRight")
    plan.keyboard.press("Space")
    expect(
        plan.locator(f"#{name}[data-start='{after(start, 1)}'][data-due='{after(due, 2)}']")
    ).to_be_visible()
    expect(plan.locator(f"#{name}")).to_be_focused()
    plan.keyboard.press("Space")
    plan.keyboard.press("ArrowLeft")
    plan.keyboard.press("Escape")
    assert bar_days(plan, name) == (after(start, 1), after(due, 2))
    plan.keyboard.press("Enter")
    expect(plan.locator("#task-panel[open]")).to_be_visible()


def test_a_task_without_days_is_drawn_into_its_row(plan: Page, demo: Served):
    plan.goto(demo.url + f"{PROJECT}/board")
    plan.locator(".board-add-input").first.fill("Draw me")
    plan.locator(".board-add-input").first.press("Enter")
    expect(plan.locator(".task-card", has_text="Draw me")).to_be_visible()
    plan.goto(demo.url + f"{PROJECT}/timeline?scale=week")
    row = plan.locator(".plan-names li", has_text="Draw me")
    row.scroll_into_view_if_needed()
    box = row.bounding_box()
    x, y = box["x"] + box["width"] + 100, box["y"] + box["height"] / 2
    plan.mouse.move(x, y)
    plan.mouse.down()
    plan.mouse.move(x + 110, y, steps=8)
    plan.mouse.up()
    bar = plan.locator(".plan-bar[aria-label^='Draw me']")
    expect(bar).to_be_visible()
    start, due = bar_days(plan, bar.get_attribute("id"))
    assert after(start, 3) == due


def test_all_projects_have_a_calendar_and_a_timeline(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    page.get_by_role("link", name="Tasks", exact=True).click()
    page.get_by_role("link", name="Timeline").click()
    expect(page.locator(".plan-group").first).to_be_visible()
    page.get_by_label("By project").select_option("client")
    page.wait_for_url("**group_by=client*")
    expect(page.locator(".plan-group").first).to_be_visible()
    page.get_by_role("link", name="Calendar", exact=True).click()
    expect(page.get_by_role("heading", level=2)).to_contain_text(str(date.today().year))  # noqa: DTZ011


def test_a_phone_shows_the_days_one_below_the_other(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    for path in ("calendar", "timeline"):
        page.goto(f"{demo.url}{PROJECT}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    today = page.locator(".plan-today")
    expect(today).to_be_in_viewport()


def test_without_scripts_tasks_are_added_on_days(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, java_script_enabled=False)
    page.goto(f"{demo.url}{PROJECT}/calendar")
    page.locator(".calendar-add").nth(12).click()
    page.locator("#calendar-title").fill("Without scripts")
    page.locator("#calendar-title").press("Enter")
    expect(page.locator(".calendar-task", has_text="Without scripts")).to_be_visible()
    page.goto(f"{demo.url}{PROJECT}/timeline")
    expect(page.locator(".plan-bar").first).to_be_visible()
