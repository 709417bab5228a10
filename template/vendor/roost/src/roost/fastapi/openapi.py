"""The API's description: FastAPI's document, mended where it would not be true of this app."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from roost.http.openapi.document import INTRODUCTION, complete
from roost.http.openapi.refusals import refusals


def describe(app: FastAPI) -> dict[str, Any]:
    """Write the app's document, once."""
    if app.openapi_schema is None:
        roost = app.state.roost
        document = get_openapi(
            title=app.title, version=app.version, description=INTRODUCTION, routes=app.routes
        )
        _mend_validation(document)
        app.openapi_schema = complete(document, roost.policy, roost.catalog)
    return app.openapi_schema


def _mend_validation(document: dict[str, Any]) -> None:
    # FastAPI announces a 422 where this app answers 400.
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    for operations in document["paths"].values():
        for operation in operations.values():
            if operation["responses"].pop("422", None):
                operation["responses"] = refusals("request-invalid") | operation["responses"]
