"""The short way into a datasource stores what the long one does."""

import json
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest
from devstack.tinybird.data.plain_rows import MOST_ROWS, plain_rows
from devstack.tinybird.project.datafiles import parse_project
from devstack.tinybird.project.resources import Datasource

from ..tinybird_server import Server, serving

SCHEMA = """SCHEMA >
    `id` Int32 `json:$.id`,
    `i8` Nullable(Int8) `json:$.i8`,
    `u8` Nullable(UInt8) `json:$.u8`,
    `u64` UInt64 `json:$.u64` DEFAULT 7,
    `i64` Int64 `json:$.i64` DEFAULT id + 1,
    `f` Float64 `json:$.f` DEFAULT 0.5,
    `b` Nullable(Bool) `json:$.b`,
    `d` Nullable(Date) `json:$.d`,
    `t` Nullable(DateTime) `json:$.t`,
    `z` Nullable(DateTime('Europe/Madrid')) `json:$.z`,
    `m` Nullable(DateTime64(6, 'UTC')) `json:$.m`,
    `s` String `json:$.s` DEFAULT 'none',
    `l` LowCardinality(Nullable(String)) `json:$.l`,
    `n` Nullable(String) `json:$.deep.er.n` DEFAULT 'unused',
    `u` Nullable(UUID) `json:$.u`,
    `a` Array(Nullable(String)) `json:$.a[:]` DEFAULT ['x'],
    `g` Array(Int16) `json:$.g[:]` DEFAULT []

ENGINE "MergeTree"
ENGINE_SORTING_KEY "id"
"""
TEXTS = ["", "a", "é🦉", "\u2028", "a\nb\t\0c", "'; DROP TABLE x; --", '"\\/', "{}", "x" * 5000]
MOMENTS = [
    "2024-02-29 23:59:59",
    "2024-02-29T23:59:59Z",
    "2024-03-31T02:30:00",
    "2024-02-29T23:59:59.123456+05:30",
    "2024-02-29T23:59:59.9-12:00",
    "1971-01-01 00:00:00",
    "2104-12-31 23:59:59",
    "2105-01-01 00:00:00",
    "1969-12-31 23:59:59",
    "1970-01-01T00:00:00+05:00",
    "9999-12-31 23:59:59",
    "2024-02-30 00:00:00",
    "2024-02-29 24:00:00",
    "2024-02-29",
    1700000000,
]
NUMBERS = [0, -1, 127, 128, -129, 255, 256, 2**53 + 1, 2**63 - 1, 2**64 - 1, 2**64, 1.0, 0.1, "5"]
FLOATS = [1e-300, 1.7976931348623157e308, 5e-324, 123456789.12345679, 0.1 + 0.2, -0.0, 2**53 - 1]
VALUES: dict[str, list[object]] = {
    **{key: [*NUMBERS, None, True, "x"] for key in ("i8", "u8", "u64", "i64")},
    "f": [*NUMBERS, *FLOATS, None, "1.5", False],
    "b": [True, False, None, 1, "true"],
    "d": ["2024-02-29", "2023-02-29", "1970-01-01", "2149-01-01", "20240229", None],
    **{key: [*MOMENTS, None] for key in ("t", "z", "m")},
    **{key: [*TEXTS, None, 1, 1.5, True, {"k": [1, "é"]}, []] for key in ("s", "l")},
    "deep": [{"er": {"n": "text"}}, {"er": {"n": None}}, {"er": {}}, {"er": []}, {}, None, 1],
    "u": ["61f0c404-5cb3-11e7-907b-a6006ad3dba0", "61F0C404-5CB3-11E7-907B-A6006AD3DBA0", "x"],
    "a": [[], ["a", None, "é"], [1], "x", None, {}],
    "g": [[1, -2], [32768], [None], [1.5], ["1"]],
}
# What Python's parser and ClickHouse's might take for different things.
ODD = [
    '{"id": %d, "s": "first", "s": "second"}',
    '{"id": %d, "s": "\\ud800"}',
    '{"id": %d, "s": "\\ud83e\\udd89 \\u0000"}',
    '{"id": %d, "f": 1e400}',
    '{"id": %d, "f": NaN}',
    '{"id": %d, "other": 1e400}',
    '{"id": %d, "other": 100000000000000000000000000000}',
    '{"id": %d, "s": "x"} ',
    '{"id": %d, "s": "x"} {}',
    '{"id": %d,}',
    '\ufeff{"id": %d}',
    '{"id": %d, "\\u0073": "escaped key"}',
    '{"ID": %d}',
    "[%d]",
]


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with two datasources of one schema."""
    files = {f"datasources/{name}.datasource": SCHEMA for name in ("short", "long")}
    with serving(tmp_path_factory.mktemp("twins")) as server:
        answer = server.deploy(files, auto_promote="true")
        assert answer.json()["result"] == "success", answer.text
        yield server


def test_what_is_plain_is_stored_as_the_statements_store_it(twins: Server) -> None:
    plain = [line for line in lines() if plain_rows(datasource(), [line])]

    short, long = sent(twins, "short", plain), sent(twins, "long", [*plain, b"no JSON"])

    assert short == {"successful_rows": len(plain), "quarantined_rows": 0}
    assert long == {"successful_rows": len(plain), "quarantined_rows": 1}
    both = [twins.rows(f"SELECT * FROM {name} ORDER BY id") for name in ("short", "long")]
    assert both[0] == both[1]
    assert len(plain) > 80


def test_what_is_not_plain_is_left_to_the_statements() -> None:
    found = datasource()

    assert plain_rows(found, [b'{"id": 1}', b'{"id": "1"}']) is None
    assert plain_rows(found, [b'{"id": 1}'] * (MOST_ROWS + 1)) is None
    assert plain_rows(found, [b'{"id": 1, "s": {"k": 1}}']) is None
    assert plain_rows(found, [b"\xff"]) is None
    assert plain_rows(found, [b"[" * 100_000]) is None


def lines() -> list[bytes]:
    rows = [{name: value} for name, values in VALUES.items() for value in values]
    texts = [json.dumps({"id": id_, **row}, ensure_ascii=False) for id_, row in enumerate(rows)]
    odd = [text % (1000 + number) for number, text in enumerate(ODD)]
    return [text.encode() for text in texts + odd]


def datasource() -> Datasource:
    path = "datasources/short.datasource"
    project, errors = parse_project({path: SCHEMA}, {})
    assert not errors
    return project.datasources[PurePosixPath(path).stem]


def sent(server: Server, name: str, rows: list[bytes]) -> dict[str, int]:
    with server.client() as client:
        client.post(f"/v0/datasources/{name}/truncate")
        answer = client.post(f"/v0/events?name={name}&wait=true", content=b"\n".join(rows))
    return answer.json()
