"""Hundreds of slow clients at once: whoever is quick is answered as if they were not there."""

from __future__ import annotations

import base64
import contextlib
import itertools
import re
import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..product import stack
from ..turns import by_turns
from .conftest import BACKENDS
from .serving import Served, serving
from .slow_senders import TIMEOUT_S, Slow, ask, connect, trickle

# Opened in batches, so that what is measured is who is held, and no crowd at the door.
BATCHES, BATCH = 10, 50
SENDERS = BATCHES * BATCH
# Of those that announce a large body, so many send four megabytes of it.
SENDING = 40
WITHIN_S = 1.0
ADA, ACME = "user_local_ada", "org_local_acme"
# One tenant may not begin so many requests at once.
TENANTS = 12

BODY = ("Content-Type: application/json", "Content-Length: 500")
CHUNKS = ("Content-Type: application/json", "Transfer-Encoding: chunked")
EVENTS, DELIVERIES = "POST /api/events", "POST /webhooks/clerk"
WAYS = [
    Slow("GET /healthz", is_ended=False),
    Slow(EVENTS, BODY, is_ended=False, is_signed=True),
    Slow(EVENTS, BODY),
    Slow(EVENTS, BODY, is_signed=True),
    Slow(EVENTS, CHUNKS, is_signed=True),
    Slow(DELIVERIES, BODY),
    Slow("POST /mcp", BODY),
    Slow("POST /mcp", BODY, is_signed=True),
    Slow("PUT /api/me", CHUNKS, is_signed=True),
]


@pytest.fixture(scope="module")
def members(local: stack.Stack) -> list[stack.Member]:
    """Somebody of each of several tenants, whom nobody else knows."""
    return [local.new_member(f"Slow {number}") for number in range(TENANTS)]


@pytest.fixture
def bearers(local: stack.Stack, members: list[stack.Member]) -> list[str]:
    """Sessions of theirs, which last for a minute."""
    return [f"Bearer {local.token_of(member)}" for member in members]


@pytest.fixture(scope="module", params=by_turns(BACKENDS, always=BACKENDS[:1]))
def app(
    request: pytest.FixtureRequest,
    projects: dict[str, Path],
    local: stack.Stack,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """One backend after the other."""
    folder = tmp_path_factory.mktemp("slow")
    env = local.env | {"PORT": str(stack.free_port())}
    with serving(projects[request.param], folder, env) as app:
        yield app


def test_slow_senders_keep_nobody_waiting(
    app: Served, local: stack.Stack, bearers: list[str]
) -> None:
    bearer = f"Bearer {local.session_token(ADA, ACME)}"

    for slow in [*WAYS, forged_delivery()]:
        answers = answers_meanwhile(app, slow, bearers, bearer)

        assert {status for status, _ in answers} == {200}, slow
        assert max(seconds for _, seconds in answers) < WITHIN_S, slow


def test_a_sender_below_the_rate_is_told_so(app: Served, bearers: list[str]) -> None:
    port = app.client.base_url.port or 0
    slow = [Slow(EVENTS, BODY, is_signed=True), Slow(EVENTS, CHUNKS, is_signed=True)]
    ways = [*slow, forged_delivery()]
    with contextlib.ExitStack() as opened:
        sockets = [opened.enter_context(connect(port, way, iter(bearers), 1)[0]) for way in ways]
        heads = [received(one) for one in sockets]

    for head in heads:
        assert head.startswith(b"HTTP/1.1 408 ")
        assert b'"code":"body-timeout"' in head


def test_bodies_announced_reserve_nothing_and_those_held_are_bounded(
    app: Served, bearers: list[str]
) -> None:
    port = app.client.base_url.port or 0
    length = ("Content-Type: application/json", "Content-Length: 10000000")
    large = Slow(EVENTS, length, is_signed=True)
    (worker,) = app.workers
    before = worker.memory_info().rss
    turns = itertools.cycle(bearers)

    with contextlib.ExitStack() as opened:
        sockets = [opened.enter_context(one) for one in connect(port, large, turns, SENDERS)]
        for one in sockets[:SENDING]:
            send_until_refused(one, b" " * 4_000_000)
        # What they have sent is more than a process holds by so many of them, and some more.
        refused = readable(sockets[:SENDING], 10)
        held = worker.memory_info().rss - before
        heads = [received(one) for one in refused]

    assert held < 400_000_000
    told = [head for head in heads if head]
    assert told
    for head in told:
        assert head.startswith(b"HTTP/1.1 503 ")
        assert re.search(rb"(?i)\r\nretry-after: 1\r\n", head)
        assert b'"code":"overloaded"' in head
    assert app.client.get("/healthz").status_code == 200


def forged_delivery() -> Slow:
    """What says of itself all that a delivery of Clerk's does."""
    signature = base64.b64encode(b"x" * 32).decode()
    signed = ("svix-id: msg_forged", f"svix-timestamp: {int(time.time())}")
    return Slow(DELIVERIES, (*BODY, *signed, f"svix-signature: v1,{signature}"))


def answers_meanwhile(
    app: Served, slow: Slow, bearers: list[str], bearer: str
) -> list[tuple[int, float]]:
    """Ask while more and more senders are slow, and while all of them send a byte now and then."""
    port, turns, answers = app.client.base_url.port or 0, itertools.cycle(bearers), []
    with contextlib.ExitStack() as opened:
        sockets: list[socket.socket] = []
        for _ in range(BATCHES):
            batch = connect(port, slow, turns, BATCH)
            sockets += [opened.enter_context(one) for one in batch]
            answers += [ask(port, bearer, path) for path in ("/healthz", "/api/me")]
        for _ in range(3):
            trickle(sockets)
            answers += [ask(port, bearer, path) for path in ("/healthz", "/api/me")]
    return answers


def send_until_refused(one: socket.socket, body: bytes) -> None:
    """Send a part of a body, or less if the other side hangs up meanwhile."""
    with contextlib.suppress(ConnectionError):
        one.sendall(body)


def readable(sockets: list[socket.socket], count: int) -> list[socket.socket]:
    """Wait until so many connections have an answer, or an end; return them."""
    found: list[socket.socket] = []
    deadline = time.monotonic() + TIMEOUT_S
    while len(found) < count:
        assert time.monotonic() < deadline, len(found)
        found, _, _ = select.select(sockets, [], [], 0.1)
    return found


def received(one: socket.socket) -> bytes:
    """Receive until the other side hangs up."""
    data = b""
    one.settimeout(TIMEOUT_S)
    with contextlib.suppress(ConnectionError):
        while chunk := one.recv(65_536):
            data += chunk
    return data
