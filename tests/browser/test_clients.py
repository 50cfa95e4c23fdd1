import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def page(demo: Served, sign_in: Callable[..., Page]) -> Page:
    return sign_in(demo)


@pytest.fixture
def clients(demo: Served, page: Page) -> Page:
    page.goto(f"{demo.url}/nordlicht/clients")
    return page


def add(page: Page, demo: Served, name: str, **more: str) -> str:
    """Add a client through its form and return the address of its page."""
    page.goto(f"{demo.url}/nordlicht/clients/new")
    page.get_by_label("Name").fill(name)
    for label, value in more.items():
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Add client").click()
    page.wait_for_url(lambda url: "/clients/" in url and not url.endswith("/new"))
    return page.url


def test_the_list_goes_on_while_it_is_scrolled(clients: Page):
    rows = clients.locator("tbody tr:has(a.row-link)")
    expect(rows).to_have_count(50)
    for _ in range(10):
        clients.mouse.wheel(0, 6000)
        clients.wait_for_timeout(150)
    expect(rows).to_have_count(112)
    names = rows.locator("a.row-link").all_inner_texts()
    assert len(set(names)) == 112
    expect(clients.locator(".sentinel")).to_have_count(0)


def test_search_finds_without_case_and_marks_and_keeps_its_address(demo: Served, page: Page):
    add(page, demo, "Größwang & Žofia GmbH")
    page.goto(f"{demo.url}/nordlicht/clients")
    page.get_by_label("Search clients").fill("grosswang & zofia")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.wait_for_url("**/clients?q=grosswang**")
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Search clients").fill("nobody is called this")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_role("link", name="Show all clients").click()
    expect(page.locator("tbody tr:has(a.row-link)").first).to_be_visible()


def test_segments_archive_and_sort_narrow_and_turn_the_list(clients: Page):
    clients.locator(".segmented").get_by_text("A", exact=True).click()
    expect(clients.locator("[role=status]").first).to_contain_text("client")
    clients.wait_for_url("**segment=A**")
    expect(clients.locator("tbody .segment", has_text="B")).to_have_count(0)
    expect(clients.locator("tbody .segment", has_text="A").first).to_be_visible()
    clients.goto(clients.url.split("?")[0] + "?archived=true")
    expect(clients.locator("tbody tr")).to_have_count(8)
    clients.goto(clients.url.split("?")[0])
    first = clients.locator("a.row-link").first.inner_text()
    clients.get_by_role("link", name="Name").click()
    clients.wait_for_url("**sort=-name**")
    assert clients.locator("a.row-link").first.inner_text() != first


def test_a_client_is_added_changed_and_its_activity_tells(demo: Served, page: Page):
    add(page, demo, "Öko Täxi KG", **{"Shortcode": "ÖTX", "External ID": "crm/1"})
    expect(page.get_by_role("heading", level=1)).to_contain_text("Öko Täxi KG")
    page.get_by_role("link", name="Edit").first.click()
    page.get_by_label("Name").fill("Öko Taxi AG")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Öko Taxi AG")
    expect(page.locator(".timeline")).to_contain_text("Öko Täxi KG")
    expect(page.locator(".timeline")).to_contain_text("Mia Berger")


def test_faults_stand_beside_their_fields_and_what_was_typed_stays(demo: Served, page: Page):
    add(page, demo, "First of its code", Shortcode="DUP")
    page.goto(f"{demo.url}/nordlicht/clients/new")
    page.get_by_label("Name").fill("Second")
    page.get_by_label("Shortcode").fill("dup")
    page.get_by_label("External ID").fill("x-77")
    page.get_by_role("button", name="Add client").click()
    expect(page.locator("#f-shortcode-error")).to_contain_text("taken")
    expect(page.get_by_label("External ID")).to_have_value("x-77")
    page.get_by_label("Name").fill("   ")
    page.get_by_label("Shortcode").fill("NEW")
    page.get_by_role("button", name="Add client").click()
    expect(page.locator("#f-name-error")).to_be_visible()


def test_a_form_that_was_overtaken_shows_both_versions(
    demo: Served, page: Page, sign_in: Callable[..., Page]
):
    where = add(page, demo, "Overtaken Ltd")
    page.goto(f"{where}/edit")
    other = sign_in(demo, "amelie.fuerstenau@nordlicht.example")
    other.goto(f"{where}/edit")
    other.get_by_label("Name").fill("Name by Amelie")
    other.get_by_role("button", name="Save").click()
    other.wait_for_url(where)
    page.get_by_label("Name").fill("Name by Mia")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Someone else saved this meanwhile.")).to_be_visible()
    expect(page.locator(".compare")).to_contain_text("Name by Mia")
    expect(page.locator(".compare")).to_contain_text("Name by Amelie")
    page.locator(".tile", has_text="Name by Amelie").click()
    page.get_by_role("button", name="Save again").click()
    page.wait_for_url(where)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Name by Amelie")


def test_deleting_offers_to_undo(demo: Served, page: Page):
    where = add(page, demo, "Deleted by mistake")
    page.get_by_label("More").click()
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/clients")
    toast = page.locator(".toast", has_text="Deleted Deleted by mistake.")
    expect(toast).to_be_visible()
    page.goto(f"{demo.url}/nordlicht/trash")
    expect(page.get_by_text("Deleted by mistake").first).to_be_visible()
    page.get_by_role("button", name="Restore Deleted by mistake").click()
    expect(page.locator(".toast", has_text="Deleted by mistake is back.")).to_be_visible()
    page.goto(where)
    page.get_by_label("More").click()
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/clients")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(where)


