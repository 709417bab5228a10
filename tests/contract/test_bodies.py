"""How a body arrives: in chunks, slowly, when it is asked for, or not to its end."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import httpx2
import pytest
from roost.testing.stack import Stack

from .answers import ACME, ADA, SessionToken
from .apps import serving
from .holders import Holder
from .wire import EVENTS, Wire, first_answered

JSON = "Content-Type: application/json"
NDJSON = "Content-Type: application/x-ndjson"
CHUNKED = "Transfer-Encoding: chunked"
EVENT = b'{"event": "contract_body"}'
# Fewer than a tenant may send at once, and more than there are cores.
SLOW_CLIENTS = 20


@pytest.fixture
def signed(stack: Stack, attacker: Holder) -> str:
    """The Authorization line of a tenant whose rows are known."""
    return f"Authorization: Bearer {stack.token_of(attacker.member)}"


@pytest.mark.parametrize("media", [JSON, NDJSON])
def test_a_body_that_breaks_off_is_refused_and_nothing_of_it_stored(
    app_url: str, attacker: Holder, signed: str, media: str
) -> None:
    with Wire(app_url) as wire:
        wire.head(EVENTS, signed, media, f"Content-Length: {len(EVENT) + 2}")
        wire.send(EVENT + b"\n")
        wire.end()
        reply = wire.reply()

    assert (reply.status, reply.code) == (400, "request-invalid")
    assert attacker.read_all() == attacker.plain


@pytest.mark.parametrize("rest", [b"", b"zz\r\n", b"5\r\n"], ids=["end", "junk", "short"])
def test_chunks_that_break_off_in_an_event_are_refused(
    app_url: str, attacker: Holder, signed: str, rest: bytes
) -> None:
    with Wire(app_url) as wire:
        wire.head(EVENTS, signed, JSON, CHUNKED)
        wire.chunk(EVENT[:-1])
        wire.send(rest)
        wire.end()
        reply = wire.reply()

    assert reply.status == 400
    assert reply.code in {"request-invalid", "event-invalid"}
    assert attacker.read_all() == attacker.plain


def test_a_body_may_come_in_chunks(app_url: str, ada: dict[str, str]) -> None:
    with Wire(app_url) as wire:
        wire.head(EVENTS, f"Authorization: {ada['Authorization']}", JSON, CHUNKED)
        for piece in (EVENT[:5], EVENT[5:], b""):
            wire.chunk(piece)
        reply = wire.reply()

    assert (reply.status, reply.body) == (202, b'{"accepted":1,"quarantined":0}')


def test_chunks_without_end_are_cut_off(app_url: str, ada: dict[str, str]) -> None:
    with Wire(app_url) as wire:
        wire.head(EVENTS, f"Authorization: {ada['Authorization']}", JSON, CHUNKED)
        # The app may answer and hang up while they are still being sent.
        with contextlib.suppress(ConnectionError):
            for _ in range(17):
                wire.chunk(b" " * 1_000_000)
        reply = wire.reply()

    assert (reply.status, reply.code) == (413, "body-too-large")


def test_a_body_is_asked_for_where_its_sender_waits(app_url: str, ada: dict[str, str]) -> None:
    length, expect = f"Content-Length: {len(EVENT)}", "Expect: 100-continue"
    with Wire(app_url) as wire:
        wire.head(EVENTS, f"Authorization: {ada['Authorization']}", JSON, length, expect)
        assert wire.read_line() == b"HTTP/1.1 100 Continue\r\n"
        assert wire.read_line() == b"\r\n"
        wire.send(EVENT)
        assert wire.reply().status == 202


def test_a_strangers_body_is_not_waited_for(app_url: str) -> None:
    for headers in ((), ("Expect: 100-continue",)):
        with Wire(app_url) as wire:
            wire.head(EVENTS, JSON, "Content-Length: 500", *headers)
            reply = wire.reply()

        assert (reply.status, reply.code) == (401, "token-missing")


@pytest.mark.parametrize("request_line", [EVENTS, "PUT /api/me", "POST /api/nothing"])
@pytest.mark.parametrize("framing", [f"Content-Length: {len(EVENT)}", CHUNKED])
def test_a_connection_goes_on_after_a_refusal_that_came_before_the_body(
    app_url: str, request_line: str, framing: str
) -> None:
    with Wire(app_url) as wire:
        wire.head(request_line, JSON, framing, ends=False)
        # Many clients send the body in a packet of its own.
        time.sleep(0.05)
        if framing == CHUNKED:
            wire.chunk(EVENT)
            wire.chunk(b"")
        else:
            wire.send(EVENT)
        assert wire.reply().code in {"token-missing", "method-not-allowed", "not-found"}
        wire.head("GET /healthz")
        assert wire.reply().status == 200


def test_two_lengths_are_refused(app_url: str, signed: str) -> None:
    with Wire(app_url) as wire:
        wire.head(EVENTS, signed, JSON, f"Content-Length: {len(EVENT)}", "Content-Length: 3")
        wire.send(EVENT)
        assert wire.reply().status == 400


def test_a_body_may_trickle(app_url: str, ada: dict[str, str]) -> None:
    with Wire(app_url) as wire:
        length = f"Content-Length: {len(EVENT)}"
        wire.head(EVENTS, f"Authorization: {ada['Authorization']}", JSON, length)
        for byte in EVENT:
            wire.send(bytes([byte]))
            # A slow line, which is what this is about.
            time.sleep(0.1)
        assert wire.reply().status == 202


def test_bodies_beyond_what_a_process_holds_are_put_off(stack: Stack, signed: str) -> None:
    with serving(stack.env) as app, contextlib.ExitStack() as opened:
        wires = [opened.enter_context(Wire(str(app.base_url))) for _ in range(10)]
        for wire in wires:
            wire.head(EVENTS, signed, JSON, "Content-Length: 15000000")
            # The app answers and hangs up while the last ones are being sent.
            with contextlib.suppress(ConnectionError):
                wire.send(b" " * 14_000_000)
        reply = first_answered(wires).reply()

    assert (reply.status, reply.code) == (503, "overloaded")


def test_slow_clients_keep_nobody_waiting(
    app_url: str, client: httpx2.Client, stack: Stack, session_token: SessionToken
) -> None:
    slow = f"Authorization: Bearer {stack.token_of(stack.new_member('Slow clients'))}"
    with contextlib.ExitStack() as opened:
        wires = [opened.enter_context(Wire(app_url)) for _ in range(SLOW_CLIENTS)]
        for wire in wires:
            wire.head(EVENTS, slow, JSON, f"Content-Length: {len(EVENT)}")
            wire.send(EVENT[:-1])

        headers = {"Authorization": f"Bearer {session_token(ADA, ACME)}"}
        answers = [client.get(path, headers=headers) for path in ("/healthz", "/api/me")]
        for wire in wires:
            wire.send(EVENT[-1:])
        replies = [wire.reply().status for wire in wires]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert replies == [202] * SLOW_CLIENTS


def test_who_hangs_up_is_no_error_of_the_app(
    stack: Stack, session_token: SessionToken, tmp_path: Path
) -> None:
    log = tmp_path / "app.log"
    with serving(stack.env, log=log) as app:
        bearer = f"Authorization: Bearer {session_token(ADA, ACME)}"
        for framing in ("Content-Length: 500", CHUNKED):
            with Wire(str(app.base_url)) as wire:
                wire.head(EVENTS, bearer, JSON, framing, "Expect: 100-continue")
                # It reads the body now.
                assert wire.read_line() == b"HTTP/1.1 100 Continue\r\n"
        deadline = time.monotonic() + 60
        while log.read_text().count("POST /api/events 400") < 2:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)

    assert '"level":"error"' not in log.read_text()
    assert "Traceback" not in log.read_text()
