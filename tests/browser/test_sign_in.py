"""Two people sign in, one switches the organization, and each sees one tenant's numbers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from .conftest import ACME, EVENT, GLOBEX, INITECH, Product, new_context
from .steps import (
    choose_event,
    listed_users,
    number,
    open_as,
    sign_in,
    sign_out,
    states,
    switch_organization,
    wait_for_tenant,
    wait_for_view,
)

pytestmark = pytest.mark.slow


def test_a_visitor_sees_what_is_public_and_no_numbers(page: Page, product: Product) -> None:
    page.goto(product.url)
    wait_for_view(page, "landing")
    page.locator("#event-types-list dt").first.wait_for()

    assert page.locator("#event-types-list dt").count() == 8
    assert page.locator("body[data-tenant]").count() == 0


def test_the_active_organization_alone_is_counted(page: Page, product: Product) -> None:
    sign_in(page, product.url, "ada@example.com")
    wait_for_tenant(page, ACME)
    choose_event(page, EVENT, ACME)
    in_acme, users_of_acme = number(page, "events"), listed_users(page)

    switch_organization(page, "Globex")
    wait_for_tenant(page, GLOBEX)
    choose_event(page, EVENT, GLOBEX)
    in_globex, users_of_globex = number(page, "events"), listed_users(page)

    assert (in_acme, in_globex) == (5, 3)
    assert users_of_acme == {f"{ACME}_visitor_{n}" for n in range(5)}
    assert users_of_globex == {f"{GLOBEX}_visitor_{n}" for n in range(3)}
    assert states(page) <= {"ready", "empty"}


def test_another_person_sees_another_tenant_at_the_same_time(
    page: Page, browser: Browser, product: Product
) -> None:
    sign_in(page, product.url, "ada@example.com")
    wait_for_tenant(page, ACME)
    choose_event(page, EVENT, ACME)
    with new_context(browser) as other:
        linus = other.new_page()
        sign_in(linus, product.url, "linus@example.com")
        wait_for_tenant(linus, INITECH)
        choose_event(linus, EVENT, INITECH)

        assert (number(page, "events"), number(linus, "events")) == (5, 2)
        assert listed_users(linus) == {f"{INITECH}_visitor_{n}" for n in range(2)}


def test_nothing_of_the_tenant_is_left_after_signing_out(page: Page, product: Product) -> None:
    open_as(page, product, "ada@example.com")
    wait_for_tenant(page, ACME)

    sign_out(page)
    wait_for_view(page, "landing")

    assert page.locator("body[data-tenant]").count() == 0
    assert ACME not in page.content()
    assert page.locator(".plot svg").count() == 0
    assert not [c for c in page.context.cookies() if c["name"].startswith("__session")]


def test_a_user_without_an_organization_is_asked_to_create_one(
    page: Page, product: Product
) -> None:
    sign_in(page, product.url, "newton@example.com")

    page.get_by_text("Setup your organization").first.wait_for()

    assert page.locator("body[data-tenant]").count() == 0


def test_the_csv_of_a_chart_holds_the_rows_of_the_tenant(page: Page, product: Product) -> None:
    open_as(page, product, "grace@example.com")
    wait_for_tenant(page, GLOBEX)
    choose_event(page, EVENT, GLOBEX)

    with page.expect_download() as download:
        page.locator("[data-chart='top_events'] .csv").click()
    rows = download.value.path().read_text().splitlines()

    assert rows[0] == '"event","events","users"'
    assert f'"{EVENT}",3,3' in rows


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_readable_on_a_phone(
    browser: Browser, product: Product, page: Page, scheme: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_as(page, product, "ada@example.com")
    wait_for_tenant(page, ACME)

    sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    assert sideways <= 0
