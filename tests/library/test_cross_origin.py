"""Which origins' pages may call the API, decided beside any framework."""

from __future__ import annotations

import asyncio
import json

import pytest
from roost.errors import AppError
from roost.http import asgi, wsgi
from roost.http.asgi import Message, Receive, Scope, Send
from roost.http.cross_origin import CrossOrigin
from roost.http.wsgi import Environ, StartResponse
from roost.settings import Settings

from .described import products_document

OWN = "https://app.example.com"
ASKED = {"origin": OWN, "access-control-request-method": "GET"}
RULES = CrossOrigin([OWN])


async def failing(scope: Scope, receive: Receive, send: Send) -> None:
    """Fail as an app does whose services are out of reach, or that has a fault."""
    if scope["path"] == "/api/me":
        raise AppError("keys-unavailable", headers={"Retry-After": "5"})
    raise RuntimeError("5ec2e7")


async def with_its_own(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as an owner's own middleware for other origins does."""
    headers = [(b"access-control-allow-origin", b"https://theirs.example"), (b"vary", b"Accept")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def ask(app: asgi.App, settings: Settings, path: str, **headers: str) -> list[tuple[str, str]]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    given = {"host": "app.example.com", **headers}
    scope = {
        "type": "http",
        "method": "OPTIONS" if "access-control-request-method" in headers else "GET",
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("192.0.2.1", 1),
    }
    asyncio.run(asgi.Shell(app, settings)(scope, receive, send))
    status = (":status", str(sent[0]["status"]))
    return [status, *((name.decode(), value.decode()) for name, value in sent[0]["headers"])]


def test_every_route_of_the_document_that_a_session_may_call_answers_a_preflight() -> None:
    paths = json.loads(products_document())["paths"]
    called = {path: set(item) for path, item in paths.items() if path.startswith("/api/")}
    assert len(called) > 5

    for path, methods in called.items():
        answer = dict(RULES.preflight("OPTIONS", path, ASKED.get) or ())
        assert {answer["access-control-allow-methods"].lower()} == methods, path


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/api/me", ASKED),
        ("OPTIONS", "/api/me", {"origin": OWN}),
        ("OPTIONS", "/api/me", {**ASKED, "origin": "https://evil.example"}),
        ("OPTIONS", "/api/me", {**ASKED, "origin": f"{OWN}, https://evil.example"}),
        ("OPTIONS", "/api/me", {"access-control-request-method": "GET"}),
        ("OPTIONS", "/api/me/", ASKED),
        ("OPTIONS", "/api/own", ASKED),
        ("OPTIONS", "/webhooks/clerk", ASKED),
        ("OPTIONS", "/", ASKED),
    ],
)
def test_what_is_no_preflight_of_the_owners_is_left_to_the_app(
    method: str, path: str, headers: dict[str, str]
) -> None:
    assert RULES.preflight(method, path, headers.get) is None


@pytest.mark.parametrize("origin", [None, "", "null", "*", "https://evil.example", f"{OWN}:8443"])
def test_a_foreign_origin_is_told_nothing(origin: str | None) -> None:
    assert RULES.headers("/api/me", origin) == [("vary", "Origin")]


def test_a_refusal_says_to_whom_it_may_be_shown_whoever_refuses(settings: Settings) -> None:
    unavailable = ask(failing, settings, "/api/me", origin=OWN)
    broken = ask(failing, settings, "/api/tinybird/token", origin=OWN)
    foreign_host = ask(failing, settings, "/api/me", origin=OWN, host="evil.example")

    statuses = [dict(answer)[":status"] for answer in (unavailable, broken, foreign_host)]
    assert statuses == ["503", "500", "421"]
    for answer in (unavailable, broken, foreign_host):
        assert ("access-control-allow-origin", OWN) in answer
        assert ("vary", "Origin") in answer
    assert ("retry-after", "5") in unavailable


def test_a_preflight_for_a_foreign_host_is_refused(settings: Settings) -> None:
    answer = ask(failing, settings, "/api/me", **{**ASKED, "host": "evil.example"})

    assert dict(answer)[":status"] == "421"


def test_what_the_app_itself_says_to_other_origins_stays(settings: Settings) -> None:
    answer = ask(with_its_own, settings, "/api/me", origin=OWN)

    allowed = [value for name, value in answer if name == "access-control-allow-origin"]
    assert allowed == ["https://theirs.example"]
    assert [value for name, value in answer if name == "vary"] == ["Accept", "Origin"]


def test_a_wsgi_app_sees_no_preflight(settings: Settings) -> None:
    started: list[object] = []

    def app(environ: Environ, start_response: StartResponse) -> list[bytes]:
        raise AssertionError("asked")

    def start(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
        started.extend([status, dict(headers)["access-control-allow-origin"]])

    environ = {
        "REQUEST_METHOD": "OPTIONS",
        "PATH_INFO": "/api/events",
        "HTTP_HOST": "app.example.com",
        "HTTP_ORIGIN": OWN,
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST",
        "wsgi.input": None,
    }

    assert list(wsgi.Shell(app, settings)(environ, start)) == [b""]
    assert started == ["204 No Content", OWN]
