"""The Django project as a WSGI app: its settings, its core, and the shell around both."""

from __future__ import annotations

import os
from collections.abc import Iterable

import django
from django.core.wsgi import get_wsgi_application
from roost.events.rows import MAX_RECEIVED_BYTES
from roost.http import asgi
from roost.http.threads import InThreads
from roost.http.wsgi import App, Environ, Shell, StartResponse
from roost.serving.blocking import BlockingServices
from roost.settings import Settings
from roost.webhooks.receiver import DELIVERIES_PATH

from ..assembly import make_services
from .apps import use


def build_app(settings: Settings, services: BlockingServices | None = None) -> Shell:
    """Build the app of this process.

    Raises: PolicyInvalid: if the policy and the data project do not fit.
    """
    core = services or BlockingServices(make_services(settings))
    # Django has one set of settings and one registry of apps in a process. Its settings come from
    # the environment, once; the core and the shell are those given here, and the last ones count.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"{__package__}.settings")
    django.setup(set_prefix=False)
    use(core)
    return Shell(_reading_to_the_end(get_wsgi_application()), settings)


def build_asgi_app(settings: Settings, services: BlockingServices | None = None) -> asgi.Shell:
    """Build the app of this process for an ASGI server, whose event loop receives the bodies.

    Raises: PolicyInvalid: if the policy and the data project do not fit.
    """
    core = services or BlockingServices(make_services(settings))
    received_first = {DELIVERIES_PATH: core.core.webhooks.admit}
    return asgi.Shell(InThreads(build_app(settings, core), received_first), settings)


def _reading_to_the_end(app: App) -> App:
    # Without a Content-Length, as of a body sent in chunks, Django would read nothing; the shell's
    # body ends by itself.
    def reading(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        environ.setdefault("CONTENT_LENGTH", str(MAX_RECEIVED_BYTES))
        return app(environ, start_response)

    return reading
