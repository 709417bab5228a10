"""In each host: the product below its prefix, the host's own routes, and a page that signs in."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser

from ..browser.steps import WAIT_MS, fill_in
from ..product import stack
from .host import Host

pytestmark = pytest.mark.slow

ADA, LINUS = "user_local_ada", "user_local_linus"
ACME, INITECH = "org_local_acme", "org_local_initech"
OF_MEMBERS = [
    "active_users",
    "events_over_time",
    "funnel",
    "my_activity",
    "retention",
    "top_events",
    "totals",
]


@pytest.fixture
def client(host: Host) -> Iterator[httpx2.Client]:
    """A client of the host, without a session."""
    with httpx2.Client(base_url=host.url, timeout=60, verify=stack.NO_AUTHORITIES) as client:
        yield client


@pytest.fixture
def admin(host: Host) -> dict[str, str]:
    """The headers of an admin of Acme."""
    return {"Authorization": f"Bearer {host.session_token(ADA, ACME)}"}


@pytest.fixture
def member(host: Host) -> dict[str, str]:
    """The headers of a member of Initech who is no admin."""
    return {"Authorization": f"Bearer {host.session_token(LINUS, INITECH)}"}


def test_a_person_signs_in_on_the_hosts_own_page(host: Host, browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(host.url)
        fill_in(page, "ada@example.com")
        page.get_by_text("Signed in for org_local_acme").wait_for(timeout=WAIT_MS)

        me = page.request.get(f"{host.url}/analytics/api/me")

        # By the cookie that ClerkJS has set for the host's origin.
        assert (me.status, me.json()["tenant_id"]) == (200, ACME)


def test_the_product_answers_below_its_prefix(
    client: httpx2.Client, admin: dict[str, str], member: dict[str, str]
) -> None:
    me = client.get("/analytics/api/me", headers=admin)
    token = client.get("/analytics/api/tinybird/token", headers=member)
    read = client.get("/analytics/api/analytics/top_events?limit=1", headers=admin)
    sent = client.post("/analytics/api/events", json={"event": "mounted"}, headers=admin)

    assert (me.status_code, me.json()["tenant_id"]) == (200, ACME)
    assert me.headers["cache-control"] == "private, no-store"
    assert token.json()["tenant_id"] == INITECH
    assert token.json()["endpoints"] == OF_MEMBERS
    assert read.status_code == 200
    assert (sent.status_code, sent.json()) == (202, {"accepted": 1, "quarantined": 0})


def test_the_product_refuses_below_its_prefix(
    client: httpx2.Client, member: dict[str, str]
) -> None:
    assert _refusal(client.get("/analytics/api/me")) == (401, "token-missing")
    ungranted = client.get("/analytics/api/analytics/recent_events", headers=member)
    assert _refusal(ungranted) == (403, "access-denied")
    assert client.get("/analytics/api/analytics/event_types").status_code == 200


def test_a_session_of_another_origin_is_refused(host: Host, client: httpx2.Client) -> None:
    token = host.session_token(ADA, ACME, port="3000")

    own = client.get("/own", headers={"Authorization": f"Bearer {token}"})

    assert _refusal(own) == (401, "token-azp")


def test_a_dashboard_beside_the_policy_is_served_with_its_files(client: httpx2.Client) -> None:
    page = client.get("/analytics/")
    files = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css|svg))"', page.text)

    assert (page.status_code, page.headers["cache-control"]) == (200, "private, no-store")
    assert "frame-ancestors" in page.headers["content-security-policy"]
    assert len(files) > 5
    names = ("static/", "roost/", "roost.js", "roost-chart.js")
    served = tuple(f"/analytics/{name}" for name in names)
    assert not [file for file in files if not file.startswith(served)]
    assert "/analytics/roost.js" in files
    assert {file: client.get(file).status_code for file in files} == dict.fromkeys(files, 200)


def test_the_api_is_described_below_its_prefix(client: httpx2.Client) -> None:
    document = client.get("/analytics/api/openapi.json").json()

    assert document["info"]["title"] == "Acme"
    assert client.get("/analytics/docs").status_code == 200
    assert client.get("/analytics/docs/assets/swagger-ui.css").status_code == 200


def test_the_hosts_routes_ask_for_the_tenant_and_for_a_role(
    client: httpx2.Client, admin: dict[str, str], member: dict[str, str]
) -> None:
    own = client.get("/own", headers=member)

    assert own.json() == {"tenant": INITECH, "endpoints": OF_MEMBERS}
    assert _refusal(client.get("/own")) == (401, "token-missing")
    assert client.get("/admins", headers=admin).status_code == 200
    assert _refusal(client.get("/admins", headers=member)) == (403, "access-denied")


def test_what_the_host_has_around_its_routes_stays(host: Host, client: httpx2.Client) -> None:
    public = client.get("/public", headers={"Authorization": "Bearer junk"})
    missing = client.get("/missing")

    # The text is set by the lifespan of the apps that have one.
    assert (public.status_code, public.text.strip('"')) == (200, "everybody")
    assert missing.status_code == 404
    if host.framework == "django":
        assert public.headers["x-frame-options"] == "DENY"
        assert missing.headers["content-type"] == "text/html; charset=utf-8"
    else:
        assert public.headers["x-host"] == "acme"
        assert list(missing.json()) == ["missing"]


def test_the_devstack_prints_a_session_token(host: Host, client: httpx2.Client) -> None:
    token = host.run(f"devstack session-token --user {LINUS} --org {INITECH}").strip()

    own = client.get("/own", headers={"Authorization": f"Bearer {token}"})

    assert own.json()["tenant"] == INITECH


def test_the_librarys_command_reads_the_product_from_the_app(host: Host) -> None:
    host.run("devstack run -- uv run app check")


def _refusal(response: httpx2.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["code"]
