"""The API's description, and the page that shows it."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, url_for

from roost.flask.caller import is_in_shell, project_of
from roost.flask.openapi import own_routes
from roost.http.docs import ASSETS, ASSETS_PATH, CONTENT_SECURITY_POLICY, DOCS_PATH, PAGE
from roost.http.openapi.document import DOCUMENT_PATH, OwnRoutes, encode_document

docs = Blueprint("docs", __name__, static_folder=ASSETS, static_url_path=ASSETS_PATH)
_BODY = "roost.document"


@docs.get(DOCUMENT_PATH)
def document() -> Response:
    """Describe the API."""
    # Written once, when it is first asked for: routes may be added until then.
    app = current_app
    if _BODY not in app.extensions:
        root = url_for(".document").removesuffix(DOCUMENT_PATH)
        # Below a path of somebody's own, the document lists the product's routes alone.
        own = own_routes(app) if is_in_shell() else OwnRoutes()
        written = project_of(app).document(own, root)
        app.extensions[_BODY] = encode_document(written)
    return Response(app.extensions[_BODY], content_type="application/json")


@docs.get(DOCS_PATH)
def show() -> Response:
    """Show the API's description, under a policy of its own for the script that it embeds."""
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
    return Response(PAGE, headers=headers, content_type="text/html; charset=utf-8")
