"""What a visitor without a session sees of the public endpoints."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from ..product import stack
from .conftest import Product
from .steps import wait_for_view

pytestmark = pytest.mark.slow

CARD = "[data-endpoint='event_types']"


def test_a_visitor_reads_what_is_public_and_asks_neither_clerk_nor_tinybird(
    page: Page, product: Product
) -> None:
    page.goto(product.url)
    wait_for_view(page, "landing")
    page.get_by_role("link", name="Look at what is public").click()
    page.locator(f"{CARD}[data-state='ready']").wait_for()
    assert page.url == f"{product.url}/public"
    # Asked again: the landing page's ClerkJS was still loading parts of itself.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.locator(f"{CARD}[data-state='ready']").wait_for()

    assert page.locator(f"{CARD} th").all_inner_texts() == ["Event", "Label", "Description"]
    assert page.locator(f"{CARD} tbody tr").count() == 8
    assert page.locator(f"{CARD} .updated").inner_text().startswith("8 rows, as of ")
    assert {url for url in asked if not url.startswith(product.url)} == set()
    assert f"{product.url}/api/analytics/event_types" in asked


def test_the_public_page_is_readable_on_a_phone_in_the_dark(page: Page, product: Product) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{product.url}/public")
    page.locator(f"{CARD}[data-state='ready']").wait_for()

    sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    assert sideways <= 0


def test_without_the_key_of_visitors_the_page_says_so(
    page: Page, product: Product, project: Path
) -> None:
    port = str(stack.free_port())
    env = product.stack.env | {"TINYBIRD_API_KEY": "", "PORT": port}
    with stack.running_app(env, project) as url:
        page.goto(f"{url}/public")
        page.locator(f"{CARD}[data-state='error']").wait_for()

        assert (
            page.locator(f"{CARD} .note").inner_text()
            == "Not available now. TINYBIRD_API_KEY is not set."
        )
        assert page.locator(f"{CARD} tbody tr").count() == 0


def test_a_spent_budget_is_told_in_a_sentence(page: Page, product: Product) -> None:
    refusal = '{"detail":"The day\'s queries are used up; new numbers from midnight UTC."}'
    page.route("**/api/analytics/*", lambda route: route.fulfill(status=429, body=refusal))
    page.goto(f"{product.url}/public")
    page.locator(f"{CARD}[data-state='error']").wait_for()

    assert "The day's queries are used up" in page.locator(f"{CARD} .note").inner_text()
