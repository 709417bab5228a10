"""What the page does when a service fails, a token is refused, or the tenant changes under way."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, Route

from .clerk import Clerk
from .conftest import ACME, GLOBEX, Product, keep_picture
from .steps import (
    WAIT_MS,
    listed_users,
    open_as,
    pass_time,
    sign_in,
    sign_out,
    states,
    switch_organization,
    wait_for_tenant,
    wait_for_view,
    wait_until,
)
from .traffic import event_ids, is_accepted, refuse_events, release, report, requests_of

pytestmark = pytest.mark.slow

ADA = "ada@example.com"


def test_an_outage_of_tinybird_is_said_and_ends_by_itself(page: Page, product: Product) -> None:
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)

    page.route(_endpoints(product), lambda route: route.abort())
    page.reload()
    page.locator("#banner").wait_for(timeout=WAIT_MS)
    page.unroute(_endpoints(product))

    page.locator("#banner").wait_for(state="hidden", timeout=WAIT_MS)
    wait_for_tenant(page, ACME)
    assert "org_local_acme_visitor_0" in listed_users(page)


def test_a_refused_token_is_replaced_once_and_the_charts_come(page: Page, product: Product) -> None:
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)
    mints = requests_of(page, "/api/tinybird/token")
    refusal = {"status": 403, "headers": {"Access-Control-Allow-Origin": "*"}, "json": {}}

    page.route(_endpoints(product), lambda route: route.fulfill(**refusal), times=1)
    page.reload()
    wait_for_tenant(page, ACME)

    assert len(mints) == 1
    assert "org_local_acme_visitor_0" in listed_users(page)


def test_a_rate_limit_is_waited_out(page: Page, product: Product) -> None:
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)
    limited: list[float] = []

    def limit(route: Route) -> None:
        limited.append(time.monotonic())
        route.fulfill(status=429, headers=_retry_after("2"), json={})

    page.route(_endpoints(product), limit, times=1)
    page.locator("#refresh").click()
    wait_until(page, lambda: bool(limited))
    wait_for_tenant(page, ACME)

    assert time.monotonic() - limited[0] > 2
    assert page.locator("#banner").is_hidden()
    assert states(page) <= {"ready", "empty"}


def test_a_rate_limit_of_hours_is_said_and_can_be_tried_at_once(
    page: Page, product: Product
) -> None:
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)

    page.route(
        _endpoints(product),
        lambda route: route.fulfill(status=429, headers=_retry_after("18000"), json={}),
    )
    page.locator("#refresh").click()
    page.get_by_text("Tinybird) has reached the limit of its requests.").first.wait_for()
    page.locator("#banner").get_by_text("Trying again in 5 h.").wait_for()
    keep_picture(page, "rate-limit-of-hours")
    page.unroute(_endpoints(product))
    page.locator("#banner button").click()

    page.locator("#banner").wait_for(state="hidden", timeout=WAIT_MS)
    wait_for_tenant(page, ACME)
    assert "org_local_acme_visitor_0" in listed_users(page)


def test_a_token_is_renewed_before_it_expires(page: Page, product: Product) -> None:
    page.clock.install()
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)
    mints = requests_of(page, "/api/tinybird/token")

    pass_time(page, 240_000)
    page.locator("#refresh").click()
    wait_for_tenant(page, ACME)
    in_time = len(mints)
    pass_time(page, 31_000)
    with page.expect_response("**/api/tinybird/token"):
        page.locator("#refresh").click()
    wait_for_tenant(page, ACME)

    assert (in_time, len(mints)) == (0, 1)
    assert states(page) <= {"ready", "empty"}


def test_an_outage_of_clerk_on_an_open_page_is_said_and_ends_by_itself(
    page: Page, product: Product
) -> None:
    clerk = Clerk(product.stack)
    page.clock.install()
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)
    clerk.backend("POST", "/devstack/outage", {"seconds": 600})

    try:
        pass_time(page, 280_000)
        page.locator("#refresh").click()
        page.clock.fast_forward(11_000)
        page.get_by_text("The sign-in service (Clerk) cannot be reached.").first.wait_for()
    finally:
        clerk.backend("POST", "/devstack/outage", {"seconds": 0})
    wait_for_tenant(page, ACME)

    page.locator("#banner").wait_for(state="hidden", timeout=WAIT_MS)
    assert states(page) <= {"ready", "empty"}


def test_an_event_that_was_not_taken_is_kept_and_sent_again(page: Page, product: Product) -> None:
    refused: set[str] = set()
    page.route("**/api/events", refuse_events(refused), times=2)
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)

    with page.expect_response(is_accepted, timeout=WAIT_MS) as accepted:
        report(page, "report_exported")

    assert refused
    assert refused <= event_ids([accepted.value.request])
    assert accepted.value.request.headers["x-expected-tenant"] == ACME


def test_events_that_wait_are_dropped_at_sign_out(page: Page, product: Product) -> None:
    refused: set[str] = set()
    page.route("**/api/events", refuse_events(refused))
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)
    report(page, "report_exported")
    wait_until(page, lambda: bool(refused))
    sign_out(page)
    wait_for_view(page, "landing")
    page.unroute("**/api/events")
    sent = requests_of(page, "/api/events")

    sign_in(page, product.url, ADA)
    wait_for_tenant(page, ACME)
    with page.expect_response(is_accepted, timeout=WAIT_MS):
        report(page, "report_opened")

    assert event_ids(sent)
    assert not refused & event_ids(sent)


def test_answers_of_the_former_tenant_that_come_late_change_nothing(
    page: Page, product: Product
) -> None:
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)
    held: list[Route] = []

    page.route(_endpoints(product), lambda route: held.append(route))
    page.locator("#refresh").click()
    wait_until(page, lambda: bool(held))
    page.unroute(_endpoints(product))
    switch_organization(page, "Globex")
    release(held)
    wait_for_tenant(page, GLOBEX)

    assert held
    assert not [user for user in listed_users(page) if user.startswith(ACME)]
    assert "org_local_globex_visitor_0" in listed_users(page)


def test_a_page_that_the_browser_puts_aside_keeps_nothing_of_the_tenant(
    page: Page, product: Product
) -> None:
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)

    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    aside = page.locator("body[data-tenant]").count(), page.locator(".plot svg").count()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    wait_for_tenant(page, ACME)

    assert aside == (0, 0)


def test_an_endpoint_that_fails_is_a_sentence_and_a_request(page: Page, product: Product) -> None:
    refusal = {
        "status": 400,
        "headers": {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "X-Request-Id",
            "X-Request-Id": "01KBTB",
        },
        "json": {"error": "DB::Exception: SELECT secret FROM events" * 40},
    }
    page.route("**/v0/pipes/top_events.json**", lambda route: route.fulfill(**refusal))

    open_as(page, product, ADA, ACME)
    wait_for_tenant(page, ACME)

    note = page.locator("[data-chart='top_events'] .note").inner_text()
    assert note == "The analytics data (Tinybird) has no answer to this. (request 01KBTB)"
    assert page.locator("#banner").is_hidden()


def test_a_chart_whose_file_is_gone_says_so_and_the_others_stay(
    page: Page, product: Product
) -> None:
    gone = {"status": 404, "headers": {"X-Request-Id": "0a1b2c3d"}, "json": {}}
    page.route("**/static/charts/top_events.json", lambda route: route.fulfill(**gone))

    open_as(page, product, ADA, ACME)
    wait_for_tenant(page, ACME)

    note = page.locator("[data-chart='top_events'] .note").inner_text()
    other = page.locator("[data-chart='events_over_time']").get_attribute("data-state")
    assert note == "The file of this chart is missing. (request 0a1b2c3d)"
    assert (other, page.locator("#banner").is_hidden()) == ("ready", True)


def _retry_after(seconds: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Retry-After",
        "Retry-After": seconds,
    }


def _endpoints(product: Product) -> str:
    return f"{product.stack.env['TINYBIRD_API_URL']}/v0/pipes/**"
