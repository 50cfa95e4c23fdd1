"""The figures of the web app in Chromium: how soon a board is there, a task opens, and a drop is saved."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select

from bench import chromium
from bench.data import made
from bench.report import Figure, share
from bench.servers import HOST, product
from kanwerk.core.database import Database
from kanwerk.core.writes import Write
from kanwerk.labels.models import create_label
from kanwerk.nouns import reads as _nouns  # noqa: F401  # for all tables
from kanwerk.people.callers import COOKIE
from kanwerk.people.identities import start_session
from kanwerk.people.models import User
from kanwerk.people.spaces import add_person, open_space
from kanwerk.projects.columns import columns_of
from kanwerk.projects.creation import create_project
from kanwerk.tasks.models import PRIORITIES
from kanwerk.tasks.writing import create_task

CARDS, MANY, LOADS, DROPS, SCROLLS = 1_000, 5_000, 9, 9, 40
_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""
_FRAMES = """
async (wheel) => {
  const list = document.querySelector(".board-cards");
  const times = [];
  let last = performance.now();
  for (let turn = 0; turn < wheel; turn += 1) {
    list.scrollBy(0, 240);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  return times;
}
"""
_OPEN = """
async (key) => {
  const link = document.querySelector(`a[data-task="${key}"]`);
  const began = performance.now();
  link.click();
  while (!document.querySelector("#task-panel[open] .task h1")) await new Promise((go) => setTimeout(go));
  await new Promise(requestAnimationFrame);
  return performance.now() - began;
}
"""
_SAVED = """
() => performance.getEntriesByType("resource").filter((entry) => entry.name.endsWith("/board/move"))
  .map((entry) => entry.responseEnd - entry.startTime)
"""


def web(folder: Path) -> list[Figure]:
    """Return the figures; a board of ``CARDS`` cards, and one of ``MANY``."""
    session = made(folder, _fill)
    with product(folder) as server, _chromium(server.port, session) as page_of:
        base = f"http://{HOST}:{server.port}/bench/projects"
        loads = [_load(page_of(), f"{base}/BRD/board") for _ in range(LOADS)]
        return [
            *_of_loads(loads),
            *_of_tasks(page_of(), f"{base}/BRD/board"),
            *_of_drops(page_of(), f"{base}/BRD/board"),
            *_of_scrolling(page_of(), f"{base}/BIG/board"),
        ]


def _fill(database: Database, session: Any) -> str:
    db: Write = open_space(database, session, "Bench", "bench")
    me: Any = db.me
    people = [
        add_person(db, f"p{at}@example.com", None, first_name="Mia", last_name=f"Berg {at}", role="admin")[0]
        for at in range(8)
    ]
    labels = [
        create_label(db, {"name": f"Label {at}", "color": "red", "project_id": None}, by=me).id
        for at in range(6)
    ]
    for code, count in (("BRD", CARDS), ("BIG", MANY)):
        project = create_project(db, {"name": f"Board of {count}", "shortcode": code}, by=me)
        db.flush()
        columns = columns_of(db, project.id)[:4]
        for at in range(count):
            members = {
                "project_id": project.id,
                "title": f"A task that somebody is to do, number {at}",
                "column_id": columns[at % len(columns)].id,
                "priority": PRIORITIES[at % len(PRIORITIES)],
                "assignee_ids": [people[at % len(people)].id] if at % 3 else [],
                "label_ids": [labels[at % len(labels)]] if at % 2 else [],
            }
            create_task(db, members, by=me)
    db.end()
    identity = session.scalar(select(User.identity_id).where(User.id == people[0].id))
    return start_session(session, identity, days=1, user_agent="bench")


@contextmanager
def _chromium(port: int, session: str) -> Iterator[Callable[[], Page]]:
    path = chromium.path()
    if path is None:
        raise SystemExit("no Chromium is installed: bin/setup --chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)

        def page_of() -> Page:
            """Open a page in a profile that has seen nothing yet."""
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            context.add_cookies([{"name": COOKIE, "value": session, "url": f"http://{HOST}:{port}"}])
            context.add_init_script(_SHIFTS)
            return context.new_page()

        yield page_of
        browser.close()


def _load(page: Page, url: str) -> dict[str, float]:
    page.goto(url)
    page.locator(".task-card").first.wait_for()
    page.wait_for_timeout(300)
    found: dict[str, float] = page.evaluate("""() => {
      const [page] = performance.getEntriesByType("navigation");
      const scripts = performance.getEntriesByType("resource").filter((entry) => entry.name.includes(".js"));
      return {
        first: page.responseStart - page.requestStart,
        bytes: page.encodedBodySize,
        interactive: page.domContentLoadedEventEnd,
        scripts: scripts.reduce((sum, entry) => sum + entry.encodedBodySize, 0),
        shifted: window.shifted,
      };
    }""")
    page.context.close()
    return found


def _of_loads(loads: list[dict[str, float]]) -> list[Figure]:
    def middle(name: str) -> float:
        return median(load[name] for load in loads)

    board = f"board of {CARDS:,} cards"
    return [
        Figure(f"{board}: first byte of its HTML", middle("first"), "ms", most=60),
        Figure(f"{board}: its HTML, compressed", middle("bytes") / 1000, "kB", most=120),
        Figure(f"{board}: interactive, in a new profile", middle("interactive"), "ms", most=400),
        Figure(f"{board}: scripts, compressed", middle("scripts") / 1000, "kB", most=90),
        Figure(f"{board}: layout shift", max(load["shifted"] for load in loads), "CLS", most=0.02),
    ]


def _of_tasks(page: Page, url: str) -> list[Figure]:
    page.goto(url)
    pointed, straight = [], []
    for at in range(LOADS):
        link = page.locator(".task-card a[data-task]").nth(at)
        key = link.get_attribute("data-task")
        link.hover()
        page.wait_for_timeout(200)  # as long as a hand takes from pointing to clicking
        pointed.append(page.evaluate(_OPEN, key))
        page.keyboard.press("Escape")
        page.locator("#task-panel[open]").wait_for(state="detached")
        page.wait_for_timeout(100)
    page.reload()
    for at in range(LOADS, 2 * LOADS):
        key = page.locator(".task-card a[data-task]").nth(at).get_attribute("data-task")
        straight.append(page.evaluate(_OPEN, key))
        page.keyboard.press("Escape")
        page.locator("#task-panel[open]").wait_for(state="detached")
        page.wait_for_timeout(100)
    return [
        Figure("a task opens once its card was pointed at", median(pointed), "ms", most=100),
        Figure("a task opens without", median(straight), "ms"),
    ]


def _of_drops(page: Page, url: str) -> list[Figure]:
    page.goto(url)
    page.locator(".task-card").first.wait_for()
    columns = page.locator(".board-cards")
    shown = []
    for at in range(DROPS):
        card = columns.nth(at % 2).locator(".task-card").first
        box, target = card.bounding_box(), columns.nth(1 - at % 2).bounding_box()
        if box is None or target is None:
            raise SystemExit("the board shows no cards")
        name = card.get_attribute("id")
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(target["x"] + 120, target["y"] + 60, steps=12)
        page.mouse.move(target["x"] + 122, target["y"] + 62, steps=2)
        page.wait_for_timeout(250)
        with page.expect_response(lambda response: "/board/move" in response.url):
            page.mouse.up()
            shown.append(columns.nth(1 - at % 2).locator(f"#{name}").count())
        page.wait_for_timeout(800)  # what the move tells live is shown by then
    saved: list[float] = page.evaluate(_SAVED)
    return [
        Figure("drops that show at once", 100 * sum(shown) / len(shown), "%", least=100),
        Figure("a drop is saved after", median(saved), "ms", most=150),
    ]


def _of_scrolling(page: Page, url: str) -> list[Figure]:
    page.goto(url)
    page.locator(".task-card").first.wait_for()
    times: list[float] = []
    for _ in range(5):
        times += page.evaluate(_FRAMES, SCROLLS)
        page.wait_for_timeout(300)
    cards = page.locator(".task-card").count()
    return [
        Figure(f"board of {MANY:,} cards, scrolled: median frame", median(times), "ms"),
        Figure(
            f"board of {MANY:,} cards, scrolled: p95 frame",
            share(sorted(times), 0.95),
            "ms",
            note=f"{cards} cards by then",
        ),
    ]
