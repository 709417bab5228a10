"""Rows of datasources, and the order in which two tenants' rows are inserted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from .built import TENANT, Table

_STEP = re.compile(r"[^.\[\]$']+|\[:\]")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the datasource `table`."""

    table: str
    values: Mapping[str, object]

    def of(self, tenant: str) -> Self:
        """Return the same row as another tenant's."""
        return type(self)(self.table, {**self.values, TENANT: tenant})


Rows = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """Where the reader's rows stand among the others', and whether in inserts of their own.

    One insert is one part that holds several tenants, as a merge leaves it; several are several
    parts. copying: the copy pipes are run afterwards, and their targets hold what they copied.
    """

    place: Literal["first", "last", "between"] = "first"
    apart: bool = False
    copying: bool = False

    def inserts(self, own: Rows, others: Rows) -> tuple[Rows, ...]:
        """Return the rows of each insert, in their order."""
        half = {"first": 0, "last": len(others), "between": (len(others) + 1) // 2}[self.place]
        # The reader's stay together: what merges of their own do to them is no leak.
        inserts = (others[:half], own, others[half:])
        return inserts if self.apart else (tuple(row for rows in inserts for row in rows),)


PLAIN = Order()
# As simple as it gets is tried most.
ORDERS = (
    *[PLAIN] * 2,
    Order("first", apart=True),
    *[Order("last")] * 2,
    Order("last", apart=True),
    Order("between"),
    Order("between", apart=True),
)


def document(table: Table, values: Mapping[str, object]) -> str:
    """Write a row as the JSON object from which the columns' JSONPaths take it."""
    found: dict[str, Any] = {}
    for column in table.columns:
        if column.name in values:
            _place(found, _STEP.findall(column.jsonpath), values[column.name])
    return json.dumps(found)


def _place(found: dict[str, Any], steps: list[str], value: object) -> None:
    key, rest = steps[0], steps[1:]
    if not rest or rest == ["[:]"]:
        found[key] = value
    elif rest[0] != "[:]":
        _place(found.setdefault(key, {}), rest, value)
    else:
        assert isinstance(value, list)
        items = found.setdefault(key, [{} for _ in value])
        # Columns of one list of objects: as many objects as the shortest column has.
        del items[len(value) :]
        for item, part in zip(items, value, strict=False):
            _place(item, rest[1:], part)
