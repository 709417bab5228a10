"""What a route may refuse, by the codes of `roost.errors`."""

from __future__ import annotations

import json
from collections.abc import Iterable

from roost.errors import ERRORS, PROBLEM_TYPE, TITLES, AppError, encode_problem
from roost.http.openapi.bodies import Json

TOKEN = (
    "token-invalid",
    "token-expired",
    "token-not-active",
    "token-azp",
    "session-pending",
    "tenant-changed",
    "keys-unavailable",
)
_READ = (
    "request-invalid",
    "parameter-unknown",
    "parameter-repeated",
    "parameter-reserved",
    "query-invalid",
    "not-acceptable",
    "rate-limited",
    "budget-spent",
    "tinybird-refused",
    "tinybird-unavailable",
)

# What a route refuses because of the session that it asks for, and of the session's tenant.
SESSION = ("token-missing", *TOKEN)
TENANT = (*SESSION, "tenant-required", "access-denied")
WRITE = (
    *TENANT,
    "origin-forbidden",
    "event-invalid",
    "body-timeout",
    "body-too-large",
    "media-type",
    "rate-limited",
    "not-configured",
    "overloaded",
    "tinybird-unavailable",
)
READ_GRANTED = (*TENANT, *_READ)
# A visitor needs no token, but a bad one is never taken for none.
READ_PUBLIC = (*TOKEN, *_READ, "not-configured")

# Not called Problem, which the app around a mounted product may well have.
SCHEMAS: Json = {
    "Refusal": {
        "type": "object",
        "description": "Why a request was refused: `code` is for programs, `detail` for people",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "code": {"type": "string"},
        },
    }
}

_RETRY_AFTER = {"description": "Seconds", "schema": {"type": "integer", "minimum": 0}}
_HEADERS = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string", "const": "Bearer"}}},
    429: {"Retry-After": {"required": True, **_RETRY_AFTER}},
    503: {"Retry-After": _RETRY_AFTER},
}


def refusals(*codes: str) -> Json:
    """Declare the refusals of a route: one response for each status, one example for each code."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(ERRORS[code][0], []).append(code)
    return {str(status): _refusal(status, by_status[status]) for status in sorted(by_status)}


def examples() -> Json:
    """Show every refusal once; responses refer to these by code."""
    return {code: {"value": json.loads(encode_problem(AppError(code)))} for code in ERRORS}


def _refusal(status: int, codes: Iterable[str]) -> Json:
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/Refusal"},
            {"properties": {"code": {"enum": list(codes)}}},
        ]
    }
    shown = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
    return {
        "description": TITLES[status],
        "headers": _HEADERS.get(status, {}),
        "content": {PROBLEM_TYPE: {"schema": schema, "examples": shown}},
    }
