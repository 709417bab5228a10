"""The Flask extension: who asks, as `g.clerk`, and the one translation of errors."""

from __future__ import annotations

from functools import cache

from flask import Flask, Response, after_this_request, current_app, g, request
from roost.errors import PROBLEM_TYPE, AppError, encode_problem, http_error
from roost.http.browser import security_headers
from roost.http.pages import content_security_policy
from roost.http.wsgi import Shell
from roost.identity.credentials import RequestHead
from roost.serving.blocking import BlockingServices
from roost.serving.caller import Caller
from roost.telemetry.observation import note_route
from roost.tinybird.queries import expected_tenants
from werkzeug.exceptions import HTTPException
from werkzeug.local import LocalProxy


class Clerk:
    """Gives every view of an app `g.clerk`, a `Caller`, and answers the core's refusals.

    The session is verified when `g.clerk` is first read; a bad token is refused there (401).
    """

    def __init__(self, services: BlockingServices) -> None:
        settings = services.core.settings
        csp = content_security_policy(settings)
        self.services = services
        self._headers = security_headers(csp, is_https=settings.is_https)

    def init_app(self, app: Flask) -> None:
        """Set an app up; those of its `before_request` functions that come later have `g.clerk`."""
        app.extensions["clerk"] = self
        app.before_request(self._offer_caller)
        app.register_error_handler(AppError, answer_refusal)

    def protect(self, response: Response) -> Response:
        """Add the headers that the shell adds where it stands around an app."""
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        return _keep_private(response)

    def _offer_caller(self) -> None:
        # Anew for each request: several share one `g` where an app context was pushed before them.
        g.clerk = LocalProxy(cache(self._caller))
        if request.url_rule is not None:
            note_route(request.url_rule.rule)

    def _caller(self) -> Caller:
        if not is_in_shell():
            after_this_request(_keep_private)
        return Caller(self.services.core, self.services.authenticate(request_head()))


def current_clerk() -> Clerk:
    """Return the extension of the app that serves the request."""
    return current_app.extensions["clerk"]


def request_head() -> RequestHead:
    """Take out of the request what the core needs to know of its caller."""
    # From the environ: `request.headers` makes and catches an exception for each that is missing.
    environ = request.environ
    expected, query = environ.get("HTTP_X_EXPECTED_TENANT"), environ.get("QUERY_STRING", "")
    return RequestHead(
        method=environ["REQUEST_METHOD"],
        authorization=environ.get("HTTP_AUTHORIZATION"),
        cookie=environ.get("HTTP_COOKIE"),
        origin=environ.get("HTTP_ORIGIN"),
        expected_tenants=expected_tenants(expected, query),
    )


def is_in_shell() -> bool:
    """Tell whether the shell stands around the app, so that no answer needs its headers here."""
    return isinstance(current_app.wsgi_app, Shell)


def answer_refusal(error: AppError) -> Response:
    """Answer a refusal of the core."""
    return Response(encode_problem(error), error.status, error.headers, content_type=PROBLEM_TYPE)


def answer_http_error(error: HTTPException) -> Response:
    """Answer an HTTP error of Flask's own."""
    return answer_refusal(http_error(error.code or 500, dict(error.get_headers())))


def _keep_private(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response
