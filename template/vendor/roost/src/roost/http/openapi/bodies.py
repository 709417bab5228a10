"""Bodies and parameters that the core reads or writes itself, so that no framework knows them."""

from __future__ import annotations

from typing import Any

from roost.policy.catalog import Parameter
from roost.tinybird.queries import EXPECTED_TENANT as EXPECTED_TENANT_QUERY

Json = dict[str, Any]

_EVENT = {
    "type": "object",
    "description": "One event; `tenant_id` and `user_id` are the session's, whatever it says.",
    "properties": {
        "event": {"description": "What happened", "examples": ["report_shared"]},
        "timestamp": {
            "type": ["string", "null"],
            "description": "ISO 8601, UTC unless it says otherwise; now if absent",
            "examples": ["2026-05-01T12:00:00.000Z"],
        },
        "event_id": {
            "type": ["string", "null"],
            "maxLength": 200,
            "description": "Shown once however often it is sent; made up if absent",
        },
        "properties": {"description": "More about it: JSON, or JSON text"},
    },
}

EVENTS = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"oneOf": [_EVENT, {"type": "array", "minItems": 1, "items": _EVENT}]}
        },
        "application/x-ndjson": {
            "schema": {"type": "string", "description": "One JSON object a line"}
        },
    },
}

_COUNT = {"type": "integer", "minimum": 0}
_COLUMN = {
    "type": "object",
    "required": ["name", "type"],
    "properties": {"name": {"type": "string"}, "type": {"type": "string"}},
}

# Source: https://www.tinybird.co/docs/api-reference/pipe-api
ROWS = {
    "description": "The endpoint's rows, as the Accept header prefers",
    "headers": {
        "Age": {
            "description": "How many seconds ago Tinybird answered them",
            "schema": {"type": "integer", "minimum": 0},
        }
    },
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["meta", "data", "rows"],
                "properties": {
                    "meta": {"type": "array", "items": _COLUMN},
                    "data": {"type": "array", "items": {"type": "object"}},
                    "rows": _COUNT,
                },
            }
        },
        "text/csv": {"schema": {"type": "string"}},
    },
}

_BELIEVED = {
    "description": "The tenant that the page believes in; 409 if the session's is another",
    "schema": {"type": "string"},
}
EXPECTED_TENANT = [
    {"name": "X-Expected-Tenant", "in": "header", **_BELIEVED},
    {"name": EXPECTED_TENANT_QUERY, "in": "query", **_BELIEVED},
]


def query_parameter(parameter: Parameter) -> Json:
    """Describe a parameter of an endpoint."""
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.description,
        "explode": False,
        "schema": _schema(parameter.type),
    }


def _schema(type_: str) -> Json:
    if type_.startswith("Array("):
        return {"type": "array", "items": _schema(type_[len("Array(") : -1])}
    if type_.startswith(("Int", "UInt")):
        return {"type": "integer"}
    if type_.startswith(("Float", "Decimal")):
        return {"type": "number"}
    return {"type": "string", **({"format": "date"} if type_ == "Date" else {})}
