"""What stands below a chart."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .clerk import Clerk
from .conftest import Product, send_rows
from .steps import wait_for_tenant

pytestmark = pytest.mark.slow

ADA = "ada@example.com"
WEEK = "?preset=custom&from=2025-05-05&to=2025-05-11&granularity=day&timezone=UTC"


def test_below_bars_stand_their_own_days_and_not_the_one_after_them(
    page: Page, product: Product
) -> None:
    tenant = product.stack.create_organization("Axes")
    day = {"timestamp": "2025-05-11 12:00:00.000", "event": "seen", "event_id": "axes"}
    send_rows(product.stack, [{"tenant_id": tenant, "user_id": "somebody", **day}])
    dev_browser, _ = Clerk(product.stack).sign_in(ADA, tenant)
    page.context.add_cookies([{"name": "__clerk_db_jwt", "value": dev_browser, "url": product.url}])

    page.goto(product.url + "/" + WEEK)
    wait_for_tenant(page, tenant)

    axis = page.locator("[data-chart='active_users'] [aria-label^='X-axis'] text")
    days = [text for text in axis.all_text_contents() if text]
    assert days == ["5 May", "6 May", "7 May", "8 May", "9 May", "10 May", "11 May"]
