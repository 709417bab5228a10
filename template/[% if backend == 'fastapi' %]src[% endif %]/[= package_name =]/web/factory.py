"""The FastAPI app: routes, the core's life, and the one translation of errors."""

from __future__ import annotations

import importlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from roost.errors import PROBLEM_TYPE, AppError, encode_problem, http_error
from roost.http.asgi import Shell
from roost.serving.services import Services
from roost.settings import Settings
from starlette.exceptions import HTTPException

from ..assembly import HAS_DASHBOARD, PACKAGE, make_services
from . import docs, routes
from .dependencies import observe
from .openapi import describe


def build_app(settings: Settings, services: Services | None = None) -> FastAPI:
    """Build a fresh app.

    Raises: PolicyInvalid: if the policy and the data project do not fit.
    """
    core = services or make_services(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None, None]:
        async with core:
            yield

    app = FastAPI(
        title=core.policy.product.name,
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(observe)],
    )
    app.state.services = core
    app.openapi = partial(describe, app)
    app.add_middleware(Shell, settings=settings)
    app.add_exception_handler(AppError, _answer_refusal)
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.include_router(routes.router)
    app.include_router(docs.router)
    app.mount(docs.ASSETS_PATH, docs.ASSETS)
    if HAS_DASHBOARD:
        # Imported here: a project with `frontend: none` has no pages.
        app.include_router(importlib.import_module(".pages", __package__).router)
        app.mount("/static", StaticFiles(directory=PACKAGE / "dashboard" / "static"))
    return app


def mount(host: FastAPI, prefix: str, settings: Settings, services: Services | None = None) -> None:
    """Serve the app under a prefix of somebody's own app, with the life of that app.

    The host's own routes may then ask for what `dependencies` offers.
    """
    app = build_app(settings, services)
    core = app.state.services

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None, None]:
        async with core:
            yield

    host.state.services = core
    host.add_exception_handler(AppError, _answer_refusal)
    host.include_router(APIRouter(lifespan=lifespan))
    host.mount(prefix, app)


def _refusal(error: AppError) -> Response:
    return Response(encode_problem(error), error.status, error.headers, PROBLEM_TYPE)


async def _answer_refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)  # noqa: S101 - registered for this class alone
    return _refusal(error)


async def _answer_http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    return _refusal(http_error(error.status_code, error.headers))


async def _answer_invalid(_: Request, error: Exception) -> Response:
    return _refusal(AppError("request-invalid"))
