"""A query that takes too much is refused, and the server goes on answering the others."""

from concurrent.futures import ThreadPoolExecutor, wait

import httpx2
import pytest

from ..tinybird_server import Server

ENDLESS = "SELECT count() AS n FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))"
LARGE = (
    "SELECT repeat('x', 1000 + number % 2) AS x FROM numbers(200000)",
    "SELECT repeat('x', 1000) AS constant FROM numbers(200000)",
    "SELECT repeat('x', 1000) AS constant FROM numbers(200000) FORMAT CSV",
)
# One allocation that is refused before any of it is written.
HUGE = "SELECT repeat('x', 1000000) AS x FROM numbers(6000)"


def test_a_query_has_ten_seconds_and_others_are_answered_meanwhile(built: Server) -> None:
    with ThreadPoolExecutor(1) as pool:
        endless = pool.submit(_asked, built, ENDLESS)
        meanwhile = {_asked(built, "SELECT 1 AS one").status_code}
        while wait([endless], 0.25).not_done:
            meanwhile.add(_asked(built, "SELECT 1 AS one").status_code)

    answer = endless.result()
    assert answer.status_code == 408
    # ClickHouse looks at the clock between two blocks, which a busy machine may delay.
    assert answer.json()["error"].startswith("[Error] Timeout exceeded: elapsed ")
    assert "maximum: 10000 ms" in answer.json()["error"]
    assert meanwhile == {200}


def test_an_endpoint_has_the_limits_too_and_they_are_logged(fresh: Server) -> None:
    pipe = f"NODE n\nSQL >\n    {HUGE}\nTYPE endpoint\n"
    fresh.deploy({"endpoints/hungry.pipe": pipe}, auto_promote="true")

    with fresh.client() as client:
        answer = client.get("/v0/pipes/hungry.json")
        after = client.get("/v0/pipes/names.json")

    assert answer.status_code == 400
    assert "Query memory limit exceeded" in answer.json()["error"]
    assert after.status_code == 200
    assert fresh.rows("SELECT pipe_name, status_code FROM tinybird.endpoint_errors") == [
        {"pipe_name": "hungry", "status_code": 400}
    ]


@pytest.mark.parametrize("sql", LARGE)
def test_a_result_has_a_hundred_megabytes(built: Server, sql: str) -> None:
    answer = _asked(built, sql)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(
        "[Error] Limit for result exceeded, max bytes: 100.00 MiB, current bytes: 1"
    )


def test_a_result_under_the_limit_is_answered_whole(built: Server) -> None:
    answer = _asked(built, "SELECT repeat('x', 1000) AS x FROM numbers(50000) FORMAT JSON")

    assert answer.status_code == 200
    assert answer.json()["rows"] == 50_000


def test_memory_that_a_query_would_take_is_refused(built: Server) -> None:
    answer = _asked(built, HUGE)

    assert answer.status_code == 400
    assert "Query memory limit exceeded" in answer.json()["error"]
    assert built.count("events") == 3


def _asked(server: Server, sql: str) -> httpx2.Response:
    with server.client() as client:
        return client.get("/v0/sql", params={"q": sql})
