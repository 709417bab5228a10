"""A framework's OpenAPI document is completed with what the framework cannot know of our routes."""

from __future__ import annotations

from collections.abc import Collection

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
from roost.policy.access import Policy
from roost.policy.catalog import Catalog, Endpoint

INTRODUCTION = """
Errors are `application/problem+json`: `code` is for programs, `detail` for people. Besides what
a route lists, any request may be refused before it gets there: 404 for another address, 405 for
another method, 421 for a foreign host, 431 for oversized headers, 413 or 408 for a body that is
too large or too slow.
"""

# Either of them; an empty requirement is one that everybody meets.
SIGNED_IN: list[dict[str, list[str]]] = [{"session_token": []}, {"session_cookie": []}]
ANYBODY = [*SIGNED_IN, {}]
_SCHEMES = {
    "session_token": {"type": "http", "scheme": "bearer", "description": "Clerk session token"},
    "session_cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__session",
        "description": "Clerk's own cookie",
    },
}

_HEALTH: Json = {"tags": ["health"]}
_OURS: Json = {"tags": ["analytics"], "security": SIGNED_IN, "parameters": EXPECTED_TENANT}
_ROUTES: Json = {
    "/healthz": {"get": {**_HEALTH, "responses": {}}},
    "/readyz": {"get": {**_HEALTH, "responses": refusals("not-ready")}},
    "/api/me": {"get": {**_OURS, "responses": refusals(*SESSION)}},
    "/api/tinybird/token": {"get": {**_OURS, "responses": refusals(*TENANT, "rate-limited")}},
    "/api/analytics": {"get": {**_OURS, "responses": refusals(*TENANT)}},
    "/api/events": {"post": {**_OURS, "requestBody": EVENTS, "responses": refusals(*WRITE)}},
}
_ANALYTICS = "/api/analytics/{endpoint}"


def complete(document: Json, policy: Policy, catalog: Catalog, root: str = "") -> Json:
    """Complete the entries of our routes, and give each endpoint an entry of its own.

    Every other route stays as it is, and so do components that have the name of one of ours.
    Args: root: the path under which our routes are mounted, without a slash at its end.
    """
    ours = {root + path: item for path, item in _ROUTES.items()}
    paths: Json = {}
    for path, item in document["paths"].items():
        if path == root + _ANALYTICS:
            paths |= _endpoints(item["get"], policy, catalog, root)
        elif path in ours:
            paths[path] = {
                method: _operation(made, ours[path][method]) if method in ours[path] else made
                for method, made in item.items()
            }
        else:
            paths[path] = item
    return {**document, "paths": paths, "components": _components(document.get("components", {}))}


def _operation(made: Json, ours: Json) -> Json:
    # The framework knows what a route answers, the core what it refuses.
    answers = {status: answer for status, answer in made["responses"].items() if status < "300"}
    return {**made, **ours, "responses": answers | ours["responses"]}


def _endpoints(made: Json, policy: Policy, catalog: Catalog, root: str) -> Json:
    # Each endpoint takes parameters of its own, so that each gets an entry of its own.
    entries: Json = {}
    for name in sorted(policy.public_endpoints | {grant.endpoint for grant in policy.grants}):
        fixed = {"tenant_id"}.union(*(g.fixed for g in policy.grants if g.endpoint == name))
        entry = _endpoint(catalog[name], fixed, is_public=name in policy.public_endpoints)
        entries[root + _ANALYTICS.format(endpoint=name)] = {"get": {**made, **entry}}
    return entries


def _endpoint(endpoint: Endpoint, fixed: Collection[str], *, is_public: bool) -> Json:
    own = [p for name, p in endpoint.parameters.items() if name not in fixed]
    return {
        **_OURS,
        "summary": f"Read {endpoint.name}",
        "description": endpoint.description,
        "operationId": f"read_{endpoint.name}",
        "parameters": [*(query_parameter(parameter) for parameter in own), *EXPECTED_TENANT],
        "responses": {"200": ROWS, **refusals(*(READ_PUBLIC if is_public else READ_GRANTED))},
        "security": ANYBODY if is_public else SIGNED_IN,
    }


def _components(theirs: Json) -> Json:
    ours = {"schemas": SCHEMAS, "examples": examples(), "securitySchemes": _SCHEMES}
    return theirs | {kind: named | theirs.get(kind, {}) for kind, named in ours.items()}
