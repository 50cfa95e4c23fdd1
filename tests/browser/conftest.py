import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench import chromium
from tests.engines import only_one

PASSWORD = "kanwerk-demo"
MIA = "mia.berger@nordlicht.example"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def free_port() -> int:
    with contextlib.closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Served:
    """A server process of the product on a data folder."""

    def __init__(self, data: Path, *options: str, **variables: str) -> None:
        self.port = free_port()
        self.data = data
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.parent / f"{data.name}.log"
        command = [
            sys.executable,
            "-m",
            "kanwerk.cli",
            "serve",
            "--data",
            str(data),
            "--port",
            str(self.port),
            *options,
        ]
        env = {name: value for name, value in os.environ.items() if not name.startswith("KANWERK_")}
        env |= variables
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=env)
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                return
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def printed(self, start: str) -> str:
        """Return what stands behind the start of a line the server printed, once it has."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            for line in self.log.read_text().splitlines():
                if line.startswith(start):
                    return line.removeprefix(start).strip()
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@pytest.fixture(scope="session")
def demo_data(shared_folder: Path) -> Path:
    """A data folder with the demo in it, made once for the run; to be copied."""
    made = shared_folder / "demo"
    with only_one(shared_folder / "demo.lock"):
        if not (made / "kanwerk.db").exists():
            command = [sys.executable, "-m", "kanwerk.cli", "demo", "--data", str(made)]
            subprocess.run(command, check=True, capture_output=True)
    return made


@pytest.fixture(scope="module")
def demo(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo agency, served; a module's own."""
    data = tmp_path_factory.mktemp("served") / "data"
    shutil.copytree(demo_data, data)
    served = Served(data)
    yield served
    served.stop()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Served]:
    """A server without any space yet."""
    served = Served(tmp_path / "data")
    yield served
    served.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.headless()
    assert path, "no Chromium is installed"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield found
        found.close()


@pytest.fixture
def faults() -> list[str]:
    """What the browser complains about: console errors, answers of 500 and more, other hosts."""
    return []


@pytest.fixture
def open_page(browser: Browser, faults: list[str]) -> Iterator[Callable[..., Page]]:
    """Open a page in a fresh browser profile; at the end nothing may have been complained about."""
    contexts: list[BrowserContext] = []

    def open_(**options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: _note(faults, message))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("response", lambda answer: faults.append(answer.url) if answer.status >= 500 else None)
        page.on("request", lambda asked: faults.append(asked.url) if "127.0.0.1" not in asked.url else None)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not faults


def _note(faults: list[str], message: Any) -> None:
    expected = message.text.startswith("Failed to load resource")  # the answer to a form with faults is a 422
    if message.type in ("error", "warning") and not expected:
        faults.append(message.text)


@pytest.fixture
def sign_in(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Sign somebody in and open the space's first page."""

    def sign_in_(served: Served, email: str = MIA, space: str = "nordlicht", **options: Any) -> Page:
        page = open_page(**options)
        page.goto(f"{served.url}/sign-in?next=/{space}")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{served.url}/{space}")
        return page

    return sign_in_
