"""What the page does when a service fails, a token is refused, or the tenant changes under way."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page, Request, Response, Route

from .conftest import Product
from .steps import (
    WAIT_MS,
    listed_users,
    sign_in,
    sign_out,
    switch_organization,
    wait_for_tenant,
    wait_for_view,
)

pytestmark = pytest.mark.slow

ACME, GLOBEX = "org_local_acme", "org_local_globex"


def test_an_outage_of_tinybird_is_said_and_ends_by_itself(page: Page, product: Product) -> None:
    sign_in(page, product.url, "ada@example.com")
    wait_for_tenant(page, ACME)

    page.route(_endpoints(product), lambda route: route.abort())
    page.reload()
    page.locator("#banner").wait_for(timeout=WAIT_MS)
    page.unroute(_endpoints(product))

    page.locator("#banner").wait_for(state="hidden", timeout=WAIT_MS)
    wait_for_tenant(page, ACME)
    assert "org_local_acme_visitor_0" in listed_users(page)


def test_a_refused_token_is_replaced_once_and_the_charts_come(page: Page, product: Product) -> None:
    sign_in(page, product.url, "ada@example.com")
    wait_for_tenant(page, ACME)
    mints = _requests(page, "/api/tinybird/token")
    refusal = {"status": 403, "headers": {"Access-Control-Allow-Origin": "*"}, "json": {}}

    page.route(_endpoints(product), lambda route: route.fulfill(**refusal), times=1)
    page.reload()
    wait_for_tenant(page, ACME)

    assert len(mints) == 1
    assert "org_local_acme_visitor_0" in listed_users(page)


def test_an_event_that_was_not_taken_is_kept_and_sent_again(page: Page, product: Product) -> None:
    refused: list[str] = []
    page.route("**/api/events", _refuse(refused), times=2)
    sign_in(page, product.url, "ada@example.com")

    with page.expect_response(_is_accepted, timeout=WAIT_MS) as accepted:
        wait_for_tenant(page, ACME)

    assert len(refused) >= 2
    assert set(refused) <= set(_event_ids(accepted.value.request))
    assert accepted.value.request.headers["x-expected-tenant"] == ACME


def test_events_that_wait_are_dropped_at_sign_out(page: Page, product: Product) -> None:
    refused: list[str] = []
    page.route("**/api/events", _refuse(refused))
    sign_in(page, product.url, "ada@example.com")
    wait_for_tenant(page, ACME)
    sign_out(page)
    wait_for_view(page, "landing")
    page.unroute("**/api/events")
    sent = _requests(page, "/api/events")

    with page.expect_response(_is_accepted, timeout=WAIT_MS):
        sign_in(page, product.url, "ada@example.com")
        wait_for_tenant(page, ACME)

    assert refused
    assert not set(refused) & {name for request in sent for name in _event_ids(request)}


def test_answers_of_the_former_tenant_that_come_late_change_nothing(
    page: Page, product: Product
) -> None:
    sign_in(page, product.url, "ada@example.com")
    wait_for_tenant(page, ACME)
    held: list[Route] = []

    page.route(_endpoints(product), lambda route: held.append(route))
    page.locator("#refresh").click()
    _wait_for(page, held)
    page.unroute(_endpoints(product))
    switch_organization(page, "Globex")
    _release(held)
    wait_for_tenant(page, GLOBEX)

    assert held
    assert not [user for user in listed_users(page) if user.startswith(ACME)]
    assert "org_local_globex_visitor_0" in listed_users(page)


def test_a_page_that_the_browser_puts_aside_keeps_nothing_of_the_tenant(
    page: Page, product: Product
) -> None:
    sign_in(page, product.url, "ada@example.com")
    wait_for_tenant(page, ACME)

    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    aside = page.locator("body[data-tenant]").count(), page.locator(".plot svg").count()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    wait_for_tenant(page, ACME)

    assert aside == (0, 0)


def _endpoints(product: Product) -> str:
    return f"{product.stack.env['TINYBIRD_API_URL']}/v0/pipes/**"


def _wait_for(page: Page, held: list[Route]) -> None:
    deadline = time.monotonic() + WAIT_MS / 1000
    while not held:
        assert time.monotonic() < deadline, "the page asked for nothing"
        page.wait_for_timeout(20)


def _requests(page: Page, path: str) -> list[Request]:
    found: list[Request] = []
    page.on("request", lambda sent: found.append(sent) if sent.url.endswith(path) else None)
    return found


def _refuse(refused: list[str]) -> Callable[[Route], None]:
    def refuse(route: Route) -> None:
        refused.extend(_event_ids(route.request))
        route.fulfill(status=503, headers={"Retry-After": "1"}, json={"code": "not-ready"})

    return refuse


def _event_ids(request: Request) -> list[str]:
    return [row["event_id"] for row in request.post_data_json or []]


def _is_accepted(response: Response) -> bool:
    return response.url.endswith("/api/events") and response.status == 202


def _release(held: list[Route]) -> None:
    for route in held:
        try:
            route.continue_()
        except Error:
            # The page has given this request up already.
            continue
