"""JSONPath extraction and the quarantine against a plain reference, on documents of any shape.

The reference is written from the documentation: a value that is missing or null is the column's
DEFAULT or NULL, and anything that does not fit puts the whole row aside with its reason.
https://www.tinybird.co/docs/forward/get-data-in/quarantine
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..tinybird_server import serving

DATASOURCE = """SCHEMA >
    `n` UInt32 `json:$.n`,
    `whole` String `json:$`,
    `text` String `json:$.text`,
    `deep` Nullable(String) `json:$.a.b.c`,
    `dashed` Nullable(String) `json:$.a.['the-key']`,
    `second` Nullable(Int32) `json:$.list[1]`,
    `small` Int8 `json:$.small` DEFAULT 7,
    `maybe` Nullable(Int16) `json:$.a.maybe`,
    `low` LowCardinality(Nullable(String)) `json:$.low`,
    `named` LowCardinality(String) `json:$.named` DEFAULT 'nobody',
    `ratio` Nullable(Float64) `json:$.ratio`,
    `tags` Array(String) `json:$.tags[:]`,
    `sizes` Array(Int16) `json:$.list[:].size` DEFAULT [0],
    `gaps` Array(Nullable(Int16)) `json:$.gaps[:].size.of` DEFAULT []

ENGINE "MergeTree"
ENGINE_SORTING_KEY "n"
"""
MISSING = object()


class Misfit(Exception):
    """A value that its column cannot hold."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A column of the reference: how its value is found and turned; `absent` if it is missing."""

    name: str
    type: str
    find: Callable[[Any], Any]
    turn: Callable[[Any], Any]
    absent: Any = MISSING


def at(*steps: str | int) -> Callable[[Any], Any]:
    def find(document: object) -> object:
        for step in steps:
            kind = dict if isinstance(step, str) else list
            if not isinstance(document, kind):
                return None
            try:
                document = document[step]
            except LookupError:
                return None
        return document

    return find


def each(before: str, *after: str) -> Callable[[Any], Any]:
    def find(document: object) -> object:
        items = at(before)(document)
        return [at(*after)(item) for item in items] if isinstance(items, list) else None

    return find


