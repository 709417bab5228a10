"""The same question has the same answer, whichever framework gives it."""

from __future__ import annotations

import json
import re
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
    "access-control-allow-origin",
    "location",
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
    Question("GET", "/static/js/page.js", "nobody"),
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
    return {"status": response.status_code, **shown, "body": lasting(response)}


def lasting(response: httpx2.Response) -> bytes:
    """Return a body, without what differs from moment to moment, its order kept."""
    kind = response.headers.get("content-type", "")
    if kind.startswith("text/html"):
        return FLEETING_IN_A_PAGE.sub(rb'"\1":null', response.content.strip())
    if not kind.startswith("application/json") or not response.content:
        return response.content
    body = response.json()
    if isinstance(body, dict) and FLEETING & body.keys():
        body = {name: None if name in FLEETING else value for name, value in body.items()}
        return json.dumps(body).encode()
    return response.content
