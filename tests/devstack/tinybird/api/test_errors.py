"""What the API answers for what is not there or does not fit, as clients' own suites expect it."""

import httpx2
import pytest

from ..tinybird_server import Server

CSV = "tenant_id,event,timestamp,amount\na,e,2024-01-01 00:00:00,1\na,e,2024-01-01 00:00:00,"


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/v0/datasources/gone", 404, 'Data Source "gone" does not exist'),
        ("GET", "/v0/pipes/gone", 404, "Pipe 'gone' not found"),
        ("GET", "/v0/pipes/gone.json", 404, "The pipe 'gone' does not exist"),
        (
            "GET",
            "/v0/tokens/gone",
            403,
            "Token has not enough permissions to get information about this token",
        ),
        ("GET", "/v0/variables/gone", 404, "Not found"),
        ("PUT", "/v0/variables/gone?value=1", 404, "Variable not found"),
        ("DELETE", "/v0/variables/gone", 404, "Variable not found"),
        (
            "POST",
            "/v0/datasources?mode=append&name=gone",
            403,
            "Adding or modifying data sources to this workspace can only be done via deployments",
        ),
        (
            "POST",
            "/v0/datasources?mode=create&name=events",
            403,
            "Adding or modifying data sources to this workspace can only be done via deployments",
        ),
    ],
)
def test_what_is_not_there_is_answered_in_the_words_that_clients_look_for(
    built: Server, method: str, path: str, status: int, error: str
) -> None:
    with built.client() as client:
        answer = client.request(method, path)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v0/anything"), ("PATCH", "/v0/datasources/events")],
)
def test_what_is_not_emulated_says_so_in_a_sentence(built: Server, method: str, path: str) -> None:
    with built.client() as client:
        answer = client.request(method, path)

    said = f"The embedded Tinybird does not emulate {method} {path}."
    assert (answer.status_code, answer.json()["error"]) == (501, said)


def test_an_append_says_how_many_rows_it_put_in_quarantine(fresh: Server) -> None:
    answers = [_appended(fresh, CSV + "\na,e,no time,1" * bad).json() for bad in range(3)]

    assert [answer["quarantine_rows"] for answer in answers] == [0, 1, 2]
    assert [answer["error"] for answer in answers] == [
        False,
        "There was an error with file contents: 1 row in quarantine.",
        "There was an error with file contents: 2 rows in quarantine.",
    ]


def test_pipes_are_listed_with_the_attributes_that_are_asked_for(built: Server) -> None:
    with built.client() as client:
        named = client.get("/v0/pipes", params={"attrs": "id,name"}).json()["pipes"]
        nodes = client.get("/v0/pipes", params={"attrs": "name", "node_attrs": "name,sql"})
        everything = client.get("/v0/pipes").json()["pipes"]

    assert [sorted(pipe) for pipe in named] == [["id", "name", "url"]] * 3
    assert [pipe["name"] for pipe in named] == [pipe["name"] for pipe in everything]
    assert sorted(nodes.json()["pipes"][0]) == ["name", "nodes", "url"]
    assert sorted(nodes.json()["pipes"][0]["nodes"][0]) == ["name", "sql"]


def test_datasources_are_listed_with_the_attributes_that_are_asked_for(built: Server) -> None:
    with built.client() as client:
        listed = client.get("/v0/datasources", params={"attrs": "name,engine"}).json()
        one = client.get("/v0/datasources/events", params={"attrs": "name"}).json()

    assert [sorted(source) for source in listed["datasources"]] == [["engine", "name"]] * 2
    assert one == {"name": "events"}


def _appended(server: Server, csv: str) -> httpx2.Response:
    with server.client() as client:
        return client.post(
            "/v0/datasources?mode=append&name=events&format=csv", content=csv.encode()
        )
