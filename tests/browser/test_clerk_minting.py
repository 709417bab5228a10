"""With `token_minting: clerk_template` Clerk mints the page's tokens, and the app none."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, Request

from ..product import stack
from ..rendering import render
from .clerk import Clerk
from .conftest import ACME, EVENT, GLOBEX, Product
from .steps import (
    choose_event,
    listed_users,
    number,
    open_as,
    pass_time,
    sign_in,
    states,
    switch_organization,
    wait_for_tenant,
)
from .traffic import requests_of, tenants_in, token_names

pytestmark = pytest.mark.slow

ADA = "ada@example.com"
# Half of a token's life: the page asks for the next one then.
RENEWAL_MS = 31_000


@pytest.fixture(scope="module")
def minting(
    product: Product, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """The sources of a render where Clerk mints, on the services and libraries of the default."""
    mine = render(tmp_path_factory.mktemp("minting") / "project", token_minting="clerk_template")
    port = str(stack.free_port())
    env = product.stack.env | {
        "PORT": port,
        "CLERK_AUTHORIZED_PARTIES": f"http://127.0.0.1:{port}",
        "PYTHONPATH": str(mine / "src"),
    }
    push = ["app", "clerk-template", "push"]
    subprocess.run(
        ["uv", "run", "--quiet", "--no-active", "--no-sync", "--project", str(project), *push],
        cwd=mine,
        env=stack.clean_environment() | env,
        check=True,
    )
    with stack.running_app(env, project) as url:
        yield Product(url, stack.Stack(env, {}, "organization"))


def test_clerk_mints_for_the_active_organization_and_the_app_for_nobody(
    page: Page, minting: Product
) -> None:
    of_the_app = requests_of(page, "/api/tinybird/token")
    of_clerk = requests_of(page)
    sign_in(page, minting.url, ADA)
    wait_for_tenant(page, ACME)
    choose_event(page, EVENT, ACME)
    in_acme, users_of_acme = number(page, "events"), listed_users(page)
    spoken_for = tenants_in(of_clerk)

    switch_organization(page, "Globex")
    wait_for_tenant(page, GLOBEX)
    choose_event(page, EVENT, GLOBEX)

    assert (in_acme, number(page, "events")) == (5, 3)
    assert users_of_acme == {f"{ACME}_visitor_{n}" for n in range(5)}
    assert listed_users(page) == {f"{GLOBEX}_visitor_{n}" for n in range(3)}
    assert states(page) <= {"ready", "empty"}
    assert spoken_for == {ACME}
    assert token_names(of_clerk) == {"app:user_local_ada"}
    assert of_the_app == []
    # One for each organization, not one for each chart; a slow machine renews them.
    assert 2 <= _minted(of_clerk) <= 4


def test_a_token_is_renewed_before_it_expires(page: Page, minting: Product) -> None:
    page.clock.install()
    sent = requests_of(page)
    open_as(page, minting, ADA, ACME)
    wait_for_tenant(page, ACME)
    first = _tokens(sent)

    pass_time(page, RENEWAL_MS)
    sent.clear()
    choose_event(page, EVENT, ACME)

    assert len(first) == len(_tokens(sent)) == 1
    assert first.isdisjoint(_tokens(sent))
    assert number(page, "events") == 5


def test_a_token_of_another_organization_is_not_used_for_this_one(
    page: Page, minting: Product
) -> None:
    page.clock.install()
    dev_browser, session = open_as(page, minting, ADA, ACME)
    wait_for_tenant(page, ACME)

    Clerk(minting.stack).activate(dev_browser, session, GLOBEX)
    pass_time(page, RENEWAL_MS)
    wait_for_tenant(page, GLOBEX)
    choose_event(page, EVENT, GLOBEX)

    assert number(page, "events") == 3
    assert listed_users(page) == {f"{GLOBEX}_visitor_{n}" for n in range(3)}


def test_whoever_has_no_organization_chooses_one_and_reads_nothing_meanwhile(
    page: Page, minting: Product
) -> None:
    sent = requests_of(page)
    sign_in(page, minting.url, "newton@example.com")
    page.get_by_text("Setup your organization").first.wait_for()
    asked = _minted(sent)

    # What the page does not do, its visitor can.
    token = page.evaluate("Clerk.client.sessions[0].getToken({template: 'tinybird'})")
    rows = _read(minting, token, tenant_id=ACME)

    assert asked == 0
    assert page.locator("body[data-tenant]").count() == 0
    assert rows == []


def _minted(requests: list[Request]) -> int:
    return sum("/tokens/tinybird" in request.url for request in requests)


def _tokens(requests: list[Request]) -> set[str]:
    return {sent.headers["authorization"] for sent in requests if "/v0/pipes/" in sent.url}


def _read(product: Product, token: str, **params: str) -> list[object]:
    answer = httpx2.get(
        f"{product.stack.env['TINYBIRD_API_URL']}/v0/pipes/recent_events.json",
        params=params,
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )
    return answer.raise_for_status().json()["data"]
