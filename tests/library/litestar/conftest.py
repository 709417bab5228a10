"""Somebody's own Litestar app with the product in it, and one that is the product."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from roost.litestar import Roost
from roost.serving.services import Services

from .. import sample
from ..rooms import ORIGIN, PRODUCT, Outside, in_memory
from .host import HANDLERS, HostTenant

MakeRoost = Callable[..., Roost]


@pytest.fixture
def make_roost(make_services: Callable[..., Services], outside: Outside) -> MakeRoost:
    """A function that makes a project whose services ask `outside`."""

    def make(path: str = "/") -> Roost:
        project = Roost(__name__, sample.module(), path=path, product=PRODUCT)
        return in_memory(project, make_services(outside))

    return make


@pytest.fixture
def host(make_roost: MakeRoost) -> Litestar:
    """Somebody's own app, which has a `tenant` of its own."""
    return Litestar(
        route_handlers=HANDLERS,
        dependencies={"tenant": HostTenant.provider()},
        plugins=[make_roost("/analytics")],
        logging_config=None,  # every other test shares the root logger
    )


@pytest.fixture
def client(host: Litestar) -> Iterator[TestClient[Litestar]]:
    """A browser before the host."""
    with TestClient(host, base_url=ORIGIN) as client:
        yield client
