"""What one tenant may send, on a policy with small limits."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx2
import pytest
from roost.errors import AppError
from roost.events.ingestion import Ingestion
from roost.identity.tenancy import Tenant
from roost.net.client import AsyncClient
from roost.policy.access import Policy
from roost.policy.limits import Buckets, EventLimits, Limit

MANY = Limit(per_second=1, burst=1_000_000)


@pytest.fixture
def neighbour(tenant: Tenant) -> Tenant:
    """The same user in another organization."""
    return Tenant("org_globex", replace(tenant.session, org_id="org_globex"))


def ingestion(policy: Policy, **small: Limit) -> Ingestion:
    limits: dict[str, Limit] = dict.fromkeys(("requests", "rows", "bytes"), MANY) | small
    event_limits = EventLimits(**limits, rows_per_request=5, oldest_days=1, ahead_minutes=1)
    counts = {"successful_rows": 1, "quarantined_rows": 0}
    return Ingestion(
        api_url="http://127.0.0.1:7181",
        ingest_token="p.local_ingest-5ec2e7",
        policy=replace(policy, event_limits=event_limits),
        client=AsyncClient(httpx2.MockTransport(lambda _: httpx2.Response(200, json=counts))),
        requests=still(limits["requests"]),
        rows=still(limits["rows"]),
        bytes=still(limits["bytes"]),
    )


def still(limit: Limit) -> Buckets:
    """Return buckets that time does not fill again."""
    return Buckets(limit, clock=lambda: 0.0)


def send(events: Ingestion, tenant: Tenant, body: bytes) -> None:
    events.admit(tenant)
    asyncio.run(events.ingest(tenant, body, is_ndjson=True))


@pytest.mark.parametrize(
    ("small", "body"),
    [
        ({"requests": Limit(per_second=0.5, burst=2)}, b"{}"),
        ({"rows": Limit(per_second=0.5, burst=6)}, b"{}\n{}\n{}"),
        ({"bytes": Limit(per_second=0.5, burst=200)}, b'{"text": "%s"}' % (b"x" * 86)),
    ],
    ids=["requests", "rows", "bytes"],
)
def test_a_limit_is_each_tenants_own(
    policy: Policy, tenant: Tenant, neighbour: Tenant, small: dict[str, Limit], body: bytes
) -> None:
    events = ingestion(policy, **small)
    send(events, tenant, body)
    send(events, tenant, body)

    with pytest.raises(AppError) as caught:
        send(events, tenant, body)

    assert (caught.value.status, caught.value.code) == (429, "rate-limited")
    assert int(caught.value.headers["Retry-After"]) >= 1
    send(events, neighbour, body)


def test_a_body_counts_though_it_is_refused(policy: Policy, tenant: Tenant) -> None:
    events = ingestion(policy, bytes=Limit(per_second=0.5, burst=10))
    with pytest.raises(AppError, match="event-invalid"):
        send(events, tenant, b"not JSON")

    with pytest.raises(AppError, match="rate-limited"):
        send(events, tenant, b"not JSON")


def test_a_body_has_so_many_rows_at_most(policy: Policy, tenant: Tenant) -> None:
    send(ingestion(policy), tenant, b"{}\n" * 5)

    with pytest.raises(AppError) as caught:
        send(ingestion(policy), tenant, b"{}\n" * 6)

    assert caught.value.detail == "Send at most 5 rows at a time."
