"""Whatever is sent, the answer is never a 500."""

import json
from collections.abc import Iterator

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..tinybird_server import SAMPLE, Server, serving

QUICK = settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
TYPES = (
    *("String", "Boolean", "DateTime", "DateTime64", "Date", "Float32", "Float64", "Int", "Int8"),
    *("Int64", "Int256", "UInt8", "UInt256", "Array", "JSON", "column", "columns", "symbol"),
)
# Without these a project is refused.
DEFAULTS = {"JSON": ", '[1]'", "column": ", 'event'", "columns": ", 'event'"}
ODD = ("", "'", "\\", "a' OR 1=1 --", "{{ v }}", "%", "\x00", "é", "null", "[]", "1e999", "-1", ",")
TEXTS = st.one_of(st.sampled_from(ODD), st.text(max_size=30), st.integers().map(str))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ("tenant_id", "limit", "v", "q", "pipeline", "format", "explain", "debug", "token", "wait")
)
PATHS = st.sampled_from(
    (
        *("/v0/pipes/top_events.json", "/v0/pipes/names.csv", "/v0/pipes/top_events.prometheus"),
        *("/v0/pipes/names.parquet", "/v0/sql", "/v0/events", "/v0/datasources", "/v0/tokens"),
        *("/v0/variables", "/v0/jobs", "/v0/analyze", "/v1/build", "/v1/deployments/x"),
        *("/v0/datasources/events/delete", "/v1/datasources/events/append", "/v1/workspaces"),
    )
)
TYPES_OF_BODIES = st.sampled_from(
    (
        *("application/json", "application/x-www-form-urlencoded", "text/plain", ""),
        *("multipart/form-data", "multipart/form-data; boundary=x", "application/x-ndjson", ";;"),
    )
)
DATAFILES = {
    path.relative_to(SAMPLE).as_posix(): path.read_text()
    for path in sorted(SAMPLE.rglob("*"))
    if path.suffix in (".datasource", ".pipe")
}
TOKENS = (
    *("SCHEMA >", "NODE x", "SQL >", "%", "{{", "}}", "{% if", "{% end %}", "`", "'", '"', "\t"),
    *("ENGINE", "TYPE materialized", "TYPE copy", "TYPE sink", "INCLUDE x", "TOKEN", "Nullable("),
    *("json:$.", "[:]", "AggregateFunction(", "FROM events", "DEFAULT", "\x00", "é", "DATASOURCE"),
)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A client of a server that may be broken; its project has each type of a parameter."""
    with serving(tmp_path_factory.mktemp("fuzzed")) as server:
        for number, type_ in enumerate(TYPES):
            _write_typed(server, number, type_)
        done = server.tb("build")
        assert done.returncode == 0, done.stdout
        with server.client() as client:
            yield client


def _write_typed(server: Server, number: int, type_: str) -> None:
    default = DEFAULTS.get(type_, "")
    sql = f"SELECT {{{{ {type_}(v{default}) }}}} AS v FROM events LIMIT 1"
    pipe = server.project / "endpoints" / f"typed_{number}.pipe"
    pipe.write_text(f"NODE n\nSQL >\n    %\n    {sql}\n\nTYPE endpoint\n")


@QUICK
@given(number=st.integers(0, len(TYPES) - 1), value=VALUES)
def test_no_value_of_a_parameter_breaks_a_type(
    fuzzed: httpx2.Client, number: int, value: object
) -> None:
    path = f"/v0/pipes/typed_{number}.json"

    body = json.dumps({"v": value}).encode()
    answers = [
        fuzzed.post(path, content=body, headers={"content-type": "application/json"}),
        fuzzed.get(path, params={"v": str(value)}),
    ]

    assert [answer.text for answer in answers if answer.status_code >= 500] == []


@QUICK
@given(
    method=st.sampled_from(("GET", "POST", "PUT", "DELETE", "PATCH")),
    path=PATHS,
    query=st.lists(st.tuples(NAMES, TEXTS), max_size=4),
    body=st.one_of(st.binary(max_size=60), VALUES.map(lambda value: json.dumps(value).encode())),
    kind=TYPES_OF_BODIES,
    encoding=st.sampled_from(("", "gzip", "zstd", "br")),
)
def test_no_request_breaks_the_server(
    fuzzed: httpx2.Client,
    method: str,
    path: str,
    query: list[tuple[str, str]],
    body: bytes,
    kind: str,
    encoding: str,
) -> None:
    headers = {"content-type": kind, "content-encoding": encoding}

    kept = [pair for pair in query if pair[0] != "token"]
    answer = fuzzed.request(method, path, params=kept, content=body, headers=headers)

    # 501 is the answer to what is not emulated.
    assert answer.status_code < 500 or answer.status_code == 501, answer.text


@QUICK
@given(
    lines=st.lists(
        st.one_of(
            st.binary(max_size=30).filter(lambda line: b"\n" not in line),
            st.dictionaries(
                st.sampled_from(("tenant_id", "event", "timestamp", "amount", "properties")),
                VALUES,
            ).map(lambda row: json.dumps(row).encode()),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_every_line_is_stored_or_quarantined(fuzzed: httpx2.Client, lines: list[bytes]) -> None:
    answer = fuzzed.post("/v0/events?name=events&wait=true", content=b"\n".join(lines))

    assert answer.status_code == 200, answer.text
    told = answer.json()
    # A line of white space is none.
    counted = told["successful_rows"] + told["quarantined_rows"]
    assert counted == sum(not line.isspace() and line != b"" for line in lines)


@settings(QUICK, max_examples=60)
@given(data=st.data())
def test_no_datafile_breaks_a_build(fuzzed: httpx2.Client, data: st.DataObject) -> None:
    files = dict(DATAFILES)
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(files)))
        files[name] = data.draw(mutations(files[name]))
    parts = [("data_project://", (name, text.encode())) for name, text in files.items()]

    answer = fuzzed.post("/v1/deploy?check=true", files=parts)

    assert answer.status_code == 200, answer.text
    assert answer.json()["result"] in ("success", "no_changes", "failed")


@st.composite
def mutations(draw: st.DrawFn, text: str) -> str:
    """A line goes, comes twice, or gets something put into it."""
    lines = text.splitlines(keepends=True)
    at = draw(st.integers(0, max(0, len(lines) - 1)))
    token = draw(st.sampled_from(TOKENS))
    line = lines[at] if lines else ""
    column = draw(st.integers(0, len(line)))
    changed = draw(
        st.sampled_from(("", line * 2, f"{line[:column]}{token}{line[column:]}", line[:column]))
    )
    return "".join([*lines[:at], changed, *lines[at + 1 :]])
