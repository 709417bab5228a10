"""The API's description as its reader sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .conftest import Product

pytestmark = pytest.mark.slow


def test_the_page_of_the_api_shows_the_routes_and_the_security_scheme(
    page: Page, product: Product
) -> None:
    page.goto(f"{product.url}/docs")

    page.get_by_text("/api/analytics/top_events").first.wait_for()
    page.get_by_role("button", name="Authorize").click()

    page.get_by_text("(http, Bearer)").first.wait_for()
