"""Somebody's own FastAPI app with the product in it, and one that is the product."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from roost.fastapi import Roost
from roost.serving.services import Services

from .. import sample
from ..rooms import ORIGIN, PRODUCT, Outside, in_memory


@pytest.fixture
def roost(make_services: Callable[..., Services], outside: Outside) -> Roost:
    """A project whose services ask `outside`."""
    return in_memory(Roost(__name__, sample.module(), product=PRODUCT), make_services(outside))


@pytest.fixture
def host(roost: Roost) -> FastAPI:
    """An app that has the product under /analytics, and no shell around its own routes."""
    app = FastAPI()
    roost.mount(app, "/analytics")
    return app


@pytest.fixture
def client(host: FastAPI) -> TestClient:
    """A client of the host; routes may still be added."""
    return TestClient(host, base_url=ORIGIN, raise_server_exceptions=False)


@pytest.fixture
def app(roost: Roost) -> FastAPI:
    """An app that is the product."""
    return roost.app()


@pytest.fixture
def browser(app: FastAPI) -> TestClient:
    """A client of the app that is the product."""
    return TestClient(app, base_url=ORIGIN, follow_redirects=False)
