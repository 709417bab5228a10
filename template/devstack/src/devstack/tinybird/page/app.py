"""The page's routes, apart from the API's: no CORS, and a door of their own."""

from __future__ import annotations

import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..errors import CRASHED, ApiError
from ..http.request import Services
from .door import ROOT, Door
from .markup import refusal
from .views import overview, rows

ROUTES = [
    Route(ROOT, overview),
    Route(f"{ROOT}/{{name}}", rows),
]


class WithPage:
    """The API with the page beside it."""

    def __init__(self, api: ASGIApp, services: Services) -> None:
        app = Starlette(
            routes=ROUTES,
            exception_handlers={ApiError: _refuse, HTTPException: _no_route, Exception: _crash},
        )
        app.state.services = services
        self._api = api
        self._page = Door(app, services.workspaces.page_key)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_page = scope["type"] == "http" and (path == ROOT or path.startswith(f"{ROOT}/"))
        await (self._page if is_page else self._api)(scope, receive, send)


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return refusal(error.status, error.error)


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return refusal(error.status_code, "There is no such page.")


async def _crash(request: Request, error: Exception) -> Response:
    logging.getLogger("devstack.tinybird").error("Unexpected", exc_info=error)
    return refusal(500, CRASHED)