def test_a_client_with_projects_asks_what_becomes_of_them(demo: Served, clients: Page):
    for name in clients.locator("a.row-link").all()[:30]:
        href = name.get_attribute("href")
        page = clients.context.new_page()
        page.goto(demo.url + str(href))
        if page.locator("li").filter(has_text=re.compile("On track|At risk|Late")).count():
            page.get_by_label("More").click()
            page.get_by_role("button", name="Archive").click()
            expect(page.get_by_text("Archive its projects too")).to_be_visible()
            page.get_by_role("button", name="Archive").click()
            expect(page.get_by_text("Archived").first).to_be_visible()
            return
        page.close()
    pytest.fail("no client of the demo has an active project")


def test_invoicing_data_are_changed_and_checked(demo: Served, page: Page):
    where = add(page, demo, "Invoiced Inc")
    page.goto(f"{where}/invoicing")
    page.get_by_label("VAT ID").fill("not one")
    page.get_by_label("City").fill("Köln")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#f-vat_id-error")).to_be_visible()
    expect(page.get_by_label("City")).to_have_value("Köln")
    page.get_by_label("VAT ID").fill("DE136695976")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(where)
    expect(page.get_by_text("DE136695976").first).to_be_visible()


def test_a_spreadsheet_is_imported_with_preview_and_twice_changes_nothing(
    demo: Served, page: Page, tmp_path: Path
):
    path = tmp_path / "kunden.csv"
    rows = [
        "Kundenname;Nummer;Klasse",
        "Müller & Söhne;K-1;A",
        "Ľubica s.r.o.;K-2;b",
        ";K-3;A",
        "Zu viel;K-4;Z",
    ]
    path.write_bytes("\r\n".join(rows).encode())
    for good in ("Import 2 clients", None):
        page.goto(f"{demo.url}/nordlicht/clients/import")
        page.locator("input[type=file]").set_input_files(path)
        page.get_by_role("button", name="Continue").click()
        expect(page.locator("select").nth(0)).to_have_value("name")
        expect(page.locator("select").nth(1)).to_have_value("external_id")
        expect(page.locator("select").nth(2)).to_have_value("segment")
        page.get_by_role("button", name="Show the preview").click()
        expect(page.get_by_text("2 rows have faults")).to_be_visible()
        if good is None:
            expect(page.locator(".tallies")).to_contain_text("Same as before")
            expect(page.get_by_role("button", name="Import")).to_have_count(0)
        else:
            page.get_by_role("button", name=good).click()
            expect(page.get_by_text("Added: 2.")).to_be_visible()
    page.goto(f"{demo.url}/nordlicht/clients?q=lubica")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_export_holds_the_list_as_it_is_filtered(demo: Served, page: Page):
    add(page, demo, "=cmd|' /C calc'!A0")
    answer = page.context.request.get(f"{demo.url}/nordlicht/clients.csv?q=cmd")
    rows = list(csv.DictReader(io.StringIO(answer.text().lstrip("\ufeff"))))
    assert [row["name"] for row in rows] == ["'=cmd|' /C calc'!A0"]
    assert "attachment" in answer.headers["content-disposition"]


def test_hostile_names_are_text_everywhere(demo: Served, page: Page):
    name = '<img src=x onerror="alert(1)">{{ 7 * 7 }}'
    add(page, demo, name)
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.goto(f"{demo.url}/nordlicht")
    expect(page.get_by_text(name).first).to_be_visible()


def test_the_keyboard_alone_searches_and_adds(clients: Page):
    clients.keyboard.press("/")
    expect(clients.get_by_label("Search clients")).to_be_focused()
    clients.keyboard.press("Escape")
    clients.locator("h1").evaluate("() => document.activeElement.blur()")
    clients.keyboard.press("c")
    clients.wait_for_url("**/clients/new")
    clients.keyboard.type("Typed without a mouse")
    clients.keyboard.press("Enter")
    expect(clients.get_by_role("heading", level=1)).to_contain_text("Typed without a mouse")


def test_without_javascript_records_are_shown_and_changed(demo: Served, sign_in: Callable[..., Page]):
    page = sign_in(demo, java_script_enabled=False)
    add(page, demo, "No script at all")
    page.get_by_role("link", name="Edit").first.click()
    page.get_by_label("Name").fill("Still no script")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Still no script")
    page.goto(f"{demo.url}/nordlicht/clients?q=&segment=&sort=name")
    page.get_by_role("link", name="More", exact=True).last.click()
    expect(page.locator("tbody tr").first).to_be_visible()


@pytest.mark.parametrize(
    "options", [PHONE, {"viewport": {"width": 1280, "height": 860}}], ids=["phone", "desk"]
)
def test_long_names_break_no_layout(demo: Served, sign_in: Callable[..., Page], options: dict[str, object]):
    page = sign_in(demo, **options)
    add(page, demo, "Donaudampfschifffahrtsgesellschaft" * 8)
    for path in (page.url, f"{demo.url}/nordlicht", f"{demo.url}/nordlicht/clients?sort=-created_at"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - screen.width") <= 0, path
