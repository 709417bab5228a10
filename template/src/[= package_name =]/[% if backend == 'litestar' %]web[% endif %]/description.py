"""What the OpenAPI document says beyond the handlers' types."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.openapi import ResponseSpec
from litestar.openapi.spec import (
    Components,
    OpenAPIHeader,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
    SecurityRequirement,
    SecurityScheme,
)

from ..core.answers import Problem
from ..core.errors import PROBLEM_TYPE

SECURITY_SCHEMES = Components(
    security_schemes={
        "session_token": SecurityScheme(
            type="http", scheme="bearer", description="Clerk session token"
        ),
        "session_cookie": SecurityScheme(
            type="apiKey",
            name="__session",
            security_scheme_in="cookie",
            description="Clerk's own cookie",
        ),
    }
)
SIGNED_IN: list[SecurityRequirement] = [{"session_token": []}, {"session_cookie": []}]
ANYBODY: list[SecurityRequirement] = [{}, *SIGNED_IN]

_REASONS = {
    400: "The request cannot be understood",
    401: "There is no valid session",
    403: "The session may not do this",
    404: "There is no such endpoint",
    406: "The answer comes in no such format",
    408: "The body took too long to arrive",
    409: "The session acts for another tenant than the page believes",
    413: "The body is too large",
    415: "The body has another format",
    421: "The app does not answer for that host",
    429: "Too many requests",
    431: "The headers are too large",
    500: "Something went wrong on the server",
    502: "Tinybird refused the query",
    503: "Clerk or Tinybird cannot be reached",
}
_RETRY_AFTER = OpenAPIHeader(
    description="Seconds to wait", schema=Schema(type=OpenAPIType.INTEGER, minimum=1)
)
_CHALLENGE = OpenAPIHeader(schema=Schema(type=OpenAPIType.STRING, const="Bearer"))
_HEADERS = {
    "401": {"WWW-Authenticate": _CHALLENGE},
    "429": {"Retry-After": _RETRY_AFTER},
    "503": {"Retry-After": _RETRY_AFTER},
}
_OBJECT = Schema(type=OpenAPIType.OBJECT)
_TEXT = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """Describe the refusals of a route, and those that the shell may give on any."""
    return {
        status: ResponseSpec(
            Problem,
            generate_examples=False,
            description=_REASONS[status],
            media_type=PROBLEM_TYPE,
        )
        for status in sorted({*statuses, 431, 500})
    }


@dataclass
class ApiOperation(Operation):
    """A route whose refusals carry headers."""

    def __post_init__(self) -> None:
        for status, response in (self.responses or {}).items():
            if status in _HEADERS and isinstance(response, OpenAPIResponse):
                response.headers = {**_HEADERS[status]}


@dataclass
class EventsOperation(ApiOperation):
    """POST /api/events: its body is read by the core."""

    def __post_init__(self) -> None:
        ApiOperation.__post_init__(self)
        one_or_many = Schema(one_of=[_OBJECT, Schema(type=OpenAPIType.ARRAY, items=_OBJECT)])
        content = {
            "application/json": OpenAPIMediaType(schema=one_or_many),
            "application/x-ndjson": _TEXT,
        }
        self.request_body = RequestBody(content=content, required=True)


@dataclass
class AnalyticsOperation(ApiOperation):
    """GET /api/analytics/{endpoint}: Tinybird's answer as it is."""

    def __post_init__(self) -> None:
        ApiOperation.__post_init__(self)
        content = {"application/json": OpenAPIMediaType(schema=_OBJECT), "text/csv": _TEXT}
        description = "The endpoint's answer, as the Accept header prefers"
        answer = OpenAPIResponse(description=description, content=content)
        self.responses = {**(self.responses or {}), "200": answer}
