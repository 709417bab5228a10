"""Whatever bytes arrive, the app answers in its own words: no 5xx, no trace of its inside.

`ODD_ROUNDS=20 uv run poe test` sends more, each time others.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from roost.testing.stack import Stack

from .answers import PARAMETER, PUBLIC, READ

ROUNDS = "ODD_ROUNDS"
TIMEOUT_S = 30

exploring = settings(
    max_examples=700,
    derandomize=ROUNDS not in os.environ,
    phases=[Phase.generate, Phase.shrink],
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

EVENTS = "POST /api/events"
CALLS = (
    "GET /",
    "GET /healthz",
    "GET /api",
    "GET /api/me",
    "POST /api/events?expected_tenant=",
    "GET /api/tinybird/token",
    "GET /api/analytics/",
    *(f"GET /api/analytics/{name}" for name in PUBLIC),
    f"GET {READ}?{PARAMETER}=",
    f"GET {READ}?{PARAMETER}=x&=&q=",
    "GET /docs",
    "GET /static/",
    "POST /webhooks/clerk",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "TRACE", "get")
TWISTS = (
    "",
    "/",
    "//",
    "/..",
    "/../",
    "%2e%2e/",
    "/%2F",
    "%00",
    "%0d%0a",
    "%ff",
    "%",
    "%zz",
    "?",
    "#",
)
HEADERS = (
    "Accept",
    "Accept-Encoding",
    "Authorization",
    "Content-Encoding",
    "Content-Type",
    "Cookie",
    "Expect",
    "Forwarded",
    "If-None-Match",
    "Origin",
    "Range",
    "X-Expected-Tenant",
    "X-Forwarded-For",
    "X-HTTP-Method-Override",
)
VALUES = (
    "",
    "*/*",
    "text/csv",
    "text/csv;q=nan, application/json;q=-1",
    "application/json",
    "application/json; charset=utf-16",
    "application/x-ndjson",
    "Bearer",
    "Bearer a.b.c",
    "Bearer eyJhbGciOiJub25lIn0.e30.",
    "Basic Og==",
    "__session=a.b.c; __session=",
    "gzip",
    "null",
    "bytes=0-",
    "1.2.3.4, [::1",
)
MEDIA = ("application/json", "application/x-ndjson", "application/ndjson; charset=UTF-8")
BODIES = (
    b"",
    b"{}",
    b"[]",
    b"[{}, 1]",
    b'{"event": "page_view"}',
    b'{"event": "a"}\n{"event": "b"}\n',
    b'{"timestamp": "0001-01-01T00:00:00+23:59"}',
    b'{"a": 1e999, "b": NaN}',
    b'{"a": "\\ud800"}',
    b"\xef\xbb\xbf{}",
    b"[" * 5000,
    b'{"a":' * 2000,
)


@dataclass(frozen=True, slots=True)
class Odd:
    """A request as it goes over the wire; `is_member` sends a session along."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_member: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


visible = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=30)
values = st.sampled_from(VALUES) | st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=60
)


@st.composite
def odd_requests(draw: st.DrawFn) -> Odd:
    """Draw a call of the app that is changed in some places, or in none."""
    # The most code stands behind the events: they are sent as often as all else is asked.
    call = draw(st.just(EVENTS) | st.sampled_from(CALLS))
    method, _, target = call.partition(" ")
    if draw(st.integers(0, 3)) == 0:
        method = draw(st.sampled_from(METHODS) | st.text("ABCxyz-!", min_size=1, max_size=12))
    if draw(st.integers(0, 2)) == 0:
        target += draw(st.sampled_from(TWISTS) | visible)
    headers = draw(st.lists(st.tuples(st.sampled_from(HEADERS), values), max_size=2))
    body = draw(st.sampled_from(BODIES) | st.binary(max_size=200))
    if method == "POST" and draw(st.integers(0, 3)):
        headers.append(("Content-Type", draw(st.sampled_from(MEDIA))))
    return Odd(method, target, tuple(headers), body, is_member=draw(st.integers(0, 3)) > 0)


def test_the_app_answers_odd_requests_in_its_own_words(stack: Stack, spare_app_url: str) -> None:
    member = stack.new_member("Odd")
    answered: Counter[int] = Counter()

    for _ in range(int(os.environ.get(ROUNDS, "1"))):
        # A session's token lives for a minute, and a round takes less.
        answered += explored(spare_app_url, stack.token_of(member))

    assert answered.keys() >= {200, 202, 400, 401, 404, 405}
    assert answered[429] < answered.total() / 10


def explored(url: str, token: str) -> Counter[int]:
    """Send odd requests and check each answer; count the answers by status."""
    answered: Counter[int] = Counter()

    @exploring
    @given(odd_requests())
    def explore(odd: Odd) -> None:
        reply = sent(url, odd, token if odd.is_member else None)
        wrong = fault(odd, reply)
        assert wrong is None, (wrong, reply)
        answered[reply.status] += 1

    explore()
    return answered


def sent(url: str, odd: Odd, token: str | None) -> Reply:
    """Send a request byte by byte as it is: a client would mend it first."""
    address = urlsplit(url)
    own = [("Host", address.netloc), ("Connection", "close"), ("Content-Length", len(odd.body))]
    session = [("Authorization", f"Bearer {token}")] if token else []
    lines = [f"{name}: {value}" for name, value in [*own, *session, *odd.headers]]
    head = "\r\n".join([f"{odd.method} {odd.target} HTTP/1.1", *lines, "", ""])
    with socket.create_connection((address.hostname, address.port), TIMEOUT_S) as connection:
        connection.sendall(head.encode("latin-1") + odd.body)
        response = http.client.HTTPResponse(connection, method=odd.method)
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, headers, response.read())


def fault(odd: Odd, reply: Reply) -> str | None:
    """Say what is wrong with an answer."""
    if b"Traceback" in reply.body or b'File "' in reply.body:
        return "it shows the app's inside"
    if reply.status >= 500:
        return "an error of the server"
    if "x-request-id" not in reply.headers:
        # The server's own: it refuses what is no HTTP before the app sees it.
        return None if reply.status == 400 and not reply.body else "not the app's answer"
    if reply.status >= 400 and odd.method != "HEAD" and not is_problem(reply):
        return "not a problem document"
    return None


def is_problem(reply: Reply) -> bool:
    """Tell whether an answer is a problem document of its status."""
    if reply.headers["content-type"] != "application/problem+json":
        return False
    problem = json.loads(reply.body)
    names = ["type", "title", "status", "detail", "code"]
    return list(problem) == names and problem["status"] == reply.status
