"""The owner's routes as Litestar describes them, with what they ask of whoever calls them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from roost.http.openapi.bodies import Json
from roost.http.openapi.document import OwnRoutes
from roost.http.openapi.refusals import refusals
from roost.http.openapi.security import Asks, secured, strictest
from roost.litestar.dependencies import provide_caller, provide_session, provide_tenant
from roost.litestar.guards import Requires, requires_session, requires_tenant

Provided = dict[str, Callable[..., object]]

_ASKED: dict[object, Asks] = {
    provide_caller: Asks.CALLER,
    provide_session: Asks.SESSION,
    provide_tenant: Asks.TENANT,
    requires_session: Asks.SESSION,
    requires_tenant: Asks.TENANT,
}


def own_routes(app: Litestar) -> OwnRoutes:
    """Describe the routes of an app that are in its schema: the product's are not."""
    if app.openapi_config is None:
        return OwnRoutes()
    made: Json = app.openapi_schema.to_schema()
    paths: Json = made.get("paths", {})
    for path, method, handler in _described(app):
        operation = paths[path][method]
        paths[path][method] = secured(_mended(operation), method, _asks(handler))
    return OwnRoutes(paths, made.get("components", {}), app.openapi_config.title)


def _described(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if handler.resolve_include_in_schema() and method != "OPTIONS":
                    yield route.path_format or "/", method.lower(), handler


def _mended(operation: Json) -> Json:
    # Litestar announces a body of its own where this app answers a problem document.
    responses = dict(operation.get("responses", {}))
    if responses.pop("400", None):
        responses = {**refusals("request-invalid"), **responses}
    return {**operation, "responses": responses}


def _asks(handler: HTTPRouteHandler) -> Asks | None:
    provided = {name: each.dependency for name, each in handler.resolve_dependencies().items()}
    wanted = inspect.signature(handler.fn).parameters
    found = [_ASKED.get(each) for each in _reached(wanted, provided)]
    guards = (
        Asks.TENANT if isinstance(guard, Requires) else _ASKED.get(guard)
        for guard in handler.resolve_guards()
    )
    return strictest(*found, *guards)


def _reached(wanted: Iterable[str], provided: Provided) -> Iterator[object]:
    # A dependency of the owner's may ask for one of ours in its turn.
    for name in wanted:
        if name in provided:
            rest = {other: each for other, each in provided.items() if other != name}
            yield provided[name]
            yield from _reached(inspect.signature(provided[name]).parameters, rest)
