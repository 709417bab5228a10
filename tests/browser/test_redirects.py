"""Where signing in leads: to a page of the app, whatever the address asks for."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from .conftest import ACME, INITECH, Product
from .steps import fill_in, open_as, wait_for_tenant

pytestmark = pytest.mark.slow

FOREIGN = {
    "another-site": "https://evil.example/",
    "no-scheme": "//evil.example",
    "backslash": "/\\evil.example",
    "script": "javascript:document.title='evil'",
    "another-port": "http://127.0.0.1:1/",
}


@pytest.mark.parametrize("target", FOREIGN.values(), ids=FOREIGN)
def test_signing_in_leads_to_no_foreign_address(page: Page, product: Product, target: str) -> None:
    visited: list[str] = []
    page.on("framenavigated", lambda frame: visited.append(frame.url))
    names = ("redirect_url", "sign_in_force_redirect_url", "sign_in_fallback_redirect_url")
    query = "&".join(f"{name}={quote(target, safe='')}" for name in names)

    page.goto(f"{product.url}/sign-in?{query}#/?{query}")
    fill_in(page, "linus@example.com")
    wait_for_tenant(page, INITECH)

    assert page.url == f"{product.url}/"
    assert [url for url in visited if not url.startswith(f"{product.url}/")] == []
    assert page.title() == "Acme Analytics"


def test_signing_in_leads_back_to_the_page_of_the_app_that_was_asked_for(
    page: Page, product: Product
) -> None:
    page.goto(f"{product.url}/sign-in#/?redirect_url={quote(product.url + '/docs', safe='')}")

    fill_in(page, "linus@example.com")

    page.wait_for_url(f"{product.url}/docs")


def test_who_is_signed_in_already_is_led_to_the_dashboard(page: Page, product: Product) -> None:
    open_as(page, product, "ada@example.com")
    wait_for_tenant(page, ACME)

    page.goto(f"{product.url}/sign-in?redirect_url=https%3A%2F%2Fevil.example%2F")
    wait_for_tenant(page, ACME)

    assert page.url == f"{product.url}/"
