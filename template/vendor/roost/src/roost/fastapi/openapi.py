"""The owner's routes as FastAPI describes them, with what they ask of whoever calls them."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from roost.fastapi.dependencies import Requires, caller_from, session_from, tenant_from
from roost.http.openapi.bodies import Json
from roost.http.openapi.document import OwnRoutes
from roost.http.openapi.refusals import refusals
from roost.http.openapi.security import Asks, secured, strictest

_ASKED = {caller_from: Asks.CALLER, session_from: Asks.SESSION, tenant_from: Asks.TENANT}


def own_routes(app: FastAPI) -> OwnRoutes:
    """Describe the routes of an app that are in its schema: the product's are not."""
    made = get_openapi(title=app.title, version=app.version, routes=app.routes)
    paths: Json = made["paths"]
    for route in app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            asks = _asks(route.dependant)
            for method in (method.lower() for method in route.methods):
                operation = paths[route.path_format][method]
                paths[route.path_format][method] = secured(_mended(operation), method, asks)
    components: Json = made.get("components", {})
    for name in ("HTTPValidationError", "ValidationError"):
        components.get("schemas", {}).pop(name, None)
    return OwnRoutes(paths, components)


def _mended(operation: Json) -> Json:
    # FastAPI announces a 422 where this app answers 400.
    responses = dict(operation["responses"])
    if responses.pop("422", None):
        responses = {**refusals("request-invalid"), **responses}
    return {**operation, "responses": responses}


def _asks(dependant: Dependant) -> Asks | None:
    return strictest(*(_asked(call) for call in _calls(dependant)))


def _asked(call: object) -> Asks | None:
    return Asks.TENANT if isinstance(call, Requires) else _ASKED.get(call)


def _calls(dependant: Dependant) -> Iterator[object]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)
