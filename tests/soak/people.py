"""Tenants and their signed-in sessions, made through the local Clerk's Backend API."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx2

TENANTS = 50
HOSTILE_TENANTS = 5
SESSIONS_PER_TENANT = 4
OWNERS = ("user_local_ada", "user_local_grace", "user_local_linus", "user_local_newton")
# A session token lives for 60 s; a page renews it before that.
RENEW_AFTER_S = 45.0


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organization with one member, its owner.

    mark: part of every text that the tenant's sessions send, so that each row names its sender.
    """

    id: str
    mark: str
    owner: str


@dataclass(slots=True)
class Person:
    """One signed-in session of a tenant, which renews its token as a page does.

    victim: the tenant that a hostile session claims to be.
    """

    tenant: Tenant
    number: int
    session_id: str
    origin: str
    clerk: httpx2.AsyncClient = field(repr=False)
    victim: Tenant | None = None
    events_made: int = 0
    _token: str = field(default="", repr=False)
    _renew_at: float = 0.0

    async def token(self) -> str:
        """Return a session token that has at least a quarter of its life left."""
        if time.monotonic() >= self._renew_at:
            answer = await self.clerk.post(
                f"/v1/sessions/{self.session_id}/tokens", json={"azp": self.origin}
            )
            self._token = answer.raise_for_status().json()["jwt"]
            self._renew_at = time.monotonic() + RENEW_AFTER_S
        return self._token

    def drop_token(self) -> None:
        """Ask for another token next time: this one was refused."""
        self._renew_at = 0.0


def clerk_client(env: Mapping[str, str]) -> httpx2.AsyncClient:
    """Return a client of the local Clerk's Backend API."""
    headers = {"Authorization": f"Bearer {env['CLERK_SECRET_KEY']}"}
    return client_of(env["CLERK_API_URL"], headers)


def client_of(url: str, headers: Mapping[str, str] | None = None) -> httpx2.AsyncClient:
    """Return a client for all sessions at once, with patience for a service that starts."""
    # No connection is kept: on a busy machine a request could meet its server's farewell.
    limits = httpx2.Limits(max_connections=400, max_keepalive_connections=0)
    return httpx2.AsyncClient(base_url=url, headers=headers, timeout=60, limits=limits)


def found_tenants(create: Callable[[str, str], str]) -> list[Tenant]:
    """Create the organizations; `create` takes a name and an owner and returns the id."""
    return [
        Tenant(create(f"Soak {number:02}", owner), f"soak{number:02}", owner)
        for number in range(TENANTS)
        for owner in [OWNERS[number % len(OWNERS)]]
    ]


async def sign_in(
    tenant: Tenant, number: int, clerk: httpx2.AsyncClient, origin: str, victim: Tenant | None
) -> Person:
    """Open one session of a tenant's owner."""
    wanted = {"user_id": tenant.owner, "active_organization_id": tenant.id}
    answer = (await clerk.post("/v1/sessions", json=wanted)).raise_for_status()
    return Person(tenant, number, answer.json()["id"], origin, clerk, victim)


async def sign_in_all(
    tenants: list[Tenant], clerk: httpx2.AsyncClient, origin: str
) -> list[Person]:
    """Open every session; those of the first tenants are hostile, each to another one."""
    victims = dict(zip(tenants[:HOSTILE_TENANTS], tenants[HOSTILE_TENANTS:], strict=False))
    return [
        await sign_in(tenant, number, clerk, origin, victims.get(tenant))
        for tenant in tenants
        for number in range(SESSIONS_PER_TENANT)
    ]


def key_id(token: str) -> str:
    """Return the id of the key that signed a token."""
    return _decoded(token.split(".")[0])["kid"]


def claims_of(token: str) -> dict[str, object]:
    """Return what a token says, unverified."""
    return _decoded(token.split(".")[1])


def _decoded(part: str) -> dict:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
