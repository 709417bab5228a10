"""The owner's routes as the document lists them: their addresses, docstrings and refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.views import View

from roost.django.problems import methods_of
from roost.http.openapi.addresses import openapi_address
from roost.http.openapi.bodies import Json
from roost.http.openapi.document import API, OwnRoutes
from roost.http.openapi.security import asks_of, secured
from roost.http.openapi.views import describe_view


def own_routes() -> OwnRoutes:
    """Describe the routes of the project that are below /api and not the product's."""
    paths: Json = {}
    for route, pattern in _patterns(get_resolver().url_patterns, "/"):
        if route.startswith(API):
            path, parameters = openapi_address(route)
            paths.setdefault(path, {}).update(_operations(pattern, parameters))
    return OwnRoutes(paths)


def _patterns(
    listed: list[URLPattern | URLResolver], prefix: str
) -> Iterator[tuple[str, URLPattern]]:
    for entry in listed:
        route = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield route, entry
        elif entry.app_name != "roost":
            yield from _patterns(entry.url_patterns, route)


def _operations(pattern: URLPattern, parameters: dict[str, str]) -> Json:
    view = pattern.callback
    described = _described(view)
    name = pattern.name or getattr(described, "__name__", "view")
    operation = describe_view(described, name, parameters)
    return {method: secured(operation, method, asks_of(described)) for method in _methods(view)}


def _described(view: Callable[..., object]) -> Callable[..., object]:
    return getattr(view, "view_class", view)


def _methods(view: Callable[..., object]) -> list[str]:
    made = _described(view)
    if isinstance(made, type) and issubclass(made, View):
        return [
            method for method in ("get", "post", "put", "patch", "delete") if hasattr(made, method)
        ]
    return methods_of(view)
