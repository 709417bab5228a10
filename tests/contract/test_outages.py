"""Clerk or Tinybird out of reach, and back again: refusals in between, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from roost.testing.stack import Stack

from .answers import PUBLIC, READ, problem
from .apps import serving, until
from .issuer import Issuer, issuing
from .proxy import Proxy

EVENT = {"event": "contract_outage"}


@pytest.fixture
def issuer(stack: Stack) -> Iterator[Issuer]:
    """A Clerk instance whose sessions name any address as their issuer's."""
    with issuing(stack.origin) as issuer:
        yield issuer


@pytest.fixture
def clerk(issuer: Issuer) -> Iterator[Proxy]:
    """The proxy before that instance."""
    with Proxy(issuer.url) as clerk:
        yield clerk


@pytest.fixture
def tinybird(stack: Stack) -> Iterator[Proxy]:
    """The proxy before Tinybird."""
    with Proxy(stack.env["TINYBIRD_API_URL"]) as tinybird:
        yield tinybird


def test_events_are_refused_until_tinybird_is_back(
    stack: Stack, tinybird: Proxy, ada: dict[str, str]
) -> None:
    with serving({**stack.env, "TINYBIRD_API_URL": tinybird.url}) as app:
        assert app.post("/api/events", json=EVENT, headers=ada).status_code == 202

        tinybird.shut()
        refused = app.post("/api/events", json=EVENT, headers=ada)
        read = app.get(READ, headers=ada)
        not_ready = until(lambda: app.get("/readyz"), 503)
        token = app.get("/api/tinybird/token", headers=ada)

        assert problem(refused) == problem(read) == (503, "tinybird-unavailable")
        assert refused.headers["retry-after"].isdecimal()
        assert problem(not_ready) == (503, "not-ready")
        assert not_ready.json()["detail"] == "Not reachable: Tinybird."
        assert token.status_code == 200
        tinybird.open()
        assert app.post("/api/events", json=EVENT, headers=ada).status_code == 202
        assert app.get(READ, headers=ada).status_code == 200
        until(lambda: app.get("/readyz"), 200)


def test_the_app_starts_without_clerk_and_recovers(
    stack: Stack, clerk: Proxy, issuer: Issuer
) -> None:
    clerk.shut()
    with serving(stack.env | {"CLERK_PROXY_URL": clerk.url}) as app:
        signed = issuer.bearer(iss=clerk.url)
        refused = app.get("/api/me", headers=signed)
        not_ready = app.get("/readyz")

        assert problem(refused) == (503, "keys-unavailable")
        assert refused.headers["retry-after"].isdecimal()
        assert problem(not_ready) == (503, "not-ready")
        assert not_ready.json()["detail"] == "Not reachable: Clerk's keys."
        for endpoint in PUBLIC:
            assert app.get(f"/api/analytics/{endpoint}").status_code == 200
        clerk.open()
        me = until(lambda: app.get("/api/me", headers=signed), 200)
        assert me.json()["user_id"] == "user_contract"
        until(lambda: app.get("/readyz"), 200)


def test_known_keys_serve_while_clerk_is_out_of_reach(
    stack: Stack, clerk: Proxy, issuer: Issuer
) -> None:
    with serving(stack.env | {"CLERK_PROXY_URL": clerk.url}) as app:
        until(lambda: app.get("/readyz"), 200)
        clerk.shut()

        # Of this session nothing was known before.
        me = app.get("/api/me", headers=issuer.bearer(iss=clerk.url, sid="sess_new"))

        assert (me.status_code, me.json()["session_id"]) == (200, "sess_new")
        assert app.get("/readyz").status_code == 200
