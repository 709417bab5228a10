"""A demotion, or a removal from the organization, reaches an open page and the backend."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page

from ..product import stack
from .clerk import Clerk
from .conftest import Product, send_rows
from .steps import open_as, pass_time, wait_for_tenant, wait_for_view
from .traffic import held_by, requests_of, tenants_in

pytestmark = pytest.mark.slow

ADA = "ada@example.com"


@pytest.fixture(scope="module", params=["direct", "backend"])
def strict(
    product: Product,
    project: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Product]:
    """The product with a policy that lets admins alone read the retention; each way of reading."""
    source = tmp_path_factory.mktemp("strict") / "src"
    shutil.copytree(project / "src", source)
    policy = next(source.glob("*/policy.py"))
    everybody, admins = 'Grant("retention")', 'Grant("retention", role="org:admin")'
    assert everybody in policy.read_text()
    policy.write_text(policy.read_text().replace(everybody, admins))
    mine = {"PYTHONPATH": str(source), "DASHBOARD_READS": request.param}
    env = product.stack.env | _own_address() | mine
    with stack.running_app(env, project) as url:
        yield Product(url, stack.Stack(env, {}, "organization"))


@pytest.fixture
def organization(strict: Product) -> str:
    """An organization with one event, whose admin is ada."""
    created = strict.stack.create_organization("Hooli")
    row = {"tenant_id": created, "user_id": "visitor_of_hooli", "event_id": "1", "event": "seen"}
    send_rows(strict.stack, [row])
    return created


def test_a_demotion_takes_what_the_role_gave(
    page: Page, strict: Product, organization: str
) -> None:
    page.clock.install()
    _, session = open_as(page, strict, ADA, organization)
    wait_for_tenant(page, organization)
    as_admin = page.locator("[data-chart='retention']").count()

    _change_membership(strict, "PATCH", organization)
    pass_time(page, 360_000)
    page.locator("[data-chart='retention']").wait_for(state="detached")
    wait_for_tenant(page, organization)

    assert as_admin == 1
    assert page.locator("[data-chart='top_events']").count() == 1
    assert "visitor_of_hooli" in page.locator("[data-chart='recent_events']").inner_text()
    assert "retention" not in _ask(strict, session, "/api/tinybird/token").json()["endpoints"]
    refusal = _ask(strict, session, "/api/analytics/retention")
    assert (refusal.status_code, refusal.json()["code"]) == (403, "access-denied")


def test_a_removal_ends_the_view_of_the_tenant(
    page: Page, strict: Product, organization: str
) -> None:
    page.clock.install()
    _, session = open_as(page, strict, ADA, organization)
    wait_for_tenant(page, organization)

    _change_membership(strict, "DELETE", organization)
    pass_time(page, 360_000)
    wait_for_view(page, "choose")
    sent = requests_of(page)
    pass_time(page, 360_000)

    held = held_by(page)
    assert [word for word in (organization, "visitor_of_hooli") if word in held] == []
    assert tenants_in(sent) == set()
    assert _ask(strict, session, "/api/me").json()["tenant_id"] is None
    refusal = _ask(strict, session, "/api/tinybird/token")
    assert (refusal.status_code, refusal.json()["code"]) == (403, "tenant-required")


def _change_membership(product: Product, method: str, organization: str) -> None:
    path = f"/v1/organizations/{organization}/memberships/user_local_ada"
    Clerk(product.stack).backend(method, path, {"role": "org:member"}).raise_for_status()


def _ask(product: Product, session: str, path: str) -> httpx2.Response:
    token = Clerk(product.stack).session_token(session, product.url)
    return httpx2.get(product.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def _own_address() -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {"PORT": str(port), "CLERK_AUTHORIZED_PARTIES": f"http://127.0.0.1:{port}"}
