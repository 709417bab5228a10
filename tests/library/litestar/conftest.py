"""The core in memory, and somebody's own app with the plugin in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx2
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from roost.serving.services import Services
from roost.settings import Settings

from ...tests.conftest import issuer, make_services, settings
from ...tests.issuer import Issuer
from ..plugin import AnalyticsPlugin
from .host import HANDLERS, HostTenant

__all__ = ["issuer", "make_services", "settings"]

ORIGIN = "https://app.example.com"


@pytest.fixture
def sent() -> list[httpx2.Request]:
    """What Tinybird was sent."""
    return []


@pytest.fixture
def services(
    make_services: Callable[..., Services], issuer: Issuer, sent: list[httpx2.Request]
) -> Services:
    """A core whose Tinybird takes everything."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/.well-known/jwks.json":
            return httpx2.Response(200, content=issuer.jwks())
        sent.append(request)
        return httpx2.Response(200, json={"successful_rows": 1, "quarantined_rows": 0})

    return make_services(answer)


@pytest.fixture
def host(settings: Settings, services: Services) -> Litestar:
    """Somebody's own app, which has a `tenant` of its own."""
    return Litestar(
        route_handlers=HANDLERS,
        dependencies={"tenant": HostTenant.provider()},
        plugins=[AnalyticsPlugin(settings, path="/analytics", services=services)],
    )


@pytest.fixture
def client(host: Litestar) -> Iterator[TestClient[Litestar]]:
    """A browser before the host."""
    with TestClient(host, base_url=ORIGIN) as client:
        yield client


@pytest.fixture
def ada(issuer: Issuer) -> dict[str, str]:
    """The headers of a request by Ada, an admin of Acme."""
    return {"Authorization": f"Bearer {issuer.issue()}"}
