"""JSON that nests deeply, or holds what no text can hold: refused or quarantined, never a 500."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from ..tinybird_server import Server, serving

DEEP = {
    "arrays": b"[" * 100_000 + b"]" * 100_000,
    "objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "open": b"[" * 100_000,
    "beyond the recursion of Python's encoder": b"[" * 985 + b"]" * 985,
    "half a surrogate pair": b'"\\ud83d"',
    "a long number": b"1" * 5_000,
}
BODIES = (
    b"%s",
    b'{"tenant_id": %s}',
    b'{"q": %s}',
    b'{"tenant_id": "a", "name": %s, "scopes": ["PIPES:READ:names"]}',
    b'{"name": "a", "scopes": %s}',
    b'{"tenant_id": "a", "event": "b", "timestamp": "2026-01-01 00:00:00", "properties": %s}',
)
PARAMETERS = ("/v0/pipes/top_events.json", "/v0/sql", "/v0/variables", "/v0/tokens?name=deep")
ROWS = (
    "/v0/events?name=events&wait=true&format=json",
    "/v0/datasources?name=events&mode=append&format=json",
    "/v0/analyze",
)
LINES = (
    "/v0/events?name=events&wait=true",
    "/v0/datasources?name=events&mode=append&format=ndjson",
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that takes rows of these tests alone."""
    with serving(tmp_path_factory.mktemp("deep")) as server:
        done = server.tb("build")
        assert done.returncode == 0, done.stdout
        yield server


@pytest.mark.parametrize("deep", DEEP)
@pytest.mark.parametrize("path", [*PARAMETERS, *ROWS, *LINES])
def test_no_depth_of_a_body_breaks_the_server(served: Server, path: str, deep: str) -> None:
    with served.client() as client:
        answers = [_post(client, path, body % DEEP[deep]) for body in BODIES]

    assert [answer.text for answer in answers if answer.status_code >= 500] == []


@pytest.mark.parametrize("deep", ["arrays", "objects", "open"])
def test_a_body_of_parameters_that_nests_deeply_is_a_400(served: Server, deep: str) -> None:
    with served.client() as client:
        answers = [_post(client, path, b'{"x": %s}' % DEEP[deep]) for path in PARAMETERS]

    assert [answer.status_code for answer in answers] == [400] * len(PARAMETERS)


def test_lists_in_lists_do_not_grow(served: Server) -> None:
    body = b'{"tenant_id": %s}' % (b"[" * 150 + b"]" * 150)

    with served.client() as client:
        answer = _post(client, "/v0/pipes/top_events.json", body)

    assert answer.status_code in (200, 400)


def test_a_deep_row_does_not_keep_the_others_out(served: Server) -> None:
    row = b'{"tenant_id": "deep", "event": "b", "timestamp": "2026-01-01 00:00:00"}'
    deep = b'{"tenant_id": "deep", "properties": %s}' % DEEP["arrays"]

    with served.client() as client:
        answer = _post(client, LINES[0], b"\n".join((row, deep, row)))

    assert answer.status_code == 200
    assert answer.json() == {"successful_rows": 2, "quarantined_rows": 1}


def _post(client: httpx2.Client, path: str, body: bytes) -> httpx2.Response:
    return client.post(path, content=body, headers={"content-type": "application/json"})
