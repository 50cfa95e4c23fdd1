"""No page is wider than its screen: a phone would shrink it, and put its panel out of sight."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Served
from tests.browser.test_accessibility import address, addresses


@pytest.mark.parametrize("width", [360, 768, 2560])
def test_no_page_is_wider_than_the_screen(demo: Served, sign_in: Callable[..., Page], width: int):
    page = sign_in(demo, viewport={"width": width, "height": 800}, is_mobile=width < 1000)
    seen = 0
    for path in addresses():
        there = address(page, demo, path)
        if there is None:
            continue
        page.goto(demo.url + there)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, there
        seen += 1
    assert seen > 30
