"""The filter of a DATASOURCES:READ scope: rows that it drops cannot be felt, whatever is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from devstack.tinybird.data.tables import create_table
from devstack.tinybird.errors import ApiError
from devstack.tinybird.project.datafiles import parse_datasource
from devstack.tinybird.project.resources import Project
from devstack.tinybird.queries.namespace import Namespace
from devstack.tinybird.queries.queries import sql_query
from devstack.tinybird.sql.engine import (
    EXACT_ROWS_BEFORE_LIMIT,
    Engine,
    EngineFailure,
    as_api_error,
)
from devstack.tinybird.tokens.access import Access, Scope

from .oracles import every_question

COLUMNS = {
    "tenant_id": "LowCardinality(String)",
    "event": "LowCardinality(String)",
    "session": "String",
    "number": "Int64",
    "divisor": "UInt8",
    "mostly": "Int64",
    "ratio": "Float64",
    "day": "String",
    "maybe": "Nullable(String)",
    "seldom": "LowCardinality(Nullable(String))",
    "kind": "Enum8('plain' = 1, 'secret' = 2)",
    "fixed": "FixedString(6)",
    "names": "Array(LowCardinality(String))",
    "numbers": "Array(String)",
    "counts": "Map(LowCardinality(String), Int64)",
    "pair": "Tuple(name LowCardinality(String), number Nullable(Int64))",
    "text": "String",
    "document": "JSON(max_dynamic_paths = 2)",
    "anything": "Dynamic(max_types = 2)",
    "states": "AggregateFunction(uniq, String)",
    "highest": "SimpleAggregateFunction(max, Int64)",
    "lines": "Array(Tuple(price Int64, name LowCardinality(String)))",
}
# Wide parts with small granules keep few rows apart as many rows would be; the others are compact.
WIDE = "min_bytes_for_wide_part = 0, min_rows_for_wide_part = 0, index_granularity = 64"
TABLES = {
    "merge_tree": ("MergeTree", "tenant_id, number", WIDE),
    "tenant_last": ("MergeTree", "number, tenant_id", WIDE),
    "unsorted": ("MergeTree", "tuple()", ""),
    "replacing": ("ReplacingMergeTree", "tenant_id, number", ""),
    "aggregating": ("AggregatingMergeTree", "tenant_id, number", WIDE),
    "nothing": ("Null", "", ""),
}
MERGED = ("tenant_last", "replacing", "aggregating")
ALONE, CROWDED = "alone", "crowded"
DATABASE = "w_00000000000000000000000000000000"
OWN = """SELECT 'acme', concat('login', toString(n % 3)), toString(n), n * 7, 1 + n % 3, 7, 1 / n,
    '2026-01-01', toString(n), concat('login', toString(n % 3)), 'plain', 'login1',
    [concat('login', toString(n % 3))], [toString(n)], map('login1', n), ('login1', n),
    '{"plan": 1}', '{"count": 1}'::JSON(max_dynamic_paths = 2),
    n::Int64::Dynamic(max_types = 2), uniqState(toString(n)), n, [(n, 'login1')]
    FROM (SELECT number + 1 AS n FROM numbers(12)) GROUP BY n ORDER BY n"""
FOREIGN = """SELECT 'beta', concat('secret', toString(n % 5)), concat('secret', toString(n)),
    n % 90, 0, 0, n / 7, '', concat('secret', toString(n)), concat('secret', toString(n % 5)),
    'secret', 'secret', [concat('secret', toString(n % 5))], ['secret'], map('secret1', n),
    ('secret1', NULL), '{"secret": 1}',
    concat('{"secret": 1, "count": "many", "plan": "secret", "p', toString(n), '": 1}')
        ::JSON(max_dynamic_paths = 2),
    if(n % 2 = 0, 'secret'::Dynamic, '2026-01-01'::Date::Dynamic)::Dynamic(max_types = 2),
    uniqState(toString(n)), 1000 + n, [(0, 'secret1')]
    FROM (SELECT number + 100 AS n FROM numbers(700)) GROUP BY n ORDER BY n"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Each table twice: with the own rows alone, and with the neighbour's in the same part."""
    engine = Engine(tmp_path_factory.mktemp("engine"))
    engine.execute(f"CREATE DATABASE {DATABASE} ENGINE = Atomic")
    for name in TABLES:
        for kind, rows in ((ALONE, OWN), (CROWDED, f"{OWN} UNION ALL ({FOREIGN})")):
            source = NAMESPACE.project.datasources[f"{name}_{kind}"]
            engine.execute(create_table(DATABASE, source.name, source))
            engine.execute(f"INSERT INTO {DATABASE}.{source.name} {rows}")
            if name in MERGED:
                engine.execute(f"INSERT INTO {DATABASE}.{source.name} {rows}")
                engine.execute(f"OPTIMIZE TABLE {DATABASE}.{source.name} FINAL")
    yield engine
    engine.close()


@pytest.mark.parametrize("table", TABLES)
def test_no_question_tells_that_there_are_other_rows(engine: Engine, table: str) -> None:
    told = [
        question
        for question in every_question()
        if _answer(engine, f"{table}_{ALONE}", question)
        != _answer(engine, f"{table}_{CROWDED}", question)
    ]

    assert told == []


def test_most_questions_have_an_answer(engine: Engine) -> None:
    questions = every_question()

    answers = [_answer(engine, f"merge_tree_{CROWDED}", question) for question in questions]

    assert sum(answer.startswith("{") for answer in answers) > 0.8 * len(questions)


def _answer(engine: Engine, table: str, question: str) -> str:
    sql = re.sub(r"\bT\b", table, question)
    try:
        query = sql_query(NAMESPACE, sql, ACCESS, {})
        result = engine.read(query.sql, "JSON", settings=EXACT_ROWS_BEFORE_LIMIT, counted=False)
    except EngineFailure as failure:
        refused = as_api_error(failure, DATABASE)
        return f"{refused.status} {refused.error}".replace(table, "T")
    except ApiError as error:
        return f"{error.status} {error.error}".replace(table, "T")
    return re.sub(r'"elapsed": [\d.e-]+', "", result.body.decode()).replace(table, "T")


def _datafile(engine: str, key: str, settings: str) -> str:
    schema = ",\n".join(f"    `{name}` {type_}" for name, type_ in COLUMNS.items())
    lines = [f"SCHEMA >\n{schema}\n", f'ENGINE "{engine}"']
    lines += [f'ENGINE_SORTING_KEY "{key}"'] if key else []
    lines += [f'ENGINE_SETTINGS "{settings}"'] if settings else []
    return "\n".join(lines) + "\n"


NAMESPACE = Namespace(
    "workspace",
    DATABASE,
    Project(
        {
            f"{name}_{kind}": parse_datasource(f"{name}_{kind}", _datafile(*declared))
            for name, declared in TABLES.items()
            for kind in (ALONE, CROWDED)
        }
    ),
    "s_00000000000000000000000000000000",
)
ACCESS = Access(
    "test",
    tuple(
        Scope("DATASOURCES:READ", name, filter="tenant_id = 'acme'")
        for name in NAMESPACE.project.datasources
    ),
    is_jwt=True,
)
