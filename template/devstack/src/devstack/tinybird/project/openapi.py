"""The OpenAPI document of a workspace's endpoints. No I/O.

Source: https://spec.openapis.org/oas/v3.0.3.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..sql.templates import Parameter
from .resources import Pipe

# Template types that are no text in JSON.
_KINDS: Mapping[str, str] = {"Boolean": "boolean", "Array": "array", "Float": "number"}


def openapi(
    title: str, server_url: str, endpoints: Iterable[tuple[Pipe, tuple[Parameter, ...]]]
) -> dict[str, Any]:
    """Describe endpoints, each with the parameters that its caller may choose."""
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": "1.0.0"},
        "servers": [{"url": server_url}],
        "paths": {
            f"/pipes/{pipe.name}.json": {"get": _operation(pipe, parameters)}
            for pipe, parameters in endpoints
        },
        "components": {
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "query", "name": "token"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
            "schemas": {"Error": _ERROR, "Result": _RESULT},
        },
        "security": [{"token": []}, {"bearer": []}],
    }


_ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string"}, "documentation": {"type": "string"}},
}
_RESULT = {
    "type": "object",
    "properties": {
        "meta": {"type": "array", "items": {"type": "object"}},
        "data": {"type": "array", "items": {"type": "object"}},
        "rows": {"type": "integer"},
        "rows_before_limit_at_least": {"type": "integer"},
        "statistics": {"type": "object"},
    },
}


def _operation(pipe: Pipe, parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    return {
        "operationId": pipe.name,
        "summary": " ".join(pipe.description.split()),
        "parameters": [_parameter(parameter) for parameter in parameters],
        "responses": {
            "200": _response("The rows", "Result"),
            "400": _response("A parameter is missing or malformed", "Error"),
            "403": _response("The token may not read the endpoint", "Error"),
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = _schema(parameter.type)
    if parameter.default is not None:
        schema["default"] = parameter.default
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.description,
        "schema": schema,
    }


def _schema(type_: str) -> dict[str, Any]:
    if type_.startswith(("Int", "UInt")):
        return {"type": "integer"}
    kind = next((kind for start, kind in _KINDS.items() if type_.startswith(start)), "string")
    return {"type": kind, "items": {"type": "string"}} if kind == "array" else {"type": kind}


def _response(description: str, schema: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {
        "description": description,
        "content": {"application/json": {"schema": reference}},
    }
