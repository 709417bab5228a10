"""The Flask app: the extension, the blueprint, and the shell around both."""

from __future__ import annotations

from flask import Flask
from roost.http import asgi
from roost.http.threads import InThreads
from roost.http.wsgi import Shell
from roost.serving.blocking import BlockingServices
from roost.settings import Settings
from roost.webhooks.receiver import DELIVERIES_PATH
from werkzeug.exceptions import HTTPException

from ..assembly import make_services
from .blueprint import analytics
from .extension import Clerk, answer_http_error


def build_app(settings: Settings, services: BlockingServices | None = None) -> Flask:
    """Build a fresh app.

    Raises: PolicyInvalid: if the policy and the data project do not fit.
    """
    core = services or BlockingServices(make_services(settings))
    app = Flask(__name__, static_folder=None, template_folder=None)
    # The shell reports what nobody expected; Flask's own logger would write messages with secrets.
    app.config.update(PROPAGATE_EXCEPTIONS=True, PROVIDE_AUTOMATIC_OPTIONS=False)
    # `//api/me` is nothing, and no redirect.
    app.url_map.merge_slashes = False
    Clerk(core).init_app(app)
    app.register_blueprint(analytics)
    app.register_error_handler(HTTPException, answer_http_error)
    app.wsgi_app = Shell(app.wsgi_app, settings)
    return app


def build_asgi_app(settings: Settings, services: BlockingServices | None = None) -> asgi.Shell:
    """Build a fresh app for an ASGI server, whose event loop receives the bodies.

    Raises: PolicyInvalid: if the policy and the data project do not fit.
    """
    core = services or BlockingServices(make_services(settings))
    received_first = {DELIVERIES_PATH: core.core.webhooks.admit}
    return asgi.Shell(InThreads(build_app(settings, core), received_first), settings)
