"""What somebody meets who reads the page with a keyboard, or hears it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from .conftest import ACME, Product
from .steps import WAIT_MS, open_as, wait_for_tenant

pytestmark = pytest.mark.slow

ADA = "ada@example.com"
PHONE: ViewportSize = {"width": 360, "height": 740}
SWITCHER = ".cl-organizationSwitcherTrigger"
OUTLINE = """element => {
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return [outlineStyle, outlineWidth];
}"""
LANDMARKS = """() => [...document.querySelectorAll("section[aria-labelledby], [role='region']")]
  .filter((element) => element.checkVisibility())
  .map((element) => element.getAttribute("aria-label")
    ?? document.getElementById(element.getAttribute("aria-labelledby"))?.textContent)"""


def test_the_switchers_focus_is_seen(page: Page, product: Product) -> None:
    open_as(page, product, ADA, ACME)
    wait_for_tenant(page, ACME)
    switcher = page.locator(SWITCHER)
    switcher.wait_for(timeout=WAIT_MS)

    page.locator(".brand").focus()
    page.keyboard.press("Tab")

    expect(switcher).to_be_focused()
    assert switcher.evaluate(OUTLINE) == ["solid", "2px"]


def test_the_link_home_keeps_its_name_on_a_phone(page: Page, product: Product) -> None:
    page.set_viewport_size(PHONE)
    open_as(page, product, ADA, ACME)
    wait_for_tenant(page, ACME)

    name = page.locator(".brand span").inner_text()
    sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    expect(page.locator(".brand")).to_have_accessible_name(name)
    assert (len(name) > 0, sideways) == (True, 0)


def test_no_two_landmarks_have_one_name(page: Page, product: Product) -> None:
    open_as(page, product, ADA, ACME)
    wait_for_tenant(page, ACME)

    names = page.evaluate(LANDMARKS)

    assert "Recent events" in names
    assert sorted(names) == sorted(set(names))
