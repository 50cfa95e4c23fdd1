"""The panel of a task over a board, and the same on its page."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Served

AMELIE = "amelie.fuerstenau@nordlicht.example"
BOARD = "/nordlicht/projects/STRICK/board"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PASTE = """area => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    const bytes = Uint8Array.from(atob(canvas.toDataURL("image/png").split(",")[1]), (c) => c.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "shot [1].png", { type: "image/png" }));
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def mia(demo: Served, sign_in: Callable[..., Page]) -> Page:
    return sign_in(demo)


@pytest.fixture
def amelie(demo: Served, sign_in: Callable[..., Page]) -> Page:
    return sign_in(demo, AMELIE)


def task_of(page: Page) -> Locator:
    return page.locator("#task-panel[open] .task")


def on_board(page: Page, demo: Served, key: str) -> Locator:
    """Open a task from the board and return what the panel shows."""
    page.goto(demo.url + BOARD)
    link = page.locator(f'a[data-task="{key}"]')
    link.hover()
    link.click()
    expect(task_of(page)).to_contain_text(key, timeout=15_000)
    return task_of(page)


def saved(page: Page) -> None:
    """Wait until nothing is on its way to the server."""
    expect(page.locator("form[data-saving], form[data-touched][data-autosave]")).to_have_count(0)


def test_a_task_is_asked_for_once(demo: Served, mia: Page):
    asked: list[str] = []
    mia.on("request", lambda request: asked.append(request.url) if request.method == "GET" else None)
    on_board(mia, demo, "STRICK-2")
    expect(task_of(mia).locator("h1")).to_be_visible()
    assert asked.count(f"{demo.url}/nordlicht/tasks/STRICK-2") == 1


def test_a_task_opens_over_its_view_under_its_own_address_and_closes_again(demo: Served, mia: Page):
    on_board(mia, demo, "STRICK-2")
    assert mia.url == f"{demo.url}/nordlicht/tasks/STRICK-2"
    expect(mia.locator('a[data-task="STRICK-2"]').first).to_be_visible()  # the board is still there
    mia.keyboard.press("Escape")
    expect(task_of(mia)).to_have_count(0)
    mia.wait_for_url(demo.url + BOARD)
    expect(mia.locator('a[data-task="STRICK-2"]')).to_be_focused()
    mia.go_forward()
    expect(task_of(mia)).to_contain_text("STRICK-2")
    mia.go_back()
    expect(task_of(mia)).to_have_count(0)
    mia.keyboard.press("Enter")
    expect(task_of(mia)).to_contain_text("STRICK-2")
    mia.mouse.click(20, 400)  # beside it
    expect(task_of(mia)).to_have_count(0)
    mia.wait_for_url(demo.url + BOARD)
    mia.locator('a[data-task="STRICK-2"]').click()
    task_of(mia).get_by_role("button", name="Close").click()
    mia.wait_for_url(demo.url + BOARD)


def test_keys_go_from_task_to_task_and_a_reload_shows_the_page(demo: Served, mia: Page):
    mia.goto(demo.url + BOARD)
    keys = [link.get_attribute("data-task") for link in mia.locator("a[data-task]").all()[:3]]
    mia.locator(f'a[data-task="{keys[0]}"]').click()
    expect(task_of(mia)).to_contain_text(str(keys[0]))
    mia.keyboard.press("j")
    expect(task_of(mia).locator(".task-key")).to_have_text(str(keys[1]))
    mia.keyboard.press("ArrowRight")
    expect(task_of(mia).locator(".task-key")).to_have_text(str(keys[2]))
    mia.keyboard.press("k")
    expect(task_of(mia).locator(".task-key")).to_have_text(str(keys[1]))
    assert mia.url.endswith(f"/tasks/{keys[1]}")
    mia.go_back()  # one step, however many were looked at
    mia.wait_for_url(demo.url + BOARD)
    mia.locator(f'a[data-task="{keys[1]}"]').click()
    expect(task_of(mia)).to_be_visible()
    mia.reload()
    expect(mia.locator(".page--task .task")).to_contain_text(str(keys[1]))
    expect(mia.locator("#task-panel")).to_have_count(0)


