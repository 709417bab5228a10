"""The owner's project in memory; Django is set up once, and every test brings its `ROOST`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import httpx2
import pytest
from django.test import AsyncClient, Client, override_settings
from django.test.utils import setup_test_environment, teardown_test_environment
from roost.django import Roost
from roost.http.wsgi import Shell
from roost.serving.services import Services

from .. import sample
from ..rooms import PRODUCT, Outside, in_memory
from .owner import PACKAGE, write_package

Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def owners_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the owner's package."""
    folder = tmp_path_factory.mktemp("owner")
    write_package(folder)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _django(owners_folder: Path) -> Iterator[None]:
    # One process has one settings module: the other rooms' tests, which know nothing of Django,
    # can run in the same.
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(owners_folder)
        patch.setenv("DJANGO_SETTINGS_MODULE", f"{PACKAGE}.settings")
        django.setup()
        setup_test_environment()
        yield
        teardown_test_environment()


@pytest.fixture
def roost(make_services: Callable[..., Services], outside: Outside) -> Iterator[Roost]:
    """The project that the settings name, whose services ask `outside`."""
    project = in_memory(Roost(__name__, sample.module(), product=PRODUCT), make_services(outside))
    with project.blocking, override_settings(ROOST=project):
        yield project


@pytest.fixture
def app(roost: Roost) -> Shell:
    """The owner's app as a server sees it."""
    from roost.django.wsgi import get_wsgi_application

    return get_wsgi_application()


@pytest.fixture
def client(app: Shell) -> Iterator[httpx2.Client]:
    """An HTTP client of the app."""
    transport = httpx2.WSGITransport(app)
    with httpx2.Client(transport=transport, base_url="https://app.example.com") as client:
        yield client


@pytest.fixture(params=["wsgi", "asgi"])
def ask(roost: Roost, request: pytest.FixtureRequest) -> Iterator[Ask]:
    """A function that sends a request to a project of somebody's own, by both interfaces."""
    from . import host

    def by_wsgi(path: str, method: str = "GET", **details: object) -> object:
        return Client(enforce_csrf_checks=True).generic(method, path, **details)

    def by_asgi(path: str, method: str = "GET", **details: object) -> object:
        return asyncio.run(AsyncClient(enforce_csrf_checks=True).generic(method, path, **details))

    with override_settings(**host.SETTINGS):
        yield by_wsgi if request.param == "wsgi" else by_asgi
