"""The bell, the page behind it, and how people want to be told."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from kanwerk.core.database import Database
from kanwerk.core.secrets import signing_key
from kanwerk.notifications.unsubscribing import token
from tests.browser.conftest import PASSWORD, Served

SPACE, MIA, MAX = "werkstatt", "mia@werkstatt.example", "max@werkstatt.example"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Office:
    """A small space of two people, served, and a machine that works in it through the API."""

    def __init__(self, served: Served, secret: str) -> None:
        self.served, self.url, self.data = served, served.url, served.data
        headers = {"Authorization": f"Bearer {secret}"}
        self.api = httpx.Client(base_url=f"{served.url}/api/v1", headers=headers, timeout=30)
        self.mia = self.ask("GET", "/users?q=mia")["data"][0]
        self.project = self.ask("POST", "/projects", {"name": "Catalogue"})["id"]
        self.client = self.ask("POST", "/clients", {"name": "Aster Media"})

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.api.request(method, path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def assign(self, title: str) -> dict[str, Any]:
        body = {"project_id": self.project, "title": title, "assignee_ids": [self.mia["id"]]}
        return self.ask("POST", "/tasks", body)

    def say(self, text: str) -> None:
        body = {"body": f"[@Mia](user:{self.mia['id']}) {text}"}
        self.ask("POST", f"/clients/{self.client['id']}/comments", body)


def kanwerk(data: Path, *words: str) -> str:
    command = [sys.executable, "-m", "kanwerk.cli", *words, "--data", str(data)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data = tmp_path_factory.mktemp("office") / "data"
    mia = ("--email", MIA, "--first-name", "Mia", "--last-name", "Berger", "--password", PASSWORD)
    kanwerk(data, "init", "--space", "Werkstatt", *mia)
    max_ = ("--email", MAX, "--first-name", "Max", "--last-name", "Moor", "--password", PASSWORD)
    kanwerk(data, "user", "create", "--space", SPACE, "--role", "member", *max_)
    secret = kanwerk(data, "token", "create", "--space", SPACE, "--name", "Hand", "--role", "admin")
    served = Served(data)
    found = Office(served, secret)
    yield found
    found.api.close()
    served.stop()


@pytest.fixture
def come_in(office: Office, sign_in: Callable[..., Page]) -> Callable[..., Page]:
    """Sign in, Mia if nobody else, with everything read."""

    def come_in_(email: str = MIA, **options: Any) -> Page:
        page = sign_in(office.served, email, SPACE, **options)
        page.goto(f"{office.url}/{SPACE}/notifications")
        page.wait_for_function("document.readyState === 'complete'")
        all_read = page.get_by_role("button", name="Mark all as read")
        if all_read.count():
            all_read.click()
            expect(all_read).to_have_count(0)
        return page

    return come_in_


def count(page: Page) -> Any:
    return page.locator("#bell .count")


def test_the_bell_counts_what_comes_by_itself_and_until_it_is_read(
    office: Office, come_in: Callable[..., Page]
):
    page = come_in()
    expect(page.get_by_role("link", name="Notifications")).to_be_visible()
    expect(count(page)).to_have_count(0)
    office.assign("Choose the paper")
    expect(count(page)).to_contain_text("1")
    page.get_by_role("link", name="Notifications, 1 unread").click()
    page.wait_for_url("**/notifications")
    line = page.get_by_role("listitem").filter(has_text="Choose the paper")
    expect(line).to_contain_text("Hand assigned you")
    office.assign("Choose the ink")
    expect(page.get_by_role("listitem").filter(has_text="Choose the ink")).to_be_visible()
    expect(count(page)).to_contain_text("2")
    line.get_by_role("button", name="Mark as read").click()
    expect(count(page)).to_contain_text("1")
    expect(line.get_by_role("button", name="Mark as read")).to_have_count(0)
    page.get_by_role("button", name="Mark all as read").click()
    expect(count(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Mark all as read")).to_have_count(0)
    page.get_by_role("link", name="Unread", exact=True).click()
    expect(page.get_by_text("All read")).to_be_visible()


def test_what_is_read_in_one_window_is_read_in_the_other(office: Office, come_in: Callable[..., Page]):
    one, other = come_in(), come_in()
    office.assign("Pick the cover")
    expect(count(one)).to_contain_text("1")
    expect(count(other)).to_contain_text("1")
    one.goto(f"{office.url}/{SPACE}/notifications")
    one.get_by_role("button", name="Mark all as read").click()
    expect(count(other)).to_have_count(0)


def test_a_line_opens_the_page_of_what_it_is_about_and_is_read_by_that(
    office: Office, come_in: Callable[..., Page]
):
    page = come_in()
    office.say("please **look** at this")
    expect(count(page)).to_contain_text("1")
    page.keyboard.press("g")
    page.keyboard.press("n")
    page.wait_for_url("**/notifications")
    expect(page.get_by_text("@Mia please look at this")).to_be_visible()
    page.get_by_role("button", name=office.client["name"], exact=True).click()
    page.wait_for_url(f"**/clients/{office.client['id']}")
    expect(count(page)).to_have_count(0)


def test_the_bell_is_at_hand_on_a_phone(office: Office, come_in: Callable[..., Page]):
    page = come_in(**PHONE)
    office.assign("Proofread")
    badge = page.locator("#bell-quick .count")
    expect(badge).to_contain_text("1")
    page.get_by_role("navigation", name="Quick").get_by_role("link", name="Notifications").click()
    page.wait_for_url("**/notifications")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Mark all as read").click()
    expect(badge).to_have_count(0)


def test_somebody_new_finds_an_empty_page(office: Office, come_in: Callable[..., Page]):
    page = come_in(MAX)
    page.goto(f"{office.url}/{SPACE}/notifications")
    expect(page.get_by_text("Nothing for you yet")).to_be_visible()


def test_how_to_be_told_is_set_by_kind_and_time(office: Office, come_in: Callable[..., Page]):
    page = come_in(MAX)
    page.goto(f"{office.url}/{SPACE}/settings/notifications")
    comments = page.get_by_role("switch", name="Comments on tasks that you watch, by mail")
    comments.uncheck()
    page.get_by_role("radio", name="Every day").check()
    page.get_by_label("From").fill("20:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Quiet hours have a beginning and an end.")).to_be_visible()
    expect(comments).not_to_be_checked()
    page.get_by_label("To", exact=True).fill("07:30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.reload()
    expect(comments).not_to_be_checked()
    expect(page.get_by_role("switch", name="Comments on tasks that you watch, in the app")).to_be_checked()
    expect(page.get_by_role("radio", name="Every day")).to_be_checked()
    expect(page.get_by_label("To", exact=True)).to_have_value("07:30")


def test_mails_are_ended_without_signing_in(
    office: Office, open_page: Callable[..., Page], come_in: Callable[..., Page]
):
    database = Database(f"sqlite:///{office.data / 'kanwerk.db'}")
    space = office.ask("GET", "/me")["space"]["id"]
    signed = token(signing_key(database, "unsubscribe"), space, office.mia["id"], ["assigned", "overdue"])
    database.close()
    page = open_page()
    page.goto(f"{office.url}/unsubscribe/{signed}")
    expect(page.get_by_text("You are to do a task")).to_be_visible()
    page.get_by_role("button", name="Stop these mails").click()
    expect(page.get_by_role("heading", name="No more of these mails")).to_be_visible()
    settings = come_in()
    settings.goto(f"{office.url}/{SPACE}/settings/notifications")
    expect(settings.get_by_role("switch", name="You are to do a task, by mail")).not_to_be_checked()
    expect(settings.get_by_role("switch", name="Somebody mentions you, by mail")).to_be_checked()


def test_a_calendar_is_made_fetched_and_ended(office: Office, come_in: Callable[..., Page]):
    page = come_in()
    page.goto(f"{office.url}/{SPACE}/settings/calendars")
    expect(page.get_by_text("No calendars yet")).to_be_visible()
    page.get_by_role("button", name="Make a link").click()
    url = page.locator(".secret code").inner_text()
    fetched = httpx.get(url)
    assert fetched.status_code == 200
    assert fetched.text.startswith("BEGIN:VCALENDAR")
    opening = page.get_by_role("link", name="Open in a calendar on this device").get_attribute("href")
    assert opening == url.replace("http:", "webcal:")
    page.get_by_role("link", name="Done").click()
    page.get_by_role("button", name="End What you are to do").click()
    page.get_by_role("dialog").get_by_role("button", name="End it").click()
    expect(page.get_by_text("No calendars yet")).to_be_visible()
    assert httpx.get(url).status_code == 404


def test_the_mail_reads_well(office: Office, open_page: Callable[..., Page]):
    """What lies in the data folder is what a mail program would show."""
    office.say("have a look at the **new** offer")
    database, folder = Database(f"sqlite:///{office.data / 'kanwerk.db'}"), office.data / "mail"
    _until(lambda: (database.read(DUE_NOW, {}), [*folder.glob("*.eml")])[1])
    database.close()
    raw = min(folder.glob("*.eml")).read_bytes()
    letter: Any = message_from_bytes(raw, policy=policy.default)
    page = open_page(viewport={"width": 390, "height": 700})
    page.set_content(letter.get_body(("html",)).get_content())
    expect(page.get_by_text("Hand mentioned you")).to_be_visible()
    expect(page.get_by_text("@Mia have a look at the new offer")).to_be_visible()
    expect(page.get_by_role("link", name="Stop mails like this one")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


DUE_NOW = "UPDATE notification_mails SET due_at = '2026-01-01T00:00:00.000000Z' RETURNING user_id"


def _until(there: Callable[[], Any]) -> None:
    ends = time.monotonic() + 20
    while not there():
        assert time.monotonic() < ends
        time.sleep(0.5)
