"""Pages of other origins: the owner's call the API by bearer."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from roost.testing.stack import NO_AUTHORITIES, Stack, free_port, running_app

from .answers import ACME, ADA, ADAS_TENANT, READ, ROUTES, SessionToken, problem, session_cookie

# Another app of the owner's: its pages are an authorized party, and the API is not theirs.
OTHER = "https://app.acme.example"
FOREIGN = "https://evil.example"
FOREIGN_ORIGINS = (FOREIGN, "null", "https://app.acme.example.evil.example", f"{OTHER}:8443", "*")
PREFLIGHT = {
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "authorization,x-expected-tenant",
}


@pytest.fixture(scope="module")
def api(stack: Stack) -> Iterator[httpx2.Client]:
    """A client of an app that two origins may call, its own and another."""
    own = {"PORT": str(free_port()), "CLERK_AUTHORIZED_PARTIES": f"{stack.origin},{OTHER}"}
    with (
        running_app(stack.env | own) as url,
        httpx2.Client(base_url=url, timeout=30, verify=NO_AUTHORITIES) as client,
    ):
        yield client


@pytest.mark.parametrize("path", ROUTES)
def test_another_origin_of_the_owner_reads_by_bearer(
    api: httpx2.Client, ada: dict[str, str], path: str
) -> None:
    answer = api.get(path, headers={**ada, "Origin": OTHER})

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == OTHER
    assert "Origin" in answer.headers["vary"].split(", ")
    assert answer.headers["access-control-expose-headers"] == "Age, Date, Retry-After, X-Request-Id"
    assert "access-control-allow-credentials" not in answer.headers


def test_another_origin_of_the_owner_sends_events_by_bearer(
    api: httpx2.Client, ada: dict[str, str]
) -> None:
    headers = {**ada, "Origin": OTHER, "X-Expected-Tenant": ADAS_TENANT}

    sent = api.post("/api/events", json={"event": "from_elsewhere"}, headers=headers)

    assert (sent.status_code, sent.json()) == (202, {"accepted": 1, "quarantined": 0})
    assert sent.headers["access-control-allow-origin"] == OTHER


@pytest.mark.parametrize(
    ("path", "method"), [*((path, "GET") for path in ROUTES), ("/api/events", "POST")]
)
def test_a_preflight_of_another_origin_of_the_owner_is_answered(
    api: httpx2.Client, path: str, method: str
) -> None:
    asked = {**PREFLIGHT, "Origin": OTHER, "Access-Control-Request-Method": method}

    answer = api.options(path, headers=asked)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == OTHER
    assert answer.headers["access-control-allow-methods"] == method
    allowed = answer.headers["access-control-allow-headers"]
    assert allowed == "Authorization, Content-Type, X-Expected-Tenant"
    assert answer.headers["access-control-max-age"] == "7200"
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_origin_is_told_nothing(
    api: httpx2.Client, ada: dict[str, str], origin: str
) -> None:
    for path in (*ROUTES, "/api/events"):
        preflight = api.options(path, headers={**PREFLIGHT, "Origin": origin})
        answer = api.get(path, headers={**ada, "Origin": origin})

        assert problem(preflight) == (405, "method-not-allowed")
        for response in (preflight, answer):
            assert not _cors(response)
            assert "Origin" in response.headers["vary"]


def test_a_request_without_an_origin_is_told_nothing(
    api: httpx2.Client, ada: dict[str, str]
) -> None:
    answer = api.get(READ, headers=ada)

    assert not _cors(answer)
    assert answer.headers["vary"] == "Accept, Origin"


def test_refusals_can_be_read_from_another_origin_too(
    api: httpx2.Client, ada: dict[str, str]
) -> None:
    other = {"Origin": OTHER}
    refused = {
        api.get("/api/me", headers=other): (401, "token-missing"),
        api.get("/api/me", headers={**other, "Authorization": "Bearer x"}): (401, "token-invalid"),
        api.get("/api/me", headers={**ada, **other, "X-Expected-Tenant": "x"}): (
            409,
            "tenant-changed",
        ),
        api.get(f"{READ}?nothing=1", headers={**ada, **other}): (400, "parameter-unknown"),
        api.get("/api/analytics/nothing", headers={**ada, **other}): (404, "endpoint-unknown"),
        api.delete("/api/me", headers={**ada, **other}): (405, "method-not-allowed"),
        # The shell answers these before the framework sees them.
        api.get("/api/me", headers={**other, "Host": "evil.example"}): (421, "host-unknown"),
        api.get("/api/me", headers={**other, "X-Large": "x" * 40_000}): (431, "headers-too-large"),
        api.post("/api/events", content=b"x" * 17_000_000, headers={**ada, **other}): (
            413,
            "body-too-large",
        ),
    }

    for answer, expected in refused.items():
        assert problem(answer) == expected
        assert answer.headers["access-control-allow-origin"] == OTHER, expected
        assert "Retry-After" in answer.headers["access-control-expose-headers"]


def test_a_limit_and_its_end_can_be_read_from_another_origin(
    api: httpx2.Client, stack: Stack
) -> None:
    looping = stack.token_of(stack.new_member("Loop of another origin"))
    headers = {"Authorization": f"Bearer {looping}", "Origin": OTHER}

    answer = api.get("/api/tinybird/token", headers=headers)
    for _ in range(1000):
        if answer.status_code != 200:
            break
        answer = api.get("/api/tinybird/token", headers=headers)

    assert problem(answer) == (429, "rate-limited")
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["access-control-allow-origin"] == OTHER


def test_clerks_cookie_is_refused_from_another_origin_as_ever(
    api: httpx2.Client, session_token: SessionToken
) -> None:
    signed = session_cookie(session_token(ADA, ACME))

    for origin in FOREIGN_ORIGINS:
        sent = api.post(
            "/api/events", json={"event": "forged"}, headers={**signed, "Origin": origin}
        )
        assert problem(sent) == (403, "origin-forbidden")
        assert not _cors(sent)
    # Of the owner's other origin no browser sends it: credentials are never allowed.
    for path in ROUTES:
        answer = api.get(path, headers={**signed, "Origin": OTHER})
        assert "access-control-allow-credentials" not in answer.headers


def test_a_second_origin_is_none(api: httpx2.Client, ada: dict[str, str]) -> None:
    headers = [*ada.items(), ("Origin", OTHER), ("Origin", FOREIGN)]

    answer = api.get("/api/me", headers=headers)

    assert problem(answer) == (400, "request-invalid")
    assert not _cors(answer)


@pytest.mark.parametrize("path", ["/healthz", "/nothing", "/api/nothing", "/webhooks/clerk"])
def test_other_routes_say_nothing_to_other_origins(api: httpx2.Client, path: str) -> None:
    preflight = api.options(path, headers={**PREFLIGHT, "Origin": OTHER})
    answer = api.get(path, headers={"Origin": OTHER})

    assert preflight.status_code in {404, 405}
    assert not _cors(preflight) and not _cors(answer)


def test_an_options_request_that_is_no_preflight_is_refused(api: httpx2.Client) -> None:
    answer = api.options("/api/me", headers={"Origin": OTHER})

    assert problem(answer) == (405, "method-not-allowed")
    assert answer.headers["access-control-allow-origin"] == OTHER


def _cors(response: httpx2.Response) -> list[str]:
    return [name for name in response.headers if name.startswith("access-control-")]
