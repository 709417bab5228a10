"""The product in a Litestar app: all of it, or a plugin below a path of somebody's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Set
from contextlib import asynccontextmanager
from functools import cached_property
from types import ModuleType
from typing import Any, Self, cast

from litestar import Litestar, Router
from litestar.config.app import AppConfig
from litestar.plugins import InitPlugin
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR
from litestar.utils import normalize_path

from roost.errors import AppError
from roost.http.asgi import App, Receive, Scope, Send, Shell
from roost.http.missing import Asked
from roost.litestar.dependencies import DEPENDENCIES, DOCUMENTS, PROJECT, ROOT
from roost.litestar.docs import docs_handlers, openapi_config
from roost.litestar.middleware import DefaultHeaders, keep_private
from roost.litestar.pages import page_routers
from roost.litestar.refusals import REFUSALS, answer_refusal, leave_to_shell, refuse_options
from roost.litestar.routes import (
    api_router,
    chart_script,
    clerk_webhook,
    entry_script,
    healthz,
    module_script,
    readyz,
)
from roost.policy.product import Product
from roost.project import Project


class Roost(Project, InitPlugin):
    """One app's analytics: `app` makes an app of it; as a plugin it is below a path of an app.

    Any route of the app may ask for `caller`, `session` and `tenant` by name, and use the guards.
    Args: path: where the product is, such as `/analytics`.
    """

    def __init__(
        self,
        import_name: str,
        policy: ModuleType,
        *,
        path: str = "/",
        product: Product | None = None,
    ) -> None:
        super().__init__(import_name, policy, product=product)
        self._root = path.rstrip("/")

    def __deepcopy__(self, _: object) -> Self:
        """Return itself: Litestar copies routers with all that they hold."""
        return self

    def app(self, **options: Any) -> Application:  # noqa: ANN401 - Litestar's own
        """Make the app that is the product; `options` are Litestar's, and win.

        Raises: ProductInvalid.
        """
        usual: dict[str, Any] = {
            "openapi_config": openapi_config(self.product.name),
            "before_request": refuse_options,
            # The process decides on logging; nothing here may write what the shell leaves out.
            "logging_config": None,
            "debug": False,
        }
        handlers = {
            **REFUSALS,
            HTTP_500_INTERNAL_SERVER_ERROR: leave_to_shell,
            **options.pop("exception_handlers", {}),
        }
        plugins = [self, *options.pop("plugins", ())]
        made = Litestar(**{**usual, **options}, exception_handlers=handlers, plugins=plugins)
        return Application(self, made)

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Add to an app's configuration; what the app has under the same name stays."""
        app_config.state.update({PROJECT: self, DOCUMENTS: {}})
        app_config.lifespan.append(self._lifespan)
        taken = app_config.dependencies.keys() & DEPENDENCIES.keys()
        app_config.dependencies = {**DEPENDENCIES, **app_config.dependencies}
        handlers = app_config.exception_handlers
        app_config.exception_handlers = {AppError: answer_refusal, **handlers}
        app_config.before_send.append(keep_private)
        app_config.route_handlers.append(self._router(taken))
        return app_config

    @asynccontextmanager
    async def _lifespan(self, _: Litestar) -> AsyncGenerator[None, None]:
        async with self.running():
            yield

    def _router(self, taken: Set[str]) -> Router:
        pages = [] if self.dashboard is None else page_routers(self, self.dashboard)
        scripts = [entry_script, chart_script, module_script]
        handlers = [healthz, readyz, api_router(), *scripts, clerk_webhook]
        return Router(
            self._root or "/",
            route_handlers=[*handlers, *docs_handlers(is_mounted=bool(self._root)), *pages],
            # Our routes never get what the app calls by the same name.
            dependencies={name: DEPENDENCIES[name] for name in taken},
            exception_handlers=REFUSALS,
            middleware=[DefaultHeaders(self, self._root)],
            opt={ROOT: self._root},
            include_in_schema=False,
        )


class Application:
    """A Litestar app with the shell around it; `litestar` is the app inside."""

    def __init__(self, project: Project, litestar: Litestar) -> None:
        self.litestar = litestar
        self._project = project

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the life of the server."""
        await self._shell(scope, receive, send)

    @cached_property
    def _shell(self) -> Shell:
        # Made when the server starts: an app that is only imported needs no environment.
        # Litestar's types tell kinds of scopes apart; the shell's are the specification's.
        return Shell(self._exactly(cast("App", self.litestar)), self._project.settings)

    def _exactly(self, app: App) -> App:
        # Litestar takes /api/me/ and //api/me for /api/me.
        async def refuse_other_spellings(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["path"] != normalize_path(scope["path"]):
                await self._answer_nothing(scope, send)
            else:
                await app(scope, receive, send)

        return refuse_other_spellings

    async def _answer_nothing(self, scope: Scope, send: Send) -> None:
        accept = dict(scope["headers"]).get(b"accept", b"").decode("latin-1")
        asked = Asked(scope.get("root_path", ""), scope["path"], accept)
        body, media_type = self._project.encode_refusal(AppError("not-found"), asked)
        headers = [
            (b"content-type", media_type.encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": body})
