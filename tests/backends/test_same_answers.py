"""The same question has the same answer, whichever framework gives it."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ..product import stack

ADA, NEWTON = "user_local_ada", "user_local_newton"
ACME, GLOBEX = "org_local_acme", "org_local_globex"
HEADERS = (
    "content-type",
    "cache-control",
    "vary",
    "allow",
    "retry-after",
    "www-authenticate",
    "content-security-policy",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "cross-origin-resource-policy",
    "location",
    "referrer-policy",
    "set-cookie",
)
# Differ from one moment to the next, whoever answers.
FLEETING = {"token", "expires_at", "session_id"}
# The same, in the data of a page: who crosses a second between two backends reads two tokens.
FLEETING_IN_A_PAGE = re.compile(rb'"(token|expires_at)":("[^"]+"|[0-9]+)')


@dataclass(frozen=True)
class Question:
    """A request; `who`: ada, newton or nobody."""

    method: str
    path: str
    who: str = "ada"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.who} {self.headers} {self.body[:20]!r}"


def post(body: str, kind: str = "application/json", who: str = "ada", **more: str) -> Question:
    headers = {"Content-Type": kind, **{name.replace("_", "-"): v for name, v in more.items()}}
    return Question("POST", "/api/events", who, headers, body.encode())


QUESTIONS = (
    Question("GET", "/healthz", "nobody"),
    Question("GET", "/readyz", "nobody"),
    Question("GET", "/api/me"),
    Question("GET", "/api/me", "nobody"),
    Question("GET", "/api/me", "newton"),
    Question("GET", "/api/me", headers={"X-Expected-Tenant": ACME}),
    Question("GET", "/api/me", headers={"X-Expected-Tenant": GLOBEX}),
    Question("GET", f"/api/me?expected_tenant={GLOBEX}"),
    Question("GET", "/api/me?expected_tenant=%FF"),
    Question("HEAD", "/api/me"),
    Question("POST", "/api/me"),
    Question("OPTIONS", "/api/me"),
    Question("TRACE", "/api/me"),
    Question("BREW", "/api/me"),
    Question("GET", "/api/me/"),
    Question("GET", "//api/me"),
    Question("GET", "/api/%6de"),
    Question("GET", "/api/me%2F"),
    Question("GET", "/api/tinybird/token"),
    Question("GET", "/api/tinybird/token", "nobody"),
    Question("GET", "/api/events"),
    Question("HEAD", "/api/events"),
    Question("GET", "/api"),
    Question("GET", "/api/"),
    Question("GET", "/api/nothing/at/all"),
    Question("GET", "/nothing", "nobody"),
    Question("GET", "/api/analytics"),
    Question("GET", "/api/analytics", "nobody"),
    Question("GET", "/api/analytics", "newton"),
    Question("GET", "/api/analytics", headers={"X-Expected-Tenant": GLOBEX}),
    Question("POST", "/api/analytics"),
    Question("GET", "/api/analytics/top_events?limit=3"),
    Question("GET", "/api/analytics/top_events?limit=3", headers={"Accept": "text/csv"}),
    Question("GET", "/api/analytics/top_events", headers={"Accept": "text/html"}),
    Question("GET", "/api/analytics/top_events?limit=0"),
    Question("GET", "/api/analytics/top_events?limit=1&limit=2"),
    Question("GET", "/api/analytics/top_events?color=%F0%9F%9A%80"),
    Question("GET", "/api/analytics/top_events?tenant_id=x"),
    Question("GET", "/api/analytics/top_events?limit=%FF"),
    Question("GET", "/api/analytics/top_events?" + "&".join(f"a{n}=1" for n in range(200))),
    Question("GET", "/api/analytics/unknown"),
    Question("GET", "/api/analytics/%E2%82%AC"),
    Question("GET", "/api/analytics/a%2Fb"),
    Question("GET", "/api/analytics/a%00b"),
    Question("GET", "/api/analytics/"),
    Question("GET", "/api/analytics/event_types", "nobody"),
    Question("GET", "/api/analytics/top_events", "nobody"),
    Question("GET", "/api/me", "nobody", {"Authorization": "Bearer junk"}),
    Question("GET", "/api/me", "nobody", {"Authorization": "Basic dTpw"}),
    Question("GET", "/api/me", "nobody", {"Cookie": "__session=junk"}),
    Question("GET", "/api/me", "nobody", {"X-Large": "x" * 40_000}),
    Question("GET", "/api/me", "nobody", {"Host": "evil.example"}),
    Question("GET", "/", "nobody"),
    Question("GET", "/sign-in", "nobody"),
    Question("GET", "/public", "nobody"),
    Question("GET", "/public"),
    Question("POST", "/public", "nobody"),
    Question("PUT", "/", "nobody"),
    Question("GET", "/embed/top_events?e=forged", "nobody"),
    Question("GET", "/embed/top_events?e=%FF&%C3%A9=1", "nobody"),
    Question("HEAD", "/embed/top_events", "nobody"),
    Question("POST", "/embed/top_events?e=forged", "nobody"),
    Question("GET", "/embed/", "nobody"),
    Question("GET", "/embed/a/b", "nobody"),
    Question("GET", "/embed/%E2%82%AC?e=x.y", "nobody", {"Referer": "https://evil.example/"}),
    Question("GET", "/roost.js", "nobody"),
    Question("GET", "/roost-chart.js", "nobody"),
    Question("GET", "/static/dashboard.js", "nobody"),
    Question("GET", "/static/roost/js/page.js", "nobody"),
    Question("GET", "/static/roost/../css/tokens.css", "nobody"),
    Question("GET", "/static/roost/", "nobody"),
    Question("GET", "/static/roost", "nobody"),
    Question("GET", "/static/../policy.py", "nobody"),
    Question("GET", "/static/%2e%2e/%2e%2e/policy.py", "nobody"),
    Question("GET", "/static/", "nobody"),
    Question("GET", "/static", "nobody"),
    post('{"event": "same_\u00e9", "event_id": "same-1"}'),
    post('[{"event": "same"}, {"event": "same"}]', "application/json; charset=utf-8"),
    post('{"event": "same"}\n{"event": "\u65e5\u672c"}\n', "application/x-ndjson"),
    post('{"event": "same"}', "text/plain"),
    post('{"event": "same"}', ""),
    post("x", Content_Encoding="gzip"),
    post(""),
    post("{"),
    post('[{"event": "same"}, 7]'),
    post('{"event": "same"}', who="nobody"),
    post('{"event": "same"}', who="newton"),
    post('{"event": "same"}', X_Expected_Tenant=GLOBEX),
    post("x" * 17_000_000),
)


# Lines that an HTTP client would not send twice, or not at all. `{ada}` is her bearer token.
BEARER, JSON = "Authorization: Bearer {ada}", "Content-Type: application/json"
COOKIE = "Cookie: __session={ada}"
ASKS, ASKS_POST = (f"Access-Control-Request-Method: {name}" for name in ("GET", "POST"))
OWN, FOREIGN = "Origin: {origin}", "Origin: https://evil.example"
REPEATED = {
    "GET /api/me": [
        (BEARER, BEARER),
        (BEARER, "Authorization: Bearer junk"),
        ("Authorization: Bearer junk", BEARER),
        ("Authorization: Basic dTpw", BEARER),
        (BEARER, "Authorization:"),
        (BEARER, "authorization: Bearer junk"),
        (BEARER, "Host: evil.example"),
        (BEARER, "Host: {host}"),
        (COOKIE, "Cookie: __session=junk"),
        ("Cookie: __session=junk", COOKIE),
        ("Cookie: a=1", COOKIE, "Cookie: b=2"),
        (BEARER, f"X-Expected-Tenant: {ACME}", f"X-Expected-Tenant: {ACME}"),
        (BEARER, f"X-Expected-Tenant: {ACME}", f"X-Expected-Tenant: {GLOBEX}"),
        (BEARER, f"X-Expected-Tenant: {GLOBEX}", f"X-Expected-Tenant: {ACME}"),
        (BEARER, f"X-Expected-Tenant: {ACME}", "X-Expected-Tenant:"),
        (BEARER, f"X_Expected_Tenant: {GLOBEX}"),
        (BEARER, f"X-Expected_Tenant: {GLOBEX}"),
        ("Author_ization: Bearer {ada}",),
        ("X_Authorization: Bearer {ada}",),
        (BEARER, "Content-Length: 0", "Content-Length: 0"),
        (BEARER, "Content-Type: a/b", JSON),
        (BEARER, "Origin: {origin}", "Origin: {origin}"),
    ],
    "POST /api/events": [
        (BEARER, JSON, JSON, "Content-Length: 0"),
        (BEARER, "Content-Type: text/plain", JSON, "Content-Length: 0"),
        (BEARER, "Content_Type: application/json", "Content-Length: 0"),
        (BEARER, JSON, "Content-Encoding: identity", "Content-Encoding: gzip"),
        (BEARER, JSON, "Content-Encoding: identity", "Content-Encoding: identity"),
        (BEARER, JSON, "Content_Encoding: gzip", "Content-Length: 0"),
        (COOKIE, JSON, OWN, FOREIGN),
        (COOKIE, JSON, FOREIGN, OWN),
        (COOKIE, JSON, OWN, OWN),
        (COOKIE, JSON, "O_rigin: {origin}"),
        (BEARER, JSON, "Content-Length: 0", "Content_Length: 2"),
    ],
    "GET /api/analytics/top_events?limit=3": [
        (BEARER, "Accept: text/csv", "Accept: application/json"),
        (BEARER, "Accept: application/json", "Accept: text/csv"),
        (BEARER, "Accept: text/html", "Accept: image/png"),
    ],
    "OPTIONS /api/me": [
        (OWN, ASKS),
        (OWN, ASKS, "Content-Length: 2"),
        (OWN, BEARER),
        (OWN, OWN, ASKS),
        (FOREIGN, ASKS),
        ("Origin: null", ASKS),
        (OWN, ASKS, "Host: evil.example"),
    ],
    "OPTIONS /api/events": [(OWN, ASKS_POST), (FOREIGN, ASKS_POST)],
    "OPTIONS /api/hello": [(OWN, ASKS)],
    "OPTIONS /": [(OWN, ASKS)],
    "POST /webhooks/clerk": [
        ("svix-id: a", "svix-id: b"),
        ("svix_id: a", "svix-timestamp: 1"),
    ],
}
SPELLINGS = (
    "//api/me",
    "/api//me",
    "/api/me//",
    "///api/me",
    "/./api/me",
    "/api/./me",
    "/api/x/../me",
    "/../api/me",
    "/api/%2e/me",
    "/%2e/api/me",
    "/api/x/%2e%2e/me",
    "/api%2Fme",
    "/%2Fapi/me",
    "/api/me%2F",
    "/api/me/",
    "/API/me",
    "/api/ME",
    "/api/%4De",
    "/api/me;x=1",
    "/api/me%00",
    "/api/me%20",
    "/api/me%0A",
    "/api/me%FF",
    "/api\\me",
    "/api/me.",
    "/api/me?",
    "http://{host}/api/me",
    "http://evil.example/api/me",
)
ODD = [
    *((request, lines) for request, many in REPEATED.items() for lines in many),
    *((f"GET {path}", (BEARER,)) for path in SPELLINGS),
]


@pytest.mark.parametrize(("request_line", "lines"), ODD, ids=str)
def test_all_backends_answer_odd_requests_alike(
    urls: dict[str, str], local: stack.Stack, request_line: str, lines: tuple[str, ...]
) -> None:
    known = {"ada": local.session_token(ADA, ACME), "origin": local.origin}

    answers = {name: raw_answer(url, request_line, lines, known) for name, url in urls.items()}

    (expected_by, expected), *others = answers.items()
    assert expected["status"] < 500
    for name, found in others:
        assert found == expected, f"{name} differs from {expected_by}"


@pytest.mark.parametrize("name", ["Authorization", "Content-Type", "Origin", "Content-Encoding"])
def test_what_can_be_given_once_is_refused_when_it_is_given_twice(
    urls: dict[str, str], local: stack.Stack, name: str
) -> None:
    token = local.session_token(ADA, ACME)
    given = {"Authorization": f"Bearer {token}", "Origin": local.origin}
    lines = [f"{name}: {given.get(name, 'application/json')}"] * 2

    answers = [raw_answer(url, "GET /api/me", lines, {}) for url in urls.values()]

    for found in answers:
        assert (found["status"], json.loads(found["body"])["code"]) == (400, "request-invalid")


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_all_backends_answer_alike(
    urls: dict[str, str], local: stack.Stack, question: Question
) -> None:
    tokens = {"ada": local.session_token(ADA, ACME), "newton": local.session_token(NEWTON, None)}
    headers = dict(question.headers)
    if question.who in tokens:
        headers["Authorization"] = f"Bearer {tokens[question.who]}"

    answers = {name: answer(url, question, headers) for name, url in urls.items()}

    (expected_by, expected), *others = answers.items()
    for name, found in others:
        assert found == expected, f"{name} differs from {expected_by}"


def test_all_backends_say_alike_that_the_queries_of_the_day_are_spent(
    projects: dict[str, Path], local: stack.Stack
) -> None:
    answers = {name: when_spent(project, local) for name, project in projects.items()}

    (expected_by, expected), *others = answers.items()
    assert [found["status"] for found in expected] == [200, 200, 429]
    for name, found in others:
        assert found == expected, f"{name} differs from {expected_by}"


def when_spent(project: Path, local: stack.Stack) -> list[dict[str, Any]]:
    """Serve a backend with one query a day and a page that reads through it; ask two of it."""
    mine = {"PORT": str(stack.free_port()), "DASHBOARD_READS": "backend", "DAILY_QUERY_BUDGET": "1"}
    headers = {"Authorization": f"Bearer {local.session_token(ADA, ACME)}"}
    asked = ("/", "/api/analytics/top_events", "/api/analytics/top_events?limit=3")
    with stack.running_app(local.env | mine, project) as url:
        found = [answer(url, Question("GET", path), headers) for path in asked]
    # Until midnight, whoever was asked when.
    assert 0 < int(found[-1].pop("retry-after")) <= 86_400
    return found


def answer(url: str, question: Question, headers: dict[str, str]) -> dict[str, Any]:
    """Ask one backend; return what must be the same everywhere."""
    with httpx2.Client(base_url=url, timeout=30) as client:
        response = client.request(
            question.method, question.path, headers=headers, content=question.body or None
        )
    shown = {name: response.headers.get(name) for name in HEADERS}
    if question.path.startswith("/static"):
        # Files are each framework's own to serve: how a type is quoted, how long a 404 is kept.
        del shown["cache-control"], shown["content-type"]
    body = lasting(response.headers.get("content-type", ""), response.content)
    return {"status": response.status_code, **shown, "body": body}


def raw_answer(
    url: str, request_line: str, lines: Sequence[str], known: dict[str, str]
) -> dict[str, Any]:
    """Ask one backend with lines as they are; return what must be the same everywhere."""
    host = url.removeprefix("http://")
    method, target = request_line.format(host=host).split(" ", 1)
    connection = http.client.HTTPConnection(host, timeout=30)
    with contextlib.closing(connection):
        connection.putrequest(method, target, skip_accept_encoding=True)
        for line in lines:
            name, _, value = line.format(host=host, **known).partition(":")
            connection.putheader(name, value.strip())
        connection.endheaders()
        response = connection.getresponse()
        body = response.read()
    shown = {name: response.getheader(name) for name in HEADERS}
    kind = shown["content-type"] or ""
    return {"status": response.status, **shown, "body": lasting(kind, body)}


def lasting(kind: str, content: bytes) -> bytes:
    """Return a body, without what differs from moment to moment, its order kept."""
    if kind.startswith("text/html"):
        return FLEETING_IN_A_PAGE.sub(rb'"\1":null', content.strip())
    if not kind.startswith("application/json") or not content:
        return content
    body = json.loads(content)
    if isinstance(body, dict) and FLEETING & body.keys():
        body = {name: None if name in FLEETING else value for name, value in body.items()}
        return json.dumps(body).encode()
    return content
