"""The engine answers the same with its rewritings and without, and as plain Python does."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from devstack.tinybird.sql.engine import Engine, EngineFailure
from hypothesis import given, settings
from hypothesis import strategies as st

from .random_queries import CONDITIONS, SCHEMA, Condition, inserted, queries, tables

SEEDS = 8
# More is tried by hand: EXAMPLES=20000.
QUICK = settings(
    max_examples=int(os.environ.get("EXAMPLES", "150")),
    deadline=None,
    derandomize=True,
    database=None,
)
REWRITINGS = "name LIKE 'optimize_%' OR name LIKE 'query_plan_%' OR name LIKE '%rewrite%'"
MORE = (
    *("enable_optimize_predicate_expression", "enable_lazy_columns_replication"),
    *("short_circuit_function_evaluation_for_nulls", "use_query_condition_cache"),
    *("compile_expressions", "compile_aggregate_expressions", "compile_sort_description"),
    *("convert_query_to_cnf", "enable_scalar_subquery_optimization", "use_skip_indexes"),
)
# Not a rewriting of the query, or one that another setting needs.
KEPT = ("query_plan_enable_optimizations", "optimize_on_insert", "query_plan_join_swap_table")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """For each seed a database with both tables, each in two parts."""
    engine = Engine(tmp_path_factory.mktemp("rewritings"))
    for seed in range(SEEDS):
        engine.execute(f"CREATE DATABASE d{seed} ENGINE = Atomic")
        both = tables(seed)
        for name, rows in (("t", both.t), ("u", both.u)):
            key = ("k", "tuple()", "s, k", "v")[seed % 4]
            engine.execute(
                f"CREATE TABLE d{seed}.{name} ({SCHEMA}) ENGINE = MergeTree ORDER BY ({key}) "
                "SETTINGS allow_nullable_key = 1, min_bytes_for_wide_part = 0"
            )
            for values in inserted(rows):
                engine.execute(f"INSERT INTO d{seed}.{name} VALUES {values}")
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def switched(engine: Engine) -> dict[str, int]:
    """Every rewriting that is on, switched off."""
    named = ", ".join(f"'{name}'" for name in MORE)
    found = engine.rows(
        f"SELECT name FROM system.settings WHERE ({REWRITINGS} OR name IN ({named})) "
        "AND type = 'Bool' AND value = '1' AND NOT is_obsolete"
    )
    return {name: 0 for (name,) in found if name not in KEPT}


@QUICK
@given(seed=st.integers(0, SEEDS - 1), query=queries())
def test_no_rewriting_changes_an_answer(
    engine: Engine, switched: dict[str, int], seed: int, query: str
) -> None:
    rewritten = _answer(engine, seed, query, {})
    plain = _answer(engine, seed, query, switched)

    assert rewritten == plain, query


@QUICK
@given(seed=st.integers(0, SEEDS - 1), condition=CONDITIONS)
def test_a_condition_holds_for_the_rows_that_python_says(
    engine: Engine, seed: int, condition: Condition
) -> None:
    both = tables(seed)
    expected = sorted(row.k for row in both.t if condition.holds(row, both))

    (answer,) = _answer(
        engine, seed, f"SELECT groupArraySorted(99)(k) FROM t WHERE {condition.sql}", {}
    )

    assert answer == f"[{expected}]".replace(", ", ","), condition.sql


@pytest.mark.parametrize(
    "repeated", ["v IS NULL", "k = 1", "s IN ('a')", "has(a, 1)", "x LIKE '2%'"]
)
def test_a_condition_may_repeat_itself(engine: Engine, repeated: str) -> None:
    either = f"({repeated} OR {repeated})"

    once = _answer(engine, 3, f"SELECT k FROM t WHERE {repeated}", {})

    for query in (
        f"{either} AND {either}",
        f"({either} AND {repeated}) OR ({either} AND {either})",
    ):
        assert _answer(engine, 3, f"SELECT k FROM t WHERE {query}", {}) == once


def _answer(engine: Engine, seed: int, query: str, chosen: dict[str, int]) -> list[str]:
    sql = re.sub(r"\b(FROM|JOIN) ([tu])\b(?! AS)", rf"\1 d{seed}.\2 AS \2", query)
    sql = re.sub(r"\b(FROM|JOIN) ([tu]) AS", rf"\1 d{seed}.\2 AS", sql)
    try:
        body = engine.read(sql, "JSONCompactEachRow", settings=chosen).body
    except EngineFailure as failure:
        return [f"error {failure.code}"]
    return sorted(body.decode().splitlines())
