"""What the product's routes answer, as schemas made of the dataclasses of `roost.answers`."""

from __future__ import annotations

import inspect
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from roost.http.openapi.bodies import Json

_NAMES = {str: "string", int: "integer", NoneType: "null"}


def answered(status: str, answer: type) -> Json:
    """Describe a JSON body that a route answers with.

    Args: answer: a dataclass of texts, whole numbers, lists of these, and None.
    """
    description = (inspect.getdoc(answer) or "").splitlines()[0]
    content = {"application/json": {"schema": _object(answer)}}
    return {status: {"description": description, "content": content}}


def _object(answer: type) -> Json:
    # In place, under a title: a component's name might be that of one of the owner's own.
    fields = get_type_hints(answer)
    return {
        "title": answer.__name__,
        "type": "object",
        "required": list(fields),
        "properties": {name: _schema(hint) for name, hint in fields.items()},
    }


def _schema(hint: Any) -> Json:  # noqa: ANN401 - a type, whatever it is made of
    if get_origin(hint) is list:
        return {"type": "array", "items": _schema(get_args(hint)[0])}
    if options := get_args(hint):
        return {"type": [_NAMES[option] for option in options]}
    return {"type": _NAMES[hint]}
