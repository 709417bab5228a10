"""With `DASHBOARD_READS=backend` the page asks the app, which spends a day's queries with care."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, Request, Route

from ..product import stack
from .clerk import Clerk
from .conftest import ACME, EVENT, GLOBEX, Product, send_rows
from .steps import (
    choose_event,
    listed_users,
    number,
    open_as,
    states,
    switch_organization,
    wait_for_tenant,
)
from .traffic import held_by, requests_of, tenants_in

pytestmark = pytest.mark.slow

ADA = "ada@example.com"
SPENT = "The day's queries are used up; new numbers from midnight UTC."
BUDGET = 80


@pytest.fixture(scope="module")
def carrying(product: Product, project: Path) -> Iterator[Product]:
    """The product whose pages read through the app, each tenant so many queries a day."""
    port = str(stack.free_port())
    env = product.stack.env | {
        "PORT": port,
        "CLERK_AUTHORIZED_PARTIES": f"http://127.0.0.1:{port}",
        "DASHBOARD_READS": "backend",
        "DAILY_QUERY_BUDGET": str(BUDGET),
    }
    with stack.running_app(env, project) as url:
        yield Product(url, stack.Stack(env, {}, "organization"))


def test_charts_are_drawn_through_the_app_and_nothing_is_asked_of_tinybird(
    page: Page, carrying: Product
) -> None:
    sent = requests_of(page)
    open_as(page, carrying, ADA, ACME)
    wait_for_tenant(page, ACME)
    choose_event(page, EVENT, ACME)
    in_acme, users_of_acme = number(page, "events"), listed_users(page)
    with page.expect_download() as download:
        page.locator("[data-chart='top_events'] .csv").click()

    switch_organization(page, "Globex")
    wait_for_tenant(page, GLOBEX)
    choose_event(page, EVENT, GLOBEX)

    assert (in_acme, number(page, "events")) == (5, 3)
    assert users_of_acme == {f"{ACME}_visitor_{n}" for n in range(5)}
    assert listed_users(page) == {f"{GLOBEX}_visitor_{n}" for n in range(3)}
    assert states(page) <= {"ready", "empty"}
    assert f'"{EVENT}",5,' in Path(download.value.path()).read_text()
    assert ACME not in held_by(page)
    assert {request.url for request in sent if _is_of_tinybird(request, carrying)} == set()


def test_an_answer_for_the_tenant_before_is_never_shown(page: Page, carrying: Product) -> None:
    held: list[Route] = []
    page.route("**/api/analytics/*", lambda route: held.append(route))
    open_as(page, carrying, ADA, ACME)
    page.locator(f"body[data-tenant='{ACME}'] [data-chart]").first.wait_for()
    page.unroute("**/api/analytics/*")
    late = [route for route in held if "top_events" in route.request.url]
    sent = requests_of(page)

    switch_organization(page, "Globex")
    wait_for_tenant(page, GLOBEX)
    for route in late:
        route.abort()
    choose_event(page, EVENT, GLOBEX)

    assert late
    assert number(page, "events") == 3
    assert tenants_in(sent) == {GLOBEX}


def test_a_session_of_another_tenant_is_refused_and_the_page_starts_anew(
    page: Page, carrying: Product
) -> None:
    page.clock.install()
    dev_browser, session = open_as(page, carrying, ADA, ACME)
    wait_for_tenant(page, ACME)

    Clerk(carrying.stack).activate(dev_browser, session, GLOBEX)
    page.clock.fast_forward(360_000)
    wait_for_tenant(page, GLOBEX)
    choose_event(page, EVENT, GLOBEX)

    assert number(page, "events") == 3
    assert ACME not in held_by(page)


def test_a_spent_budget_is_a_sentence_and_what_is_kept_stays(page: Page, carrying: Product) -> None:
    tenant = carrying.stack.create_organization("Frugal")
    row = {"tenant_id": tenant, "user_id": "frugal", "event_id": "1", "event": EVENT}
    send_rows(carrying.stack, [row])
    _, session = open_as(page, carrying, ADA, tenant)
    wait_for_tenant(page, tenant)
    _spend(carrying, Clerk(carrying.stack).session_token(session, carrying.url))

    page.route("**/api/analytics/*", _grown_old)
    page.reload()
    wait_for_tenant(page, tenant)
    kept, said = states(page), page.locator("#updated").inner_text()
    page.locator("#filters [name='event']").select_option(EVENT)
    page.locator("[data-chart='top_events'][data-state='error']").wait_for()

    assert kept <= {"ready", "empty"}
    assert said.startswith("Kept from ")
    assert page.locator("[data-chart='top_events'] .note").inner_text() == SPENT
    assert page.locator("#banner").is_hidden()


def _spend(product: Product, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=product.url, headers=headers) as client:
        for limit in range(1, BUDGET + 2):
            answer = client.get(f"/api/analytics/recent_events?limit={limit}&offset=1")
            if answer.status_code == 429:
                assert answer.json()["code"] == "budget-spent"
                return
    raise AssertionError("the budget was not spent")


def _grown_old(route: Route) -> None:
    answer = route.fetch()
    age = {"age": "600"} if answer.ok else {}
    route.fulfill(response=answer, headers=answer.headers | age)


def _is_of_tinybird(request: Request, product: Product) -> bool:
    to_tinybird = request.url.startswith(product.stack.env["TINYBIRD_API_URL"])
    return to_tinybird or "/tinybird" in request.url
