"""Refusals in Clerk's shape, and the one place that renders them.

Source: https://clerk.com/docs/guides/development/errors/overview
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse


class ClerkError(Exception):
    """A refusal; ClerkJS shows the message to the user and acts on the code."""

    def __init__(self, status: int, code: str, message: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.parameter = parameter


def not_found(what: str) -> ClerkError:
    """Say that `what` is unknown (404), or not visible to whoever asks."""
    return ClerkError(404, "resource_not_found", f"{what} was not found.")


def not_emulated(what: str) -> ClerkError:
    """Say that the real Clerk has `what` and the local one has not (501)."""
    return ClerkError(501, "not_emulated", f"The local Clerk does not emulate {what}.")


def outage() -> ClerkError:
    """Say that an outage has been ordered (503)."""
    return ClerkError(503, "service_unavailable", "The local Clerk plays an outage.")


def unprocessable(parameter: str, code: str, message: str) -> ClerkError:
    """Refuse the value of one parameter (422), which ClerkJS marks in its form."""
    return ClerkError(422, code, message, parameter)


async def render_error(request: Request, error: Exception) -> JSONResponse:
    """Answer a ClerkError, or a refusal of the router, in Clerk's shape."""
    if isinstance(error, HTTPException):
        what = f"{request.method} {request.url.path}"
        error = not_emulated(what) if error.status_code in (404, 405) else _bad_request(error)
    assert isinstance(error, ClerkError)
    meta = {"param_name": error.parameter} if error.parameter else {}
    entry = {"code": error.code, "message": error.message, "long_message": error.message}
    headers = {"Cache-Control": "no-store"}
    return JSONResponse({"errors": [{**entry, "meta": meta}]}, error.status, headers)


def _bad_request(error: HTTPException) -> ClerkError:
    return ClerkError(error.status_code, "request_invalid", error.detail)
