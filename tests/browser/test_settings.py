import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Served

AMELIE = "amelie.fuerstenau@nordlicht.example"
IVETA = "iveta.cierna@zlatyklasok.example"
GUDRUN = "gudrun.wiessner@kanzlei-wiessner.example"
VALENTIN = "valentin.hoellwarth@nordlicht.example"
ADMINS_ONLY = ("space", "invoicing", "users", "users/invite")


def at(served: Served, page: Page, path: str) -> None:
    page.goto(f"{served.url}/nordlicht/settings/{path}")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()


def test_an_owner_changes_the_space_and_its_address(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    at(demo, page, "space")
    page.get_by_label("Web address").fill("nordlicht-neu")
    page.get_by_label("The week starts on").select_option("sunday")
    save(page)
    page.wait_for_url(f"{demo.url}/nordlicht-neu/settings/space")
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("The week starts on")).to_have_value("sunday")
    page.get_by_label("Web address").fill("nordlicht")
    save(page)
    page.wait_for_url(f"{demo.url}/nordlicht/settings/space")


def test_faults_stand_beside_their_fields_and_what_was_typed_stays(
    demo: Served, sign_in: Callable[..., Page]
):
    page = sign_in(demo)
    at(demo, page, "space")
    page.get_by_label("Name").fill("")
    page.get_by_label("Web address").fill("No Such Slug")
    save(page)
    expect(page.locator("#f-name-error")).to_contain_text("This is needed.")
    expect(page.locator("#f-slug-error")).to_contain_text("Small letters")
    expect(page.get_by_label("Web address")).to_have_value("No Such Slug")
    page.get_by_label("Name").fill("Studio Nordlicht")
    page.get_by_label("Web address").fill("docs")
    save(page)
    expect(page.locator("#f-slug-error")).to_contain_text("Kanwerk's own")


def test_a_currency_with_other_decimals_is_refused_while_people_have_rates(
    demo: Served, sign_in: Callable[..., Page]
):
    page = sign_in(demo)
    at(demo, page, "space")
    page.get_by_label("Currency").select_option("JPY")
    save(page)
    expect(page.locator("#f-currency-error")).to_contain_text("another number of decimals")
    at(demo, page, "space")
    expect(page.get_by_label("Currency")).to_have_value("EUR")


def test_invoicing_data_are_taken_as_people_type_them(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    at(demo, page, "invoicing")
    page.get_by_label("IBAN").fill("DE89 3704 0044 0532 0130 01")
    page.get_by_label("Usual VAT rate").fill("7,5")
    page.get_by_label("Small business without VAT").check()
    save(page)
    expect(page.locator("#f-iban-error")).to_contain_text("check digits")
    expect(page.get_by_label("IBAN")).to_have_value("DE89 3704 0044 0532 0130 01")
    expect(page.get_by_label("Small business without VAT")).to_be_checked()
    page.get_by_label("IBAN").fill("de89 3704 0044 0532 0130 00")
    page.get_by_label("Address, line 2").fill("")
    save(page)
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("IBAN")).to_have_value("DE89370400440532013000")
    expect(page.get_by_label("Usual VAT rate")).to_have_value("7.5")
    expect(page.get_by_label("Small business without VAT")).to_be_checked()
    page.get_by_label("Small business without VAT").uncheck()
    page.get_by_label("Payment term").fill("")
    save(page)
    expect(page.locator("#f-payment_term_days-error")).to_contain_text("This is needed.")
    expect(page.get_by_label("Small business without VAT")).not_to_be_checked()


def test_everybody_changes_their_own_profile(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, IVETA)
    at(demo, page, "profile")
    expect(page.get_by_text(f"You sign in with {IVETA}.")).to_be_visible()
    page.get_by_label("Contact e-mail").fill("not an address")
    save(page)
    expect(page.locator("#f-email-error")).to_contain_text("not an e-mail address")
    page.get_by_label("Contact e-mail").fill("office@zlatyklasok.example")
    page.locator("#main").get_by_text("Dark", exact=True).click()
    save(page)
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_text(f"You sign in with {IVETA}.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Contact e-mail")).to_have_value("office@zlatyklasok.example")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_new_password_ends_all_sessions_but_this_one(demo: Served, sign_in: Callable[..., Page]):
    page, other = sign_in(demo, VALENTIN), sign_in(demo, VALENTIN)
    at(demo, page, "password")
    page.get_by_label("Current password").fill("not my password")
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Change password").click()
    expect(page.locator("#f-current_password-error")).to_contain_text("not your current password")
    expect(page.locator("#f-password-error")).to_contain_text("8 to 1024")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password").fill("another good password")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    other.goto(f"{demo.url}/nordlicht")
    other.wait_for_url("**/sign-in?**")


