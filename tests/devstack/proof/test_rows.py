"""How rows are written, and in which order two tenants' rows are inserted."""

from __future__ import annotations

import json

import pytest
from devstack.proof.built import Column, Table
from devstack.proof.rows import Order, Row, document

MINE = (Row("events", {"n": 1}), Row("events", {"n": 2}))
OTHERS = tuple(Row("events", {"n": n}) for n in (7, 8, 9))


@pytest.mark.parametrize(
    ("order", "inserts"),
    [
        (Order("first"), [[1, 2, 7, 8, 9]]),
        (Order("last"), [[7, 8, 9, 1, 2]]),
        (Order("between"), [[7, 8, 1, 2, 9]]),
        (Order("first", apart=True), [[], [1, 2], [7, 8, 9]]),
        (Order("last", apart=True), [[7, 8, 9], [1, 2], []]),
        (Order("between", apart=True), [[7, 8], [1, 2], [9]]),
    ],
)
def test_the_readers_rows_stay_together_wherever_they_are_inserted(
    order: Order, inserts: list[list[int]]
) -> None:
    found = order.inserts(MINE, OTHERS)

    assert [[row.values["n"] for row in rows] for rows in found] == inserts


def test_a_row_is_another_tenants_with_all_else_the_same() -> None:
    row = Row("events", {"tenant_id": "acme", "n": 1})

    assert row.of("globex") == Row("events", {"tenant_id": "globex", "n": 1})


@pytest.mark.parametrize(
    ("paths", "values", "written"),
    [
        ({"n": "$.n"}, {"n": 1}, {"n": 1}),
        ({"n": "$.a.b.n", "m": "$.a.m"}, {"n": 1, "m": 2}, {"a": {"b": {"n": 1}, "m": 2}}),
        ({"n": "$['an odd one'].n"}, {"n": 1}, {"an odd one": {"n": 1}}),
        ({"n": "$.n[:]"}, {"n": [1, 2]}, {"n": [1, 2]}),
        (
            {"n": "$.items[:].n", "m": "$.items[:].m"},
            {"n": [1, 2, 3], "m": [4, 5]},
            {"items": [{"n": 1, "m": 4}, {"n": 2, "m": 5}]},
        ),
        ({"n": "$.n", "m": "$.m"}, {"n": 1}, {"n": 1}),
    ],
)
def test_a_row_is_written_as_its_columns_jsonpaths_read_it(
    paths: dict[str, str], values: dict[str, object], written: dict[str, object]
) -> None:
    table = Table("events", tuple(Column(n, "Int32", False, path) for n, path in paths.items()))

    assert json.loads(document(table, values)) == written
