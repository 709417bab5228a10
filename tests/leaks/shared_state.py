"""Columns whose type keeps state that rows of several tenants share: `name` is an endpoint."""

from __future__ import annotations

from .variant import MINE, Variant, datasource, endpoint


def _column(name: str, type_: str, value: str = "x") -> Variant:
    path = "$.x[:]" if type_.startswith("Array(") else "$.x"
    files = datasource(
        f"{name}_items",
        "`tenant_id` String `json:$.tenant_id`",
        f"`x` {type_} `json:{path}`",
    )
    read = endpoint(name, f"SELECT {value} AS x, count() AS n FROM {name}_items {MINE} GROUP BY x")
    return Variant(name, files | read, rule="TENANT14")


VARIANTS = (
    _column("words_of_a_dictionary", "LowCardinality(String)"),
    _column("words_that_may_be_missing", "LowCardinality(Nullable(String))"),
    _column("short_words", "LowCardinality(FixedString(8))"),
    _column("lists_of_words", "Array(LowCardinality(String))"),
    _column("maps_of_words", "Map(LowCardinality(String), String)", "mapKeys(x)"),
    _column("maps_to_words", "Map(String, LowCardinality(String))", "mapValues(x)"),
    _column("pairs_of_words", "Tuple(a LowCardinality(String), b UInt8)", "x.a"),
    _column("first_words", "SimpleAggregateFunction(any, LowCardinality(String))"),
)
