"""Requests that are on their way for as long as a test wants."""

from playwright.sync_api import Page, Route


class Held:
    """Holds what a page asks of an address until it is let go; what comes later goes on by itself."""

    def __init__(self, page: Page, address: str) -> None:
        """Hold from now on; ``address`` as Playwright's patterns have it."""
        self.routes: list[Route] = []
        self.holding = True
        page.route(address, self._meet)

    def _meet(self, route: Route) -> None:
        if self.holding:
            self.routes.append(route)
        else:
            route.continue_()

    def let_go(self) -> None:
        """Let all go on."""
        self.holding = False
        for each in self.routes:
            each.continue_()
