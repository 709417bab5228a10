"""What a person does on the page, and what the page then says."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import Locator, Page, TimeoutError

from .clerk import PASSWORD, Clerk

if TYPE_CHECKING:
    from .conftest import Product

WAIT_MS = 60_000
CLICKS = 5


def sign_in(page: Page, url: str, email: str) -> None:
    """Open the sign-in page and sign in there."""
    page.goto(f"{url}/sign-in")
    fill_in(page, email)


def fill_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Sign in through the form of ClerkJS itself."""
    page.locator("input[name=identifier]").fill(email)
    page.keyboard.press("Enter")
    field = page.locator("input[name=password]:not([tabindex='-1'])")
    field.wait_for(timeout=WAIT_MS)
    field.fill(password)
    page.keyboard.press("Enter")


def open_as(
    page: Page, product: Product, email: str, organization: str | None = None, query: str = ""
) -> tuple[str, str]:
    """Open the dashboard in a browser that is signed in; return its token and its session's id.

    query: what the address says of the filters, such as `?preset=7`.
    """
    dev_browser, session = Clerk(product.stack).sign_in(email, organization)
    page.context.add_cookies([{"name": "__clerk_db_jwt", "value": dev_browser, "url": product.url}])
    page.goto(f"{product.url}/{query}")
    return dev_browser, session


def wait_until(page: Page, condition: Callable[[], bool]) -> None:
    """Wait for a condition while the page goes on."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        page.wait_for_timeout(20)


def switch_organization(page: Page, name: str) -> None:
    """Choose another organization in the OrganizationSwitcher."""
    entry = page.locator(".cl-organizationSwitcherPreviewButton", has_text=name)
    _choose(page.locator(".cl-organizationSwitcherTrigger"), entry)


def sign_out(page: Page) -> None:
    """Sign out through the UserButton."""
    _choose(page.locator(".cl-userButtonTrigger"), page.get_by_text("Sign out").first)


def wait_for_tenant(page: Page, tenant: str) -> None:
    """Wait until the page shows `tenant` and every chart and number has its answer."""
    dashboard = "section[data-view='dashboard']:not(:has([aria-busy='true']))"
    page.locator(f"body[data-tenant='{tenant}'] {dashboard}").wait_for(timeout=WAIT_MS)


def second_tab(page: Page, product: Product, tenant: str) -> Page:
    """Open the page once more in the same browser, and wait until it shows `tenant`."""
    tab = page.context.new_page()
    tab.goto(product.url)
    wait_for_tenant(tab, tenant)
    return tab


def wait_for_view(page: Page, view: str) -> None:
    """Wait until the page shows a view: landing, choose or dashboard."""
    page.locator(f"body[data-view='{view}']").wait_for(timeout=WAIT_MS)


def choose_event(page: Page, event: str, tenant: str) -> None:
    """Let the page count one kind of event only."""
    page.locator("#filters [name='event']").select_option(event)
    wait_for_tenant(page, tenant)


def number(page: Page, name: str) -> int:
    """Read a headline number as the page shows it."""
    text = page.locator(f"[data-number='{name}']").get_attribute("data-value")
    assert text is not None
    return int(float(text))


def states(page: Page) -> set[str | None]:
    """Return the states that the charts are in."""
    return {chart.get_attribute("data-state") for chart in page.locator("[data-chart]").all()}


def listed_users(page: Page) -> set[str]:
    """Return the users that the table of recent events names."""
    return set(page.locator("td[data-column='user_id']").all_inner_texts())


def pass_time(page: Page, milliseconds: int) -> None:
    """Move a page's clock on, once it has loaded all that it is loading.

    A script that is still on its way would be given up: ClerkJS fetches parts of itself after the
    page has been drawn, and gives up a part that takes two minutes of the page's clock.
    """
    page.wait_for_load_state("networkidle")
    page.clock.fast_forward(milliseconds)


def _choose(trigger: Locator, entry: Locator) -> None:
    # ClerkJS renders a menu anew when its answers arrive, and a click just then is lost: a person
    # would click again.
    trigger.click()
    entry.wait_for(timeout=WAIT_MS)
    for _ in range(CLICKS):
        entry.click()
        try:
            entry.wait_for(state="hidden", timeout=3_000)
        except TimeoutError:
            continue
        return
    raise AssertionError(f"{CLICKS} clicks on {entry} were lost")
