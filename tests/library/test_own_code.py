"""What code of the owner's own reads and sends: in a route for its session, or in a job."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import httpx2
import jwt
import pytest
from roost.errors import AppError
from roost.identity.tenancy import Tenant
from roost.serving.blocking import BlockingServices
from roost.serving.services import Services

ROWS = [{"event": "sign_up", "events": 3}]


@dataclass
class Tinybird:
    """Answers with ROWS, takes events, and keeps what it was asked."""

    asked: list[httpx2.Request] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        if request.url.path == "/v0/events":
            return httpx2.Response(202, json={"successful_rows": 1, "quarantined_rows": 0})
        return httpx2.Response(200, json={"meta": [], "data": ROWS, "rows": 1})

    def granted(self) -> dict[str, dict[str, str]]:
        """Return what the token of the only request fixes, by endpoint."""
        (request,) = self.asked
        token = request.headers["authorization"].removeprefix("Bearer ")
        scopes = jwt.decode(token, options={"verify_signature": False})["scopes"]
        return {scope["resource"]: scope["fixed_params"] for scope in scopes}


@pytest.fixture
def tinybird() -> Tinybird:
    return Tinybird()


@pytest.fixture
def services(make_services: Callable[..., Services], tinybird: Tinybird) -> Services:
    return make_services(tinybird)


def done(work: Coroutine[Any, Any, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return asyncio.run(work)


def refused(work: Coroutine[Any, Any, object]) -> str:
    with pytest.raises(AppError) as caught:
        asyncio.run(work)
    return caught.value.code


def test_a_route_reads_what_its_session_may(
    services: Services, tinybird: Tinybird, tenant: Tenant
) -> None:
    rows = done(services.read("top_events", tenant, limit=3, event=["a", "b"], timezone=None))

    assert rows == ROWS
    assert tinybird.granted()["my_activity"] == {"user_id": "user_ada", "tenant_id": "org_acme"}
    assert tinybird.asked[0].url.query == b"event=a%2Cb&limit=3"


def test_a_route_cannot_give_what_the_session_decides(
    services: Services, tinybird: Tinybird, tenant: Tenant
) -> None:
    assert refused(services.read("my_activity", tenant, user_id="u")) == "parameter-reserved"
    assert refused(services.read("top_events", tenant, tenant_id="t")) == "parameter-reserved"
    assert tinybird.asked == []


def test_a_job_reads_one_endpoint_of_the_tenant_that_it_names(
    services: Services, tinybird: Tinybird
) -> None:
    rows = done(services.read("my_activity", "org_globex", user_id="user_grace"))

    assert rows == ROWS
    assert tinybird.granted() == {"my_activity": {"tenant_id": "org_globex"}}


@pytest.mark.parametrize("tenant_id", ["", "no-organization", "a b", "o" * 129])
def test_a_job_without_a_real_tenant_reads_and_sends_nothing(
    services: Services, tinybird: Tinybird, tenant_id: str
) -> None:
    assert refused(services.read("top_events", tenant_id)) == "tenant-required"
    assert refused(services.send(tenant_id, [{"event": "invoice_paid"}])) == "tenant-required"
    assert tinybird.asked == []


def test_a_job_hears_of_a_misspelt_endpoint_or_parameter(services: Services) -> None:
    assert refused(services.read("top_event", "org_acme")) == "endpoint-unknown"
    assert refused(services.read("top_events", "org_acme", limits=3)) == "parameter-unknown"


def test_a_public_endpoint_is_read_for_nobody(services: Services, tinybird: Tinybird) -> None:
    assert done(services.read("event_types")) == ROWS
    assert tinybird.asked[0].headers["authorization"] == "Bearer p.local_public-5ec2e7"
    assert refused(services.read("top_events")) == "tenant-required"


def test_events_of_a_job_are_stamped_with_the_tenant_that_it_names(
    services: Services, tinybird: Tinybird
) -> None:
    answer = asyncio.run(services.send("org_globex", [{"event": "paid", "tenant_id": "org_acme"}]))

    assert answer.accepted == 1
    assert json.loads(tinybird.asked[0].content)["tenant_id"] == "org_globex"


def test_code_that_cannot_await_reads_and_sends_alike(
    services: Services, tinybird: Tinybird
) -> None:
    with BlockingServices(services) as blocking:
        assert blocking.read("top_events", "org_acme", limit=1) == ROWS
        assert blocking.send("org_acme", [{"event": "paid"}], "user_ada").accepted == 1

    assert json.loads(tinybird.asked[-1].content)["user_id"] == "user_ada"
