from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import MIA, PASSWORD, Served


def test_the_first_space_is_set_up_in_the_browser_once(empty: Served, open_page: Callable[..., Page]):
    code = empty.printed(f"Set it up at {empty.url}/set-up with the code")
    page = open_page()
    page.goto(empty.url)
    page.wait_for_url("**/set-up")
    page.get_by_label("One-time code").fill("WRONG-CODE-HERE")
    page.get_by_label("Name of the space").fill("Büro Süd")
    page.get_by_label("First name").fill("Mia")
    page.get_by_label("Last name").fill("Berger")
    page.get_by_label("E-mail").fill("mia@example.com")
    page.get_by_label("Password").fill("a good password")
    page.get_by_role("button", name="Create the space").click()
    expect(page.get_by_text("This is not the code that the server printed.")).to_be_visible()
    expect(page.get_by_label("Name of the space")).to_have_value("Büro Süd")
    page.get_by_label("One-time code").fill(code.lower())
    page.get_by_label("Password").fill("a good password")
    page.get_by_role("button", name="Create the space").click()
    page.wait_for_url(f"{empty.url}/buro-sud")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mia")
    other = open_page()
    assert other.goto(f"{empty.url}/set-up").status == 404


def test_a_wrong_password_keeps_the_address_and_says_so(demo: Served, open_page: Callable[..., Page]):
    page = open_page()
    page.goto(f"{demo.url}/nordlicht/clients?q=x")
    page.wait_for_url("**/sign-in?next=**")
    page.get_by_label("E-mail").fill(MIA)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("do not go together")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(MIA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{demo.url}/nordlicht/clients?q=x")


def test_nobody_is_led_to_another_host_after_sign_in(demo: Served, open_page: Callable[..., Page]):
    page = open_page()
    for target in ("//evil.example/", "https://evil.example/", "/\\evil.example"):
        page.goto(f"{demo.url}/sign-in?next={target}")
        assert page.locator("input[name=next]").input_value() == ""


def test_a_person_in_two_spaces_chooses_one(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    page.goto(demo.url)
    expect(page.get_by_text("You work in 2 spaces.")).to_be_visible()
    page.get_by_role("link", name="Atelier Donau").click()
    page.wait_for_url(f"{demo.url}/donau")


def test_signing_out_ends_the_session(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    cookies = page.context.cookies()
    session = next(cookie for cookie in cookies if cookie["name"] == "kanwerk_session")
    assert session["httpOnly"]
    assert session["sameSite"] == "Lax"
    page.locator("aside summary", has_text="Mia Berger").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.context.add_cookies(cookies)
    page.goto(f"{demo.url}/nordlicht")
    page.wait_for_url("**/sign-in?next=/nordlicht")


def test_a_form_of_another_site_is_refused(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    where = f"{demo.url}/nordlicht/clients/new"
    sent = {"form": {"name": "Forged"}}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ):
        assert page.context.request.post(where, **sent, headers=headers).status == 403
    page.goto(f"{demo.url}/nordlicht/clients?q=Forged")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_guests_and_tax_advisors_get_a_friendly_page(demo: Served, sign_in: Callable[..., Page]):
    guest = sign_in(demo, "iveta.cierna@zlatyklasok.example")
    expect(guest.get_by_text("You are a guest of Studio Nordlicht")).to_be_visible()
    guest.goto(f"{demo.url}/nordlicht/clients")
    expect(guest.locator("tbody tr")).to_have_count(1)
    guest.locator("tbody a.row-link").click()
    expect(guest.get_by_role("heading", level=1)).to_be_visible()
    assert guest.goto(f"{demo.url}/nordlicht/clients/new").status == 403
    advisor = sign_in(demo, "gudrun.wiessner@kanzlei-wiessner.example")
    expect(advisor.get_by_text("You look after the books")).to_be_visible()
    advisor.goto(f"{demo.url}/nordlicht/clients")
    advisor.locator("tbody a.row-link").first.click()
    expect(advisor.get_by_role("heading", level=1)).to_be_visible()
    assert advisor.goto(f"{demo.url}/nordlicht/settings/users").status == 403


def test_a_space_of_others_is_not_there(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, "amelie.fuerstenau@nordlicht.example")
    assert page.goto(f"{demo.url}/donau").status == 404
    assert page.goto(f"{demo.url}/donau/clients").status == 404