def test_a_task_that_was_pointed_at_opens_at_once(demo: Served, mia: Page):
    mia.goto(demo.url + BOARD)
    link = mia.locator('a[data-task="STRICK-3"]')
    with mia.expect_response(re.compile("/tasks/STRICK-3$")):
        link.hover()
    for _ in range(3):
        asked = link.evaluate("""async (link) => {
            const start = performance.now();
            link.click();
            const open = () => document.querySelector("#task-panel[open] .task");
            while (!open()) await new Promise((go) => setTimeout(go));
            const asked = performance.getEntriesByType("resource").filter((each) => each.startTime >= start);
            return asked.map((each) => each.name).filter((each) => each.endsWith("/tasks/STRICK-3"));
        }""")
        assert asked == []  # it is there before the click: how long that takes is for the bench to say
        mia.keyboard.press("Escape")
        expect(task_of(mia)).to_have_count(0)
        mia.wait_for_url(demo.url + BOARD)
        mia.wait_for_timeout(500)  # the link has the focus again, which asks for the task


def test_what_is_changed_saves_by_itself_and_shows_on_the_board(demo: Served, mia: Page):
    task = on_board(mia, demo, "STRICK-3")
    task.get_by_label("Title", exact=True).fill("A title of its own")
    mia.keyboard.press("Enter")
    saved(mia)
    mia.keyboard.press("Escape")
    expect(mia.locator('a[data-task="STRICK-3"]')).to_have_text("A title of its own")
    task = on_board(mia, demo, "STRICK-3")
    task.locator("#pick-priority summary").click()
    task.locator("#pick-priority").get_by_role("button", name="Urgent").click()
    expect(task.locator("#pick-priority summary")).to_contain_text("Urgent")
    task.locator("#pick-assignees summary").click()
    expect(task.locator("#pick-assignees [data-narrow]")).to_be_focused()
    mia.keyboard.type("amel")
    expect(task.locator("#pick-assignees .menu-item:visible")).to_have_count(1)
    task.locator("#pick-assignees .menu-item:visible").click()
    expect(task.locator("#pick-assignees summary")).to_contain_text("Amélie")
    expect(task.locator("#pick-assignees .menu-panel")).to_be_visible()  # for the next one
    mia.keyboard.press("Escape")
    expect(task.locator("#pick-assignees .menu-panel")).to_be_hidden()
    expect(task_of(mia)).to_be_visible()
    task.get_by_label("Due").fill("2027-03-01")
    task.get_by_label("Estimate").fill("1:30")
    mia.keyboard.press("Tab")
    expect(task.get_by_label("Estimate")).to_have_value("1 h 30 min")
    task.get_by_label("Estimate").fill("soon")
    mia.keyboard.press("Tab")
    expect(task.locator("#fault-estimate")).to_contain_text("A time such as")
    expect(task.get_by_label("Estimate")).to_have_value("soon")
    mia.reload()
    expect(mia.get_by_label("Due")).to_have_value("2027-03-01")
    expect(mia.get_by_label("Estimate")).to_have_value("1 h 30 min")


