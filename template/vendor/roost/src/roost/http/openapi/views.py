"""A view as the document lists it, where its framework knows nothing of OpenAPI."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping

from roost.http.openapi.bodies import Json


def describe_view(
    view: Callable[..., object], operation_id: str, parameters: Mapping[str, str]
) -> Json:
    """Describe an operation by its view's docstring and the parameters of its address.

    Args: parameters: the JSON type of each, by name.
    """
    summary, _, rest = (inspect.getdoc(view) or operation_id).partition("\n")
    described: Json = {"summary": summary.removesuffix("."), "operationId": operation_id}
    if rest.strip():
        described["description"] = rest.strip()
    if parameters:
        described["parameters"] = [_parameter(name, kind) for name, kind in parameters.items()]
    return {**described, "responses": {"200": {"description": "Successful"}}}


def _parameter(name: str, kind: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind}}
