"""What one tab or one person does is seen by the other: nothing of the former tenant is left."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .clerk import Clerk
from .conftest import ACME, GLOBEX, INITECH, Product
from .steps import (
    listed_users,
    open_as,
    pass_time,
    second_tab,
    sign_in,
    sign_out,
    switch_organization,
    wait_for_tenant,
    wait_for_view,
)
from .traffic import held_by, requests_of, tenants_in, token_names

pytestmark = pytest.mark.slow

PIPES = "/v0/pipes/"
ADA, LINUS = "ada@example.com", "linus@example.com"


def _leave(page: Page) -> None:
    # An answer that ClerkJS still waits for would tell it of the change, and it would take the
    # former session's cookie away.
    page.goto("about:blank")


def test_a_switch_in_another_tab_reaches_this_one(page: Page, product: Product) -> None:
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)
    tab = second_tab(page, product, ACME)

    switch_organization(tab, "Globex")
    wait_for_tenant(tab, GLOBEX)
    sent = requests_of(page)
    wait_for_tenant(page, GLOBEX)

    assert "org_local_globex_visitor_0" in listed_users(page)
    assert tenants_in(sent) <= {GLOBEX}
    assert ACME not in held_by(page)


def test_a_sign_out_in_another_tab_empties_this_one(page: Page, product: Product) -> None:
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)
    tab = second_tab(page, product, ACME)

    sign_out(tab)
    wait_for_view(page, "landing")
    held = held_by(page)

    assert [word for word in (ACME, "user_local_ada", ADA) if word in held] == []


def test_a_tab_that_cannot_reach_clerk_is_emptied_by_a_sign_out_too(
    page: Page, product: Product
) -> None:
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)
    tab = second_tab(page, product, ACME)

    page.route(f"{product.stack.env['CLERK_API_URL']}/**", lambda route: route.abort())
    sign_out(tab)
    page.locator("#banner").wait_for()

    assert page.locator("body[data-tenant]").count() == 0
    assert ACME not in page.content()


def test_the_next_person_finds_nothing_of_the_former_one(page: Page, product: Product) -> None:
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)
    sign_out(page)
    wait_for_view(page, "landing")
    sent = requests_of(page)

    sign_in(page, product.url, LINUS)
    wait_for_tenant(page, INITECH)
    page.locator("#refresh").click()
    wait_for_tenant(page, INITECH)

    assert tenants_in(sent) == {INITECH}
    held = held_by(page)
    assert [word for word in (ACME, GLOBEX, "user_local_ada", ADA) if word in held] == []


def test_the_token_in_the_page_is_not_used_for_another_organization(
    page: Page, product: Product
) -> None:
    dev_browser, session = open_as(page, product, ADA)
    wait_for_tenant(page, ACME)
    _leave(page)
    Clerk(product.stack).activate(dev_browser, session, GLOBEX)
    sent = requests_of(page)

    with page.expect_response(f"{product.url}/") as document:
        page.goto(product.url)
    wait_for_tenant(page, GLOBEX)

    assert f'"tenant_id":"{ACME}"' in document.value.text()
    assert tenants_in(sent) == {GLOBEX}
    assert ACME not in held_by(page)


def test_the_token_in_the_page_is_not_used_for_another_user(page: Page, product: Product) -> None:
    clerk = Clerk(product.stack)
    dev_browser, _ = open_as(page, product, "grace@example.com")
    wait_for_tenant(page, GLOBEX)
    _leave(page)
    clerk.sign_in(ADA, GLOBEX, dev_browser)
    sent = requests_of(page)

    with page.expect_response(f"{product.url}/") as document:
        page.goto(product.url)
    wait_for_tenant(page, GLOBEX)

    assert '"user_id":"user_local_grace"' in document.value.text()
    assert token_names(sent) == {"app:org_local_globex:user_local_ada"}


def test_two_tabs_renew_their_token_with_one_request(page: Page, product: Product) -> None:
    page.clock.install()
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)
    tab = second_tab(page, product, ACME)
    mints = [requests_of(shown, "/api/tinybird/token") for shown in (page, tab)]
    reads = [requests_of(shown) for shown in (page, tab)]

    pass_time(page, 280_000)
    for shown in (page, tab):
        shown.locator("#refresh").click()
        wait_for_tenant(shown, ACME)

    assert sum(len(asked) for asked in mints) == 1
    used = [
        {sent.headers["authorization"] for sent in asked if PIPES in sent.url} for asked in reads
    ]
    assert used[0] == used[1]
    assert len(used[0]) == 1