def test_an_invitation_shows_its_link_until_it_is_withdrawn(
    demo: Served, sign_in: Callable[..., Page], open_page: Callable[..., Page]
):
    page = sign_in(demo)
    at(demo, page, "users/invite?type=guest")
    page.get_by_label("First name").fill("Noor")
    page.get_by_label("Last name").fill("de Vries")
    page.get_by_label("E-mail").fill("noor@gracht.example")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.locator("#f-client_id-error")).to_contain_text("Choose whose guest this is.")
    page.get_by_text("Colleague", exact=True).click()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("heading", name="Noor de Vries")).to_be_visible()
    link = page.locator(".secret code").inner_text()
    assert link.startswith(f"{demo.url}/invite/")
    page.reload()
    expect(page.locator(".secret code")).to_have_text(link)
    stranger = open_page()
    stranger.goto(link)
    expect(stranger.get_by_role("button", name="Accept the invitation")).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    expect(page.locator(".secret code")).not_to_have_text(link)
    assert stranger.goto(link).status == 404
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Not invited at present.")).to_be_visible()
    page.get_by_role("button", name="Send an invitation").click()
    expect(page.locator(".secret code")).to_be_visible()
    assert any("noor@gracht.example" in mail.read_text() for mail in (demo.data / "mail").glob("*.eml"))
    at(demo, page, "users")
    expect(page.locator("li", has_text="Noor de Vries").get_by_text("Invited")).to_be_visible()


def test_hours_and_rates_take_a_comma(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    at(demo, page, "users")
    page.get_by_role("link", name="Zuzana Kováčová").click()
    page.get_by_label("Hours a week").fill("a lot")
    page.get_by_label("Hourly rate").fill("99,505")
    save(page)
    expect(page.locator("#f-weekly_hours-error")).to_contain_text("0 to 168")
    page.get_by_label("Hours a week").fill("38,5")
    save(page)
    expect(page.locator("#f-hourly_rate-error")).to_contain_text("EUR has 2 decimals", ignore_case=True)
    page.get_by_label("Hourly rate").fill("99,5")
    page.get_by_label("Cost rate").fill("")
    save(page)
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Hours a week")).to_have_value("38.5")
    expect(page.get_by_label("Hourly rate")).to_have_value("99.50")
    expect(page.get_by_label("Cost rate")).to_have_value("")


def test_whoever_is_deactivated_is_out_at_once_and_can_come_back(demo: Served, sign_in: Callable[..., Page]):
    page, gone = sign_in(demo), sign_in(demo, "soeren.grossmann@nordlicht.example")
    at(demo, page, "users")
    page.get_by_role("link", name="Sören Großmann").click()
    page.get_by_role("button", name="Deactivate").click()
    page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("Deactivated Sören Großmann.")).to_be_visible()
    gone.wait_for_url("**/sign-in?next=/nordlicht")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Sören Großmann is back.")).to_be_visible()
    assert gone.goto(f"{demo.url}/nordlicht").status == 200


def test_the_last_owner_stays_one(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    at(demo, page, "users")
    page.get_by_role("link", name="Mia Berger").click()
    page.get_by_label("Role").select_option("member")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("keeps at least one active owner")


def test_a_token_is_shown_once_works_and_is_revoked(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo)
    at(demo, page, "tokens")
    page.get_by_role("link", name="New token").first.click()
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator("#f-name-error")).to_contain_text("This is needed.")
    page.get_by_role("textbox", name="Name").fill("Till system")
    page.get_by_label("Clients: read").check()
    page.get_by_label("Expires").select_option("90")
    page.get_by_role("button", name="Make the token").click()
    token = page.locator(".secret code").inner_text()
    assert token.startswith("kw_")
    api = {"Authorization": f"Bearer {token}"}
    me = httpx.get(f"{demo.url}/api/v1/me", headers=api).json()
    assert (me["user"]["type"], me["user"]["first_name"], me["scopes"]) == (
        "integration",
        "Till system",
        ["clients:read"],
    )
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("clients:read")).to_be_visible()
    assert token not in page.content()
    page.go_back()
    page.wait_for_load_state()
    assert token not in page.content()
    at(demo, page, "tokens")
    page.get_by_role("button", name="Revoke Till system").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("Revoked Till system.")).to_be_visible()
    assert httpx.get(f"{demo.url}/api/v1/me", headers=api).status_code == 401


def test_a_page_with_a_token_is_never_compressed(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, AMELIE)
    where = f"{demo.url}/nordlicht/settings/tokens/new"
    made = page.context.request.post(where, form={"kind": "me", "name": "Mine"})
    assert made.status == 200
    assert "kw_" in made.text()
    assert "content-encoding" not in made.headers
    assert made.headers["cache-control"] == "no-store"
    assert page.context.request.get(where).headers["content-encoding"] == "gzip"
    forbidden = page.context.request.post(where, form={"kind": "integration", "name": "X", "role": "admin"})
    assert forbidden.status == 403


