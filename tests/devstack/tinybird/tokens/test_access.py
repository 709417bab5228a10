"""Tokens: what a JWT fixes, what it cannot do, and who is refused."""

import httpx2
import pytest
from devstack.tinybird.tokens.jws import sign_jwt

from ..tinybird_server import Server

ACME = {"type": "PIPES:READ", "resource": "top_events", "fixed_params": {"tenant_id": "acme"}}
ACME_ROWS = [{"event": "login", "hits": 2}]
URL = "/v0/pipes/top_events.json"


def test_fixed_params_win_over_the_query(built: Server) -> None:
    with built.client(built.jwt(ACME)) as client:
        answers = [
            client.get(URL),
            client.get(URL, params={"tenant_id": "globex"}),
            client.get(f"{URL}?tenant_id=globex&tenant_id=globex"),
            client.post(URL, data={"tenant_id": "globex"}),
            client.post(URL, json={"tenant_id": "globex"}),
            client.post(URL, json={"tenant_id": ["globex"]}),
            client.post(f"{URL}?tenant_id=globex", json={"tenant_id": "globex"}),
        ]

    assert [answer.json().get("data") for answer in answers] == [ACME_ROWS] * 7


def test_a_scope_names_its_pipe_by_id_too(built: Server) -> None:
    with built.client() as client:
        pipe_id = client.get("/v0/pipes/top_events").json()["id"]

    with built.client(built.jwt({**ACME, "resource": pipe_id})) as client:
        assert client.get(f"/v0/pipes/{pipe_id}.json").json()["data"] == ACME_ROWS


def test_a_token_in_the_query_counts_as_one_in_the_header(built: Server) -> None:
    with built.client("") as client:
        answer = client.get(URL, params={"token": built.jwt(ACME)})

    assert answer.json()["data"] == ACME_ROWS


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1},
        {"exp": None},
        {"exp": "4102444800"},
        {"workspace_id": "00000000-0000-4000-8000-000000000000"},
        {"name": None},
        {"scopes": []},
        {"scopes": None},
        {"scopes": [{"type": "ADMIN", "resource": "top_events"}]},
        {"scopes": [{"type": "DATASOURCES:APPEND", "resource": "events"}]},
        {"scopes": [{"type": "PIPES:READ", "resource": "names"}]},
        {"scopes": [ACME, {**ACME, "fixed_params": {"tenant_id": "globex"}}]},
        {"limits": {"rps": "many"}},
    ],
)
def test_a_jwt_with_wrong_claims_is_refused(built: Server, claims: dict[str, object]) -> None:
    with built.client(built.jwt(ACME, **claims)) as client:
        answer = client.get(URL)

    assert answer.status_code == 403
    assert sorted(answer.json()) == ["documentation", "error"]


@pytest.mark.parametrize("key", ["another key", ""])
def test_a_forged_jwt_is_refused(built: Server, key: str) -> None:
    claims = {
        "workspace_id": built.identity.workspace_id,
        "name": "x",
        "exp": 4_102_444_800,
        "scopes": [ACME],
    }

    with built.client(sign_jwt(claims, key)) as client:
        assert client.get(URL).status_code == 403


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "p.local_00", "é"])
def test_an_unknown_token_is_refused(built: Server, token: str) -> None:
    with built.client("") as client:
        assert client.get(URL, params={"token": token}).status_code == 403


def test_a_jwt_cannot_do_more_than_read_its_endpoint(built: Server) -> None:
    with built.client(built.jwt(ACME)) as client:
        refused = [
            client.get(URL, params={"q": "SELECT * FROM _"}),
            client.get("/v0/sql", params={"q": "SELECT * FROM events"}),
            client.get("/v0/sql", params={"q": "SELECT * FROM names"}),
            client.get("/v0/sql", params={"q": "SELECT * FROM top_events"}),
            client.get("/v0/sql", params={"q": "SELECT * FROM filtered", "pipeline": "top_events"}),
            client.post("/v0/events?name=events", content=b"{}"),
            client.get("/v0/pipes"),
            client.get("/v0/pipes/top_events"),
            client.get("/v0/datasources"),
            client.get("/v0/tokens"),
            client.get("/v0/variables"),
            client.post("/v1/build"),
            client.get("/v1/user/workspaces"),
            client.post("/v1/workspaces?name=x"),
        ]

    assert [answer.status_code for answer in refused] == [403] * len(refused)


