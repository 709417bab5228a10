"""The chart element on a page of another origin of the owner's, under a strict policy."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route

from .conftest import EVENT, Product, send_rows, visits
from .owners import Owner
from .steps import WAIT_MS
from .traffic import release, requests_of, tenants_in

pytestmark = pytest.mark.slow

# Without a style in the page, which its policy forbids.
SPACE = "<pre>" + "\n" * 400 + "</pre>"
Tenants = tuple[str, str]
FILL = """(element) => getComputedStyle(
  element.shadowRoot.querySelector("svg .mark-rect path")).fill"""


@pytest.fixture(scope="module")
def tenants(product: Product) -> Tenants:
    """Two tenants, with five events and with three."""
    tenants = (
        product.stack.create_organization("Chart one"),
        product.stack.create_organization("Chart two"),
    )
    for tenant, count in zip(tenants, (5, 3), strict=True):
        send_rows(product.stack, visits(tenant, count))
    return tenants


def ready(chart: Locator) -> list[str]:
    """Wait until a chart is drawn; return the texts in it."""
    chart.and_(chart.page.locator("[data-state='ready']")).wait_for(timeout=WAIT_MS)
    return chart.locator("svg text").all_text_contents()


def test_a_chart_is_drawn_on_the_owners_other_origin(
    page: Page, owner: Owner, tenants: Tenants
) -> None:
    asked, said = requests_of(page), list[str]()
    page.on("console", lambda line: said.append(line.text))

    chart = owner.open_chart(page, tenants[0])

    assert ready(chart) == [EVENT, "5"]
    # What a screen reader reads, because the drawing is hidden from it.
    table = page.get_by_role("group", name="Top events").get_by_role("table", name="Top events")
    assert table.get_by_role("row").all_inner_texts() == ["Event\tEvents\tUsers", f"{EVENT}\t5\t5"]
    # Nothing that the page's policy forbids was tried, and no cookie went.
    assert said == []
    assert page.context.cookies() == []
    assert tenants_in(asked) == {tenants[0]}


def test_vega_and_rows_are_asked_for_when_a_chart_comes_into_view(
    page: Page, owner: Owner, tenants: Tenants
) -> None:
    vega, entries = requests_of(page, "/vega.js"), requests_of(page, "/roost-chart.js")
    reads = requests_of(page, "/top_events.json?limit=5")
    chart = owner.open_chart(page, tenants[0], SPACE)
    page.wait_for_load_state("networkidle")
    assert (len(entries), vega, reads) == (2, [], [])

    chart.scroll_into_view_if_needed()

    assert ready(chart) == [EVENT, "5"]
    assert (len(vega), len(reads)) == (1, 1)


def test_another_tenants_rows_take_the_place_of_the_first_ones(
    page: Page, owner: Owner, tenants: Tenants
) -> None:
    first, second = tenants
    chart = owner.open_chart(page, first)
    ready(chart)
    held: list[Route] = []
    page.route("**/v0/pipes/*", lambda route: held.append(route))

    page.evaluate("(token) => window.signInWith(token)", owner.token(second))
    chart.evaluate("(element) => element.refresh()")
    chart.and_(page.locator("[data-state='loading']")).wait_for(timeout=WAIT_MS)
    left = chart.evaluate("(element) => element.shadowRoot.textContent")
    release(held)
    page.unroute("**/v0/pipes/*")

    assert EVENT not in left
    assert ready(chart) == [EVENT, "3"]


def test_a_chart_takes_the_owners_colours_and_the_pages_theme(
    page: Page, owner: Owner, tenants: Tenants
) -> None:
    page.emulate_media(color_scheme="light")
    chart = owner.open_chart(page, tenants[0])
    ready(chart)
    assert chart.evaluate(FILL) == "rgb(15, 133, 115)"

    page.emulate_media(color_scheme="dark")
    wait_for_fill(page, "rgb(63, 198, 174)")
    page.evaluate("document.body.style.setProperty('--chart-1', 'rgb(1, 2, 3)')")
    wait_for_fill(page, "rgb(1, 2, 3)")


def wait_for_fill(page: Page, color: str) -> None:
    """Wait until the bars have a colour."""
    condition = f"(color) => ({FILL})(document.querySelector('roost-chart')) === color"
    page.wait_for_function(condition, arg=color, timeout=WAIT_MS)


def test_a_chart_is_as_wide_as_its_place(page: Page, owner: Owner, tenants: Tenants) -> None:
    page.set_viewport_size({"width": 1000, "height": 800})
    chart = owner.open_chart(page, tenants[0])
    ready(chart)
    page.set_viewport_size({"width": 360, "height": 800})

    page.wait_for_function(
        """() => document.querySelector("roost-chart").shadowRoot
          .querySelector("svg").getBoundingClientRect().width <= 360""",
        timeout=WAIT_MS,
    )


def test_a_chart_is_downloaded_as_csv(page: Page, owner: Owner, tenants: Tenants) -> None:
    chart = owner.open_chart(page, tenants[0])
    ready(chart)

    with page.expect_download() as download:
        page.get_by_role("button", name="Download Top events as CSV").click()

    assert download.value.suggested_filename == "top_events.csv"
    assert Path(download.value.path()).read_text().splitlines()[1:] == [f'"{EVENT}",5,5']


@pytest.mark.parametrize(
    ("status", "headers", "state", "said"),
    [
        (200, {}, "empty", "There is nothing to show yet."),
        (400, {}, "error", "The analytics data (Tinybird) has no answer to this."),
        (
            429,
            {"Retry-After": "60", "Access-Control-Expose-Headers": "Retry-After"},
            "limited",
            "This chart is asked for too often at the moment: it will try again by itself.",
        ),
    ],
)
def test_what_a_chart_has_not_is_said_in_one_sentence(
    page: Page,
    owner: Owner,
    tenants: Tenants,
    status: int,
    headers: dict[str, str],
    state: str,
    said: str,
) -> None:
    body = {"meta": [{"name": "event", "type": "String"}], "data": []}
    sent = {"Access-Control-Allow-Origin": "*", **headers}
    page.route("**/v0/pipes/*", lambda route: route.fulfill(status=status, json=body, headers=sent))

    chart = owner.open_chart(page, tenants[0])
    chart.and_(page.locator(f"[data-state='{state}']")).wait_for(timeout=WAIT_MS)

    assert chart.get_by_role("status").inner_text() == said
