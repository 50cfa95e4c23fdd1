"""By keyboard alone: no focus is lost, nothing typed is disturbed, who listens hears where they are."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import MIA, Served

PROJECT = "/nordlicht/projects/TARIF"


@pytest.fixture
def mia(demo: Served, sign_in: Callable[..., Page]) -> Page:
    return sign_in(demo)


def where(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.id || document.activeElement.localName")
    return found


def test_a_new_page_begins_at_its_main_part_and_is_told(demo: Served, mia: Page):
    mia.keyboard.press("g")
    mia.keyboard.press("p")
    mia.wait_for_url("**/projects")
    expect(mia.locator("#main")).to_be_focused()
    expect(mia.locator("#page-said")).to_contain_text("Projects")
    mia.keyboard.press("Tab")
    assert mia.evaluate("document.querySelector('#main').contains(document.activeElement)")


def test_paging_months_and_moving_columns_keeps_the_focus(demo: Served, mia: Page):
    mia.goto(f"{demo.url}{PROJECT}/calendar")
    head = mia.locator(".stretch-head h2")
    first = head.inner_text()
    mia.get_by_role("link", name="Next month").focus()
    mia.keyboard.press("Enter")
    expect(head).not_to_have_text(first)
    second = head.inner_text()
    expect(mia.get_by_role("link", name="Next month")).to_be_focused()
    mia.keyboard.press("Enter")
    expect(head).not_to_have_text(second)
    mia.goto(f"{demo.url}{PROJECT}/settings")
    columns = mia.locator("[data-reorder] > li .clamp")
    name = columns.first.inner_text()
    mia.get_by_role("button", name=f"Move {name} down").focus()
    mia.keyboard.press("Enter")
    expect(columns.nth(1)).to_have_text(name)
    expect(mia.get_by_role("button", name=f"Move {name} down")).to_be_focused()


def test_a_day_is_typed_without_being_saved_half(demo: Served, mia: Page):
    mia.goto(f"{demo.url}{PROJECT}/board")
    mia.locator("a[data-task]").first.click()
    due = mia.locator("#task-panel #f-due_date")
    asked: list[str] = []
    mia.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    due.focus()
    for key in "12202027":
        mia.keyboard.press(key)
    expect(due).to_have_value("2027-12-20")
    mia.keyboard.press("Tab")
    mia.keyboard.press("Tab")
    expect(mia.locator("#task-panel form[data-saving]")).to_have_count(0)
    assert len([each for each in asked if each.endswith("/set")]) == 1
    mia.reload()
    expect(mia.locator("#f-due_date")).to_have_value("2027-12-20")


def test_a_fault_keeps_the_focus_and_traps_nobody(demo: Served, mia: Page):
    mia.goto(f"{demo.url}{PROJECT}/board")
    mia.locator("a[data-task]").nth(1).click()
    panel = mia.locator("#task-panel")
    estimate = panel.locator("#f-estimate")
    estimate.fill("as long as it takes")
    mia.keyboard.press("Enter")
    expect(estimate).to_have_attribute("aria-invalid", "true")
    expect(estimate).to_be_focused()
    todo = panel.get_by_placeholder("Add to the checklist")
    todo.fill("Written beside a fault")
    mia.keyboard.press("Enter")
    expect(panel.locator(".todo", has=mia.locator("textarea"))).not_to_have_count(0)
    expect(todo).to_be_focused()
    mia.keyboard.press("Escape")  # it was not taken: it is shown once more
    expect(panel).to_be_visible()
    expect(estimate).to_be_focused()
    mia.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    mia.wait_for_url(re.compile("/board$"))
    assert where(mia) != "body"


def test_help_opens_over_a_task_and_the_page_s_language_is_the_reader_s(demo: Served, mia: Page):
    mia.goto(f"{demo.url}{PROJECT}/board")
    mia.locator("a[data-task]").first.click()
    expect(mia.locator("#task-panel .task")).to_be_visible()
    mia.keyboard.press("?")
    sheet = mia.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_contain_text("Lift the card")
    mia.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    mia.keyboard.press("Escape")
    mia.wait_for_url(re.compile("/board$"))
    mia.goto(f"{demo.url}/nordlicht/settings/profile")
    mia.get_by_label("Language").select_option("de-DE")
    mia.get_by_role("button", name="Save").click()
    expect(mia.locator(".toast")).to_contain_text("Gespeichert.")
    expect(mia.locator("html")).to_have_attribute("lang", "de")
    mia.get_by_label("Sprache").select_option("en-GB")
    mia.get_by_role("button", name="Speichern").click()
    expect(mia.locator("html")).to_have_attribute("lang", "en")


def test_a_session_that_ended_loses_no_comment(demo: Served, mia: Page):
    mia.goto(f"{demo.url}{PROJECT}/board")
    mia.locator("a[data-task]").nth(2).click()
    comment = mia.locator("#task-panel #new-comment")
    comment.fill("Written before the session ended")
    mia.context.clear_cookies()
    mia.keyboard.press("Control+Enter")
    dialog = mia.locator("#signed-out[open]")
    expect(dialog).to_be_visible()
    dialog.get_by_label("E-mail").fill(MIA)
    dialog.locator("input[type=password]").fill("kanwerk-demo")
    mia.keyboard.press("Enter")
    expect(mia.locator("#task-panel .comment", has_text="Written before the session ended")).to_be_visible()


def test_offers_are_told_to_those_who_listen(demo: Served, mia: Page):
    mia.goto(f"{demo.url}{PROJECT}/board")
    mia.locator("a[data-task]").nth(3).click()
    comment = mia.locator("#task-panel #new-comment")
    comment.focus()
    mia.keyboard.type("@am")
    expect(comment).to_have_attribute("aria-activedescendant", re.compile("-0$"))
    mia.keyboard.press("Escape")
    expect(comment).not_to_have_attribute("aria-activedescendant", re.compile(".*"))
