"""A finger on the glass, by the DevTools protocol: Playwright itself only taps."""

from playwright.sync_api import Locator, Page

STEPS = 12


class Finger:
    """Rests on something, moves, and leaves the glass."""

    def __init__(self, page: Page) -> None:
        self.page, self.session = page, page.context.new_cdp_session(page)
        self.at = (0.0, 0.0)

    def press(self, target: Locator, hold: int = 450) -> None:
        """Put the finger on the middle of it and rest there for so many milliseconds."""
        self.at = middle(target)
        self._send("touchStart")
        self.page.wait_for_timeout(hold)

    def move(self, x: float, y: float) -> None:
        """Move to a place of the window, as a hand would."""
        from_x, from_y = self.at
        for step in range(1, STEPS + 1):
            self.at = (from_x + (x - from_x) * step / STEPS, from_y + (y - from_y) * step / STEPS)
            self._send("touchMove")
            self.page.wait_for_timeout(16)

    def lift(self) -> None:
        """Leave the glass, after a moment's rest."""
        self.page.wait_for_timeout(250)
        self.session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def drag(self, what: Locator, onto: Locator) -> None:
        """Hold one thing, carry it onto another, let go."""
        self.press(what)
        self.page.locator(".sortable-chosen").wait_for()
        self.move(*middle(onto))
        self.lift()

    def _send(self, kind: str) -> None:
        x, y = self.at
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})


def middle(target: Locator) -> tuple[float, float]:
    """Return the middle of what is seen of it."""
    box = target.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