def text(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def integer(bits: int) -> Callable[[Any], int]:
    def turn(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise Misfit
        try:
            number = int(value)
        except ValueError as error:
            raise Misfit from error
        if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
            raise Misfit
        return number

    return turn


def decimal(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Misfit
    try:
        return float(value)
    except ValueError as error:
        raise Misfit from error


def array(turn: Callable[[Any], Any], *, nullable: bool = False) -> Callable[[Any], Any]:
    def element(value: object) -> object:
        if value is not None:
            return turn(value)
        if not nullable:
            raise Misfit
        return None

    def whole(value: object) -> list[Any]:
        if not isinstance(value, list):
            raise Misfit
        return [element(one) for one in value]

    return whole


RULES = (
    Rule("text", "String", at("text"), text),
    Rule("deep", "Nullable(String)", at("a", "b", "c"), text, None),
    Rule("dashed", "Nullable(String)", at("a", "the-key"), text, None),
    Rule("second", "Nullable(Int32)", at("list", 1), integer(32), None),
    Rule("small", "Int8", at("small"), integer(8), 7),
    Rule("maybe", "Nullable(Int16)", at("a", "maybe"), integer(16), None),
    Rule("low", "LowCardinality(Nullable(String))", at("low"), text, None),
    Rule("named", "LowCardinality(String)", at("named"), text, "nobody"),
    Rule("ratio", "Nullable(Float64)", at("ratio"), decimal, None),
    Rule("tags", "Array(String)", at("tags"), array(text)),
    Rule("sizes", "Array(Int16)", each("list", "size"), array(integer(16)), [0]),
    Rule(
        "gaps",
        "Array(Nullable(Int16))",
        each("gaps", "size", "of"),
        array(integer(16), nullable=True),
        [],
    ),
)


def expected(document: object) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the row that a document becomes, and by column why it is put aside instead."""
    row, reasons = {}, {}
    for rule in RULES:
        value = rule.find(document)
        if value is None and rule.absent is MISSING:
            reasons[rule.name] = f"value is missing on column '{rule.name}'"
        elif value is None:
            row[rule.name] = rule.absent
        else:
            try:
                row[rule.name] = rule.turn(value)
            except Misfit:
                shown = f"value '{text(value)}' on column '{rule.name}' is not {rule.type}"
                reasons[rule.name] = shown
    return row, reasons


LEAVES = st.sampled_from(
    (
        *(None, True, False, 0, 1, -1, 127, 128, 40_000, 2**31, 0.5, -2.5, "", "5", "-129", "x"),
        *("it's", "a\\b", '"', "naïve", "null", "[1]", "\n"),
    )
)
SIZES = st.fixed_dictionaries({}, optional={"size": LEAVES})
DEEP_SIZES = st.fixed_dictionaries(
    {}, optional={"size": st.fixed_dictionaries({}, optional={"of": LEAVES})}
)
INNER = st.fixed_dictionaries(
    {},
    optional={
        "b": st.one_of(LEAVES, st.fixed_dictionaries({}, optional={"c": LEAVES})),
        "the-key": LEAVES,
        "maybe": LEAVES,
    },
)
# Mostly of the right shape, or no row would ever be stored.
DOCUMENTS = st.fixed_dictionaries(
    {"text": LEAVES.filter(lambda leaf: leaf is not None), "tags": st.just(["a", 1])},
    optional={
        "a": st.one_of(INNER, LEAVES),
        "list": st.lists(st.integers(-9, 9).map(lambda size: {"size": size}), max_size=3),
        "small": st.one_of(st.integers(-128, 127), st.none()),
        "low": LEAVES,
        "named": LEAVES,
        "ratio": st.sampled_from((0.5, 3, None, "2.5")),
    },
)
ODD_PARTS = st.fixed_dictionaries(
    {},
    optional={
        "text": LEAVES,
        "tags": st.one_of(LEAVES, st.lists(LEAVES, max_size=3)),
        "list": st.one_of(LEAVES, st.lists(st.one_of(SIZES, LEAVES), max_size=3)),
        "gaps": st.one_of(LEAVES, st.lists(st.one_of(DEEP_SIZES, LEAVES), max_size=3)),
        "small": LEAVES,
        "ratio": LEAVES,
    },
)
BATCHES = st.lists(
    st.one_of(DOCUMENTS, st.builds(lambda whole, odd: whole | odd, DOCUMENTS, ODD_PARTS)),
    min_size=1,
    max_size=40,
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A client of a server with the datasource `shapes` alone."""
    root = tmp_path_factory.mktemp("shapes")
    (root / "tinybird" / "datasources").mkdir(parents=True)
    (root / "tinybird" / "datasources" / "shapes.datasource").write_text(DATASOURCE)
    with serving(root) as server:
        done = server.tb("build")
        assert done.returncode == 0, done.stdout
        with server.client() as client:
            yield client


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(documents=BATCHES)
def test_each_document_is_stored_or_put_aside_as_the_reference_says(
    client: httpx2.Client, documents: list[dict[str, Any]]
) -> None:
    lines = [
        json.dumps({**document, "n": n}, ensure_ascii=False) for n, document in enumerate(documents)
    ]
    wanted = dict(enumerate(map(expected, documents)))
    good = {n: row for n, (row, reasons) in wanted.items() if not reasons}
    bad = {n: reasons for n, (_, reasons) in wanted.items() if reasons}

    client.post("/v0/datasources/shapes/truncate")
    client.post("/v0/datasources/shapes_quarantine/delete", data={"delete_condition": "1"})
    answer = client.post("/v0/events?name=shapes&wait=true", content="\n".join(lines))
    stored = {row.pop("n"): row for row in _rows(client, "SELECT * FROM shapes")}
    aside = {int(row["n"]): row for row in _rows(client, "SELECT * FROM shapes_quarantine")}

    assert answer.json() == {"successful_rows": len(good), "quarantined_rows": len(bad)}
    assert {n: row.pop("whole") for n, row in stored.items()} == {n: lines[n] for n in good}
    assert stored == good
    assert {n: _reasons(row) for n, row in aside.items()} == bad
    assert {n: json.loads(row["whole"]) for n, row in aside.items()} == {
        n: {**documents[n], "n": n} for n in bad
    }


LONG = '{ "n": 7, "text": "t", "tags": [], "big": 123456789012345678901234567890}'
SHORT = '{"n":8 , "text":"t","tags":[ "a" ]}'
BAD = '{"n": 9, "text": "t"}\x1e{"n": 9, "text": "t", "tags": []}'


@pytest.mark.parametrize("lines", [(SHORT,), (LONG,), (LONG, SHORT, BAD), (SHORT, BAD)])
def test_the_whole_document_is_stored_as_it_was_sent_in_every_row(
    client: httpx2.Client, lines: tuple[str, ...]
) -> None:
    client.post("/v0/datasources/shapes/truncate")

    answer = client.post("/v0/events?name=shapes&wait=true", content="\n".join(lines))

    good = [line for line in lines if line != BAD]
    assert answer.json()["successful_rows"] == len(good)
    assert answer.json()["quarantined_rows"] == len(lines) - len(good)
    stored = _rows(client, "SELECT whole FROM shapes ORDER BY n")
    assert [row["whole"] for row in stored] == good


def _reasons(row: dict[str, Any]) -> dict[str, str]:
    return dict(zip(row["c__error_column"], row["c__error"], strict=True))


def _rows(client: httpx2.Client, sql: str) -> list[dict[str, Any]]:
    answer = client.get("/v0/sql", params={"q": f"{sql} FORMAT JSON"})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]
