"""TypeScript's types for what ClickHouse writes in JSON, and for what a template takes. No I/O.

Source: https://clickhouse.com/docs/interfaces/formats/JSON
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_NUMBER = re.compile(r"U?Int\d+|B?Float\d+|Decimal\d*")
_TEXT = re.compile(r"(Fixed)?String|UUID|IPv[46]|Date(32|Time|Time64)?|Time(64)?|Enum(8|16)?")
# What they say of how a value is kept changes nothing in JSON.
_WRAPPERS = ("LowCardinality", "SimpleAggregateFunction")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")


def row_type(type_: str) -> str:
    """Return the type of a column's values in JSON; `unknown` where that depends on more."""
    name, inside = _parted(type_)
    if _NUMBER.fullmatch(name):
        return "number"
    if _TEXT.fullmatch(name):
        return "string"
    if name == "Bool":
        return "boolean"
    if name in _WRAPPERS:
        return row_type(inside[-1])
    return _composed(name, inside)


def parameter_type(type_: str) -> str:
    """Return the type of a template's parameter; dates are texts."""
    if type_.startswith("Array"):
        return f"readonly {parameter_type(type_[len('Array(') : -1])}[]"
    if type_.startswith(("Int", "UInt", "Float")):
        return "number"
    return "boolean" if type_.startswith("Boolean") else "string"


def key(name: str) -> str:
    """Write the name of a property, in quotes where it is no identifier."""
    return name if _NAME.fullmatch(name) else json.dumps(name)


def _composed(name: str, inside: list[str]) -> str:
    if name == "Nullable":
        return f"{row_type(inside[0])} | null"
    if name == "Array":
        element = row_type(inside[0])
        return f"({element})[]" if " " in element else f"{element}[]"
    if name == "Map":
        return f"Record<string, {row_type(inside[1])}>"
    if name == "Tuple":
        return _tuple(inside)
    return "unknown"


def _tuple(inside: list[str]) -> str:
    named = [element.partition(" ") for element in inside]
    if all(type_ and not name.endswith(")") and "(" not in name for name, _, type_ in named):
        fields = (f"{key(name.strip('`'))}: {row_type(type_)}" for name, _, type_ in named)
        return f"{{ {'; '.join(fields)} }}"
    return f"[{', '.join(map(row_type, inside))}]"


def _parted(type_: str) -> tuple[str, list[str]]:
    name, _, rest = type_.strip().partition("(")
    return name, [part.strip() for part in _arguments(rest.removesuffix(")"))]


def _arguments(text: str) -> Iterator[str]:
    depth, start = 0, 0
    # A text of an Enum may hold commas and parentheses; nothing here reads what it holds.
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            yield text[start:at]
            start = at + 1
    if text:
        yield text[start:]
