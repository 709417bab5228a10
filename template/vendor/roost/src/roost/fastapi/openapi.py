"""The owner's routes as FastAPI describes them, with what they ask of whoever calls them."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from roost.fastapi.dependencies import Requires, caller_from, session_from, tenant_from
from roost.http.openapi.bodies import Json
from roost.http.openapi.document import OwnRoutes
from roost.http.openapi.refusals import refusals
from roost.http.openapi.security import Asks, secured, strictest

_ASKED = {caller_from: Asks.CALLER, session_from: Asks.SESSION, tenant_from: Asks.TENANT}

_INVALID = "#/components/schemas/HTTPValidationError"


def own_routes(app: FastAPI) -> OwnRoutes:
    """Describe the routes of an app that are in its schema: the product's are not."""
    made = get_openapi(title=app.title, version=app.version, routes=app.routes)
    paths: Json = made["paths"]
    for route in _described(app):
        asks, operations = _asks(route.dependant), paths[str(route.path_format)]
        for method in (method.lower() for method in route.methods or ()):
            operations[method] = secured(_mended(operations[method]), method, asks)
    components: Json = made.get("components", {})
    for name in ("HTTPValidationError", "ValidationError"):
        components.get("schemas", {}).pop(name, None)
    return OwnRoutes(paths, components, app.title)


def _described(app: FastAPI) -> Iterator[RouteContext]:
    # With the prefix and the dependencies of the routers that a route is included by.
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute) and route.include_in_schema:
            yield route


def _mended(operation: Json) -> Json:
    # FastAPI announces a 422 where this app answers 400; one that the owner declares stays.
    responses = dict(operation["responses"])
    if _INVALID in str(responses.get("422")):
        del responses["422"]
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
