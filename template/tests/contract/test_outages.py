"""Clerk or Tinybird out of reach, and back again: refusals in between, nothing lost."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import httpx2
import pytest

from ..stack import Stack, free_port
from .answers import PARAMETER, PUBLIC, READ, problem
from .gate import Gate

EVENT = {"event": "contract_outage"}


@pytest.fixture
def gates(stack: Stack) -> Iterator[tuple[Gate, Gate]]:
    """Gates before Clerk and before Tinybird."""
    env = stack.env
    with Gate(env["CLERK_API_URL"]) as clerk, Gate(env["TINYBIRD_API_URL"]) as tinybird:
        yield clerk, tinybird


def test_events_are_refused_until_tinybird_is_back(
    stack: Stack, gates: tuple[Gate, Gate], ada: dict[str, str]
) -> None:
    _, tinybird = gates
    with serving({**stack.env, "TINYBIRD_API_URL": tinybird.url}) as app:
        assert app.post("/api/events", json=EVENT, headers=ada).status_code == 202

        tinybird.shut()
        refused = app.post("/api/events", json=EVENT, headers=ada)
        read = app.get(f"{READ}?{PARAMETER}=", headers=ada)
        not_ready = until(lambda: app.get("/readyz"), 503)
        token = app.get("/api/tinybird/token", headers=ada)

        assert problem(refused) == problem(read) == (503, "tinybird-unavailable")
        assert refused.headers["retry-after"].isdecimal()
        assert not_ready.json()["detail"] == "Not reachable: Tinybird."
        assert token.status_code == 200
        tinybird.open()
        assert app.post("/api/events", json=EVENT, headers=ada).status_code == 202
        until(lambda: app.get("/readyz"), 200)


def test_the_app_starts_without_clerk_and_recovers(
    stack: Stack, gates: tuple[Gate, Gate], ada: dict[str, str]
) -> None:
    clerk, _ = gates
    clerk.shut()
    with serving(through(stack, clerk)) as app:
        refused = app.get("/api/me", headers=ada)
        not_ready = app.get("/readyz")

        assert problem(refused) == (503, "keys-unavailable")
        assert refused.headers["retry-after"].isdecimal()
        assert not_ready.json()["detail"] == "Not reachable: Clerk's keys."
        for endpoint in PUBLIC:
            assert app.get(f"/api/analytics/{endpoint}").status_code == 200
        clerk.open()
        until(lambda: app.get("/readyz"), 200)


def test_known_keys_serve_while_clerk_is_out_of_reach(
    stack: Stack, gates: tuple[Gate, Gate], ada: dict[str, str]
) -> None:
    clerk, _ = gates
    with serving(through(stack, clerk)) as app:
        until(lambda: app.get("/readyz"), 200)
        clerk.shut()

        # Its issuer is not this gate's address, so the session is refused, but by a known key.
        assert problem(app.get("/api/me", headers=ada)) == (401, "token-invalid")
        assert app.get("/readyz").status_code == 200


def through(stack: Stack, clerk: Gate) -> dict[str, str]:
    return {**stack.env, "CLERK_PROXY_URL": clerk.url}


def until(ask: Callable[[], httpx2.Response], status: int) -> httpx2.Response:
    """Ask until the answer has a status, for ten seconds at most."""
    deadline = time.monotonic() + 10
    while (response := ask()).status_code != status:
        assert time.monotonic() < deadline, f"still {response.status_code}"
        time.sleep(0.1)
    return response


@contextlib.contextmanager
def serving(env: dict[str, str]) -> Generator[httpx2.Client, None, None]:
    """Serve the app with `env` on a port of its own, ready or not."""
    env = {"PATH": os.environ["PATH"], **env, "PORT": str(free_port())}
    command = [str(Path(sys.executable).parent / "app"), "serve"]
    process = subprocess.Popen(command, env=env)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{env['PORT']}", timeout=30) as client:
            wait_until_up(process, client)
            yield client
    finally:
        process.terminate()
        process.wait(30)


def wait_until_up(process: subprocess.Popen[bytes], client: httpx2.Client) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the app ended with code {process.returncode}"
        with contextlib.suppress(httpx2.TransportError):
            client.get("/healthz")
            return
        time.sleep(0.05)
    raise AssertionError("the app did not come up")
