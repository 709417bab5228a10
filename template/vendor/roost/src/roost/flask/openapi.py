"""The owner's routes as the document lists them: their addresses, docstrings and refusals."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import Rule

from roost.http.openapi.bodies import Json
from roost.http.openapi.document import API, OwnRoutes
from roost.http.openapi.views import describe_view, openapi_address

_UNLISTED = {"HEAD", "OPTIONS"}


def own_routes(app: Flask) -> OwnRoutes:
    """Describe the routes of an app that are below /api and not the product's."""
    paths: Json = {}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(API) and not rule.endpoint.startswith("roost."):
            path, parameters = openapi_address(rule.rule)
            paths.setdefault(path, {}).update(_operations(app, rule, parameters))
    return OwnRoutes(paths)


def _operations(app: Flask, rule: Rule, parameters: dict[str, str]) -> Json:
    view, name = app.view_functions[rule.endpoint], rule.endpoint
    methods = sorted(method.lower() for method in (rule.methods or set()) - _UNLISTED)
    return {method: describe_view(view, method, name, parameters) for method in methods}
