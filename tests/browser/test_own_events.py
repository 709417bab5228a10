"""What the dashboard itself writes into a tenant's data: nothing, unless its owner asks for it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from ..product import stack
from .conftest import ACME, Product
from .steps import open_as, wait_for_tenant
from .traffic import is_accepted, report, requests_of

pytestmark = pytest.mark.slow

ADA = "ada@example.com"
STARTED = "startDashboard({ charts: CHARTS, numbers: NUMBERS });"
REPORTING = "startDashboard({ charts: CHARTS, numbers: NUMBERS, reportsUse: true });"


@pytest.fixture
def reporting(product: Product, project: Path, tmp_path: Path) -> Iterator[Product]:
    """The product whose owner has the page report how it is used."""
    source = shutil.copytree(project / "src", tmp_path / "src")
    script = next(source.glob("*/dashboard/static/dashboard.js"))
    assert STARTED in script.read_text()
    script.write_text(script.read_text().replace(STARTED, REPORTING))
    port = str(stack.free_port())
    mine = {"PORT": port, "CLERK_AUTHORIZED_PARTIES": f"http://127.0.0.1:{port}"}
    env = product.stack.env | mine | {"PYTHONPATH": str(source)}
    with stack.running_app(env, project) as url:
        yield Product(url, stack.Stack(env, {}, "organization"))


def test_opening_the_page_and_taking_a_file_is_no_event(page: Page, product: Product) -> None:
    sent = requests_of(page, "/api/events")
    open_as(page, product, ADA, ACME)
    wait_for_tenant(page, ACME)
    with page.expect_download():
        page.locator("[data-chart='top_events'] .csv").click()
    with page.expect_response(is_accepted):
        report(page, "report_exported")

    # All that wait are sent at once.
    names = [row["event"] for request in sent for row in request.post_data_json or []]

    assert names == ["report_exported"]


def test_an_owner_may_have_the_use_of_the_page_reported(page: Page, reporting: Product) -> None:
    with page.expect_response(is_accepted) as opened:
        open_as(page, reporting, ADA, ACME)
    wait_for_tenant(page, ACME)
    with page.expect_response(is_accepted) as taken, page.expect_download():
        page.locator("[data-chart='top_events'] .csv").click()

    requests = [said.value.request for said in (opened, taken)]
    rows = [row for request in requests for row in request.post_data_json or []]
    assert [(row["event"], row["properties"]) for row in rows] == [
        ("page_view", {"path": "/"}),
        ("csv_downloaded", {"chart": "top_events"}),
    ]


def test_a_tenant_without_events_reads_what_will_be_counted(page: Page, product: Product) -> None:
    tenant = product.stack.create_organization("Fresh")
    open_as(page, product, ADA, tenant)
    wait_for_tenant(page, tenant)

    shown = page.locator("#getting-started").inner_text()

    assert "Page viewed" in shown
    assert "A page of the product was opened." in shown
    assert [word for word in ("uv run", "curl", "import") if word in shown] == []
