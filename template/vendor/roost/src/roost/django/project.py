"""The product in a Django project: what the settings name, and the WSGI application around it."""

from __future__ import annotations

from collections.abc import Iterable

from roost.events.rows import MAX_RECEIVED_BYTES
from roost.http import asgi
from roost.http.wsgi import App, Environ, Shell, StartResponse
from roost.project import BlockingProject


class Roost(BlockingProject):
    """One app's analytics, as `ROOST` in the settings; it reads nothing before it is asked to."""

    def wrap(self, application: App) -> Application:
        """Put the shell around a Django project that is the product.

        Raises: SettingsInvalid.
        """
        return Application(self, application)


class Application(Shell):
    """A WSGI application with the shell around it; Roost's own server serves it over ASGI."""

    def __init__(self, project: Roost, application: App) -> None:
        super().__init__(_reading_to_the_end(application), project.settings)
        self._project = project

    def over_asgi(self) -> asgi.Shell:
        """Make an ASGI application of it, whose event loop receives the bodies."""
        return self._project.over_asgi(self)


def _reading_to_the_end(app: App) -> App:
    # Without a Content-Length, as of a body sent in chunks, Django would read nothing; the shell's
    # body ends by itself.
    def reading(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        environ.setdefault("CONTENT_LENGTH", str(MAX_RECEIVED_BYTES))
        return app(environ, start_response)

    return reading
