"""Who asks, as `g.clerk`: verified when it is first read."""

from __future__ import annotations

from functools import cache

from flask import Flask, Response, after_this_request, current_app, g, request
from werkzeug.local import LocalProxy

from roost.http.browser import PRIVATE
from roost.http.wsgi import head_of
from roost.identity.credentials import RequestHead
from roost.project import BlockingProject
from roost.serving.blocking import BlockingServices
from roost.serving.caller import Caller
from roost.telemetry.observation import note_route

EXTENSION = "roost"
# Whether the app is the product, with its shell around it.
IN_SHELL = "ROOST_IN_SHELL"


def offer_caller() -> None:
    """Give the request its `g.clerk`, a `Caller`; a bad token is refused where it is read (401)."""
    # Anew for each request: several share one `g` where an app context was pushed before them.
    g.clerk = LocalProxy(cache(_caller))
    if request.url_rule is not None:
        note_route(request.url_rule.rule)


def project_of(app: Flask) -> BlockingProject:
    """Return the project that an app was set up with."""
    return app.extensions[EXTENSION]


def services() -> BlockingServices:
    """Return the services of the app that serves the request."""
    return project_of(current_app).blocking


def request_head() -> RequestHead:
    """Take out of the request what the core needs to know of its caller."""
    # From the environ: `request.headers` makes and catches an exception for each that is missing.
    return head_of(request.environ)


def is_in_shell() -> bool:
    """Tell whether the shell stands around the app, so that no answer needs its headers here."""
    return bool(current_app.config[IN_SHELL])


def keep_private(response: Response) -> Response:
    """Keep an answer that depends on the session out of caches, unless it says otherwise."""
    response.headers.setdefault("Cache-Control", PRIVATE)
    return response


def _caller() -> Caller:
    blocking = services()
    if not is_in_shell():
        after_this_request(keep_private)
    return Caller(blocking.core, blocking.authenticate(request_head()))
