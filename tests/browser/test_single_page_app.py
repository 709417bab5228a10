"""A single-page app of the owner's on an origin of its own, as the documentation writes it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .conftest import ACME, EVENT, EVENTS, GLOBEX
from .owners import Owner
from .steps import WAIT_MS, fill_in, switch_organization
from .teaching import taught
from .traffic import requests_of, tenants_in

pytestmark = pytest.mark.slow

PAGE = "other-origins"


def open_app(page: Page, owner: Owner) -> None:
    """Open the app, with the local Clerk in the place of the real one."""
    proxy, key = owner.env["CLERK_PROXY_URL"], owner.env["CLERK_PUBLISHABLE_KEY"]
    html = taught(PAGE, "index.html").replace("https://clerk.example.com", proxy)
    owner.site.files |= {
        "/": html.replace('"pk_live_..."', f'"{key}" data-clerk-proxy-url="{proxy}"'),
        "/app.js": taught(PAGE, "app.js"),
        "/api.js": taught(PAGE, "api.js").replace("https://api.example.com", owner.url),
    }
    page.goto(owner.site.origin)


def test_somebody_signs_in_and_reads_one_tenants_numbers(page: Page, owner: Owner) -> None:
    asked = requests_of(page, "/api/analytics/top_events?limit=5")
    open_app(page, owner)
    fill_in(page, "ada@example.com")
    in_acme = page.locator("#events li", has_text=f"{EVENT}: {EVENTS[ACME]}")
    in_acme.wait_for(timeout=WAIT_MS)

    switch_organization(page, "Globex")
    page.locator("#events li", has_text=f"{EVENT}: {EVENTS[GLOBEX]}").wait_for(timeout=WAIT_MS)

    expect(in_acme).to_have_count(0)
    assert tenants_in(asked) == {ACME, GLOBEX}
    # By bearer alone, although the host of both has cookies of Clerk.
    assert {request.all_headers().get("cookie") for request in asked} == {None}
