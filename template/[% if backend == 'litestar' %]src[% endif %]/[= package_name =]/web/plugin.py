"""The plugin that adds the API and the pages to a Litestar app, this one's or any other."""

from __future__ import annotations

from collections.abc import Set
from importlib import import_module

from litestar import Litestar, Router
from litestar.config.app import AppConfig
from litestar.plugins import InitPlugin
from roost.errors import AppError
from roost.http.openapi.document import complete
from roost.serving.services import Services
from roost.settings import Settings

from ..assembly import HAS_DASHBOARD, make_services
from .dependencies import DEPENDENCIES, ROOT, SERVICES
from .middleware import DefaultHeaders
from .refusals import REFUSALS, answer_refusal
from .routes import api_router, clerk_webhook, healthz, readyz


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
        if app_config.openapi_config is not None:
            app_config.on_startup.append(self._describe)
        app_config.route_handlers.append(self._router(taken))
        return app_config

    def _router(self, taken: Set[str]) -> Router:
        return Router(
            self._root or "/",
            route_handlers=[healthz, readyz, api_router(), clerk_webhook, *_page_routers()],
            # Our routes never get what the app calls by the same name.
            dependencies={name: DEPENDENCIES[name] for name in taken},
            exception_handlers=REFUSALS,
            middleware=[DefaultHeaders(self._settings, self._root)],
            opt={ROOT: self._root},
        )

    def _describe(self, app: Litestar) -> None:
        # Litestar makes the document once, from all routes; what it lacks of ours is added there.
        document, core = app.openapi_schema, self._services
        made = document.to_schema()
        full = complete(made, core.policy, core.analytics.catalog, self._root)
        document.paths, document.components = full["paths"], full["components"]


def _page_routers() -> list[Router]:
    if not HAS_DASHBOARD:
        return []
    # Imported here: a project with `frontend: none` has no pages.
    return import_module(".pages", __package__).page_routers()
