"""With `DASHBOARD_READS=backend` the page asks the app, which spends a day's queries with care."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Response, Route

from ..product import stack
from .conftest import ACME, EVENT, GLOBEX, Product, keep_picture, new_context
from .steps import (
    WAIT_MS,
    choose_event,
    listed_users,
    number,
    open_as,
    states,
    switch_organization,
    wait_for_tenant,
    wait_until,
)
from .traffic import held_by, release, requests_of

pytestmark = pytest.mark.slow

# Both are members of Globex.
ADA, GRACE = "ada@example.com", "grace@example.com"
SPENT = "The day's queries are used up; new numbers from midnight UTC."
READS = "**/api/analytics/*"
# A page asks ten questions, of which one is about its reader.
FEW = 12


@pytest.fixture(scope="module")
def carrying(product: Product, project: Path) -> Iterator[Product]:
    """The product whose pages read through the app."""
    with _serving(product, project) as carrying:
        yield carrying


@pytest.fixture(scope="module")
def frugal(product: Product, project: Path) -> Iterator[Product]:
    """The same with few queries a day for each tenant."""
    with _serving(product, project, DAILY_QUERY_BUDGET=str(FEW)) as frugal:
        yield frugal


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
    assert [request.url for request in sent if _is_of_tinybird(request, carrying)] == []


def test_answers_of_the_former_tenant_that_come_late_change_nothing(
    page: Page, carrying: Product
) -> None:
    open_as(page, carrying, ADA, ACME)
    wait_for_tenant(page, ACME)
    held: list[Route] = []

    page.route(READS, lambda route: held.append(route))
    page.locator("#refresh").click()
    wait_until(page, lambda: bool(held))
    page.unroute(READS)
    switch_organization(page, "Globex")
    release(held)
    wait_for_tenant(page, GLOBEX)

    assert not [user for user in listed_users(page) if user.startswith(ACME)]
    assert "org_local_globex_visitor_0" in listed_users(page)


def test_an_outage_of_tinybird_is_said_and_ends_by_itself(page: Page, carrying: Product) -> None:
    refusal = {"code": "tinybird-unavailable", "detail": "Tinybird cannot be reached."}
    open_as(page, carrying, ADA, ACME)
    wait_for_tenant(page, ACME)

    page.route(READS, lambda route: route.fulfill(status=503, json=refusal))
    page.reload()
    page.get_by_text("Tinybird cannot be reached.").first.wait_for(timeout=WAIT_MS)
    page.unroute(READS)

    page.locator("#banner").wait_for(state="hidden", timeout=WAIT_MS)
    wait_for_tenant(page, ACME)
    assert states(page) <= {"ready", "empty"}


def test_a_team_shares_what_few_queries_have_brought(
    page: Page, browser: Browser, frugal: Product
) -> None:
    context = new_context(browser)
    colleague = context.new_page()
    to_ada, to_grace = _answers_to(page), _answers_to(colleague)

    open_as(page, frugal, ADA, GLOBEX)
    wait_for_tenant(page, GLOBEX)
    open_as(colleague, frugal, GRACE, GLOBEX)
    wait_for_tenant(colleague, GLOBEX)
    shown = states(page) | states(colleague)
    context.close()

    assert shown <= {"ready", "empty"}
    assert {answer.status for answer in (*to_ada, *to_grace)} == {200}
    # A query more than the budget would have been refused.
    assert len(to_ada) + len(to_grace) > FEW


def test_a_spent_budget_is_a_sentence_without_a_countdown_and_what_is_kept_stays(
    page: Page, frugal: Product
) -> None:
    answers = _answers_to(page)
    open_as(page, frugal, ADA, GLOBEX)
    wait_for_tenant(page, GLOBEX)
    choose_event(page, EVENT, GLOBEX)
    page.get_by_text("Some charts could not be shown.").first.wait_for(state="attached")
    refused = [answer for answer in answers if answer.status == 429]
    notes = page.locator("[data-chart][data-state='error'] .note").all_inner_texts()
    is_waiting = page.locator("#banner").is_visible()
    keep_picture(page, "budget_spent")

    page.route(READS, _grown_old)
    page.reload()
    wait_for_tenant(page, GLOBEX)

    assert set(notes) == {SPENT}
    assert not is_waiting
    # Hours, which nobody counts down.
    assert len({answer.url for answer in refused}) == len(refused) > 0
    assert states(page) <= {"ready", "empty"}
    assert page.locator("#updated").inner_text().startswith("Kept from ")


@contextmanager
def _serving(product: Product, project: Path, **more: str) -> Generator[Product]:
    port = str(stack.free_port())
    mine = {"PORT": port, "CLERK_AUTHORIZED_PARTIES": f"http://127.0.0.1:{port}"}
    env = product.stack.env | mine | {"DASHBOARD_READS": "backend"} | more
    with stack.running_app(env, project) as url:
        yield Product(url, stack.Stack(env, {}, "organization"))


def _answers_to(page: Page) -> list[Response]:
    found: list[Response] = []
    page.on("response", lambda answer: found.append(answer) if _is_read(answer) else None)
    return found


def _is_read(answer: Response) -> bool:
    return "/api/analytics/" in answer.url and "event_types" not in answer.url


def _grown_old(route: Route) -> None:
    answer = route.fetch()
    age = {"age": "600"} if answer.ok else {}
    route.fulfill(response=answer, headers=answer.headers | age)


def _is_of_tinybird(request: Request, product: Product) -> bool:
    at_tinybird = request.url.startswith(product.stack.env["TINYBIRD_API_URL"])
    return at_tinybird or "/api/tinybird/" in request.url
