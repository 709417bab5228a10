"""Answers by gzip: for those who ask, and where there is much to answer."""

import json

import httpx2
import pytest
from devstack.tinybird.http.compression import takes_gzip

from ..tinybird_server import Server

MANY = "SELECT number FROM numbers(10000)"


@pytest.mark.parametrize("path", ["/v0/sql", "/v0/pipes/names.json"])
@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "gzip"), ("identity", None)])
def test_many_rows_come_compressed_for_those_who_ask(
    built: Server, path: str, accepted: str, encoding: str | None
) -> None:
    with built.client() as client:
        asked = {"q": f"{MANY} FORMAT JSON" if path == "/v0/sql" else MANY}
        answer = client.get(path, params=asked, headers={"accept-encoding": accepted})

    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"].startswith("Accept-Encoding")
    assert (int(answer.headers["content-length"]) < 80_000) is (encoding == "gzip")
    assert json.loads(answer.content)["data"][-1] == {"number": 9999}


def test_few_rows_and_refusals_come_as_they_are(built: Server) -> None:
    gzip = {"accept-encoding": "gzip"}

    with built.client() as client:
        answers: list[httpx2.Response] = [
            client.get("/v0/pipes/names.json", headers=gzip),
            client.get("/v0/sql", params={"q": "SELECT nothing"}, headers=gzip),
        ]

    assert [answer.status_code for answer in answers] == [200, 400]
    assert ["content-encoding" in answer.headers for answer in answers] == [False, False]


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        *(("gzip", True), ("br;q=1.0, gzip;q=0.5", True), ("deflate,GZIP", True)),
        *(("", False), ("identity", False), ("gzip;q=0", False), ("gzip; q=0.000, br", False)),
        *(("notgzip", False), ("gzipped", False)),
    ],
)
def test_who_takes_gzip(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes
