from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.testclient import TestClient
from roost.fastapi import Roost, TenantDep
from starlette.exceptions import HTTPException

from ..rooms import ORIGIN, Bearer, Outside

ME = (
    '{"user_id":"user_ada","session_id":"sess_1","tenant_id":"org_acme","org_id":"org_acme",'
    '"org_slug":"zürich","role":"org:admin","permissions":["org:analytics:manage",'
    '"org:analytics:read"],"impersonator_id":null}'
)
TOO_LARGE = 16_000_001


def test_the_api_answers_under_the_prefix_with_the_same_bytes(
    client: TestClient, bearer: Bearer
) -> None:
    organization = {"id": "org_acme", "slg": "zürich", "rol": "admin", "per": "read,manage"}

    answer = client.get("/analytics/api/me", headers=bearer(o={**organization, "fpm": "3"}))

    assert answer.text == ME
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/analytics/healthz", "/analytics/api/me"])
def test_its_answers_carry_the_headers_that_the_hosts_own_do_not(
    host: FastAPI, client: TestClient, path: str
) -> None:
    host.add_api_route("/own", lambda: "mine")

    headers = client.get(path).headers

    assert headers["cache-control"] == "private, no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors" in headers["content-security-policy"]
    assert "content-security-policy" not in client.get("/own").headers


def test_the_hosts_answers_that_depend_on_the_session_stay_out_of_caches(
    host: FastAPI, client: TestClient, bearer: Bearer
) -> None:
    @host.get("/mine")
    async def mine(tenant: TenantDep) -> Response:
        return Response(tenant.id)

    @host.get("/kept")
    async def kept(tenant: TenantDep, response: Response) -> str:
        response.headers["Cache-Control"] = "private, max-age=60"
        return tenant.id

    host.add_api_route("/own", lambda: "mine")
    answers = [client.get("/mine", headers=bearer()), client.get("/mine")]

    assert [answer.status_code for answer in answers] == [200, 401]
    assert [answer.headers["cache-control"] for answer in answers] == ["private, no-store"] * 2
    assert client.get("/kept", headers=bearer()).headers["cache-control"] == "private, max-age=60"
    assert "cache-control" not in client.get("/own").headers


def test_a_refusal_is_a_problem_document(client: TestClient) -> None:
    answer = client.get("/analytics/api/tinybird/token")

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.text == (
        '{"type":"about:blank","title":"Unauthorized","status":401,'
        '"detail":"Sign in: the request carries no session token.","code":"token-missing"}'
    )


def test_a_body_that_is_too_large_is_refused(
    client: TestClient, bearer: Bearer, outside: Outside
) -> None:
    headers = {**bearer(), "Content-Type": "application/json"}

    sent = client.post("/analytics/api/events", content=b'{"event": "opened"}', headers=headers)
    refused = client.post("/analytics/api/events", content=b" " * TOO_LARGE, headers=headers)

    assert (sent.status_code, sent.text) == (202, '{"accepted":1,"quarantined":0}')
    assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")
    assert len(outside.sent) == 1


def test_the_product_lives_as_long_as_the_host_whose_own_life_stays(
    roost: Roost, outside: Outside, bearer: Bearer
) -> None:
    lived: list[str] = []

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncGenerator[dict[str, str], None]:
        lived.append("begun")
        yield {"pool": "of the host"}
        lived.append("ended")

    host = FastAPI(lifespan=life)
    roost.mount(host, "/analytics")

    @host.get("/own")
    async def own(request: Request, tenant: TenantDep) -> list[str]:
        return [request.state.pool, tenant.id]

    with TestClient(host, base_url=ORIGIN) as client:
        assert [request.url.path for request in outside.asked] == ["/.well-known/jwks.json"]
        assert client.get("/own", headers=bearer()).json() == ["of the host", "org_acme"]
        assert client.get("/analytics/api/me", headers=bearer()).status_code == 200
    assert lived == ["begun", "ended"]
    assert "services" not in vars(roost)


def test_the_hosts_error_handlers_stay_its_own(host: FastAPI, client: TestClient) -> None:
    async def page(_: Request, error: Exception) -> Response:
        return Response(f"the host's own {type(error).__name__}", 418)

    for kind in (HTTPException, RequestValidationError, LookupError):
        host.add_exception_handler(kind, page)

    @host.get("/broken")
    async def broken(number: int) -> int:
        raise LookupError

    texts = [client.get(path).text for path in ("/nothing", "/broken?number=x", "/broken?number=1")]

    assert texts == [
        "the host's own HTTPException",
        "the host's own RequestValidationError",
        "the host's own LookupError",
    ]
    assert client.get("/analytics/nothing").json()["code"] == "not-found"
    lost = client.get("/analytics/nothing", headers={"Accept": "text/html"}).text
    assert '<a href="/analytics/">Go to the start page</a>' in lost


def test_a_failure_in_the_product_never_reaches_the_host(
    host: FastAPI, client: TestClient, outside: Outside, bearer: Bearer
) -> None:
    headers = {**bearer(), "Content-Type": "application/json"}
    assert client.get("/analytics/api/me", headers=headers).status_code == 200
    outside.failure = ZeroDivisionError("5ec2e7")

    answer = client.post("/analytics/api/events", content=b'{"event": "opened"}', headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "5ec2e7" not in answer.text


def test_the_hosts_middleware_stands_around_the_product(host: FastAPI, client: TestClient) -> None:
    @host.middleware("http")
    async def sign(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        response.headers["X-Host"] = "mine"
        return response

    answers = [client.get(path) for path in ("/analytics/healthz", "/analytics/api/me", "/nothing")]

    assert [answer.headers["x-host"] for answer in answers] == ["mine"] * 3
    assert [answer.status_code for answer in answers] == [200, 401, 404]


def test_the_hosts_own_document_and_page_stay(host: FastAPI, client: TestClient) -> None:
    host.add_api_route("/own", lambda: "mine")

    assert client.get("/openapi.json").json()["paths"].keys() == {"/own"}
    assert "swagger-ui" in client.get("/docs").text


def test_a_frame_says_on_which_sites_it_may_be_shown(client: TestClient) -> None:
    frame = client.get("/analytics/embed/top_events?e=forged")

    assert frame.status_code == 403
    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    assert frame.headers["cache-control"] == "private, no-store"
    assert "x-frame-options" not in frame.headers


@pytest.mark.parametrize("name", ["roost/js/embed.js", "dashboard.js"])
def test_a_file_may_be_loaded_by_the_page_of_any_origin(client: TestClient, name: str) -> None:
    file = client.get(f"/analytics/static/{name}")

    assert (file.status_code, file.headers["access-control-allow-origin"]) == (200, "*")
    assert file.headers["cross-origin-resource-policy"] == "cross-origin"


def test_the_owners_other_origins_call_the_api_below_the_prefix(client: TestClient) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}

    preflight = client.options("/analytics/api/me", headers=asked)
    refused = client.get("/analytics/api/me", headers={"Origin": ORIGIN})
    foreign = client.options(
        "/analytics/api/me", headers={**asked, "Origin": "https://evil.example"}
    )

    assert (preflight.status_code, refused.status_code, foreign.status_code) == (204, 401, 405)
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert refused.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-origin" not in foreign.headers
