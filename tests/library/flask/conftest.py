"""Somebody's own Flask app with the product in it, and one that is the product."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from roost.flask import Roost
from roost.serving.services import Services

from .. import sample
from ..rooms import PRODUCT, Outside, in_memory


@pytest.fixture
def roost(make_services: Callable[..., Services], outside: Outside) -> Iterator[Roost]:
    """A project whose services ask `outside`."""
    project = in_memory(Roost(__name__, sample.module(), product=PRODUCT), make_services(outside))
    with project.blocking:
        yield project


@pytest.fixture
def host(roost: Roost) -> Flask:
    """An app that has the product under /analytics, and no shell around it."""
    app = Flask("host", static_folder=None)
    roost.init_app(app, url_prefix="/analytics")
    return app


@pytest.fixture
def client(host: Flask) -> FlaskClient:
    """A client of the host; views may still be added."""
    return host.test_client()


@pytest.fixture
def app(roost: Roost) -> Flask:
    """An app that is the product."""
    app = Flask("owner", static_folder=None)
    roost.init_app(app)
    return app


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A client of the app that is the product."""
    client = app.test_client()
    client.environ_base["HTTP_HOST"] = "app.example.com"
    return client
