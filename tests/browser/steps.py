"""What a person does on the page, and what the page then says."""

from __future__ import annotations

from playwright.sync_api import Page

PASSWORD = "local-demo-password"
WAIT_MS = 30_000


def sign_in(page: Page, url: str, email: str) -> None:
    """Sign in through the form of ClerkJS itself."""
    page.goto(f"{url}/sign-in")
    page.locator("input[name=identifier]").fill(email)
    page.keyboard.press("Enter")
    password = page.locator("input[name=password]:not([tabindex='-1'])")
    password.wait_for(timeout=WAIT_MS)
    password.fill(PASSWORD)
    page.keyboard.press("Enter")


def switch_organization(page: Page, name: str) -> None:
    """Choose another organization in the OrganizationSwitcher."""
    page.locator(".cl-organizationSwitcherTrigger").click()
    page.locator(".cl-organizationSwitcherPreviewButton", has_text=name).click()


def sign_out(page: Page) -> None:
    """Sign out through the UserButton."""
    page.locator(".cl-userButtonTrigger").click()
    page.get_by_text("Sign out").first.click()


def wait_for_tenant(page: Page, tenant: str) -> None:
    """Wait until the page shows `tenant` and every chart and number has its answer."""
    dashboard = "section[data-view='dashboard']:not(:has([aria-busy='true']))"
    page.locator(f"body[data-tenant='{tenant}'] {dashboard}").wait_for(timeout=WAIT_MS)


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
