"""What a holder of a minted token tries against Tinybird: refused, or without effect."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

import httpx2
import pytest
from roost.testing.stack import Stack

from .answers import problem
from .holders import (
    Contents,
    Holder,
    path_of,
    shown,
)

Ask = Callable[[httpx2.Client, str, str, str], httpx2.Response]


@pytest.fixture(scope="module")
def contents(stack: Stack, attacker: Holder) -> Contents:
    """What there is to attack."""
    return Contents.of(stack, attacker)


OVERRIDES: Mapping[str, Ask] = {
    "query": lambda api, url, other, own: api.get(url, params={"tenant_id": other}),
    "first": lambda api, url, other, own: api.get(f"{url}?tenant_id={other}&tenant_id={own}"),
    "last": lambda api, url, other, own: api.get(f"{url}?tenant_id={own}&tenant_id={other}"),
    "brackets": lambda api, url, other, own: api.get(f"{url}?tenant_id[]={other}"),
    "index": lambda api, url, other, own: api.get(f"{url}?tenant_id[0]={other}"),
    "case": lambda api, url, other, own: api.get(f"{url}?TENANT_ID={other}&Tenant_Id={other}"),
    "list": lambda api, url, other, own: api.get(f"{url}?tenant_id={own},{other}"),
    "array": lambda api, url, other, own: api.get(url, params={"tenant_id": f"['{other}']"}),
    "injection": lambda api, url, other, own: api.get(url, params={"tenant_id": "' OR 1=1 --"}),
    "template": lambda api, url, other, own: api.get(
        url, params={"template_parameters": json.dumps({"tenant_id": other})}
    ),
    "form": lambda api, url, other, own: api.post(url, data={"tenant_id": other}),
    "form-twice": lambda api, url, other, own: api.post(url, data={"tenant_id": [own, other]}),
    "json": lambda api, url, other, own: api.post(url, json={"tenant_id": other}),
    "json-list": lambda api, url, other, own: api.post(url, json={"tenant_id": [own, other]}),
    "json-null": lambda api, url, other, own: api.post(url, json={"tenant_id": None}),
    "json-object": lambda api, url, other, own: api.post(url, json={"tenant_id": {"$ne": ""}}),
    "json-twice": lambda api, url, other, own: api.post(
        url, content=f'{{"tenant_id": "{own}", "tenant_id": "{other}"}}'
    ),
    "both": lambda api, url, other, own: api.post(
        f"{url}?tenant_id={other}", json={"tenant_id": other}
    ),
}


@pytest.mark.parametrize("ask", OVERRIDES.values(), ids=OVERRIDES.keys())
def test_no_parameter_changes_the_tenant(attacker: Holder, victim: Holder, ask: Ask) -> None:
    answers = {
        endpoint: shown(ask(attacker.api, path_of(endpoint), victim.tenant, attacker.tenant))
        for endpoint in attacker.plain
    }

    assert answers == attacker.plain
    # The attack would be seen: the other tenant's rows are other ones.
    assert answers != victim.plain


@pytest.mark.parametrize(
    "extra",
    [
        {"q": "SELECT * FROM _"},
        {"q": "SELECT * FROM events"},
        {"q": "SELECT 1", "pipeline": "events"},
    ],
)
def test_an_endpoint_runs_no_sql_of_the_caller(attacker: Holder, extra: dict[str, str]) -> None:
    for endpoint in attacker.plain:
        url = path_of(endpoint)
        answers = [
            attacker.api.get(url, params=extra),
            attacker.api.post(url, data=extra),
            attacker.api.post(url, json=extra),
        ]

        assert [answer.status_code for answer in answers] == [403, 403, 403]


@pytest.mark.parametrize("name", ["format", "pipeline", "release_replacements", "__tb__semver"])
def test_a_reserved_parameter_changes_nothing(attacker: Holder, victim: Holder, name: str) -> None:
    for endpoint in attacker.plain:
        answer = attacker.api.get(path_of(endpoint), params={name: victim.tenant})

        assert shown(answer) == attacker.plain[endpoint]


def test_other_pipes_are_closed(attacker: Holder, contents: Contents) -> None:
    for name in (*contents.pipes, *contents.datasources, f"{contents.datasources[0]}_quarantine"):
        for answer in (
            attacker.api.get(path_of(name)),
            attacker.api.post(path_of(name), json={}),
            attacker.api.get(f"/v0/pipes/{name}.csv"),
            attacker.api.get(f"/v0/pipes/{name}"),
            attacker.api.get(f"/v1/pipes/{name}.pipe"),
        ):
            assert answer.status_code in {403, 404}, name


# Ways to read a table, and what no token may do at all.
READS = (
    "SELECT * FROM {}",
    "SELECT (SELECT count() FROM {})",
    "SELECT 1 IN {}",
    "SELECT 1 WHERE 1 IN (SELECT 1 FROM {})",
    "SELECT 1 UNION ALL SELECT 1 FROM {}",
    "WITH {0} AS (SELECT 1) SELECT * FROM (SELECT 1), default.{0}",
    "DESCRIBE {}",
    "INSERT INTO {} SELECT 1",
)
OTHERS = (
    "SELECT * FROM system.tables",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM merge('.*')",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM url('http://127.0.0.1/', 'LineAsString')",
    "SELECT 1 INTO OUTFILE '/tmp/roost'",
    "SELECT 1; SELECT 2",
    "SHOW TABLES",
)


def test_sql_reads_no_table_and_no_pipe(attacker: Holder, contents: Contents) -> None:
    tables = (*contents.datasources, *(f"{name}_quarantine" for name in contents.datasources))
    queries = [read.format(name) for read in READS for name in (*tables, *contents.pipes)]

    for query in (*queries, *OTHERS):
        by_get = attacker.api.get("/v0/sql", params={"q": query})
        by_post = attacker.api.post("/v0/sql", content=query)

        assert (by_get.status_code, by_post.status_code) == (403, 403), query


def test_sql_is_refused_whatever_it_asks(attacker: Holder, victim: Holder) -> None:
    over = [f"SELECT * FROM {endpoint} FORMAT JSON" for endpoint in attacker.plain]
    felt = [f"SELECT count() FROM {name} WHERE throwIf(1) = 0" for name in attacker.plain]

    for query in (*over, *felt, "SELECT 1", "% SELECT {{ Int8(x, 1) }}", ""):
        asked = {"q": query, "tenant_id": victim.tenant}
        answers = [
            attacker.api.get("/v0/sql", params=asked),
            attacker.api.post("/v0/sql", data=asked),
            attacker.api.post("/v0/sql", json=asked),
        ]

        assert [answer.status_code for answer in answers] == [403] * 3, query


def test_a_pipeline_opens_no_node(attacker: Holder, contents: Contents) -> None:
    for pipe in (*attacker.plain, *contents.pipes):
        asked = {"q": "SELECT * FROM _", "pipeline": pipe}

        assert attacker.api.get("/v0/sql", params=asked).status_code == 403


def test_the_rest_of_the_api_is_closed(
    attacker: Holder, victim: Holder, contents: Contents
) -> None:
    row = json.dumps({"tenant_id": victim.tenant, "event": "forged"})

    for method, path in closed(contents, victim.tenant):
        answer = attacker.api.request(method, path, content=row if method == "POST" else None)

        assert answer.status_code == 403, (method, path)
        assert list(answer.json()) == ["error", "documentation"]
    assert victim.read_all() == victim.plain


def closed(contents: Contents, tenant: str) -> Iterator[tuple[str, str]]:
    """List the addresses that a token which reads endpoints must not reach."""
    for name in contents.datasources:
        yield "POST", f"/v0/events?name={name}&wait=true"
        yield "GET", f"/v0/datasources/{name}"
        yield "GET", f"/v0/dependencies?datasource={name}"
        yield "GET", f"/v0/datasources/{name}.datasource"
        yield "DELETE", f"/v0/datasources/{name}"
        yield "POST", f"/v0/datasources/{name}/truncate"
        yield "POST", f"/v0/datasources/{name}/delete?delete_condition=tenant_id%3D%27{tenant}%27"
        yield "POST", f"/v0/datasources?mode=append&name={name}&format=ndjson"
        yield "POST", f"/v1/datasources/{name}/append?format=ndjson"
        yield "POST", f"/v1/datasources/{name}/replace?format=ndjson"
        yield "POST", f"/v1/datasources/{name}/delete?delete_condition=1"
    yield "POST", "/v0/tokens?name=mine&scope=ADMIN"
    yield "POST", "/v0/tokens?name=mine&expiration_time=4102444800"
    yield "POST", "/v0/tokens/app_ingest/refresh"
    yield "PUT", "/v0/tokens/app_ingest?scope=ADMIN"
    yield "DELETE", "/v0/tokens/app_ingest"
    yield "POST", "/v0/variables?name=mine&value=mine"
    yield "POST", "/v1/build"
    yield "POST", "/v1/deploy"
    yield "POST", "/v1/deployments/1/set-live"
    yield "POST", "/v1/workspaces?name=mine"
    yield "DELETE", "/v1/workspaces/mine?hard_delete_confirmation=yes"
    yield "GET", "/v1/workspaces/mine?with_token=true"
    yield "POST", "/v1/environments?name=mine"
    yield "GET", "/v0/environments/mine?with_token=true"
    yield "DELETE", "/v0/environments/mine"
    for path in ("pipes", "datasources", "tokens", "tokens/app_ingest", "variables", "jobs"):
        yield "GET", f"/v0/{path}"
    for path in ("workspace", "user/workspaces", "environments", "deployments", "deployments/1"):
        yield "GET", f"/v1/{path}"


def test_a_minted_token_is_no_session(attacker: Holder, client: httpx2.Client) -> None:
    headers = {"Authorization": f"Bearer {attacker.token}"}

    for path in ("/api/me", "/api/tinybird/token", f"/api/analytics/{next(iter(attacker.plain))}"):
        assert problem(client.get(path, headers=headers)) == (401, "token-invalid")
