"""A first customer: signs up, makes an organization, and invites a colleague who joins."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Product, keep_picture, new_context
from .steps import WAIT_MS, wait_for_view

pytestmark = pytest.mark.slow


def sign_up(page: Page, product: Product, email: str, organization: str) -> None:
    """Sign up through the form of ClerkJS, with the code that the local Clerk shows."""
    page.goto(f"{product.url}/sign-up")
    page.locator("input[name=emailAddress]").fill(email)
    page.locator("input[name=password]").fill("a long enough password")
    page.keyboard.press("Enter")
    digits = page.locator("input[autocomplete='one-time-code']").first
    digits.wait_for(timeout=WAIT_MS)
    digits.focus()
    page.keyboard.type(mailed(page, product, email, ".code"))
    page.locator("input[name=name]").fill(organization, timeout=WAIT_MS)
    page.keyboard.press("Enter")
    wait_for_view(page, "dashboard")


def mailed(page: Page, product: Product, email: str, what: str) -> str:
    """Read what the newest mail to somebody holds, on the page of the local Clerk."""
    mails = page.context.new_page()
    mail = mails.locator("article", has_text=email).first
    for _ in range(20):
        mails.goto(f"{product.stack.env['CLERK_PROXY_URL']}/mails")
        if mail.count():
            break
        mails.wait_for_timeout(250)
    keep_picture(mails, "mails")
    text = mail.locator(what).inner_text()
    mails.close()
    return text


def invite(page: Page, email: str) -> None:
    """Invite somebody as a member, in the profile of the organization."""
    page.locator(".cl-organizationSwitcherTrigger").click()
    page.locator(".cl-organizationSwitcherPopoverActionButton__manageOrganization").click()
    page.locator(".cl-navbarButton__members").click()
    page.get_by_role("button", name="Invite").click()
    page.locator("[data-testid='tag-input']").fill(email)
    page.get_by_role("button", name="Select role").click()
    page.locator(".cl-selectOption__role", has_text="Member").click()
    page.get_by_role("button", name="Send invitations").click()
    expect(page.get_by_text("successfully sent")).to_be_visible(timeout=WAIT_MS)


def test_a_customer_signs_up_and_a_colleague_joins_by_the_mail(
    page: Page, browser: Browser, product: Product
) -> None:
    sign_up(page, product, "marie.curie@example.com", "Curie Labs")
    invite(page, "pierre.curie@example.com")
    with new_context(browser) as other:
        colleague = other.new_page()
        colleague.goto(mailed(page, product, "pierre.curie@example.com", "a"))
        colleague.locator("input[name=password]").fill("another long password")
        colleague.keyboard.press("Enter")
        wait_for_view(colleague, "dashboard")

        switcher = colleague.locator(".cl-organizationSwitcherTrigger")
        expect(switcher).to_contain_text("Curie Labs")
        tenants = [p.locator("body").get_attribute("data-tenant") for p in (page, colleague)]
        assert tenants[0] == tenants[1]
