"""What a caller and a token give a template: parameters. No I/O."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ..sql.templates import RESERVED, ParameterValue

Params = Mapping[str, ParameterValue]


def merged(params: Params, fixed: Mapping[str, object]) -> dict[str, ParameterValue]:
    """Return what templates see: the caller's parameters under those that the token fixes."""
    asked = {name: value for name, value in params.items() if name not in RESERVED}
    for name, value in fixed.items():
        asked.pop(name, None)
        if (text := parameter_value(value)) is not None:
            asked[name] = text
    return asked


def gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, ParameterValue]:
    """Return parameters by name; one that is given more than once is an array, as the SDKs send."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def parameter_value(value: object) -> ParameterValue | None:
    """Turn a JSON value into what templates take; None for null, which counts as absent."""
    if value is None:
        return None
    if isinstance(value, list):
        return [_item(item) for item in value if item is not None]
    return _item(value)


def _item(value: object) -> str:
    if isinstance(value, bool | dict | list):
        return json.dumps(value)
    return str(value)
