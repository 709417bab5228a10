"""The product in a FastAPI app: all of it, or under a prefix of somebody's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from roost.dashboard import SERVED_AT, STATIC
from roost.errors import PROBLEM_TYPE, AppError, encode_problem, http_error
from roost.fastapi import docs, routes
from roost.fastapi.dependencies import observe
from roost.fastapi.openapi import own_routes
from roost.fastapi.pages import OwnFiles, make_pages
from roost.fastapi.private import PrivateAnswers
from roost.http.asgi import App, Shell
from roost.http.docs import ASSETS_PATH
from roost.http.missing import Asked
from roost.http.openapi.bodies import Json
from roost.project import Project


class Roost(Project):
    """One app's analytics: `install` makes an app of it, `mount` puts it beside other routes."""

    def app(self, **options: Any) -> FastAPI:  # noqa: ANN401 - FastAPI's own
        """Make the app that is the product; `options` are FastAPI's, and win.

        Raises: ProductInvalid.
        """
        usual: dict[str, Any] = {
            "title": self.product.name,
            # Our own say where the product is mounted, and ask no CDN.
            "openapi_url": None,
            "docs_url": None,
            "redoc_url": None,
            "redirect_slashes": False,
        }
        app = FastAPI(**{**usual, **options})
        self.install(app)
        return app

    def install(self, app: FastAPI) -> None:
        """Make `app` the product; routes that are added afterwards are covered as well."""
        self._attach(app)
        app.router.dependencies.append(Depends(observe))
        app.state.roost_documents = {}
        app.openapi = partial(self._describe, app)
        app.add_middleware(self._shell)
        app.add_exception_handler(HTTPException, _answer_http_error)
        app.add_exception_handler(RequestValidationError, _answer_invalid)
        app.include_router(routes.router)
        app.include_router(docs.router)
        app.mount(ASSETS_PATH, docs.ASSETS)
        if self.dashboard is not None:
            app.include_router(make_pages(self, self.dashboard))
            app.mount(SERVED_AT, StaticFiles(directory=STATIC))
            app.mount("/static", OwnFiles(directory=self.dashboard / "static"))

    def mount(self, host: FastAPI, prefix: str) -> None:
        """Serve the product under a prefix of an app, with the life of that app.

        The host's own routes may then ask for what `dependencies` offers.
        """
        app = self.app()
        self._attach(host)
        host.add_middleware(PrivateAnswers)
        host.mount(prefix, app)

    def _attach(self, app: FastAPI) -> None:
        app.state.roost = self
        app.add_exception_handler(AppError, _answer_refusal)
        # Lifespans of routers join the app's own, which stays the owner's to give.
        app.include_router(APIRouter(lifespan=self._lifespan))

    def _describe(self, app: FastAPI) -> Json:
        # Once, when it is first asked for: routes may be added until then.
        if app.openapi_schema is None:
            app.openapi_schema = self.document(own_routes(app))
        return app.openapi_schema

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncGenerator[None, None]:
        async with self.running():
            yield

    def _shell(self, app: App) -> Shell:
        # Called when the server starts: an app that is only imported needs no environment.
        return Shell(app, self.settings)


def _refusal(error: AppError) -> Response:
    return Response(encode_problem(error), error.status, error.headers, PROBLEM_TYPE)


async def _answer_refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)  # noqa: S101 - registered for this class alone
    return _refusal(error)


async def _answer_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    refusal = http_error(error.status_code, error.headers)
    root: str = request.scope.get("root_path", "")
    path = request.scope["path"].removeprefix(root)
    asked = Asked(root, path, request.headers.get("accept"))
    body, media_type = request.app.state.roost.encode_refusal(refusal, asked)
    return Response(body, refusal.status, refusal.headers, media_type)


async def _answer_invalid(_: Request, error: Exception) -> Response:
    return _refusal(AppError("request-invalid"))
