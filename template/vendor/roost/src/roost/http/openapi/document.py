"""The OpenAPI document: the product's routes, the same in every framework, and the owner's own."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field

from roost.answers import EndpointsAnswer, EventsAnswer, Me, Status, TokenAnswer
from roost.http.openapi.answers import answered
from roost.http.openapi.bodies import EVENTS, EXPECTED_TENANT, ROWS, Json, query_parameter
from roost.http.openapi.refusals import (
    READ_GRANTED,
    READ_PUBLIC,
    SCHEMAS,
    SESSION,
    TENANT,
    WRITE,
    examples,
    refusals,
)
from roost.http.openapi.security import ANYBODY, SCHEMES, SIGNED_IN
from roost.policy.access import Policy
from roost.policy.catalog import Catalog, Endpoint

# Below it are the routes that the document lists.
API = "/api/"
DOCUMENT_PATH = "/api/openapi.json"
VERSION = "1"
INTRODUCTION = """
Errors are `application/problem+json`: `code` is for programs, `detail` for people. Besides what
a route lists, any request may be refused before it gets there: 404 for another address, 405 for
another method, 421 for a foreign host, 431 for oversized headers, 413 or 408 for a body that is
too large or too slow.
"""


@dataclass(frozen=True, slots=True)
class OwnRoutes:
    """What a framework says of the routes that are not the product's.

    paths: as `paths` of a document.  components: by kind, as `components` of one.
    title: what the owner calls the app, where it has another name than the product.
    """

    paths: Json = field(default_factory=dict)
    components: Json = field(default_factory=dict)
    title: str = ""


def _health(operation_id: str, summary: str, **responses: Json) -> Json:
    return {"tags": ["health"], "summary": summary, "operationId": operation_id, **responses}


def _route(operation_id: str, summary: str, **more: object) -> Json:
    return {
        "tags": ["analytics"],
        "summary": summary,
        "operationId": operation_id,
        "parameters": EXPECTED_TENANT,
        **more,
        "security": SIGNED_IN,
    }


_STATUS = answered("200", Status)
_ROUTES: Json = {
    "/healthz": {
        "get": _health("healthz", "Tell that the process answers", responses=_STATUS),
    },
    "/readyz": {
        "get": _health(
            "readyz",
            "Tell whether Clerk's keys are known and Tinybird answers",
            responses={**_STATUS, **refusals("not-ready")},
        ),
    },
    "/api/me": {
        "get": _route(
            "me", "Describe the session", responses={**answered("200", Me), **refusals(*SESSION)}
        ),
    },
    "/api/tinybird/token": {
        "get": _route(
            "tinybird_token",
            "Mint a token that reads the tenant's rows from Tinybird",
            responses={**answered("200", TokenAnswer), **refusals(*TENANT, "rate-limited")},
        ),
    },
    "/api/events": {
        "post": _route(
            "events",
            "Store events of the tenant: one object, an array, or NDJSON",
            requestBody=EVENTS,
            responses={**answered("202", EventsAnswer), **refusals(*WRITE)},
        ),
    },
    "/api/analytics": {
        "get": _route(
            "endpoints",
            "List the endpoints that the session may read",
            responses={**answered("200", EndpointsAnswer), **refusals(*TENANT)},
        ),
    },
}
_ANALYTICS = "/api/analytics/{endpoint}"


def write_document(
    title: str, policy: Policy, catalog: Catalog, own: OwnRoutes, root: str = ""
) -> Json:
    """Write the document of an app.

    Args: title: the product's name.  root: the path under which the product's routes are, without
    a slash at its end.
    """
    return {
        "openapi": "3.1.0",
        "info": {"title": own.title or title, "description": INTRODUCTION, "version": VERSION},
        **describe_routes(policy, catalog, own, root),
    }


def encode_document(document: Json) -> bytes:
    """Encode a document as every framework sends it."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def describe_routes(policy: Policy, catalog: Catalog, own: OwnRoutes, root: str = "") -> Json:
    """Write `paths` and `components` of a document; components of the owner's keep their names."""
    ours = {**_ROUTES, **_endpoints(policy, catalog)}
    paths = {root + path: item for path, item in ours.items()}
    return {
        "paths": paths | _told_apart(own.paths, ours),
        "components": _components(own.components),
    }


def _endpoints(policy: Policy, catalog: Catalog) -> Json:
    # Each endpoint takes parameters of its own, so that each gets an entry of its own.
    entries: Json = {}
    for name in sorted(policy.public_endpoints | {grant.endpoint for grant in policy.grants}):
        fixed = {"tenant_id"}.union(*(g.fixed for g in policy.grants if g.endpoint == name))
        entry = _endpoint(catalog[name], fixed, is_public=name in policy.public_endpoints)
        entries[_ANALYTICS.format(endpoint=name)] = {"get": entry}
    return entries


def _endpoint(endpoint: Endpoint, fixed: Collection[str], *, is_public: bool) -> Json:
    own = [p for name, p in endpoint.parameters.items() if name not in fixed]
    return {
        "tags": ["analytics"],
        "summary": f"Read {endpoint.name}",
        "description": endpoint.description,
        "operationId": f"read_{endpoint.name}",
        "parameters": [*(query_parameter(parameter) for parameter in own), *EXPECTED_TENANT],
        "responses": {"200": ROWS, **refusals(*(READ_PUBLIC if is_public else READ_GRANTED))},
        "security": ANYBODY if is_public else SIGNED_IN,
    }


def _told_apart(theirs: Json, ours: Json) -> Json:
    # An id names one operation of a document; a view that takes two methods has one name for both.
    taken = {each["operationId"] for item in ours.values() for each in item.values()}
    named: Json = {}
    for path, item in theirs.items():
        for method, operation in item.items():
            name = operation["operationId"]
            while name in taken:
                name = f"{name}_{method}"
            taken.add(name)
            named.setdefault(path, {})[method] = {**operation, "operationId": name}
    return named


def _components(theirs: Json) -> Json:
    ours = {"schemas": SCHEMAS, "examples": examples(), "securitySchemes": SCHEMES}
    return theirs | {kind: named | theirs.get(kind, {}) for kind, named in ours.items()}