def test_a_description_is_written_with_people_tasks_and_pictures(demo: Served, mia: Page):
    task = on_board(mia, demo, "STRICK-4")
    mia.keyboard.press("e")
    area = task.locator("#task-description")
    expect(area).to_be_focused()
    mia.keyboard.type("Ask @amel")
    offer = task.locator(".editor-offers li").first
    expect(offer).to_contain_text("Amélie")
    mia.keyboard.press("Enter")
    mia.keyboard.type("about #STRICK-2")
    expect(offer).to_contain_text("STRICK-2")
    mia.keyboard.press("Enter")
    mia.keyboard.press("Control+b")
    mia.keyboard.type("soon")
    area.evaluate("area => area.setSelectionRange(area.value.length, area.value.length)")
    area.evaluate(PASTE)
    expect(area).to_have_value(re.compile(r"!\[shot 1\.png\]\(/nordlicht/files/"))
    task.get_by_role("button", name="Preview").first.click()
    expect(task.locator(".editor-preview .mention")).to_contain_text("Amélie")
    task.get_by_role("button", name="Preview").first.click()
    mia.keyboard.press("Control+Enter")
    shown = task.locator(".task-text > .prose")
    expect(shown.locator(".mention")).to_contain_text("@Amélie")
    expect(shown.locator("strong")).to_have_text("soon")
    expect(shown.locator("img")).to_be_visible()
    expect(shown.locator("img")).to_have_js_property("naturalWidth", 8)
    expect(task.locator("#files .task-file", has_text="shot [1].png")).to_have_count(1)
    shown.locator('a[data-task="STRICK-2"]').click()  # from task to task inside the panel
    expect(task_of(mia).locator(".task-key")).to_have_text("STRICK-2")
    mia.keyboard.press("Escape")
    mia.wait_for_url(demo.url + BOARD)


def test_mentions_are_written_as_names_and_stay_mentions(demo: Served, mia: Page):
    task = on_board(mia, demo, "STRICK-5")
    mia.keyboard.press("e")
    mia.keyboard.type("Ask @amel")
    expect(task.locator(".editor-offers li").first).to_contain_text("Amélie")
    mia.keyboard.press("Enter")
    mia.keyboard.type("first, not mail@Amélie Fürstenauer.")
    area = task.locator("#task-description")
    expect(area).to_have_value("Ask @Amélie Fürstenau first, not mail@Amélie Fürstenauer.")
    mia.keyboard.press("Control+Enter")
    mention = task.locator(".task-text > .prose .mention")
    expect(mention).to_have_text(["@Amélie Fürstenau"])
    mia.reload()  # on its own page, and from what was saved
    page = mia.locator(".page--task .task")
    page.get_by_text("Edit the description").click()
    area = page.locator("#task-description")
    expect(area).to_have_value("Ask @Amélie Fürstenau first, not mail@Amélie Fürstenauer.")
    area.press("End")
    mia.keyboard.type(" Today.")
    mia.keyboard.press("Control+Enter")
    expect(page.locator(".task-text > .prose")).to_contain_text("Today.")
    expect(page.locator(".task-text > .prose .mention")).to_have_text(["@Amélie Fürstenau"])


def test_words_that_are_left_are_saved(demo: Served, mia: Page):
    task = on_board(mia, demo, "STRICK-6")
    mia.keyboard.press("e")
    expect(task.locator("#task-description")).to_be_focused()
    mia.keyboard.type("Half a thought")
    task.get_by_role("button", name="Close").click()
    mia.wait_for_url(demo.url + BOARD)
    saved(mia)
    mia.goto(f"{demo.url}/nordlicht/tasks/STRICK-6")
    expect(mia.locator(".task-text > .prose")).to_have_text("Half a thought")


def test_a_checklist_is_kept_by_keyboard_alone(demo: Served, mia: Page):
    task = on_board(mia, demo, "STRICK-7")
    task.get_by_label("Add to the checklist").focus()
    lines = task.locator("[data-todo-title]")
    for at, title in enumerate(("One", "Two", "Three"), 1):
        mia.keyboard.type(title)
        mia.keyboard.press("Enter")
        expect(lines).to_have_count(at)
        expect(task.get_by_label("Add to the checklist")).to_be_focused()
        expect(task.get_by_label("Add to the checklist")).to_have_value("")
    lines.nth(2).focus()
    mia.keyboard.press("Alt+ArrowUp")
    expect(lines.nth(1)).to_have_value("Three")
    expect(lines.nth(1)).to_be_focused()
    mia.keyboard.press("Control+a")
    mia.keyboard.type("Second")
    mia.keyboard.press("Enter")
    saved(mia)
    task.get_by_role("checkbox", name="Done: One").focus()
    mia.keyboard.press("Space")
    expect(task.locator("#checklist .task-part-head")).to_contain_text("1/3")
    lines.nth(2).focus()
    mia.keyboard.press("Control+a")
    mia.keyboard.press("Backspace")
    mia.keyboard.press("Backspace")
    expect(lines).to_have_count(2)
    mia.locator(".toast").get_by_role("button", name="Undo").click()
    expect(lines).to_have_count(3)
    assert [line.input_value() for line in lines.all()] == ["One", "Second", "Two"]


