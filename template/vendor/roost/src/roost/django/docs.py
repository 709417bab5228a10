"""The API's description, and the page that shows it."""

from __future__ import annotations

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from roost.django.apps import project
from roost.django.files import Files
from roost.django.openapi import own_routes
from roost.django.pages import root_of
from roost.django.problems import require_method
from roost.django.project import Roost
from roost.http.docs import ASSETS, CONTENT_SECURITY_POLICY, PAGE
from roost.http.openapi.document import OwnRoutes, encode_document


@require_method("GET")
def document(request: HttpRequest) -> HttpResponse:
    """Describe the API."""
    return HttpResponse(_document(project(), root_of(request)), content_type="application/json")


@require_method("GET")
def show(request: HttpRequest) -> HttpResponse:
    """Show the API's description, under a policy of its own for the script that it embeds."""
    return HttpResponse(PAGE, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})


@require_method("GET")
def asset(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve a file of Swagger UI."""
    return _assets().answer(request, name)


@cache
def _document(described: Roost, root: str) -> bytes:
    # Below a path of somebody's own, the document lists the product's routes alone.
    own = OwnRoutes() if root else own_routes()
    return encode_document(described.document(own, root))


@cache
def _assets() -> Files:
    return Files(ASSETS)
