"""Events that wait in one tab, while another switches the organization or signs out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .conftest import ACME, GLOBEX, Product
from .steps import (
    listed_users,
    open_as,
    second_tab,
    sign_in,
    sign_out,
    switch_organization,
    wait_for_tenant,
    wait_for_view,
    wait_until,
)
from .traffic import (
    event_ids,
    held_by,
    is_accepted,
    refuse_events,
    report,
    requests_of,
    tenants_in,
)

pytestmark = pytest.mark.slow

ADA = "ada@example.com"


def test_none_of_the_former_tenant_is_sent_after_a_switch_in_another_tab(
    page: Page, product: Product
) -> None:
    waiting: set[str] = set()
    page.route("**/api/events", refuse_events(waiting))
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)
    tab = second_tab(page, product, ACME)
    report(page, "report_exported")
    wait_until(page, lambda: bool(waiting))
    of_acme = set(waiting)

    switch_organization(tab, "Globex")
    wait_for_tenant(tab, GLOBEX)
    sent = requests_of(page)
    wait_for_tenant(page, GLOBEX)
    page.unroute("**/api/events")
    with page.expect_response(is_accepted):
        report(page, "report_opened")

    assert "org_local_globex_visitor_0" in listed_users(page)
    assert tenants_in(sent) == {GLOBEX}
    assert event_ids(sent)
    assert not event_ids(sent) & of_acme
    assert ACME not in held_by(page)


def test_none_is_sent_after_a_sign_out_in_another_tab(page: Page, product: Product) -> None:
    waiting: set[str] = set()
    page.route("**/api/events", refuse_events(waiting))
    open_as(page, product, ADA)
    wait_for_tenant(page, ACME)
    tab = second_tab(page, product, ACME)
    report(page, "report_exported")
    wait_until(page, lambda: bool(waiting))

    sign_out(tab)
    wait_for_view(page, "landing")
    left = held_by(page)
    page.unroute("**/api/events")
    sent = requests_of(page)
    sign_in(page, product.url, ADA)
    wait_for_tenant(page, ACME)
    with page.expect_response(is_accepted):
        report(page, "report_opened")

    assert [word for word in (ACME, "user_local_ada", ADA) if word in left] == []
    assert event_ids(sent)
    assert not event_ids(sent) & waiting
