import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from standardwebhooks import Webhook

from tests.browser.conftest import PASSWORD, Served
from tests.serving import invoke

ADDRESS = "/nordlicht/settings/webhooks"


class Hook(BaseHTTPRequestHandler):
    """A receiver that keeps what comes in and answers as its path says."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((dict(self.headers.items()), body))  # type: ignore[attr-defined]
        status, said = (200, b"thank you") if self.path == "/fine" else (500, b"out of order")
        self.send_response(status)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.got = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_to_here(tmp_path: Path) -> Iterator[Served]:
    """A new space whose operator allows receivers on this machine."""
    who = ["--email", "ola@example.com", "--password", PASSWORD, "--first-name", "Ola", "--last-name", "Nord"]
    made = invoke(tmp_path / "data", "", "init", "--space", "Nordlicht", *who)
    assert made.exit_code == 0, made.output
    served = Served(tmp_path / "data", KANWERK_WEBHOOK_ALLOW="127.0.0.0/8")
    yield served
    served.stop()


def test_a_webhook_is_made_tested_and_looked_at(
    open_to_here: Served, hook: ThreadingHTTPServer, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(open_to_here, "ola@example.com")
    page.goto(f"{open_to_here.url}{ADDRESS}")
    page.get_by_role("link", name="New webhook").first.click()
    page.get_by_label("Send to").fill("http://10.0.0.1/hook")
    page.get_by_role("button", name="Make the webhook").click()
    expect(page.get_by_label("Send to")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Send to")).to_have_value("http://10.0.0.1/hook")
    page.get_by_label("Send to").fill(f"http://127.0.0.1:{hook.server_port}/fine")
    page.get_by_role("button", name="Make the webhook").click()
    secret = page.locator(".secret code").inner_text()
    page.get_by_role("link", name="Done").click()
    page.get_by_role("button", name="Send a test").click()
    row = page.locator("#deliveries li", has_text="webhook.test")
    expect(row).to_contain_text("Delivered", timeout=15_000)
    headers, body = hook.got[0]  # type: ignore[attr-defined]
    assert Webhook(secret).verify(body, headers)["type"] == "webhook.test"
    row.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("thank you")
    expect(page.locator("main")).to_contain_text('"type": "webhook.test"')
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#deliveries li", has_text="again")).to_contain_text("Delivered", timeout=15_000)
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Send to").fill(f"http://127.0.0.1:{hook.server_port}/broken")
    page.get_by_label("Everything that happens").uncheck()
    page.get_by_label("Clients", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#webhook")).to_contain_text("Sends: client.*")
    page.get_by_role("button", name="Send a test").click()
    failing = page.locator("#deliveries li", has_text="It answered with 500")
    expect(failing).to_contain_text("Will try again", timeout=15_000)
    page.get_by_label("More").click()
    page.get_by_role("button", name="Switch off").click()
    expect(page.locator("#webhook")).to_contain_text("Off")
    page.get_by_label("More").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete").last.click()
    expect(page.get_by_role("heading", name="No webhooks yet")).to_be_visible()
