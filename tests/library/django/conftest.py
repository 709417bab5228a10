"""The app on a core in memory; Django is set up once, on the environment of the core's tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import django
import httpx2
import pytest
from django.test import AsyncClient, Client, override_settings
from django.test.utils import setup_test_environment, teardown_test_environment
from roost.http.wsgi import Shell
from roost.serving.blocking import BlockingServices
from roost.serving.services import Services
from roost.settings import Settings

from ...tests.conftest import ENVIRONMENT, issuer, make_services, settings
from ...tests.issuer import Issuer
from ..factory import build_app
from . import host

__all__ = ["issuer", "make_services", "settings"]

Ask = Callable[..., Any]


@pytest.fixture(scope="session", autouse=True)
def _environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_SETTINGS_MODULE", build_app.__module__.replace("factory", "settings"))
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        django.setup()
        setup_test_environment()
        yield
        teardown_test_environment()


@pytest.fixture
def app(
    settings: Settings, make_services: Callable[..., Services], issuer: Issuer
) -> Iterator[Shell]:
    """The app, with a Clerk that has its keys and a Tinybird that has no rows."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        is_clerk = request.url.path.endswith("jwks.json")
        return httpx2.Response(200, content=issuer.jwks() if is_clerk else b'{"data":[]}')

    with BlockingServices(make_services(answer)) as services:
        yield build_app(settings, services)


@pytest.fixture
def client(app: Shell) -> Iterator[httpx2.Client]:
    """An HTTP client of the app as a server sees it."""
    transport = httpx2.WSGITransport(app)
    with httpx2.Client(transport=transport, base_url="https://app.example.com") as client:
        yield client


@pytest.fixture
def ada(issuer: Issuer) -> dict[str, str]:
    """The headers of a request by Ada, an admin of Acme."""
    return {"Authorization": f"Bearer {issuer.issue()}"}


@pytest.fixture(params=["wsgi", "asgi"])
def ask(app: Shell, request: pytest.FixtureRequest) -> Iterator[Ask]:
    """A function that sends a request to a project of somebody's own, by both interfaces."""

    def by_wsgi(path: str, method: str = "GET", **details: object) -> object:
        return Client(enforce_csrf_checks=True).generic(method, path, **details)

    def by_asgi(path: str, method: str = "GET", **details: object) -> object:
        return asyncio.run(AsyncClient(enforce_csrf_checks=True).generic(method, path, **details))

    with override_settings(**host.SETTINGS):
        yield by_wsgi if request.param == "wsgi" else by_asgi
