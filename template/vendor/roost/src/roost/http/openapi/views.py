"""A view and its address as the document lists them, where a framework knows nothing of OpenAPI."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping

from roost.http.openapi.bodies import Json
from roost.http.openapi.security import asks_of, secured, strictest

View = Callable[..., object]

# A part of an address in Flask and Django: `<name>`, `<int:name>`, `<string(length=2):name>`.
_PART = re.compile(r"<(?:(?P<converter>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
_TYPES = {"int": "integer", "float": "number"}


def openapi_address(rule: str) -> tuple[str, dict[str, str]]:
    """Return the path `/things/{id}` of `/things/<int:id>`, and its parameters' JSON types."""
    types = {part["name"]: _TYPES.get(part["converter"], "string") for part in _PART.finditer(rule)}
    return _PART.sub(r"{\g<name>}", rule), types


def describe_view(view: View, method: str, name: str, parameters: Mapping[str, str]) -> Json:
    """Describe an operation by its docstring, the parameters of its address, and what it asks for.

    Args: view: a function, or what `as_view` makes of a class.  method: in lower case.
        name: as the framework calls the route.  parameters: the JSON type of each, by name.
    """
    summary, _, rest = (_docstring(view, method) or name).partition("\n")
    described: Json = {"summary": summary.removesuffix("."), "operationId": name}
    if rest.strip():
        described["description"] = rest.strip()
    if parameters:
        described["parameters"] = [_parameter(name, kind) for name, kind in parameters.items()]
    described["responses"] = {"200": {"description": "Successful"}}
    views = class_of(view)
    asks = strictest(asks_of(view), asks_of(views), asks_of(getattr(views, method, None)))
    return secured(described, method, asks)


def class_of(view: View) -> type | None:
    """Return the class that a view was made of by `as_view`, if it was."""
    return getattr(view, "view_class", None)


def _docstring(view: View, method: str) -> str | None:
    # What a base of the framework's says of its method says nothing of this one.
    own = vars(class_of(view) or object).get(method)
    return (inspect.getdoc(own) if own else None) or inspect.getdoc(view)


def _parameter(name: str, kind: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind}}