def test_business_fields_are_added_renamed_merged_and_deleted(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, AMELIE)
    at(demo, page, "business-fields")
    page.get_by_label("New business field").fill("Robotics")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Added Robotics.")).to_be_visible()
    page.get_by_label("New business field").fill("robotics")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#f-new-error")).to_contain_text("already")
    item = page.locator("li", has=page.locator("summary", has_text="Robotics"))
    item.locator("summary").click()
    item.get_by_label("Name").fill("Web development")
    item.get_by_role("button", name="Rename").click()
    expect(item.locator(".field-error")).to_contain_text("already")
    item.get_by_label("Name").fill("Robots")
    item.get_by_role("button", name="Rename").click()
    robots = page.locator("li", has=page.locator("summary", has_text="Robots"))
    robots.locator("summary").click()
    robots.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Robots is back.")).to_be_visible()
    robots.locator("summary").click()
    robots.get_by_label("Move its projects to").select_option(label="Print")
    robots.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Merged Robots into Print.")).to_be_visible()
    page.get_by_label("New business field").fill("Robots")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Robots is back from the trash.")).to_be_visible()


@pytest.mark.parametrize(
    ("email", "tabs"),
    [
        (
            AMELIE,
            ["Business fields", "Labels", "Profile", "Password", "Notifications", "Calendars", "API tokens"],
        ),
        (IVETA, ["Profile", "Password", "Notifications", "Calendars"]),
        (GUDRUN, ["Profile", "Password", "Notifications"]),
    ],
)
def test_everybody_sees_the_settings_that_work_for_them(
    demo: Served, sign_in: Callable[..., Page], email: str, tabs: list[str]
):
    page = sign_in(demo, email)
    at(demo, page, "")
    page.wait_for_url("**/settings/profile")
    links = page.get_by_role("navigation", name="Settings").get_by_role("link")
    assert links.all_text_contents() == tabs
    for address in links.evaluate_all("links => links.map(link => link.href)"):
        assert page.goto(address).status == 200
    for path in ADMINS_ONLY:
        assert page.context.request.get(f"{demo.url}/nordlicht/settings/{path}").status == 403
        assert page.context.request.post(f"{demo.url}/nordlicht/settings/{path}").status in (403, 405)


def test_no_settings_page_scrolls_sideways_on_a_phone(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, viewport={"width": 390, "height": 844})
    wide = "() => document.documentElement.scrollWidth > screen.width"
    for path in ("space", "invoicing", "users", "users/invite", "business-fields", "profile", "password"):
        at(demo, page, path)
        assert not page.evaluate(wide), path
    at(demo, page, "tokens/new")
    page.get_by_text("Me", exact=True).click()
    page.get_by_role("textbox", name="Name").fill("On the way")
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator(".secret code")).to_be_visible()
    assert not page.evaluate(wide)


def test_the_reference_shows_every_group_without_sign_in(demo: Served, open_page: Callable[..., Page]):
    page = open_page()
    page.goto(f"{demo.url}/docs")
    shown = page.locator("aside, nav")
    expect(shown.get_by_text("Spaces", exact=True).first).to_be_visible(
        timeout=20_000
    )  # it draws 200 operations
    for group in ("Users", "Business fields", "Clients"):
        expect(shown.get_by_text(group, exact=True).first).to_be_visible()
    assert page.get_by_role("link", name="Download OpenAPI", exact=True).get_attribute("download")


def test_built_files_are_kept_for_good_and_nothing_beside_them_is_served(demo: Served):
    with httpx.Client(base_url=demo.url) as client:
        page = client.get("/sign-in").text
        for name in re.findall(r"/static/[\w.-]+", page):
            answer = client.get(name)
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        for name in ("manifest.json", "nope.js", "..%2fapp.py", "%2e%2e/app.py", "a/b.js"):
            assert client.get(f"/static/{name}").status_code == 404
        assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
        assert client.get("/favicon.ico", follow_redirects=True).headers["content-type"] == "image/svg+xml"


def test_an_unknown_address_is_a_page_for_people_and_json_for_machines(
    demo: Served, sign_in: Callable[..., Page]
):
    page = sign_in(demo)
    for path in ("/nobody-here", "/nordlicht/nothing/here", "/static/nope.js", "//nordlicht"):
        answer = page.context.request.get(f"{demo.url}{path}")
        assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "Nothing here" in answer.text()
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    machine = httpx.get(f"{demo.url}/api/v1/nothing")
    assert machine.headers["content-type"] == "application/problem+json"
