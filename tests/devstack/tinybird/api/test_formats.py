"""Prometheus, OpenAPI, zstd, CORS and files that are looked at."""

from pathlib import Path

import pyarrow
import pytest

from ..tinybird_server import Server

PAGE = {"origin": "http://localhost:5173"}


def test_an_endpoint_speaks_prometheus(rich: Server) -> None:
    with rich.client() as client:
        metrics = client.get("/v0/pipes/metrics.prometheus")
        refused = client.get("/v0/pipes/names.prometheus")

    assert metrics.text.splitlines()[:3] == [
        "# HELP events_total Events",
        "# TYPE events_total counter",
        'events_total{tenant="globex"} 1',
    ]
    assert metrics.headers["content-type"].startswith("text/plain")
    assert refused.status_code == 400


def test_openapi_lists_what_the_token_may_read_without_what_it_fixes(rich: Server) -> None:
    token = rich.jwt(
        {"type": "PIPES:READ", "resource": "top_events", "fixed_params": {"tenant_id": "acme"}}
    )

    with rich.client() as admin, rich.client(token) as own:
        everything = admin.get("/v0/pipes/openapi.json").json()
        granted = own.get("/v0/pipes/openapi.json").json()

    assert everything["openapi"] == "3.0.3"
    assert "/pipes/names.json" in everything["paths"]
    assert "/pipes/snapshot.json" not in everything["paths"]
    assert list(granted["paths"]) == ["/pipes/top_events.json"]
    parameters = granted["paths"]["/pipes/top_events.json"]["get"]["parameters"]
    assert [(one["name"], one["schema"]) for one in parameters] == [
        ("limit", {"type": "integer", "default": 10})
    ]
    [tenant, *_] = everything["paths"]["/pipes/top_events.json"]["get"]["parameters"]
    assert (tenant["name"], tenant["required"]) == ("tenant_id", True)


def test_events_come_compressed_by_zstd(rich: Server) -> None:
    codec, line = pyarrow.Codec("zstd"), b'{"a":"1"}\n'
    events = {"name": "streamed", "wait": "true"}
    zstd = {"content-encoding": "zstd"}

    with rich.client() as client:
        stored = client.post("/v0/events", params=events, content=_packed(line), headers=zstd)
        broken = client.post("/v0/events", params=events, content=line, headers=zstd)
        bomb = codec.compress(b" " * (10 * 1024 * 1024 + 1), asbytes=True)
        unpacked = client.post("/v0/events", params=events, content=bomb, headers=zstd)

    assert stored.json() == {"successful_rows": 1, "quarantined_rows": 0}
    assert (broken.status_code, unpacked.status_code) == (400, 413)


def test_rows_before_the_limit_are_told(rich: Server) -> None:
    with rich.client() as client:
        body = client.get(
            "/v0/sql", params={"q": "SELECT number FROM numbers(100) LIMIT 3 FORMAT JSON"}
        ).json()

    assert (body["rows"], body["rows_before_limit_at_least"] >= 3) == (3, True)


def test_a_page_may_ask_from_a_browser(rich: Server) -> None:
    asked = {**PAGE, "access-control-request-method": "POST"}
    asked["access-control-request-headers"] = "authorization,content-type"

    with rich.client("") as client:
        preflight = client.options("/v0/pipes/names.json", headers=asked)
        refused = client.get("/v0/pipes/names.json", headers=PAGE)

    assert preflight.status_code == 200
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (403, "*")


@pytest.mark.parametrize(
    ("name", "text", "schema"),
    [
        (
            "rows.ndjson",
            '{"a":1,"b":{"c":"x","d":[1,2]},"e":"2024-01-01"}\n{"a":2,"b":{"c":null}}\n{"a":',
            "`a` Int64 `json:$.a`, `b_c` Nullable(String) `json:$.b.c`, "
            "`b_d` Array(Int64) `json:$.b.d[:]`, `e` Nullable(Date) `json:$.e`",
        ),
        ("rows.csv", "a,b\n1,x\n2.5,y\n", "`a` Float64, `b` String"),
    ],
)
def test_a_file_is_analyzed(
    rich: Server, tmp_path: Path, name: str, text: str, schema: str
) -> None:
    path = tmp_path / name
    path.write_text(text)

    done = rich.tb("datasource", "analyze", str(path))

    assert schema in done.stdout


def test_a_url_is_not_imported(rich: Server) -> None:
    done = rich.tb("datasource", "append", "snapshots", "--url", "https://example.com/rows.csv")

    assert done.returncode == 1
    assert "importing from a URL" in done.stdout + done.stderr


def _packed(line: bytes) -> bytes:
    return pyarrow.Codec("zstd").compress(line, asbytes=True)
