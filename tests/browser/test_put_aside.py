"""The back/forward cache, for real: what a page that comes back out of it still shows."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, Route

from .clerk import Clerk
from .conftest import ACME, INITECH, Product
from .steps import listed_users, open_as, wait_for_tenant, wait_until
from .traffic import held_by, requests_of, tenants_in

pytestmark = pytest.mark.slow

# Runs before the page's own scripts, and so sees what the browser had put aside.
WITNESS = """
addEventListener("pageshow", ({ persisted }) => {
  const held = document.documentElement.outerHTML.includes("org_local_acme");
  console.log("pageshow", JSON.stringify({ persisted, held }));
});
"""
KEPT = {"persisted": True, "held": False}


def test_the_browser_does_not_keep_the_page(page: Page, product: Product) -> None:
    shown = _witness(page)
    open_as(page, product, "ada@example.com")
    wait_for_tenant(page, ACME)

    page.goto(f"{product.url}/healthz")
    page.go_back(wait_until="commit")
    wait_for_tenant(page, ACME)

    assert [show["persisted"] for show in shown] == [False, False, False]


def test_a_page_that_the_browser_kept_starts_anew_for_whoever_is_signed_in(
    page: Page, product: Product
) -> None:
    shown = _witness(page)
    # Without `no-store` every browser keeps pages. An answer of Playwright's has no address, and
    # pages from nowhere may call this machine only with a permission.
    page.context.grant_permissions(["local-network-access"], origin=product.url)
    page.route(lambda url: url.startswith(_services(product)), _storable)
    dev_browser, _ = open_as(page, product, "ada@example.com")
    wait_for_tenant(page, ACME)

    page.goto("about:blank")
    Clerk(product.stack).sign_in("linus@example.com", dev_browser=dev_browser)
    sent = requests_of(page)
    page.go_back(wait_until="commit")
    wait_until(page, lambda: KEPT in shown)
    wait_for_tenant(page, INITECH)

    assert "org_local_initech_visitor_0" in listed_users(page)
    assert tenants_in(sent) == {INITECH}
    held = held_by(page)
    assert [word for word in (ACME, "user_local_ada") if word in held] == []


def _witness(page: Page) -> list[dict[str, bool]]:
    shown: list[dict[str, bool]] = []
    page.add_init_script(WITNESS)
    page.on(
        "console",
        lambda message: (
            shown.append(json.loads(message.text.removeprefix("pageshow ")))
            if message.text.startswith("pageshow ")
            else None
        ),
    )
    return shown


def _services(product: Product) -> tuple[str, ...]:
    env = product.stack.env
    return product.url, env["TINYBIRD_API_URL"], f"{env['CLERK_API_URL']}/v1"


def _storable(route: Route) -> None:
    answer = route.fetch()
    headers = {name: text for name, text in answer.headers.items() if name != "cache-control"}
    route.fulfill(response=answer, headers=headers)
