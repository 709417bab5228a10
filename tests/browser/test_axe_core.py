"""axe-core finds no critical or serious fault in any page: light and dark, narrow and wide."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import Page, expect

from .axe import Fault, faults_of
from .clerk import Clerk
from .conftest import ACME, Product
from .owners import Owner, framed
from .steps import WAIT_MS, open_as, wait_for_tenant, wait_for_view

pytestmark = pytest.mark.slow

ADA, WITHOUT_ORGANIZATION = "ada@example.com", "newton@example.com"


def open_landing(page: Page, product: Product) -> None:
    """Open what a visitor reads first."""
    page.goto(product.url)
    wait_for_view(page, "landing")
    page.locator("#event-types-list dt").first.wait_for(timeout=WAIT_MS)


def open_sign_in(page: Page, product: Product) -> None:
    """Open Clerk's form to sign in by."""
    page.goto(f"{product.url}/sign-in")
    page.locator("input[name=identifier]").wait_for(timeout=WAIT_MS)


def open_sign_up(page: Page, product: Product) -> None:
    """Open Clerk's form to sign up by."""
    page.goto(f"{product.url}/sign-up")
    page.locator("input[name=emailAddress]").wait_for(timeout=WAIT_MS)


def open_choice(page: Page, product: Product) -> None:
    """Open the page as somebody who has no organization yet."""
    open_as(page, product, WITHOUT_ORGANIZATION)
    page.get_by_text("Setup your organization").first.wait_for(timeout=WAIT_MS)
    # The form fades in, and takes the focus once it is there.
    expect(page.locator("input[name=name]")).to_be_focused(timeout=WAIT_MS)


def open_dashboard(page: Page, product: Product) -> None:
    """Open the page as a member of a tenant with events."""
    open_as(page, product, ADA, ACME)
    wait_for_tenant(page, ACME)
    page.locator(".cl-organizationSwitcherTrigger").wait_for(timeout=WAIT_MS)


def open_empty_dashboard(page: Page, product: Product) -> None:
    """Open the page as a member of a tenant without events."""
    tenant = product.stack.create_organization("Quiet")
    open_as(page, product, ADA, tenant)
    wait_for_tenant(page, tenant)


def open_outage(page: Page, product: Product) -> None:
    """Open the page while Tinybird answers nobody."""
    page.route("**/v0/pipes/*", lambda route: route.abort())
    open_as(page, product, ADA, ACME)
    page.locator("[data-chart][data-state='error']").first.wait_for(timeout=WAIT_MS)


def open_public(page: Page, product: Product) -> None:
    """Open what everybody may read."""
    page.goto(f"{product.url}/public")
    page.locator("[data-endpoint='event_types'][data-state='ready']").wait_for(timeout=WAIT_MS)


def open_docs(page: Page, product: Product) -> None:
    """Open the API's description, with a route that is looked at closely."""
    page.goto(f"{product.url}/docs")
    page.locator("#operations-analytics-me .opblock-summary-control").click(timeout=WAIT_MS)
    page.get_by_label("Example").first.wait_for(timeout=WAIT_MS)


def open_data(page: Page, product: Product) -> None:
    """Open the devstack's page of the local data, by the key that `devstack data` prints."""
    env = product.stack.env
    digest = hmac.new(env["TINYBIRD_JWT_SECRET"].encode(), b"page", "sha256").hexdigest()
    page.goto(f"{env['TINYBIRD_API_URL']}/data?key=p.local_{digest[:48]}")
    page.get_by_role("heading", name="Endpoints").wait_for()


def open_rows(page: Page, product: Product) -> None:
    """Open the rows of a table there."""
    open_data(page, product)
    page.get_by_role("link", name="events", exact=True).click()
    page.get_by_role("heading", name="Rows").wait_for()


def open_mails(page: Page, product: Product) -> None:
    """Open the page of the local Clerk with the mails, one of which has a link."""
    invited = {"email_address": "marie@example.com", "role": "org:member"}
    Clerk(product.stack).backend("POST", f"/v1/organizations/{ACME}/invitations", invited)
    page.goto(f"{product.stack.env['CLERK_PROXY_URL']}/mails")
    page.get_by_role("heading", name="You are invited to Acme").first.wait_for()


def open_nothing(page: Page, product: Product) -> None:
    """Follow a link that leads nowhere."""
    page.goto(f"{product.url}/nothing-is-here")
    page.get_by_role("heading", name="There is nothing at this address").wait_for()


PAGES: Mapping[str, Callable[[Page, Product], None]] = {
    "landing": open_landing,
    "sign-in": open_sign_in,
    "sign-up": open_sign_up,
    "choose": open_choice,
    "dashboard": open_dashboard,
    "empty dashboard": open_empty_dashboard,
    "outage": open_outage,
    "public": open_public,
    "docs": open_docs,
    "nothing": open_nothing,
    "local data": open_data,
    "local rows": open_rows,
    "local mails": open_mails,
}
# Clerk names these two buttons by what they open. Its localization knows neither the initials nor
# the organization that they show, and what a page of ours writes there ClerkJS draws anew.
USER_BUTTON = Fault("label-content-name-mismatch", ".cl-userButtonTrigger")
SWITCHER = Fault("label-content-name-mismatch", ".cl-organizationSwitcherTrigger")
# What others have made, and cannot be mended from here: nothing less, nothing more.
OTHERS: Mapping[str, set[Fault]] = {
    "choose": {USER_BUTTON},
    "dashboard": {USER_BUTTON, SWITCHER},
    "empty dashboard": {USER_BUTTON, SWITCHER},
    "outage": {USER_BUTTON, SWITCHER},
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_serious_fault(page: Page, product: Product, name: str) -> None:
    PAGES[name](page, product)

    faults = faults_of(page)

    assert faults.keys() == OTHERS.get(name, set()), faults


def test_a_chart_in_a_page_of_another_origin_has_no_serious_fault(page: Page, owner: Owner) -> None:
    chart = owner.open_chart(page, ACME)
    chart.and_(page.locator("[data-state='ready']")).wait_for(timeout=WAIT_MS)

    assert faults_of(page) == {}


def test_a_chart_in_a_frame_has_no_serious_fault(page: Page, owner: Owner) -> None:
    frame = framed(page, owner.site, owner.address(ACME))
    frame.locator("main[data-state='ready'] svg").wait_for(timeout=WAIT_MS)

    assert faults_of(page) == {}
