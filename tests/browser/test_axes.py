"""What stands below a chart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page

from .conftest import ACME, Product, send_rows
from .steps import open_as, wait_for_tenant

pytestmark = pytest.mark.slow

WEEK = "?preset=custom&from=2025-05-05&to=2025-05-11&granularity=day&timezone=UTC"


def test_charts_and_selects_call_events_as_the_catalogue_does(page: Page, product: Product) -> None:
    tenant = product.stack.create_organization("Labels")
    rows = [
        {"tenant_id": tenant, "user_id": "u", "event_id": name, "event": name}
        for name in ("sign_up", "unlisted_event")
    ]
    send_rows(product.stack, rows)

    open_as(page, product, "ada@example.com", tenant)
    wait_for_tenant(page, tenant)

    bars = page.locator("[data-chart='top_events'] .role-axis-label text").all_text_contents()
    cells = page.locator("td[data-column='event']").all_inner_texts()
    options = page.locator("#filters [name='event'] option").all_inner_texts()
    assert set(bars) == set(cells) == {"Signed up", "unlisted_event"}
    assert {"Signed up", "Page viewed", "unlisted_event"} <= set(options)
    step = page.get_by_label("Step 2").locator("option:checked")
    assert (step.inner_text(), step.get_attribute("value")) == ("Signed up", "sign_up")


def test_the_page_says_in_the_chosen_time_zone_how_old_it_is(page: Page, product: Product) -> None:
    open_as(page, product, "ada@example.com", ACME, "?timezone=Asia/Tokyo")
    wait_for_tenant(page, ACME)
    said = page.locator("#updated", has_text="Updated at").inner_text()

    shown = datetime.strptime(said, "Updated at %H:%M:%S").replace(tzinfo=UTC)
    now = datetime.now(UTC) + timedelta(hours=9)

    # It may be midnight in between.
    assert (now - shown) % timedelta(days=1) < timedelta(minutes=5)


def test_below_bars_stand_their_own_days_and_not_the_one_after_them(
    page: Page, product: Product
) -> None:
    tenant = product.stack.create_organization("Axes")
    day = {"timestamp": "2025-05-11 12:00:00.000", "event": "seen", "event_id": "axes"}
    send_rows(product.stack, [{"tenant_id": tenant, "user_id": "somebody", **day}])

    open_as(page, product, "ada@example.com", tenant, WEEK)
    wait_for_tenant(page, tenant)

    axis = page.locator("[data-chart='active_users'] [aria-label^='X-axis'] text")
    days = [text for text in axis.all_text_contents() if text]
    assert days == ["5 May", "6 May", "7 May", "8 May", "9 May", "10 May", "11 May"]


def test_months_have_a_mark_each_and_none_outside_of_them(page: Page, product: Product) -> None:
    tenant = product.stack.create_organization("Months")
    rows = [
        {
            "tenant_id": tenant,
            "user_id": "somebody",
            "event": "seen",
            "event_id": month,
            "timestamp": f"{month}-15 12:00:00.000",
        }
        for month in ("2024-11", "2024-12", "2025-01")
    ]
    send_rows(product.stack, rows)

    range_ = "?preset=custom&from=2024-11-01&to=2025-01-31&granularity=month&timezone=UTC"
    open_as(page, product, "ada@example.com", tenant, range_)
    wait_for_tenant(page, tenant)

    for chart in ("events_over_time", "active_users"):
        axis = page.locator(f"[data-chart='{chart}'] [aria-label^='X-axis'] text")
        months = [text for text in axis.all_text_contents() if text]
        assert months == ["Nov", "Dec", "Jan 2025"], chart
