"""The plugin that adds the API and the pages to a Litestar app, this one's or any other."""

from __future__ import annotations

from collections.abc import Set
from copy import copy

from litestar import Router
from litestar.config.app import AppConfig
from litestar.openapi import OpenAPIConfig
from litestar.plugins import InitPlugin

from ..assembly import make_services
from ..core.errors import AppError
from ..core.services import Services
from ..settings import Settings
from .dependencies import DEPENDENCIES, SERVICES
from .description import SECURITY_SCHEMES
from .middleware import DefaultHeaders
from .pages import ROOT, page_routers
from .refusals import REFUSALS, answer_refusal
from .routes import api_router, healthz, readyz


class AnalyticsPlugin(InitPlugin):
    """Registers the routes below `path`, and what any route of the app may use.

    That is the dependencies `caller`, `session` and `tenant`, the guards of `guards.py`, and the
    answers to what these refuse.
    """

    def __init__(
        self, settings: Settings, path: str = "/", services: Services | None = None
    ) -> None:
        self._settings = settings
        self._root = path.rstrip("/")
        self._services = services or make_services(settings)

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Add to an app's configuration; what the app has under the same name stays."""
        app_config.state[SERVICES] = self._services
        app_config.lifespan.append(self._services)
        taken = app_config.dependencies.keys() & DEPENDENCIES.keys()
        app_config.dependencies = {**DEPENDENCIES, **app_config.dependencies}
        handlers = app_config.exception_handlers
        app_config.exception_handlers = {AppError: answer_refusal, **handlers}
        app_config.openapi_config = _with_security_schemes(app_config.openapi_config)
        app_config.route_handlers.append(self._router(taken))
        return app_config

    def _router(self, taken: Set[str]) -> Router:
        return Router(
            self._root or "/",
            route_handlers=[healthz, readyz, api_router(), *page_routers()],
            # Our routes never get what the app calls by the same name.
            dependencies={name: DEPENDENCIES[name] for name in taken},
            exception_handlers=REFUSALS,
            middleware=[DefaultHeaders(self._settings, self._root)],
            opt={ROOT: self._root},
        )


def _with_security_schemes(config: OpenAPIConfig | None) -> OpenAPIConfig | None:
    if config is None:
        return None
    components = config.components if isinstance(config.components, list) else [config.components]
    # A copy: an app that configures nothing shares Litestar's own default.
    extended = copy(config)
    extended.components = [*components, SECURITY_SCHEMES]
    return extended
