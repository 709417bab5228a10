"""What a column of ClickHouse's is in a page."""

import pytest
from devstack.typescript.types import parameter_type, row_type


@pytest.mark.parametrize(
    ("clickhouse", "typescript"),
    [
        ("UInt64", "number"),
        ("Float64", "number"),
        ("Decimal(18, 4)", "number"),
        ("String", "string"),
        ("FixedString(3)", "string"),
        ("DateTime64(3, 'Europe/Berlin')", "string"),
        ("Enum8('a, (b' = 1, 'c' = 2)", "string"),
        ("Bool", "boolean"),
        ("LowCardinality(Nullable(String))", "string | null"),
        ("SimpleAggregateFunction(sum, UInt64)", "number"),
        ("Array(Nullable(Int32))", "(number | null)[]"),
        ("Array(Array(String))", "string[][]"),
        ("Map(String, Array(UInt8))", "Record<string, number[]>"),
        ("Tuple(String, UInt8)", "[string, number]"),
        ("Tuple(name String, at DateTime('UTC'))", "{ name: string; at: string }"),
        ("AggregateFunction(uniq, String)", "unknown"),
    ],
)
def test_a_column_has_the_type_of_its_values_in_json(clickhouse: str, typescript: str) -> None:
    assert row_type(clickhouse) == typescript


@pytest.mark.parametrize(
    ("template", "typescript"),
    [
        ("Int32", "number"),
        ("Float64", "number"),
        ("Boolean", "boolean"),
        ("Date", "string"),
        ("String", "string"),
        ("Array(String)", "readonly string[]"),
        ("Array(Int32)", "readonly number[]"),
    ],
)
def test_a_parameter_has_the_type_of_what_a_page_gives(template: str, typescript: str) -> None:
    assert parameter_type(template) == typescript
