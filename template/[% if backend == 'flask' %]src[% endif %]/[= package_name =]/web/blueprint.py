"""The blueprint: every route of the product, for this app or for one that exists already."""

from __future__ import annotations

from importlib import import_module

from flask import Blueprint, Response
from werkzeug.exceptions import RequestEntityTooLarge

from ..assembly import HAS_DASHBOARD
from .extension import answer_http_error, current_clerk, is_in_shell
from .routes import api

analytics = Blueprint("analytics", __name__)
analytics.register_blueprint(api)
if HAS_DASHBOARD:
    # Imported here: a project with `frontend: none` has no pages.
    analytics.register_blueprint(import_module(".pages", __package__).pages)
analytics.register_error_handler(RequestEntityTooLarge, answer_http_error)


@analytics.after_request
def protect(response: Response) -> Response:
    """Add the security headers, and keep answers out of caches, in an app without the shell."""
    return response if is_in_shell() else current_clerk().protect(response)
