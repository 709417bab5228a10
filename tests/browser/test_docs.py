"""The API's description as its reader sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .conftest import Product

pytestmark = pytest.mark.slow

# Source: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
CONTRASTS = """elements => elements.map((element) => {
  const luminance = (color) => {
    const [red, green, blue] = color.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const { color, backgroundColor } = getComputedStyle(element);
  const behind = backgroundColor === "rgba(0, 0, 0, 0)" ? "rgb(255, 255, 255)" : backgroundColor;
  const [dark, light] = [luminance(color), luminance(behind)].toSorted((one, other) => one - other);
  return (light + 0.05) / (dark + 0.05);
})"""


def test_the_page_of_the_api_shows_the_routes_and_the_security_scheme(
    page: Page, product: Product
) -> None:
    page.goto(f"{product.url}/docs")

    page.get_by_text("/api/analytics/top_events").first.wait_for()
    page.get_by_role("button", name="Authorize").click()

    page.get_by_text("(http, Bearer)").first.wait_for()


def test_what_a_route_is_called_by_can_be_read(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/docs")
    page.get_by_text("/api/analytics/top_events").first.wait_for()

    coloured = ".opblock-summary-method, .btn.authorize"
    contrasts = page.locator(coloured).evaluate_all(CONTRASTS)

    assert len(contrasts) > 8
    assert [contrast for contrast in contrasts if contrast < 4.5] == []
    assert page.get_by_role("main").count() == 1


def test_what_a_route_opens_by_is_one_control_and_its_examples_have_a_name(
    page: Page, product: Product
) -> None:
    page.goto(f"{product.url}/docs")
    page.get_by_text("/api/analytics/top_events").first.wait_for()

    page.locator("#operations-analytics-me .opblock-summary-control").click()

    page.get_by_label("Example").first.wait_for()
    assert page.locator(".opblock-summary-control a[href]").count() == 0
    assert page.locator("select:not([aria-label]):not(#servers)").count() == 0
