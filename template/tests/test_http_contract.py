"""The HTTP contract, the same for every backend: real HTTP against the server of `poe serve`."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx2
import pytest

SessionToken = Callable[[str, str | None], str]
ADA, ACME, GLOBEX, NEWTON = (
    "user_local_ada",
    "org_local_acme",
    "org_local_globex",
    "user_local_newton",
)
PROBLEM_KEYS = ["type", "title", "status", "detail", "code"]
ROUTES = ("/api/me", "/api/tinybird/token", "/api/analytics/top_events")


class Stack(Protocol):
    """The local services and the environment that names them."""

    env: dict[str, str]


@pytest.fixture
def ada(session_token: SessionToken) -> dict[str, str]:
    """The headers of a request by Ada, for Acme."""
    return {"Authorization": f"Bearer {session_token(ADA, ACME)}"}


def problem(response: httpx2.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "private, no-store"
    body = response.json()
    assert list(body) == PROBLEM_KEYS
    assert body["status"] == response.status_code
    if response.status_code == 401:
        assert response.headers["www-authenticate"] == "Bearer"
    return response.status_code, body["code"]


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def cookies(token: str) -> dict[str, str]:
    junk = 'prefs={"a": [1, 2]}; b=c d, e; ;;'
    return {"Cookie": f"{junk} __session_foreign=x; __session={token}; z=1"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_answer_whatever_the_host(client: httpx2.Client, path: str) -> None:
    response = client.get(path, headers={"Host": "10.0.0.7"})

    assert response.status_code == 200
    assert response.content == b'{"status":"ok"}'


def test_me_describes_the_session(client: httpx2.Client, ada: dict[str, str]) -> None:
    response = client.get("/api/me", headers=ada)

    me = response.json()
    assert response.status_code == 200
    assert response.headers["cache-control"] == "private, no-store"
    assert list(me) == [
        "user_id",
        "session_id",
        "tenant_id",
        "org_id",
        "org_slug",
        "role",
        "permissions",
        "impersonator_id",
    ]
    assert (me["user_id"], me["tenant_id"], me["org_slug"]) == (ADA, ACME, "acme")
    assert me["role"] == "org:admin"
    assert "org:analytics:read" in me["permissions"]
    assert me["impersonator_id"] is None


def test_a_session_without_a_tenant_is_described_and_served_nothing_else(
    client: httpx2.Client, session_token: SessionToken
) -> None:
    headers = {"Authorization": f"Bearer {session_token(NEWTON, None)}"}

    me = client.get("/api/me", headers=headers)

    if me.status_code == 401:
        # Where an organization is a must, Clerk calls the session of somebody without one pending.
        assert problem(me) == (401, "session-pending")
        return
    assert me.json()["tenant_id"] is None
    for path in ROUTES[1:]:
        assert problem(client.get(path, headers=headers)) == (403, "tenant-required")
    sent = client.post("/api/events", json={"event": "x"}, headers=headers)
    assert problem(sent) == (403, "tenant-required")


@pytest.mark.parametrize("path", ROUTES)
def test_without_a_session_there_is_no_answer(client: httpx2.Client, path: str) -> None:
    assert problem(client.get(path)) == (401, "token-missing")
    assert problem(client.get(path, headers={"Authorization": "Basic dTpw"}))[1] == "token-missing"


@pytest.mark.parametrize("path", [*ROUTES, "/api/analytics/event_types"])
@pytest.mark.parametrize("token", ["junk", "e30.e30.e30", "x" * 9000])
def test_a_bad_token_is_refused_and_not_taken_for_a_visitor(
    client: httpx2.Client, path: str, token: str
) -> None:
    bad = {"Authorization": f"Bearer {token}"}

    assert problem(client.get(path, headers=bad)) == (401, "token-invalid")
    assert problem(client.get(path, headers={"Cookie": f"__session={token}"}))[1] == "token-invalid"


def test_the_scheme_may_be_in_lower_case(client: httpx2.Client, ada: dict[str, str]) -> None:
    headers = {"Authorization": ada["Authorization"].replace("Bearer", "bearer")}

    assert client.get("/api/me", headers=headers).status_code == 200


def test_a_cookie_serves_as_well_with_junk_and_basic_beside_it(
    client: httpx2.Client, session_token: SessionToken
) -> None:
    headers = {"Authorization": "Basic dTpw", **cookies(session_token(ADA, ACME))}

    assert client.get("/api/me", headers=headers).json()["user_id"] == ADA


def test_a_change_by_cookie_must_come_from_the_own_pages(
    app_url: str, client: httpx2.Client, session_token: SessionToken
) -> None:
    signed = cookies(session_token(ADA, ACME))
    event = {"event": "contract_origin"}

    for foreign in ({}, {"Origin": "null"}, {"Origin": "https://evil.example"}):
        response = client.post("/api/events", json=event, headers={**signed, **foreign})
        assert problem(response) == (403, "origin-forbidden")
    own = {**signed, "Origin": origin(app_url)}
    assert client.post("/api/events", json=event, headers=own).status_code == 202


def test_a_page_of_another_tenant_is_told(client: httpx2.Client, ada: dict[str, str]) -> None:
    for path in ROUTES:
        by_header = client.get(path, headers={**ada, "X-Expected-Tenant": GLOBEX})
        by_query = client.get(f"{path}?expected_tenant={GLOBEX}", headers=ada)
        assert problem(by_header) == problem(by_query) == (409, "tenant-changed")
    sent = client.post(
        "/api/events", json={"event": "x"}, headers={**ada, "X-Expected-Tenant": GLOBEX}
    )
    assert problem(sent) == (409, "tenant-changed")
    same = client.get("/api/tinybird/token", headers={**ada, "X-Expected-Tenant": ACME})
    assert same.status_code == 200


def test_the_token_reads_the_tenants_rows_from_tinybird(
    client: httpx2.Client, ada: dict[str, str], stack: Stack
) -> None:
    answer = client.get("/api/tinybird/token", headers=ada).json()

    assert list(answer) == ["token", "expires_at", "api_url", "tenant_id", "endpoints"]
    assert answer["tenant_id"] == ACME
    assert answer["api_url"] == stack.env["TINYBIRD_API_URL"]
    assert answer["endpoints"] == sorted(answer["endpoints"])
    assert "event_types" not in answer["endpoints"]
    direct = httpx2.get(
        f"{answer['api_url']}/v0/pipes/top_events.json",
        headers={"Authorization": f"Bearer {answer['token']}"},
    )
    assert direct.status_code == 200


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", '{"event": "contract_\u00e9", "event_id": "shape-1"}'),
        ("application/json; charset=utf-8", '[{"event": "contract"}, {"event": "contract"}]'),
        ("application/x-ndjson", '{"event": "contract"}\n\n{"event": "\u65e5\u672c\U0001f680"}\n'),
    ],
)
def test_events_are_taken_in_three_shapes(
    client: httpx2.Client, ada: dict[str, str], content_type: str, body: str
) -> None:
    headers = {**ada, "Content-Type": content_type}

    response = client.post("/api/events", content=body.encode(), headers=headers)

    assert response.status_code == 202
    rows = 1 if "shape-1" in body else 2
    assert response.content == b'{"accepted":%d,"quarantined":0}' % rows


def test_twenty_thousand_rows_are_taken_at_once(client: httpx2.Client, ada: dict[str, str]) -> None:
    body = "\n".join(
        json.dumps({"event": "contract_bulk", "event_id": f"b{n}"}) for n in range(20_000)
    )

    response = client.post(
        "/api/events",
        content=body.encode(),
        headers={**ada, "Content-Type": "application/x-ndjson"},
    )

    assert response.json() == {"accepted": 20_000, "quarantined": 0}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "The body holds no event."),
        ('[{"event": "x"}, 7]', "Row 2: it is not a JSON object."),
        ('[{"event": "x", "a": NaN}]', "Row 1: NaN is no JSON number."),
        ('{"event": "x", "event": "y"}', "Row 1: a key is given twice."),
        ('{"event": "x", "timestamp": "1066-10-14T00:00:00Z"}', "Row 1: its timestamp is not"),
    ],
)
def test_a_bad_row_is_named(
    client: httpx2.Client, ada: dict[str, str], body: str, sentence: str
) -> None:
    headers = {**ada, "Content-Type": "application/json"}

    response = client.post("/api/events", content=body.encode(), headers=headers)

    assert problem(response) == (400, "event-invalid")
    assert response.json()["detail"].startswith(sentence)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_other_media_are_refused(
    client: httpx2.Client, ada: dict[str, str], headers: dict[str, str]
) -> None:
    response = client.post("/api/events", content=b"{}", headers={**ada, **headers})

    assert problem(response) == (415, "media-type")


@pytest.mark.parametrize("rows", [11, 17])
def test_a_body_that_is_too_large_is_refused(
    client: httpx2.Client, ada: dict[str, str], rows: int
) -> None:
    body = json.dumps([{"event": "x", "properties": "y" * 1_000_000}] * rows).encode()

    response = client.post(
        "/api/events", content=body, headers={**ada, "Content-Type": "application/json"}
    )

    assert problem(response) == (413, "body-too-large")


def test_an_endpoint_answers_json_and_csv(client: httpx2.Client, ada: dict[str, str]) -> None:
    as_json = client.get("/api/analytics/top_events?limit=3", headers=ada)
    as_csv = client.get("/api/analytics/top_events?limit=3", headers={**ada, "Accept": "text/csv"})

    assert as_json.status_code == as_csv.status_code == 200
    assert as_json.headers["content-type"] == "application/json"
    assert "data" in as_json.json()
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert as_csv.headers["cache-control"] == "private, no-store"
    html = client.get("/api/analytics/top_events", headers={**ada, "Accept": "text/html"})
    assert problem(html) == (406, "not-acceptable")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("color=red", "parameter-unknown"),
        ("limit=1&limit=2", "parameter-repeated"),
        (f"tenant_id={GLOBEX}", "parameter-reserved"),
        (f"tenant%5Fid={GLOBEX}", "parameter-reserved"),
        ("q=select%201", "parameter-reserved"),
        ("token=x", "parameter-reserved"),
        ("limit=%FF", "request-invalid"),
    ],
)
def test_parameters_that_no_caller_may_set_are_refused(
    client: httpx2.Client, ada: dict[str, str], query: str, code: str
) -> None:
    assert problem(client.get(f"/api/analytics/top_events?{query}", headers=ada)) == (400, code)


def test_the_user_of_ones_own_activity_cannot_be_chosen(
    client: httpx2.Client, ada: dict[str, str]
) -> None:
    other = client.get("/api/analytics/my_activity?user_id=user_local_grace", headers=ada)

    assert problem(other) == (400, "parameter-reserved")
    assert client.get("/api/analytics/my_activity", headers=ada).status_code == 200


@pytest.mark.parametrize("endpoint", ["unknown", "top_events.csv", "..%2Fsql", "TOP_EVENTS"])
def test_an_unknown_endpoint_is_404(
    client: httpx2.Client, ada: dict[str, str], endpoint: str
) -> None:
    status, code = problem(client.get(f"/api/analytics/{endpoint}", headers=ada))

    assert status == 404
    assert code in {"endpoint-unknown", "not-found"}


def test_everybody_reads_public_endpoints(
    client: httpx2.Client, ada: dict[str, str], stack: Stack
) -> None:
    visitor = client.get("/api/analytics/event_types")
    member = client.get("/api/analytics/event_types", headers=ada)

    assert visitor.status_code == member.status_code == 200
    assert visitor.json()["data"] == member.json()["data"]
    assert stack.env["TINYBIRD_API_KEY"] not in visitor.text + str(visitor.headers)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-up"])
def test_a_page_is_public_and_holds_a_token_for_a_valid_session_alone(
    client: httpx2.Client, session_token: SessionToken, path: str
) -> None:
    signed, visitor, broken = (
        client.get(path, headers=headers)
        for headers in (cookies(session_token(ADA, ACME)), {}, {"Cookie": "__session=junk"})
    )

    initial = page_data(signed)["initial"]
    assert (initial["tenant_id"], initial["user_id"], initial["org_slug"]) == (ACME, ADA, "acme")
    assert page_data(visitor)["initial"] is None
    assert page_data(broken)["initial"] is None
    for response in (signed, visitor, broken):
        assert response.status_code == 200
        assert response.headers["cache-control"] == "private, no-store"
        policy = response.headers["content-security-policy"]
        script_sources = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert "unsafe" not in script_sources


def page_data(response: httpx2.Response) -> dict[str, Any]:
    pattern = r'<script type="application/json" id="page-data">(.*?)</script>'
    match = re.search(pattern, response.text, re.DOTALL)
    assert match is not None
    return json.loads(match.group(1))


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/me/", "/api/events/x"])
def test_anything_else_is_404(client: httpx2.Client, path: str) -> None:
    assert problem(client.get(path)) == (404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/api/me", "GET, HEAD"),
        ("GET", "/api/events", "POST"),
        ("HEAD", "/api/events", "POST"),
        ("DELETE", "/api/analytics/top_events", "GET, HEAD"),
        ("PUT", "/", "GET, HEAD"),
        ("OPTIONS", "/api/me", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    client: httpx2.Client, method: str, path: str, allow: str
) -> None:
    response = client.request(method, path)

    assert response.status_code == 405
    assert response.headers["allow"] == allow
    assert "access-control-allow-origin" not in response.headers


def test_head_is_get_without_a_body(client: httpx2.Client, ada: dict[str, str]) -> None:
    for path in ("/healthz", "/", *ROUTES):
        response = client.head(path, headers=ada)
        assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_a_foreign_host_is_refused(app_url: str, host: str) -> None:
    address = urlsplit(app_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    connection.putrequest("GET", "/api/me", skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    connection.close()

    assert response.status in {400, 421}
    assert b"user_id" not in body


def test_headers_of_a_megabyte_are_refused(client: httpx2.Client) -> None:
    for size in (40_000, 1_000_000):
        try:
            status = client.get("/healthz", headers={"X-Large": "x" * size}).status_code
        except httpx2.TransportError:
            # The server may hang up while such a request is still being sent.
            continue
        assert status in {400, 413, 431}
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/", "/api/me", "/api/nothing", "/static/nothing"])
def test_every_answer_carries_the_security_headers(client: httpx2.Client, path: str) -> None:
    headers = client.get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors" in headers["content-security-policy"]
    assert len(headers["x-request-id"]) == 16
