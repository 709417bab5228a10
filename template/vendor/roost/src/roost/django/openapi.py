"""The owner's routes as the document lists them: their addresses, docstrings and refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.contrib.admindocs.utils import (
    remove_non_capturing_groups,
    replace_metacharacters,
    replace_named_groups,
    replace_unnamed_groups,
)
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern
from django.views import View

from roost.django.problems import methods_of
from roost.http.openapi.bodies import Json
from roost.http.openapi.document import API, OwnRoutes
from roost.http.openapi.views import class_of, describe_view, openapi_address

_SIMPLIFICATIONS = (
    remove_non_capturing_groups,
    replace_named_groups,
    replace_unnamed_groups,
    replace_metacharacters,
)
_METHODS = ("get", "post", "put", "patch", "delete")


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
        route = prefix + _written(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry
        elif entry.app_name != "roost":
            yield from _patterns(entry.url_patterns, route)


def _written(pattern: object) -> str:
    # `<name>` for `(?P<name>\d+)`.
    written = str(pattern)
    if isinstance(pattern, RegexPattern):
        for simplify in _SIMPLIFICATIONS:
            written = simplify(written)
    return written


def _operations(pattern: URLPattern, parameters: dict[str, str]) -> Json:
    view = pattern.callback
    name = pattern.name or getattr(class_of(view) or view, "__name__", "view")
    methods = methods_of(view) or _of_class(view) or ["get"]
    return {method: describe_view(view, method, name, parameters) for method in methods}


def _of_class(view: Callable[..., object]) -> list[str]:
    made = class_of(view)
    if made is None or not issubclass(made, View):
        return []
    arguments: dict[str, list[str]] = getattr(view, "view_initkwargs", {})
    taken = arguments.get("http_method_names", made.http_method_names)
    return [method for method in _METHODS if method in taken and hasattr(made, method)]
