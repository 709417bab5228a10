"""Nothing from elsewhere reaches a route of either service: those that there are, or others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx2
import pytest
from devstack.clerk.app import build_app as build_clerk
from devstack.clerk.demo import read_demo
from devstack.clerk.instance import Instance
from devstack.identity import load_identity
from devstack.tinybird.app import build_app as build_tinybird
from devstack.tinybird.http.request import Services
from devstack.tinybird.sql.engine import Engine
from devstack.tinybird.state import State
from devstack.tinybird.tokens.limits import RateLimits
from devstack.tinybird.workspaces.batches import Batches
from devstack.tinybird.workspaces.workspaces import Workspaces
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

FOREIGN = [
    {"host": "evil.example"},
    {"host": "127.0.0.1.evil.example:7181"},
    {"host": "localhost.evil.example"},
    {"host": "192.168.1.10:7181"},
    {"host": "[::2]"},
    {"host": ""},
    {"origin": "https://evil.example"},
    {"origin": "http://127.0.0.1.evil.example"},
    {"origin": "http://evil.example:8000"},
    {"origin": "file://127.0.0.1"},
    {"origin": "null"},
    {"origin": ""},
]


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ASGIApp]]:
    """Both services, as they are served, with nothing before them."""
    root = tmp_path_factory.mktemp("guard")
    identity = load_identity(root)
    engine, state = Engine(root / "clickhouse"), State(root / "state.sqlite")
    workspaces = Workspaces(identity, root, engine, state, root, ttl=False)
    key = identity.clerk_secret_key
    instance = Instance("http://127.0.0.1:1", key, read_demo(), root / "clerk")
    yield {
        "tinybird": build_tinybird(Services(workspaces, Batches(), RateLimits())),
        "clerk": build_clerk(instance),
    }
    instance.close()
    state.close()
    engine.close()


def routes_of(app: object) -> Iterator[Route]:
    """Walk through whatever is wrapped around apps, and yield their routes."""
    yield from (route for route in getattr(app, "routes", []) if isinstance(route, Route))
    assert all(isinstance(route, BaseRoute) for route in getattr(app, "routes", []))
    if not hasattr(app, "routes"):
        for inner in vars(app).values():
            if callable(inner):
                yield from routes_of(inner)


def requests_of(app: ASGIApp) -> Iterator[tuple[str, str]]:
    for route in routes_of(app):
        for method in sorted({*(route.methods or ()), "OPTIONS"}):
            yield method, route.path.replace("{", "").replace("}", "")
    yield "GET", "/a/route/that/nobody/wrote"


@pytest.mark.parametrize("foreign", FOREIGN, ids=str)
@pytest.mark.parametrize(("service", "least"), [("tinybird", 60), ("clerk", 80)])
def test_a_foreign_host_or_origin_reaches_no_route(
    apps: dict[str, ASGIApp], service: str, least: int, foreign: dict[str, str]
) -> None:
    asked = list(requests_of(apps[service]))

    answers = asyncio.run(ask(apps[service], asked, foreign))

    assert len(asked) >= least
    assert {answer.status_code for answer in answers} == {403}
    assert not [a for a in answers if "access-control-allow-origin" in a.headers]


@pytest.mark.parametrize("service", ["tinybird", "clerk"])
@pytest.mark.parametrize(
    "neighbour",
    [{}, {"host": "localhost:8000"}, {"host": "[::1]:1"}, {"origin": "http://localhost:8000"}],
    ids=str,
)
def test_this_machine_does(
    apps: dict[str, ASGIApp], service: str, neighbour: dict[str, str]
) -> None:
    path = {"tinybird": "/v0/pipes", "clerk": "/v1/environment"}[service]

    (answer,) = asyncio.run(ask(apps[service], [("GET", path)], neighbour))

    assert "loopback" not in answer.text


async def ask(
    app: ASGIApp, requests: list[tuple[str, str]], headers: dict[str, str]
) -> list[httpx2.Response]:
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return [await client.request(*request, headers=headers) for request in requests]
