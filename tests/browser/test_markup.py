"""Names that somebody sent are text everywhere on the page, and nothing else."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import ConsoleMessage, Dialog, Page

from .clerk import Clerk
from .conftest import ACME, Product, send_rows
from .steps import choose_event, listed_users, number, open_as, switch_organization, wait_for_tenant
from .traffic import held_by

pytestmark = pytest.mark.slow

IMAGE = "<img src=x onerror=alert(1)>"
NAMES = [
    IMAGE,
    "</script><script>alert(2)</script>",
    "javascript:alert(3)",
    '" onmouseover="alert(4)',
    "<svg/onload=alert(5)>",
    "{{constructor.constructor('alert(6)')()}}\u2028alert(7)",
]
REPORTS = """
addEventListener("securitypolicyviolation", (event) => {
  console.error("violation", event.violatedDirective, event.blockedURI);
});
"""


def test_markup_in_names_is_shown_as_text(page: Page, product: Product) -> None:
    organization = _organization(product)
    send_rows(product.stack, [_row(organization, name) for name in NAMES])
    alarms = _alarms(page)

    open_as(page, product, "ada@example.com", organization)
    wait_for_tenant(page, organization)

    assert set(page.locator("td[data-column='event']").all_inner_texts()) >= set(NAMES)
    assert listed_users(page) >= set(NAMES)
    assert json.loads(page.locator(f"tr[data-event-id='{organization}-0'] code").inner_text()) == {
        IMAGE: IMAGE
    }
    assert set(NAMES) <= set(page.locator("#filters [name='event'] option").all_inner_texts())
    assert IMAGE in page.locator(".cl-organizationSwitcherTrigger").inner_text()
    assert _tooltips(page) >= set(NAMES)
    choose_event(page, IMAGE, organization)
    assert number(page, "events") == 1
    assert _injected(page) == []
    assert alarms == []


def test_names_of_one_tenant_are_gone_after_a_switch(page: Page, product: Product) -> None:
    organization = _organization(product)
    send_rows(product.stack, [_row(organization, "secret-name-of-hooli")])
    open_as(page, product, "ada@example.com", organization)
    wait_for_tenant(page, organization)
    assert _tooltips(page) >= {"secret-name-of-hooli"}

    switch_organization(page, "Acme")
    wait_for_tenant(page, ACME)

    assert "secret-name-of-hooli" not in held_by(page)
    assert organization not in held_by(page)


def test_the_csv_of_a_chart_is_named_by_the_page_alone(page: Page, product: Product) -> None:
    organization = _organization(product)
    send_rows(product.stack, [_row(organization, "../../<img src=x>")])
    open_as(page, product, "ada@example.com", organization)
    wait_for_tenant(page, organization)
    choose_event(page, "../../<img src=x>", organization)

    with page.expect_download() as download:
        page.locator("[data-chart='events_over_time'] .csv").click()

    name, _, dates = download.value.suggested_filename.rpartition("_time_")
    assert name == "events_over"
    assert set(dates) <= set("0123456789-_.csv")


def _organization(product: Product) -> str:
    wanted = {"name": IMAGE, "created_by": "user_local_ada"}
    answer = Clerk(product.stack).backend("POST", "/v1/organizations", wanted)
    return str(answer.raise_for_status().json()["id"])


def _row(organization: str, name: str) -> dict[str, str]:
    place = NAMES.index(name) if name in NAMES else 0
    return {
        "tenant_id": organization,
        "user_id": name,
        "session_id": name,
        "event_id": f"{organization}-{place}",
        "event": name,
        "properties": json.dumps({name: name}),
    }


def _alarms(page: Page) -> list[str]:
    alarms: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            alarms.append(message.text)

    def dismiss(dialog: Dialog) -> None:
        alarms.append(dialog.message)
        dialog.dismiss()

    page.add_init_script(REPORTS)
    page.on("console", hear)
    page.on("dialog", dismiss)
    return alarms


def _tooltips(page: Page) -> set[str]:
    bars = page.locator("[data-chart='top_events'] .mark-rect path")
    shown = set()
    for bar in bars.all():
        bar.hover()
        shown |= set(page.locator("#tooltip strong").all_inner_texts())
    return shown


def _injected(page: Page) -> list[str]:
    script = "elements => elements.map((element) => element.outerHTML)"
    odd = "img[src='x'], [onerror], [onload], [onmouseover], [href^='javascript:'], main script"
    return page.locator(odd).evaluate_all(script)
