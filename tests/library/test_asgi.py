from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable

import pytest
from roost.http.asgi import App, Message, Receive, Scope, Send, Shell
from roost.net import timeouts
from roost.settings import Settings

HOST = (b"host", b"app.example.com")


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the size of the body."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": f"{scope['method']} {size}".encode()})


async def broken(scope: Scope, receive: Receive, send: Send) -> None:
    """Fail with a secret in the message."""
    raise RuntimeError("5ec2e7")


async def serve(
    guarded: App,
    chunks: Iterable[bytes] = (b"",),
    *,
    path: str = "/api/events",
    method: str = "POST",
    headers: Iterable[tuple[bytes, bytes]] = (HOST,),
) -> tuple[int, dict[str, str], bytes]:
    incoming = iter(chunks)
    sent: list[Message] = []

    async def receive() -> Message:
        body = next(incoming, None)
        if body is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": body, "more_body": True}

    async def finite() -> Message:
        message = await receive() if remaining[0] > 1 else {**await receive(), "more_body": False}
        remaining[0] -= 1
        return message

    async def send(message: Message) -> None:
        sent.append(message)

    chunks = list(chunks)
    incoming, remaining = iter(chunks), [len(chunks)]
    scope = {"type": "http", "method": method, "path": path, "headers": list(headers)}
    await guarded(scope, finite, send)
    names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], names, sent[1]["body"]


def code(body: bytes) -> str:
    return json.loads(body)["code"]


def test_a_request_passes_and_gets_its_headers(settings: Settings) -> None:
    status, headers, body = asyncio.run(serve(Shell(echo, settings), [b"ab", b"c"]))

    assert (status, body) == (200, b"POST 3")
    assert headers["cache-control"] == "private, no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert len(headers["x-request-id"]) == 16
    assert headers["strict-transport-security"] == "max-age=31536000"


def test_head_is_get_without_a_body(settings: Settings) -> None:
    status, _, body = asyncio.run(serve(Shell(echo, settings), method="HEAD"))

    assert (status, body) == (200, b"")


def test_a_foreign_host_is_refused_but_for_the_probes(settings: Settings) -> None:
    guarded, foreign = Shell(echo, settings), [(b"host", b"evil.example")]

    status, _, body = asyncio.run(serve(guarded, headers=foreign))

    assert (status, code(body)) == (421, "host-unknown")
    assert asyncio.run(serve(guarded, headers=foreign, path="/healthz"))[0] == 200
    two_hosts = [HOST, (b"host", b"evil.example")]
    assert asyncio.run(serve(guarded, headers=two_hosts))[0] == 421


def test_headers_that_are_too_large_are_refused(settings: Settings) -> None:
    headers = [HOST, (b"cookie", b"x" * 40_000)]

    status, _, body = asyncio.run(serve(Shell(echo, settings), headers=headers))

    assert (status, code(body)) == (431, "headers-too-large")


@pytest.mark.parametrize("length", [b"16000001", b"9" * 400])
def test_a_body_announced_too_large_is_refused_unread(settings: Settings, length: bytes) -> None:
    headers = [HOST, (b"content-length", length)]

    status, _, body = asyncio.run(serve(Shell(echo, settings), headers=headers))

    assert (status, code(body)) == (413, "body-too-large")


def test_a_body_is_cut_off_while_it_arrives(settings: Settings) -> None:
    chunks = [b"x" * 1_000_000] * 17

    status, _, body = asyncio.run(serve(Shell(echo, settings), chunks))

    assert (status, code(body)) == (413, "body-too-large")


def test_a_body_that_never_ends_is_given_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeouts, "BODY_S", 0.01)

    async def scenario() -> tuple[int, dict[str, str], bytes]:
        return await serve(Shell(echo, settings), [])

    status, _, body = asyncio.run(scenario())

    assert (status, code(body)) == (408, "body-timeout")


def test_a_body_that_is_cut_off_is_refused_and_no_error_of_ours(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[Message] = []
    incoming = iter(
        [
            {"type": "http.request", "body": b"ab", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> Message:
        return next(incoming)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/events", "headers": [HOST]}
    asyncio.run(Shell(echo, settings)(scope, receive, send))

    assert (sent[0]["status"], code(sent[1]["body"])) == (400, "request-invalid")
    assert "ERROR" not in caplog.text


LENGTH = (b"content-length", b"2")


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ((HOST, LENGTH), 0),
        ((HOST, (b"transfer-encoding", b"chunked")), 0),
        ((HOST,), 2),
        # Who waits for 100 Continue has sent nothing, and is told without it that nobody asks.
        ((HOST, LENGTH, (b"expect", b"100-continue")), 2),
    ],
)
def test_a_body_that_is_on_its_way_is_received_before_the_answer_ends(
    settings: Settings, headers: tuple[tuple[bytes, bytes], ...], left: int
) -> None:
    incoming = [
        {"type": "http.request", "body": b"a", "more_body": True},
        {"type": "http.request", "body": b"b", "more_body": False},
    ]
    at_the_end: list[int] = []

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            at_the_end.append(len(incoming))

    scope = {"type": "http", "method": "POST", "path": "/api/events", "headers": headers}
    asyncio.run(Shell(broken, settings)(scope, receive, send))

    assert at_the_end == [left]


def test_an_answer_waits_shortly_for_a_body_that_does_not_come(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeouts, "UNREAD_BODY_S", 0.01)
    serving = serve(Shell(broken, settings), [], headers=(HOST, LENGTH))

    assert asyncio.run(serving)[0] == 500


def test_who_hangs_up_after_the_body_is_seen_by_the_app(settings: Settings) -> None:
    seen: list[str] = []
    messages = (
        {"type": "http.request", "body": b"", "more_body": False},
        {"type": "http.disconnect"},
    )
    incoming = iter(messages)

    async def watch(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend([(await receive())["type"] for _ in messages])

    async def receive() -> Message:
        return next(incoming)

    async def send(message: Message) -> None:
        raise AssertionError(message)

    scope = {"type": "http", "method": "GET", "path": "/api/me", "headers": [HOST]}
    asyncio.run(Shell(watch, settings)(scope, receive, send))

    assert seen == ["http.request", "http.disconnect"]


def test_a_failure_tells_nothing(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    status, _, body = asyncio.run(serve(Shell(broken, settings)))

    assert (status, code(body)) == (500, "internal")
    assert "RuntimeError at" in caplog.text
    assert "5ec2e7" not in caplog.text + body.decode()


def test_the_access_log_holds_no_query_and_no_line_end(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    asyncio.run(serve(Shell(echo, settings), path="/api/x\nmethod=GET"))

    (record,) = [record for record in caplog.records if record.name == "app.access"]
    assert record.getMessage() == "POST /api/x%0Amethod%3DGET 200"
