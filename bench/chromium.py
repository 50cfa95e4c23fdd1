"""The system's Chromium, as the bench and the browser tests start it."""

import shutil

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def headless() -> str | None:
    """Return where the build without windows is, which draws the same pages in two thirds of the time."""
    return shutil.which("chromium-headless-shell") or path()


def path() -> str | None:
    """Return where it is; None where it is not installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
