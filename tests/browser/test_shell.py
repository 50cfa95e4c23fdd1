"""What lies around every page: looks, a session that ends, a connection that breaks, the installed app."""

import json
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import MIA, PASSWORD, Served


@pytest.fixture
def page(demo: Served, sign_in: Callable[..., Page]) -> Page:
    return sign_in(demo)


def end_sessions(page: Page) -> None:
    """End the session behind the page's back, as an admin or another window would."""
    kept = page.context.cookies()
    page.context.clear_cookies(name="kanwerk_session")
    assert any(each["name"] == "kanwerk_session" for each in kept)


def overlook_the_stream(faults: list[str]) -> None:
    """The stream of a session that ended meets the sign-in page too, of which browsers complain."""
    faults[:] = [each for each in faults if not each.startswith("EventSource")]


def sign_in_again(page: Page, password: str = PASSWORD) -> None:
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    dialog.get_by_label("E-mail").fill(MIA)
    dialog.get_by_label("Password").fill(password)
    dialog.get_by_role("button", name="Sign in").click()


def test_looks_are_chosen_in_the_menu_and_stay(page: Page, demo: Served):
    page.locator(".sidebar details.menu summary").last.click()
    page.get_by_role("radio", name="Dark").check()
    page.get_by_role("radio", name="Compact").check()
    expect(page.locator("html[data-theme='dark'][data-density='compact']")).to_be_attached()
    row = page.locator(".nav-link").first
    height = row.evaluate("each => each.offsetHeight")
    page.reload()
    expect(page.locator("html[data-theme='dark'][data-density='compact']")).to_be_attached()
    assert row.evaluate("each => each.offsetHeight") == height < 32


def test_a_session_that_ended_is_renewed_without_losing_a_word(page: Page, demo: Served, faults: list[str]):
    page.route("**/live?*", lambda route: route.abort())  # which would tell it first
    page.goto(f"{demo.url}/nordlicht/clients/new")
    page.get_by_label("Name", exact=True).fill("Typed before the session ended")
    end_sessions(page)
    page.get_by_role("button", name="Add client").click()
    sign_in_again(page, "not the password")
    expect(page.get_by_text("This e-mail address and password do not go together.")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Typed before the session ended")
    sign_in_again(page)
    expect(page.get_by_role("heading", name="Typed before the session ended")).to_be_visible()
    overlook_the_stream(faults)


def test_the_palette_asks_to_sign_in_too(page: Page, faults: list[str]):
    end_sessions(page)
    page.keyboard.press("Control+k")
    sign_in_again(page)
    expect(page.locator(".toast", has_text="You are signed in again.")).to_be_visible()
    overlook_the_stream(faults)


def test_a_page_says_when_the_server_is_gone_and_when_it_is_back(page: Page, demo: Served):
    page.goto(f"{demo.url}/nordlicht/clients/new")
    page.get_by_label("Name", exact=True).fill("Typed offline")
    page.context.set_offline(offline=True)
    bar = page.locator("#offline")
    expect(bar).to_contain_text("The server cannot be reached")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Typed offline")
    page.context.set_offline(offline=False)
    expect(bar).to_contain_text("The server is there again")
    expect(bar).to_be_hidden()


def test_a_page_that_is_opened_offline_comes_once_it_can(page: Page, demo: Served):
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.context.set_offline(offline=True)
    page.goto(f"{demo.url}/nordlicht/clients")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).borderRadius") != "0px"
    page.context.set_offline(offline=False)
    expect(page.get_by_role("heading", name="Clients")).to_be_attached()


def test_the_service_worker_keeps_built_files_and_nothing_of_anybody(page: Page, demo: Served):
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    for path in ("/nordlicht/clients", "/nordlicht/search?q=web", "/nordlicht"):
        page.goto(f"{demo.url}{path}")
    kept = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys())
            for (const each of await (await caches.open(name)).keys()) found.push(new URL(each.url).pathname);
          return found;
        }"""
    )
    assert "/offline" in kept
    assert {each.split("/")[1] for each in kept} == {"offline", "static"}
    offline = page.evaluate("caches.match('/offline').then(answer => answer.text())")
    assert "Mia" not in offline
    assert "nordlicht" not in offline


def test_the_app_can_be_installed(page: Page, demo: Served):
    with urllib.request.urlopen(f"{demo.url}/manifest.webmanifest") as answer:
        told = json.load(answer)
    assert (told["scope"], told["start_url"], told["display"]) == ("/", "/", "standalone")
    assert {(each["sizes"], each.get("purpose")) for each in told["icons"]} == {
        ("192x192", None),
        ("512x512", None),
        ("512x512", "maskable"),
    }
    for each in told["icons"]:
        size = page.evaluate(
            "src => new Promise((done, fail) => { const image = new Image();"
            " image.onload = () => done(`${image.naturalWidth}x${image.naturalHeight}`);"
            " image.onerror = fail; image.src = src; })",
            each["src"],
        )
        assert size == each["sizes"]
    errors = page.context.new_cdp_session(page).send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [each["errorId"] for each in errors if each["errorId"] != "in-incognito"] == []


def test_messages_stack_and_the_newest_is_undone_first(page: Page, demo: Served):
    page.evaluate(
        """() => {
          const region = document.querySelector('#toasts');
          const template = document.querySelector('#toast-template');
          for (let number = 0; number < 7; number++) {
            const made = template.content.firstElementChild.cloneNode(true);
            made.querySelector('p').textContent = `Message ${number}`;
            region.append(made);
          }
          document.dispatchEvent(new CustomEvent('htmx:after:swap', {detail: {ctx: {target: null}}}));
        }"""
    )
    expect(page.locator(".toast")).to_have_count(4)
    expect(page.locator(".toast-action[data-key='z']")).to_have_count(1)
    expect(page.locator(".toast", has_text="Message 6").locator("[data-key='z']")).to_be_attached()
    page.locator(".toast", has_text="Message 6").get_by_label("Dismiss").click()
    expect(page.locator(".toast", has_text="Message 5").locator("[data-key='z']")).to_be_attached()
