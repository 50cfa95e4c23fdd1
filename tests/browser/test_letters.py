import email
import email.policy
import re
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Served


def letter(demo: Served, to: str) -> str:
    """Return the newest mail to an address; without SMTP settings it lies in the data folder."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for path in sorted((demo.data / "mail").glob("*.eml"), reverse=True):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if message["To"] == to:
                return str(message.get_content())
        time.sleep(0.05)
    raise AssertionError(to)


def link(text: str) -> str:
    return re.search(r"http://\S+", text).group()


def test_an_invited_person_comes_in_with_a_password(
    demo: Served, sign_in: Callable[..., Page], open_page: Callable[..., Page]
):
    page = sign_in(demo)
    page.goto(f"{demo.url}/nordlicht/settings/users/invite")
    page.get_by_label("First name").fill("Nora")
    page.get_by_label("Last name").fill("Neumann")
    page.get_by_label("E-mail").fill("nora@nordlicht.example")
    page.get_by_role("button", name="Send the invitation").click()
    text = letter(demo, "nora@nordlicht.example")
    assert "Mia Berger invites you to Studio Nordlicht" in text
    nora = open_page()
    nora.goto(link(text))
    expect(nora.get_by_label("First name")).to_have_value("Nora")
    nora.get_by_label("Password").fill("short")
    nora.get_by_role("button", name="Accept the invitation").click()
    expect(nora.locator("#f-password-error")).to_be_visible()
    nora.get_by_label("Password").fill("long enough now")
    nora.get_by_role("button", name="Accept the invitation").click()
    nora.wait_for_url(f"{demo.url}/nordlicht")
    expect(nora.get_by_role("heading", level=1)).to_contain_text("Nora")
    assert nora.goto(link(text)).status == 404


def test_a_known_person_accepts_by_signing_in_never_by_a_password(
    demo: Served, sign_in: Callable[..., Page], open_page: Callable[..., Page]
):
    page = sign_in(demo, "theresia.groesswang@donau.example", "donau")
    page.goto(f"{demo.url}/donau/settings/users/invite")
    amelie = "amelie.fuerstenau@nordlicht.example"
    page.get_by_label("First name").fill("Amélie")
    page.get_by_label("Last name").fill("Fürstenau")
    page.get_by_label("E-mail").fill(amelie)
    page.get_by_role("button", name="Send the invitation").click()
    address = link(letter(demo, amelie))
    stranger = open_page()
    stranger.goto(address)
    expect(stranger.locator("input[type=password]")).to_have_count(0)
    guest = sign_in(demo, "iveta.cierna@zlatyklasok.example")
    guest.goto(address)
    expect(guest.get_by_role("button", name="Accept the invitation")).to_have_count(0)
    known = sign_in(demo, amelie)
    known.goto(address)
    known.get_by_role("button", name="Accept").click()
    known.wait_for_url(f"{demo.url}/donau")


def test_a_forgotten_password_is_set_anew_by_mail_and_ends_other_sessions(
    demo: Served, sign_in: Callable[..., Page], open_page: Callable[..., Page]
):
    address = "xaver.koessler@donau.example"
    before = sign_in(demo, address, "donau")
    page = open_page()
    page.goto(f"{demo.url}/forgot-password")
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("Look into your mailbox")).to_be_visible()
    page.goto(f"{demo.url}/forgot-password")
    page.get_by_label("E-mail").fill(address.upper())
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("Look into your mailbox")).to_be_visible()
    where = link(letter(demo, address))
    page.goto(where)
    page.get_by_label("New password").fill("a brand new one")
    page.get_by_role("button", name="Save and sign in").click()
    page.wait_for_url(f"{demo.url}/donau")
    before.goto(f"{demo.url}/donau")
    before.wait_for_url("**/sign-in**")
    assert page.goto(where).status == 404