def test_people_talk_answer_and_react(demo: Served, mia: Page):
    task = on_board(mia, demo, "STRICK-8")
    before = task.locator(".comment").count()
    task.locator("#new-comment").fill("First words")
    task.get_by_text("Client too").click()
    task.get_by_role("button", name="Comment").click()
    comment = task.locator(".comment", has_text="First words")
    expect(comment).to_contain_text("Client reads this")
    expect(task.locator("#new-comment")).to_have_value("")
    comment.get_by_label("React").click()
    comment.locator(".reaction-panel button").first.click()
    expect(comment.locator(".reaction[aria-pressed='true']")).to_contain_text("1")
    thread = task.locator(".thread", has_text="First words")
    thread.get_by_text("Answer", exact=True).first.click()
    mia.keyboard.type("An answer")
    mia.keyboard.press("Control+Enter")
    expect(thread.locator(".answers .comment")).to_contain_text("An answer")
    comment.first.get_by_text("Edit", exact=True).click()
    mia.keyboard.press("Control+a")
    mia.keyboard.type("Better words")
    mia.keyboard.press("Control+Enter")
    expect(task.locator(".comment", has_text="Better words").first).to_contain_text("edited")
    task.locator(".answers").get_by_role("button", name="Delete").click()
    expect(task.locator(".comment")).to_have_count(before + 1)
    mia.locator(".toast").get_by_role("button", name="Undo").click()
    expect(task.locator(".answers .comment")).to_contain_text("An answer")


def test_two_who_write_at_once_see_both_texts(demo: Served, mia: Page, amelie: Page):
    mine = on_board(mia, demo, "STRICK-10")
    theirs = on_board(amelie, demo, "STRICK-10")
    mia.keyboard.press("e")
    mia.keyboard.type("What Mia means")
    amelie.keyboard.press("e")
    amelie.keyboard.type("What Amélie means")
    amelie.keyboard.press("Control+Enter")
    saved(amelie)
    expect(mine.locator("#task-description")).to_have_value("What Mia means")  # unsent words stay
    mia.keyboard.press("Control+Enter")
    expect(mine.locator(".task-theirs")).to_have_text("What Amélie means")
    expect(mine.locator("#conflict-mine")).to_have_value("What Mia means")
    expect(mine.locator("#conflict-mine")).to_be_focused()
    expect(theirs.locator(".task-text > .prose")).to_have_text("What Amélie means")
    mine.locator("#conflict-mine").fill("What both mean")
    mine.get_by_role("button", name="Save mine").click()
    expect(mine.locator(".task-conflict")).to_have_count(0)
    expect(mine.locator(".task-text > .prose")).to_have_text("What both mean")
    expect(theirs.locator(".task-text > .prose")).to_have_text("What both mean")  # and live


def test_what_others_do_shows_in_panel_and_view_and_disturbs_nobody(demo: Served, mia: Page, amelie: Page):
    mine = on_board(mia, demo, "STRICK-11")
    mine.locator("#new-comment").fill("While I write")
    theirs = on_board(amelie, demo, "STRICK-11")
    theirs.get_by_label("Add to the checklist").fill("Seen by both")
    amelie.keyboard.press("Enter")
    expect(mine.locator("[data-todo-title]")).to_have_value("Seen by both", timeout=3000)
    theirs.locator("#pick-column summary").click()
    theirs.locator("#pick-column").get_by_role("button", name="In progress").click()
    expect(mine.locator("#pick-column summary")).to_contain_text("In progress", timeout=3000)
    expect(mine.locator("#new-comment")).to_have_value("While I write")
    expect(mine.locator("#new-comment")).to_be_focused()
    card = mia.locator("#main .task-card", has=mia.locator('a[data-task="STRICK-11"]'))
    expect(card).to_contain_text("0/1", timeout=3000)
    expect(mine.locator(".task-lookers")).to_contain_text("Amélie", timeout=25_000)
    expect(theirs.locator(".task-lookers")).to_contain_text("Mia")


