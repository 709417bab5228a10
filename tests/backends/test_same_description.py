"""Every backend describes the same API, byte for byte but for the routes of its owner's."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from .conftest import BACKENDS

OWN = "/api/hello"

Document = dict[str, Any]


@pytest.fixture(scope="module")
def bodies(urls: dict[str, str]) -> dict[str, bytes]:
    """What every backend publishes."""
    addresses = {name: f"{url}/api/openapi.json" for name, url in urls.items()}
    return {name: httpx2.get(url, timeout=60).content for name, url in addresses.items()}


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_a_document_is_the_default_backends_but_for_the_owners_routes(
    bodies: dict[str, bytes], backend: str
) -> None:
    found = without_own(bodies[backend])

    assert found == without_own(bodies[BACKENDS[0]])
    assert b'"/api/analytics/top_events":{"get":' in found


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_owners_route_asks_for_the_same_in_all(bodies: dict[str, bytes], backend: str) -> None:
    own, default = (
        json.loads(bodies[name])["paths"][OWN]["get"] for name in (backend, BACKENDS[0])
    )

    assert own["security"] == [{"session_token": []}, {"session_cookie": []}]
    assert refusals(own) == refusals(default)
    assert refusals(own).keys() == {"401", "403", "409", "503"}


def without_own(body: bytes) -> bytes:
    """Return a document without its owner's routes and the schemas that these refer to.

    Raises: AssertionError: if the body is written in another way than the others'.
    """
    document: Document = json.loads(body)
    assert body == encoded(document)
    document["paths"].pop(OWN)
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {"Refusal": schemas["Refusal"]}
    return encoded(document)


def encoded(document: Document) -> bytes:
    """Encode a document as the backends do, keys in their order."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def refusals(operation: Document) -> Document:
    """Return the refusals of an operation, by status."""
    return {status: one for status, one in operation["responses"].items() if status >= "400"}
