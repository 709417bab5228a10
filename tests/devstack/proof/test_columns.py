"""Values for every type of column that a datafile may declare, and a sentence for any other."""

from __future__ import annotations

from random import Random

import pytest
from devstack.proof.built import Column
from devstack.proof.columns import TypeUnknown, Vocabulary, column_values

KNOWN = Vocabulary(("paid",), (300,), ("2026-05-01", "2026-05-02"))


def drawn(type_: str, *, nullable: bool = False) -> list[object]:
    draw = column_values(Column("amount", type_, nullable, "$.amount"), KNOWN)
    random = Random("columns")
    return [draw(random) for _ in range(200)]


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        ("Bool", {True, False}),
        ("Date", {"2026-05-01", "2026-05-02"}),
        ("Enum8('a' = 1, 'b' = 2)", {"a", "b"}),
        ("FixedString(3)", {"aaa", "bbb"}),
        ("UInt8", {0, 1, 2, 3, 10}),
        ("Int16", {0, 1, 2, 3, 10, -1, 300}),
        ("Decimal(9, 2)", {"0.0", "1.0", "-1.5", "2.25", "100.5"}),
        ("SimpleAggregateFunction(sum, UInt8)", {0, 1, 2, 3, 10}),
        ("IPv4", {"127.0.0.1", "10.0.0.1"}),
    ],
)
def test_a_column_takes_few_values_that_fit_its_type(type_: str, values: set[object]) -> None:
    assert set(drawn(type_)) == values


@pytest.mark.parametrize("type_", ["LowCardinality(String)", "String"])
def test_texts_hold_words_of_the_queries_and_odd_ones(type_: str) -> None:
    texts = set(drawn(type_))

    assert {"amount_1", "paid", "", "a'b", "nul\0"} <= texts


def test_moments_lie_at_the_edges_of_days() -> None:
    assert "2026-05-02 23:59:59" in drawn("DateTime('UTC')")
    assert "2026-05-01 00:00:00.000" in drawn("DateTime64(3)")


def test_lists_and_maps_are_made_of_the_values_of_their_types() -> None:
    lists = drawn("Array(Nullable(UInt8))")
    maps = drawn("Map(String, UInt8)")

    assert [] in lists
    assert any(isinstance(one, list) and None in one for one in lists)
    assert {} in maps
    assert any(isinstance(one, dict) and set(one.values()) <= {0, 1, 2, 3, 10} for one in maps)


def test_a_nullable_column_is_sometimes_empty() -> None:
    assert None in drawn("UInt8", nullable=True)
    assert None not in drawn("UInt8")


@pytest.mark.parametrize("type_", ["Point", "Array(Point)", "Map(String)", "Nested(a Point)"])
def test_a_type_that_is_not_known_is_named_with_its_column(type_: str) -> None:
    with pytest.raises(TypeUnknown) as raised:
        drawn(type_)

    assert str(raised.value) == (
        f"No values are known for the column amount, {type_}, so nothing can be proven: "
        "add its type to devstack/src/devstack/proof/columns.py."
    )
