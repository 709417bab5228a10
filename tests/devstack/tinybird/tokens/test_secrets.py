"""What a token must not find out: secrets, quarantined rows, another workspace."""

import gzip
import json
import tracemalloc
from collections.abc import Iterator

import pytest
from devstack.tinybird.data.ingest import decoded
from devstack.tinybird.errors import TooLarge
from devstack.tinybird.tokens.jws import sign_jwt

from ..tinybird_server import FAR_FUTURE, Server, serving

ACME = {"type": "PIPES:READ", "resource": "top_events", "fixed_params": {"tenant_id": "acme"}}
URL = "/v0/pipes/top_events.json"
SECRET = "hushed-value"
HIDDEN = "quarantined-value"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A workspace with a secret and a quarantined row of another tenant."""
    row = {"tenant_id": "globex", "event": HIDDEN, "timestamp": "2024-01-01", "amount": HIDDEN}
    with serving(tmp_path_factory.mktemp("guarded")) as server, server.client() as client:
        assert server.tb("build").returncode == 0
        assert client.post("/v0/variables", params={"name": "KEY", "value": SECRET}).is_success
        sent = client.post("/v0/events?name=events&wait=true", content=json.dumps(row))
        assert sent.json() == {"successful_rows": 0, "quarantined_rows": 1}
        found = client.get("/v0/sql", params={"q": "SELECT {KEY:String} AS k FROM events LIMIT 1"})
        assert found.text == f"{SECRET}\n"
        yield server


def readers(server: Server) -> dict[str, str]:
    """Return the tokens that are no admin's."""
    return {
        "minted": server.jwt(ACME),
        "public": server.identity.public_token,
        "ingest": server.identity.ingest_token,
    }


@pytest.mark.parametrize(
    "query",
    [
        "SELECT {KEY:String}",
        "SELECT { KEY : String } FROM top_events",
        "SELECT {KEY:String} FROM names",
        "%SELECT {{ tb_secret('KEY') }}",
        "% SELECT {{ tb_secret('KEY') }} AS k FROM top_events",
        "SELECT {KEY:Identifier}",
    ],
)
def test_no_sql_of_a_reader_names_a_secret(guarded: Server, query: str) -> None:
    for token in readers(guarded).values():
        with guarded.client(token) as client:
            answers = [
                client.get("/v0/sql", params={"q": query}),
                client.post("/v0/sql", content=query),
                client.get("/v0/pipes/names.json", params={"q": query}),
                client.get("/v0/variables/KEY"),
            ]

        assert {answer.status_code for answer in answers} <= {400, 403}
        assert SECRET not in "".join(answer.text for answer in answers)


def test_the_own_sql_of_a_pipe_still_reads_its_secret(guarded: Server) -> None:
    pipe = guarded.project / "endpoints" / "names.pipe"
    secret = "SELECT DISTINCT {{ tb_secret('KEY') }} AS k,"
    pipe.write_text(pipe.read_text().replace("SELECT DISTINCT", f"%\n    {secret}"))
    done = guarded.tb("build")
    assert done.returncode == 0, done.stdout

    with guarded.client(guarded.identity.public_token) as client:
        shown = client.get("/v0/pipes/names.json")

    assert {row["k"] for row in shown.json()["data"]} == {SECRET}


def test_the_quarantine_is_the_admins_alone(guarded: Server) -> None:
    name = "events_quarantine"
    for token in readers(guarded).values():
        with guarded.client(token) as client:
            answers = [
                client.get("/v0/sql", params={"q": f"SELECT * FROM {name}"}),
                client.get("/v0/sql", params={"q": f"SELECT (SELECT count() FROM {name})"}),
                client.get("/v0/sql", params={"q": "SELECT * FROM _", "pipeline": name}),
                client.get(URL, params={"q": f"SELECT * FROM {name}"}),
                client.get("/v0/pipes/names.json", params={"q": f"SELECT * FROM {name}"}),
                client.get(f"/v0/pipes/{name}.json"),
                client.get(f"/v0/pipes/{name}"),
                client.get(f"/v0/datasources/{name}"),
                client.post(f"/v0/datasources/{name}/truncate"),
                client.post(f"/v0/events?name={name}", content=b"{}"),
            ]

        assert {answer.status_code for answer in answers} <= {400, 403, 404}
        assert HIDDEN not in "".join(answer.text for answer in answers)
    assert guarded.count(name) == 1


def test_a_token_of_another_workspace_reads_nothing_here(built: Server) -> None:
    with built.client(built.identity.derived_token("user")) as client:
        other = client.post("/v1/workspaces?name=other").json()
        tokens = {
            "its own": signed(other["id"], other["token"]),
            "its key, our workspace": signed(built.identity.workspace_id, other["token"]),
            "our key, its workspace": signed(other["id"], built.identity.workspace_token),
            "its admin": other["token"],
        }
        statuses = {
            name: client.get(URL, headers={"Authorization": f"Bearer {token}"}).status_code
            for name, token in tokens.items()
        }
        client.delete(f"/v1/workspaces/{other['id']}?hard_delete_confirmation=yes")

    assert statuses == {
        "its own": 404,
        "its key, our workspace": 403,
        "our key, its workspace": 403,
        "its admin": 404,
    }


def signed(workspace_id: str, key: str) -> str:
    claims = {"workspace_id": workspace_id, "name": "x", "exp": FAR_FUTURE, "scopes": [ACME]}
    return sign_jwt(claims, key)


def test_a_bomb_is_refused_before_it_fills_the_memory(built: Server) -> None:
    bomb = b"".join(gzip.compress(bytes(10_000_000)) for _ in range(30))
    tracemalloc.start()
    with pytest.raises(TooLarge):
        decoded(bomb, "gzip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    with built.client() as client:
        for path in ("/v0/events?name=events", "/v1/datasources/events/append?format=ndjson"):
            answer = client.post(path, content=bomb, headers={"content-encoding": "gzip"})
            assert answer.status_code == 413

    assert peak < 30_000_000


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "x-gzip", "compress"])
def test_other_encodings_are_refused_unread(built: Server, encoding: str) -> None:
    headers = {"content-encoding": encoding}

    with built.client() as client:
        answer = client.post("/v0/events?name=events&wait=true", content=b"{}", headers=headers)

    assert answer.status_code == 501
    assert built.count("events") == 3
