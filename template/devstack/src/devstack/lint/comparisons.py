"""Comparisons with `=` or IN, side by side, as ClickHouse reads them."""

from __future__ import annotations

import re

from .tenant_parameter import TENANT
from .tree import Item

# An expression, or a constant as ClickHouse writes it.
Side = Item | str
# What leaves a text as it is.
_PLAIN = frozenset({"toString", "CAST", "tuple"})
_PIECE = re.compile(r"'(?:[^'\\]|\\.)*'|[^,()'\[\]]+|[(),\[\]]")


def compared(condition: Item) -> list[tuple[Side, Side]]:
    """Return the two sides of `a = b` or `a IN (b)`; several where tuples are compared."""
    operator = condition.fields.get("function_name")
    sides = condition.entries("ARGUMENTS")
    if operator not in ("equals", "in") or len(sides) != 2:
        return []
    return _paired(sides[0], sides[1], is_list=operator == "in")


def is_tenant(item: Item) -> bool:
    """Tell whether an expression is the column tenant_id as it is."""
    return item.label == "COLUMN" and item.fields.get("column_name") == TENANT


def tenant_of(side: Side) -> int | None:
    """Return the id of the table whose tenant_id a side is, as it is or through toString()."""
    if isinstance(side, str):
        return None
    if side.fields.get("function_name") == "toString":
        arguments = side.entries("ARGUMENTS")
        return tenant_of(arguments[0]) if len(arguments) == 1 else None
    return side.source if is_tenant(side) else None


def _paired(one: Item, other: Item, *, is_list: bool) -> list[tuple[Side, Side]]:
    left, right = _members(one), _members(other)
    if left is None and right is None:
        return [(_side(one), _side(other))]
    if left is not None and is_list and right is not None and _is_nested(right):
        # A list of tuples: of one alone, all are equal to it.
        right = _split(str(right[0])) if len(right) == 1 else None
    if left is None or right is None or len(left) != len(right):
        return []
    return list(zip(left, right, strict=True))


def _side(item: Item) -> Side:
    value = item.fields.get("constant_value")
    return value if value is not None and _is_plain(item) else item


def _members(item: Item) -> list[Side] | None:
    if item.fields.get("function_name") == "tuple":
        return [_side(member) for member in item.entries("ARGUMENTS")]
    value = _side(item)
    return _split(value) if isinstance(value, str) else None


def _is_nested(members: list[Side]) -> bool:
    return all(isinstance(member, str) and member.startswith("Tuple_(") for member in members)


def _is_plain(item: Item) -> bool:
    # A constant that an expression worked out may be another one with other parameters.
    functions = {below.fields.get("function_name") for below in item.walk()} - {None}
    read = any(below.label in ("QUERY", "UNION") for below in item.walk())
    return item.label == "CONSTANT" and functions <= _PLAIN and not read


def _split(value: str) -> list[Side] | None:
    if not value.startswith("Tuple_(") or not value.endswith(")"):
        return None
    members, depth = [""], 0
    for piece in _PIECE.findall(value[len("Tuple_(") : -1]):
        depth += (piece in ("(", "[")) - (piece in (")", "]"))
        if piece == "," and depth == 0:
            members.append("")
        else:
            members[-1] += piece
    return [member.strip() for member in members]
