"""The core behind somebody's own Flask app."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from roost.serving.blocking import BlockingServices
from roost.serving.services import Services

from ...tests.conftest import issuer as issuer
from ...tests.conftest import make_services as make_services
from ...tests.conftest import settings as settings
from ...tests.issuer import Issuer
from ..blueprint import analytics
from ..extension import Clerk

Headers = dict[str, str]
Bearer = Callable[..., Headers]


@dataclass(slots=True)
class Outside:
    """Clerk and Tinybird, and what they were asked."""

    issuer: Issuer
    asked: list[str] = field(default_factory=list)
    failure: Exception | None = None

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer with Clerk's keys, or as Tinybird does."""
        self.asked.append(request.url.path)
        if self.failure is not None:
            raise self.failure
        if request.url.path.endswith("jwks.json"):
            return httpx2.Response(200, content=self.issuer.jwks())
        return httpx2.Response(202, json={"successful_rows": 1, "quarantined_rows": 0})


@pytest.fixture
def outside(issuer: Issuer) -> Outside:
    """Clerk and Tinybird in memory."""
    return Outside(issuer)


@pytest.fixture
def services(
    make_services: Callable[..., Services], outside: Outside
) -> Iterator[BlockingServices]:
    """A core that asks `outside`."""
    with BlockingServices(make_services(outside)) as services:
        yield services


@pytest.fixture
def host(services: BlockingServices) -> Flask:
    """An app that has the blueprint under /analytics, and no shell around it."""
    app = Flask("host", static_folder=None)
    Clerk(services).init_app(app)
    app.register_blueprint(analytics, url_prefix="/analytics")
    return app


@pytest.fixture
def client(host: Flask) -> FlaskClient:
    """A client of the host; views may still be added."""
    return host.test_client()


@pytest.fixture
def bearer(issuer: Issuer) -> Bearer:
    """A function that returns the headers of a request by user_ada, admin of org_acme."""

    def make(**claims: object) -> Headers:
        return {"Authorization": f"Bearer {issuer.issue(None, **claims)}"}

    return make