def test_a_page_that_a_link_in_the_panel_leads_to_stays_when_others_change_something(
    demo: Served, mia: Page, amelie: Page
):
    panel = on_board(mia, demo, "STRICK-3")
    panel.locator("summary[aria-label='More']").first.click()
    panel.get_by_role("link", name="Open as a page").click()
    expect(mia.locator(".page--task .task")).to_be_visible()
    expect(mia.locator("#task-panel")).to_have_count(0)
    other = on_board(amelie, demo, "STRICK-3")
    other.get_by_placeholder("Add to the checklist").fill("Seen by both")
    other.get_by_placeholder("Add to the checklist").press("Enter")
    expect(mia.locator(".page--task").get_by_text("Seen by both")).to_be_visible()
    expect(mia.locator(".page--task h1")).not_to_be_empty()


def test_deleting_closes_the_panel_and_can_be_undone(demo: Served, mia: Page):
    task = on_board(mia, demo, "STRICK-12")
    task.get_by_label("More", exact=True).click()
    task.get_by_role("button", name="Delete", exact=True).click()
    expect(task_of(mia)).to_have_count(0)
    mia.wait_for_url(demo.url + BOARD)
    expect(mia.locator('a[data-task="STRICK-12"]')).to_have_count(0)
    mia.locator(".toast").get_by_role("button", name="Undo").click()
    expect(mia.locator('a[data-task="STRICK-12"]')).to_be_visible()


def test_without_scripts_the_page_shows_and_edits_everything(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, java_script_enabled=False)
    page.goto(f"{demo.url}/nordlicht/tasks/STRICK-14")
    page.get_by_label("Title", exact=True).fill("Without scripts")
    page.locator(".task-title").get_by_role("button", name="Save").click()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Without scripts")
    page.locator("#edit-description summary").click()
    page.locator("#task-description").fill("**Plain** forms")
    page.locator("#edit-description").get_by_role("button", name="Save").click()
    expect(page.locator(".task-text .prose strong")).to_have_text("Plain")
    page.locator("#pick-priority summary").click()
    page.locator("#pick-priority").get_by_role("button", name="High").click()
    expect(page.locator("#pick-priority summary")).to_contain_text("High")
    before = page.locator("#checklist .todo").count()
    page.get_by_label("Add to the checklist").fill("A line")
    page.locator("#checklist").get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#checklist .todo")).to_have_count(before + 1)
    page.locator("#new-comment").fill("Said without scripts")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator(".comment", has_text="Said without scripts")).to_be_visible()
    page.set_input_files("#send-file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"Hi"})
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#files")).to_contain_text("a.txt")


def test_on_a_phone_the_panel_is_the_whole_screen(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, **PHONE)
    view = f"{demo.url}/nordlicht/projects/STRICK/list"
    page.goto(view)
    link = page.locator("a[data-task]").first
    key = link.get_attribute("data-task")
    link.tap()
    expect(task_of(page)).to_contain_text(str(key))
    page.wait_for_timeout(300)
    box = page.locator("#task-panel").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390)
    assert page.evaluate("document.querySelector('.panel-task-body').scrollWidth") <= 390
    task_of(page).get_by_label("Title", exact=True).fill("W" * 300)
    page.keyboard.press("Enter")
    saved(page)
    assert page.evaluate("document.querySelector('.panel-task-body').scrollWidth") <= 390
    task_of(page).get_by_role("button", name="Close").tap()
    expect(task_of(page)).to_have_count(0)
    until = time.monotonic() + 5
    while page.url != view and time.monotonic() < until:
        page.wait_for_timeout(50)
    assert page.url == view
