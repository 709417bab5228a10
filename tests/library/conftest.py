"""A Clerk instance and an app's core, both made in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx2
import hypothesis
import pytest
from roost.identity.session import Session
from roost.identity.tenancy import Tenant
from roost.net.client import AsyncClient
from roost.policy.access import Policy
from roost.serving.services import Services
from roost.settings import Settings, load_settings

from . import sample
from .issuer import Issuer
from .rooms import Bearer, Headers, Outside

# How long a case takes depends on what else the machine does.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

NOW = 1_800_000_000
SECRET = "p.local_" + "5ec2e7" * 8
ENVIRONMENT = {
    "TINYBIRD_API_URL": "http://127.0.0.1:7181",
    "TINYBIRD_WORKSPACE_ID": "7c2a7e4c-55b2-4a0c-8df3-1d0f0c0a7a11",
    "TINYBIRD_JWT_SECRET": SECRET,
    "TINYBIRD_INGEST_TOKEN": "p.local_ingest-5ec2e7",
    "TINYBIRD_API_KEY": "p.local_public-5ec2e7",
    "CLERK_PUBLISHABLE_KEY": "pk_test_Zm9vLWJhci0xMy5jbGVyay5hY2NvdW50cy5kZXYk",
    "CLERK_SECRET_KEY": "sk_test_local_5ec2e7",
    "CLERK_WEBHOOK_SIGNING_SECRET": "whsec_5ec2e7",
    "CLERK_AUTHORIZED_PARTIES": "https://app.example.com",
}
NO_FILE = Path("/nonexistent/.env")


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    """A Clerk instance with one key."""
    return Issuer()


@pytest.fixture
def settings() -> Settings:
    """The settings of ENVIRONMENT."""
    return load_settings(ENVIRONMENT, NO_FILE)


@pytest.fixture
def policy() -> Policy:
    """The sample's policy."""
    return sample.policy()


@pytest.fixture
def tenant() -> Tenant:
    """A member of the organization org_acme."""
    session = Session("user_ada", "sess_1", NOW + 60, NOW - 10, org_id="org_acme")
    return Tenant("org_acme", session)


@pytest.fixture
def make_services(settings: Settings) -> Callable[..., Services]:
    """Return a function that makes a core whose requests `answer` answers."""

    def make(answer: Callable[[httpx2.Request], httpx2.Response]) -> Services:
        client = AsyncClient(httpx2.MockTransport(answer))
        policy, catalog = sample.policy(), sample.catalog()
        return Services(settings, policy, catalog, client=client, clock=lambda: NOW)

    return make


@pytest.fixture
def outside(issuer: Issuer) -> Outside:
    """Clerk and Tinybird in memory."""
    return Outside(issuer)


@pytest.fixture
def bearer(issuer: Issuer) -> Bearer:
    """A function that returns the headers of a request by user_ada, admin of org_acme."""

    def make(**claims: object) -> Headers:
        return {"Authorization": f"Bearer {issuer.issue(None, **claims)}"}

    return make


@pytest.fixture
def ada(bearer: Bearer) -> Headers:
    """The headers of a request by Ada, an admin of Acme."""
    return bearer()