def test_a_datasource_scope_filters_the_rows(built: Server) -> None:
    scope = {"type": "DATASOURCES:READ", "resource": "events", "filter": "tenant_id = 'globex'"}

    with built.client(built.jwt(scope)) as client:
        answer = client.get("/v0/sql", params={"q": "SELECT event FROM events FORMAT JSON"})

    assert answer.json()["data"] == [{"event": "buy"}]


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "SELECT 1"},
        {"q": "SELECT * FROM top_events"},
        {"q": "SELECT count() FROM top_events WHERE throwIf(event LIKE 'b%') = 0"},
        {"q": "SELECT * FROM nowhere"},
        {"q": "% SELECT {{Int8(x, 1)}}"},
        {"q": ""},
        {},
    ],
)
def test_sql_needs_a_scope_of_datasources(built: Server, asked: dict[str, str]) -> None:
    with built.client(built.jwt(ACME)) as client:
        answers = [
            client.get("/v0/sql", params=asked),
            client.post("/v0/sql", data=asked),
            client.post("/v0/sql", json=asked),
        ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert answers[0].json()["error"].startswith("A JWT that holds PIPES:READ alone cannot send")
    assert "DATASOURCES:READ with a filter" in answers[0].json()["error"]


def test_sql_of_a_jwt_reads_no_pipe_whatever_else_it_holds(built: Server) -> None:
    rows = {"type": "DATASOURCES:READ", "resource": "events", "filter": "tenant_id = 'globex'"}
    every = {"type": "DATASOURCES:READ", "resource": "events"}
    wide = {"type": "PIPES:READ", "resource": "names"}

    for scopes in ([rows], [rows, ACME], [ACME, every], [wide, rows]):
        with built.client(built.jwt(*scopes)) as client:
            for sql in (
                "SELECT * FROM top_events",
                "SELECT * FROM names",
                "SELECT * FROM daily",
                "SELECT event FROM events WHERE event IN (SELECT event FROM top_events)",
                "SELECT (SELECT count() FROM names) FROM events",
                "WITH x AS (SELECT * FROM top_events) SELECT * FROM x",
            ):
                assert client.get("/v0/sql", params={"q": sql}).status_code == 403, (scopes, sql)


@pytest.mark.parametrize(
    "setting",
    [
        *("max_rows_to_read = 2", "max_bytes_to_read = 1", "max_result_rows = 1", "final = 1"),
        *("max_block_size = 1", "query_plan_filter_push_down = 1", "max_memory_usage = 1"),
        *(
            "optimize_move_to_prewhere = 1",
            "max_execution_time = 0",
            "read_overflow_mode = 'break'",
        ),
    ],
)
def test_no_setting_counts_what_a_query_reads(built: Server, setting: str) -> None:
    scope = {"type": "DATASOURCES:READ", "resource": "events", "filter": "tenant_id = 'globex'"}

    with built.client(built.jwt(scope)) as client:
        answers = [
            client.get("/v0/sql", params={"q": sql})
            for sql in (
                f"SELECT event FROM events SETTINGS {setting}",
                f"SELECT event FROM (SELECT event FROM events settings {setting})",
                f"SELECT count() FROM events WHERE 1 IN (SELECT 1 FROM events SETTINGS {setting})",
            )
        ]

    assert [answer.status_code for answer in answers] == [400] * 3
    assert ["is restricted" in answer.json()["error"] for answer in answers] == [True] * 3


@pytest.mark.parametrize("condition", ["", " ", "\n"])
def test_an_empty_filter_is_not_every_row(built: Server, condition: str) -> None:
    scope = {"type": "DATASOURCES:READ", "resource": "events", "filter": condition}

    with built.client(built.jwt(scope)) as client:
        answer = client.get("/v0/sql", params={"q": "SELECT event FROM events"})

    assert (answer.status_code, answer.json()["error"]) == (403, "The filter of a scope is empty.")


def test_a_filter_holds_for_a_service_datasource_too(built: Server) -> None:
    name = "tinybird.pipe_stats_rt"
    scope = {"type": "DATASOURCES:READ", "resource": name, "filter": "pipe_name = 'names'"}
    with built.client() as client:
        client.get("/v0/pipes/names.json")
        client.get(URL, params={"tenant_id": "acme"})

    with built.client(built.jwt(scope)) as client:
        sql = f"SELECT DISTINCT pipe_name FROM {name} FORMAT CSV"
        answer = client.get("/v0/sql", params={"q": sql})

    assert answer.text == '"names"\n'


def test_an_answer_to_a_jwt_counts_no_rows_that_were_read(built: Server) -> None:
    rows = {"type": "DATASOURCES:READ", "resource": "events", "filter": "tenant_id = 'globex'"}

    with built.client(built.jwt(ACME, rows)) as client:
        answers = [
            client.get(URL),
            client.get("/v0/sql", params={"q": "SELECT event FROM events LIMIT 1 FORMAT JSON"}),
        ]

    for answer in answers:
        told = answer.json()["statistics"]
        assert (told["rows_read"], told["bytes_read"]) == (0, 0)


def test_requests_are_counted_by_the_name_of_the_jwt(built: Server) -> None:
    # One request in a hundred seconds: the bucket is not full again before the second one comes.
    limits = {"rps": 0.01}
    one = built.jwt(ACME, name="one", limits=limits)
    again = built.jwt(ACME, name="one", limits=limits, exp=4_102_444_801)
    other = built.jwt(ACME, name="other", limits=limits)

    with built.client("") as client:
        first, second, third = (client.get(URL, params={"token": t}) for t in (one, again, other))

    assert (first.status_code, second.status_code, third.status_code) == (200, 429, 200)
    assert first.headers["x-ratelimit-limit"] == "1"
    assert first.headers["x-ratelimit-remaining"] == "0"
    assert 1 < int(second.headers["retry-after"]) <= 100
    assert second.json()["error"] == "Too Many Requests"


def test_the_static_tokens_are_those_of_the_identity(built: Server) -> None:
    row = b'{"tenant_id":"acme"}'

    with built.client(built.identity.public_token) as client:
        assert client.get("/v0/pipes/names.json").status_code == 200
        assert client.get(URL).status_code == 403
        assert client.post("/v0/events?name=events", content=row).status_code == 403
    with built.client(built.identity.ingest_token) as client:
        assert client.get("/v0/pipes/names.json").status_code == 403
    with built.client(built.identity.admin_token) as client:
        assert client.get(URL, params={"tenant_id": "acme"}).json()["data"] == ACME_ROWS


def test_a_jwt_made_by_the_api_reads(built: Server) -> None:
    with built.client() as client:
        made = client.post(
            "/v0/tokens/?name=x&expiration_time=4102444800",
            json={"scopes": [ACME], "limits": {"rps": 5}},
        )

    with built.client(made.json()["token"]) as client:
        assert client.get(URL).json()["data"] == ACME_ROWS


def test_a_page_of_this_machine_reads_and_sees_the_limit_headers(built: Server) -> None:
    origin = {"origin": "http://localhost:8000"}
    asked = {
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization",
    }

    with built.client(built.jwt(ACME)) as client:
        answer = client.get(URL, headers=origin)
        preflight = httpx2.options(f"{client.base_url}{URL}", headers=origin | asked)

    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Retry-After" in answer.headers["access-control-expose-headers"]
    assert preflight.status_code == 200
    assert "authorization" in preflight.headers["access-control-allow-headers"].lower()


def test_a_refusal_can_be_read_by_a_page(built: Server) -> None:
    with built.client("nonsense") as client:
        answer = client.get(URL, headers={"origin": "http://localhost:8000"})

    assert answer.status_code == 403
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_admin_tokens_go_to_no_page(built: Server) -> None:
    with built.client("") as client:
        plain = client.get("/tokens")
        page = client.get("/tokens", headers={"origin": "http://localhost:8000"})

    assert sorted(plain.json()) == ["admin_token", "user_token", "workspace_admin_token"]
    assert plain.json()["workspace_admin_token"] == built.identity.workspace_token
    assert page.status_code == 403
