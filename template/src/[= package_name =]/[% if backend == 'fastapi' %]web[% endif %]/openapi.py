"""The API's description: FastAPI's document, mended where it would not be true of this app."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from ..core.access import Policy
from ..core.answers import Problem
from ..core.catalog import Catalog, Endpoint, Parameter
from .refusals import READ_GRANTED, READ_PUBLIC, examples, refusals

Json = dict[str, Any]

_INTRODUCTION = """
Errors are `application/problem+json`: `code` is for programs, `detail` for people. Besides what
a route lists, any request may be refused before it gets there: 404 for another address, 405 for
another method, 421 for a foreign host, 431 for oversized headers, 413 or 408 for a body that is
too large or too slow.
"""
_ANALYTICS = "/api/analytics/{endpoint}"


def describe(app: FastAPI) -> Json:
    """Write the app's document, once."""
    if app.openapi_schema is None:
        services = app.state.services
        document = get_openapi(
            title=app.title, version=app.version, description=_INTRODUCTION, routes=app.routes
        )
        document["components"]["examples"] = examples()
        document["components"]["schemas"]["Problem"] = TypeAdapter(Problem).json_schema()
        _list_endpoints(document["paths"], services.policy, services.analytics.catalog)
        _mend_validation(document)
        app.openapi_schema = document
    return app.openapi_schema


def _mend_validation(document: Json) -> None:
    # FastAPI announces a 422 where this app answers 400.
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    invalid = refusals("request-invalid")[400]
    for operations in document["paths"].values():
        for operation in operations.values():
            if operation["responses"].pop("422", None):
                operation["responses"].setdefault("400", invalid)


def _list_endpoints(paths: Json, policy: Policy, catalog: Catalog) -> None:
    # Each endpoint takes parameters of its own, so that each gets an entry of its own.
    route = paths.pop(_ANALYTICS)["get"]
    for name in sorted(policy.public_endpoints | {grant.endpoint for grant in policy.grants}):
        fixed = {"tenant_id"}.union(*(g.fixed for g in policy.grants if g.endpoint == name))
        is_public = name in policy.public_endpoints
        operation = _operation(route, catalog[name], fixed, is_public=is_public)
        paths[_ANALYTICS.format(endpoint=name)] = {"get": operation}


def _operation(route: Json, endpoint: Endpoint, fixed: set[str], *, is_public: bool) -> Json:
    refused = refusals(*(READ_PUBLIC if is_public else READ_GRANTED))
    own = [p for name, p in endpoint.parameters.items() if name not in fixed]
    shared = [parameter for parameter in route["parameters"] if parameter["in"] != "path"]
    return {
        **route,
        "summary": f"Read {endpoint.name}",
        "description": endpoint.description,
        "operationId": f"read_{endpoint.name}",
        "parameters": [*(_parameter(parameter) for parameter in own), *shared],
        "responses": {
            "200": route["responses"]["200"],
            **{str(status): refusal for status, refusal in refused.items()},
        },
        # An empty requirement is one that everybody meets.
        "security": [*route["security"], *([{}] if is_public else [])],
    }


def _parameter(parameter: Parameter) -> Json:
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.description,
        "explode": False,
        "schema": _schema(parameter.type),
    }


def _schema(type_: str) -> Json:
    if type_.startswith("Array("):
        return {"type": "array", "items": _schema(type_[len("Array(") : -1])}
    if type_.startswith(("Int", "UInt")):
        return {"type": "integer"}
    if type_.startswith(("Float", "Decimal")):
        return {"type": "number"}
    return {"type": "string", **({"format": "date"} if type_ == "Date" else {})}
