"""The ASGI app: the route table, the guard and the one error handler."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ..guard import KnownHosts
from .api import (
    account,
    connectors,
    copies,
    datasources,
    deploy,
    events,
    jobs,
    pipes,
    sql,
    tokens,
    variables,
)
from .errors import CRASHED, DOCS, ApiError, CustomError, NotEmulated, TooManyRequests, Unavailable
from .http.request import Services
from .page.app import WithPage

EXPOSED = [
    "Retry-After",
    "X-Request-Id",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
]

ROUTES = [
    Route("/tokens", tokens.local),
    Route("/version", account.version),
    Route("/examples/query.http", pipes.example),
    Route("/v0/pipes", pipes.index),
    Route("/v1/pipes", pipes.index),
    Route("/v0/pipes/openapi.json", pipes.openapi),
    Route("/v0/pipes/{resource}", pipes.read, methods=["GET", "POST"]),
    Route("/v1/pipes/{name}.pipe", pipes.datafile),
    Route("/v0/pipes/{name}/copy", copies.run, methods=["POST"]),
    Route("/v0/pipes/{name}/copy/pause", copies.schedule, methods=["POST"]),
    Route("/v0/pipes/{name}/copy/resume", copies.schedule, methods=["POST"]),
    Route("/v0/pipes/{name}/sink", copies.sink, methods=["POST"]),
    Route("/v0/connectors", connectors.index, methods=["GET"]),
    Route("/v0/connectors", connectors.refuse, methods=["POST"]),
    Route("/v0/connectors/{name}", connectors.read, methods=["GET"]),
    Route("/v0/connectors/{name}/preview", connectors.refuse),
    Route("/v0/analyze", connectors.analyze, methods=["POST"]),
    Route("/v0/sql", sql.query, methods=["GET", "POST"]),
    Route("/v0/events", events.append, methods=["POST"]),
    Route("/v0/datasources", datasources.index, methods=["GET"]),
    Route("/v0/datasources", datasources.import_, methods=["POST"]),
    Route("/v0/datasources/{name}", datasources.describe, methods=["GET"]),
    Route("/v0/datasources/{name}", datasources.remove, methods=["DELETE"]),
    Route("/v0/datasources/{name}/truncate", datasources.truncate, methods=["POST"]),
    Route("/v0/datasources/{name}/delete", datasources.delete_rows, methods=["POST"]),
    Route("/v1/datasources/{name}/delete", datasources.delete_rows, methods=["POST"]),
    Route("/v0/datasources/{name}/sample", connectors.refuse, methods=["POST"]),
    Route("/v0/datasources/{name}/start", connectors.refuse, methods=["POST"]),
    Route("/v0/datasources/{name}/stop", connectors.refuse, methods=["POST"]),
    Route("/v0/datasources/{name}/scheduling/runs", connectors.refuse, methods=["POST"]),
    Route("/v1/datasources/{name}/append", datasources.append, methods=["POST"]),
    Route("/v1/datasources/{name}/replace", datasources.replace, methods=["POST"]),
    Route("/v0/dependencies", datasources.dependencies),
    Route("/v0/tokens", tokens.index, methods=["GET"]),
    Route("/v0/tokens", tokens.create, methods=["POST"]),
    Route("/v0/tokens/{name}", tokens.read, methods=["GET"]),
    Route("/v0/tokens/{name}", tokens.change, methods=["PUT"]),
    Route("/v0/tokens/{name}", tokens.remove, methods=["DELETE"]),
    Route("/v0/tokens/{name}/refresh", tokens.refresh, methods=["POST"]),
    Route("/v0/variables", variables.index, methods=["GET"]),
    Route("/v0/variables", variables.create, methods=["POST"]),
    Route("/v0/variables/{name}", variables.read, methods=["GET"]),
    Route("/v0/variables/{name}", variables.update, methods=["PUT"]),
    Route("/v0/variables/{name}", variables.remove, methods=["DELETE"]),
    Route("/v1/build", deploy.build, methods=["POST"]),
    Route("/v1/deploy", deploy.deploy, methods=["POST"]),
    Route("/v1/deployments", deploy.index),
    Route("/v1/deployments/{id}", deploy.read, methods=["GET"]),
    Route("/v1/deployments/{id}", deploy.discard, methods=["DELETE"]),
    Route("/v1/deployments/{id}/set-live", deploy.promote, methods=["POST"]),
    Route("/v0/jobs", jobs.index),
    Route("/v0/jobs/{id}", jobs.read),
    Route("/v0/jobs/{id}/cancel", jobs.cancel, methods=["POST"]),
    Route("/v0/jobs/{id}/retry", jobs.retry, methods=["POST"]),
    Route("/v1/workspace", account.current),
    Route("/v1/workspaces", account.create, methods=["POST"]),
    Route("/v1/workspaces/{id}", account.read, methods=["GET"]),
    Route("/v1/workspaces/{id}", account.delete, methods=["DELETE"]),
    Route("/devstack/workspaces/{id}/copy", account.copy, methods=["POST"]),
    Route("/v1/user/workspaces", account.index),
    Route("/v1/environments", account.branches, methods=["GET"]),
    Route("/v1/environments", account.create_branch, methods=["POST"]),
    Route("/v0/environments/{name}", account.read_branch, methods=["GET"]),
    Route("/v0/environments/{name}", account.delete_branch, methods=["DELETE"]),
]


def build_app(services: Services, allowed: frozenset[str] = frozenset()) -> ASGIApp:
    """Return the app; it answers this machine only, and by the names in `allowed`."""
    app = Starlette(
        routes=ROUTES,
        middleware=[
            Middleware(_WithoutLastSlash),
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["*"],
                allow_headers=["*"],
                expose_headers=EXPOSED,
            ),
        ],
        exception_handlers={ApiError: _refuse, HTTPException: _no_route, Exception: _crash},
    )
    app.state.services = services
    return KnownHosts(WithPage(app, services), allowed)


class _WithoutLastSlash:
    # The CLI and the SDKs write some paths with a slash at the end.
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope, receive, send) -> None:  # noqa: ANN001
        if scope["type"] == "http" and len(scope["path"]) > 1:
            scope = {**scope, "path": scope["path"].rstrip("/") or "/"}
        await self._app(scope, receive, send)


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    headers = error.headers if isinstance(error, TooManyRequests) else {}
    if isinstance(error, Unavailable):
        headers = {"Retry-After": "1"}
    fields = error.fields if isinstance(error, CustomError) else {}
    return _body(error.error, error.documentation, error.status, headers, fields)


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code in (404, 405) and request.url.path.startswith(("/v0/", "/v1/")):
        refusal = NotEmulated(f"{request.method} {request.url.path}")
        return _body(refusal.error, refusal.documentation, refusal.status, {})
    return _body(error.detail, DOCS, error.status_code, dict(error.headers or {}))


async def _crash(request: Request, error: Exception) -> Response:
    logging.getLogger("devstack.tinybird").error("Unexpected", exc_info=error)
    return _body(CRASHED, DOCS, 500, {})


def _body(
    error: str,
    documentation: str,
    status: int,
    headers: dict[str, str],
    fields: Mapping[str, object] | None = None,
) -> Response:
    body = {"error": error, "documentation": documentation, **(fields or {})}
    return JSONResponse(body, status_code=status, headers=headers)
