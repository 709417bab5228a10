"""The one translation of errors into answers."""

from __future__ import annotations

from typing import NoReturn

from litestar import Response
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.types import ExceptionHandlersMap

from roost.errors import PROBLEM_TYPE, AppError, encode_problem, http_error
from roost.http.missing import Asked
from roost.litestar.dependencies import AnyRequest, project_of


def answer_refusal(_: AnyRequest, error: AppError) -> Response[bytes]:
    """Answer a refusal of the core."""
    return Response(
        encode_problem(error),
        status_code=error.status,
        headers=error.headers,
        media_type=PROBLEM_TYPE,
    )


def answer_http_error(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Answer Litestar's own errors: no such route, another method, a body that is too large."""
    methods = (error.headers or {}).get("allow", "").split(", ")
    allow = ", ".join(method for method in methods if method != "OPTIONS")
    refusal = http_error(error.status_code, {"Allow": allow})
    root: str = request.scope.get("root_path", "")
    path = request.scope["path"].removeprefix(root)
    asked = Asked(root, path, request.headers.get("accept"))
    body, media_type = project_of(request).encode_refusal(refusal, asked)
    # Litestar adds the charset of a text itself.
    kind = media_type.partition(";")[0]
    return Response(body, status_code=refusal.status, headers=refusal.headers, media_type=kind)


def leave_to_shell(_: AnyRequest, error: Exception) -> NoReturn:
    """Let an error through that nobody expected: the shell logs it without its message."""
    raise error


async def refuse_options(request: AnyRequest) -> None:
    """Refuse OPTIONS, which Litestar would answer on every route."""
    if request.method == "OPTIONS":
        path = request.scope["path_template"]
        routes = (route for route in request.app.routes if route.path_format == path)
        methods = sorted({method for route in routes for method in route.methods})
        raise MethodNotAllowedException(headers={"allow": ", ".join(methods)})


REFUSALS: ExceptionHandlersMap = {AppError: answer_refusal, HTTPException: answer_http_error}
