"""What stands between a member and the first chart, where the page comes with a token in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route

from .conftest import ACME, Product
from .steps import WAIT_MS, open_as, wait_for_tenant
from .traffic import requests_of

pytestmark = pytest.mark.slow

FIRST = "events_over_time"


def test_one_read_of_tinybird_brings_the_first_chart(page: Page, product: Product) -> None:
    open_as(page, product, "ada@example.com", ACME)
    wait_for_tenant(page, ACME)
    mints, held = requests_of(page, "/api/tinybird/token"), list[Route]()
    answered: list[str] = []

    def answer_first(route: Route) -> None:
        if f"/{FIRST}.json" not in route.request.url or answered:
            held.append(route)
        else:
            answered.append(route.request.url)
            route.continue_()

    # Whatever else the page reads of Tinybird is not answered.
    page.route(f"{product.stack.env['TINYBIRD_API_URL']}/**", answer_first)
    page.reload()
    first = page.locator("[data-chart]").first
    page.locator(f"[data-chart='{FIRST}'][data-state='ready'] svg").wait_for(timeout=WAIT_MS)

    assert first.get_attribute("data-chart") == FIRST
    assert len(answered) == 1
    assert mints == []
