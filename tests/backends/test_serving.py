"""How each backend is served: workers, its end, a proxy before it, the seed's settings."""

from __future__ import annotations

import base64
import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from ..product import stack
from ..turns import by_turns
from .conftest import BACKENDS
from .serving import Served, serving

ADA, ACME = "user_local_ada", "org_local_acme"
PUBLIC = "/api/analytics/event_types"
EVENT = b'{"event": "served"}'
# What a visitor may read at once (VISITOR_READS), and more than any limit allows.
FRESH, ENOUGH = 100, 2000
# As the seed spells them; the values are those of a product with pages of its own.
SEED_URLS = {
    "NEXT_PUBLIC_CLERK_SIGN_IN_URL": "/login",
    "NEXT_PUBLIC_CLERK_SIGN_UP_URL": "/register",
    "NEXT_PUBLIC_CLERK_AFTER_SIGN_IN_URL": "/welcome",
    "NEXT_PUBLIC_CLERK_AFTER_SIGN_UP_URL": "/first-steps",
}


@pytest.fixture(scope="module", params=by_turns(BACKENDS, always=BACKENDS[:1]))
def backend(request: pytest.FixtureRequest) -> str:
    """One backend after the other, so that no two are served at once."""
    return request.param


@pytest.fixture(scope="module")
def proxied(
    backend: str,
    projects: dict[str, Path],
    local: stack.Stack,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """An app that trusts a proxy on this machine, and limits tenants as a whole."""
    env = {
        "PORT": str(stack.free_port()),
        "FORWARDED_ALLOW_IPS": "127.0.0.1",
        "RATE_LIMIT_BY": "tenant",
    }
    with serving(projects[backend], tmp_path_factory.mktemp("proxied"), local.env | env) as app:
        yield app


@pytest.fixture(scope="module")
def seeded(
    backend: str,
    projects: dict[str, Path],
    local: stack.Stack,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """An app with the seed's `.env`, filled in, and nothing else but where the local Clerk is."""
    folder = tmp_path_factory.mktemp("seeded")
    filled = {
        "NEXT_PUBLIC_TINYBIRD_API_URL": local.env["TINYBIRD_API_URL"],
        "TINYBIRD_WORKSPACE_ID": local.env["TINYBIRD_WORKSPACE_ID"],
        "TINYBIRD_JWT_SECRET": local.env["TINYBIRD_JWT_SECRET"],
        "NEXT_PUBLIC_TINYBIRD_API_KEY": local.env["TINYBIRD_API_KEY"],
        "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY": local.env["CLERK_PUBLISHABLE_KEY"],
        "CLERK_SECRET_KEY": local.env["CLERK_SECRET_KEY"],
        **SEED_URLS,
    }
    lines = ["# Filled in", *(f"{name}={value}" for name, value in filled.items())]
    (folder / ".env").write_text("\n".join(lines) + "\n")
    # The port is the one that the local Clerk's sessions are for.
    env = {"PORT": local.env["PORT"], "NEXT_PUBLIC_CLERK_PROXY_URL": local.env["CLERK_PROXY_URL"]}
    with serving(projects[backend], folder, env) as app:
        yield app


def test_workers_end_in_order_and_answer_what_they_have_begun(
    backend: str, projects: dict[str, Path], local: stack.Stack, tmp_path: Path
) -> None:
    env = local.env | {"PORT": str(stack.free_port())}
    signed = f"Authorization: Bearer {local.session_token(ADA, ACME)}"
    with serving(projects[backend], tmp_path, env, "--workers", "2") as app:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: app.client.get("/healthz"), range(80)))
        workers = app.workers
        with _begun(app.client, signed) as begun:
            app.process.terminate()
            _wait_until_refused(app.client)
            begun.sendall(EVENT[-1:])
            answer = http.client.HTTPResponse(begun)
            answer.begin()
            body = answer.read()

        assert {response.status_code for response in answers} == {200}
        assert len(workers) == 2
        assert (answer.status, body) == (202, b'{"accepted":1,"quarantined":0}')
        assert app.process.wait(60) == 0
        assert not [worker for worker in workers if psutil.pid_exists(worker.pid)]
        assert not re.search("WARNING|ERROR|Traceback", app.printed.read_text())


def test_a_request_is_one_line_of_json_with_its_route_and_tenant(
    proxied: Served, local: stack.Stack
) -> None:
    signed = {"Authorization": f"Bearer {local.session_token(ADA, ACME)}"}
    expected = {
        "/api/me": ("/api/me", 200, ACME),
        "/api/analytics/top_events": ("/api/analytics/{endpoint}", 200, ACME),
        "/nothing": (None, 404, None),
    }

    for number, path in enumerate(expected):
        headers = signed | {"X-Request-Id": f"of-the-proxy-{number}"}
        answer = proxied.client.get(path, headers=headers)
        assert answer.headers["x-request-id"] == f"of-the-proxy-{number}"

    lines = _lines_of_the_proxy(proxied, len(expected))
    seen = {
        line["path"]: (line.get("route"), line["status"], line.get("tenant_id")) for line in lines
    }
    assert seen == expected


def test_the_limit_on_visitors_counts_the_addresses_that_a_trusted_proxy_names(
    proxied: Served,
) -> None:
    assert _reads_until_refused(proxied.client, "203.0.113.7") >= FRESH

    # What the visitor had written there before the proxy came counts for nothing.
    assert _reads_until_refused(proxied.client, "203.0.113.9, 203.0.113.7") < FRESH
    assert _reads_until_refused(proxied.client, "203.0.113.7, 203.0.113.8") >= FRESH
    assert _status(proxied.client, "2001:db8::8") == 200


def test_nobody_else_can_name_an_address(seeded: Served) -> None:
    assert _reads_until_refused(seeded.client, "203.0.113.7") >= FRESH

    assert _reads_until_refused(seeded.client, "203.0.113.8") < FRESH


def test_a_tenant_as_a_whole_can_have_the_rate_limit(
    proxied: Served, seeded: Served, local: stack.Stack
) -> None:
    shared, own = (_token_name(app.client, local) for app in (proxied, seeded))

    assert shared == "app:org_local_acme"
    assert own == "app:org_local_acme:user_local_ada"


def test_the_seeds_env_file_is_all_that_the_app_needs(seeded: Served, local: stack.Stack) -> None:
    cookie = {"Cookie": f"__session={local.session_token(ADA, ACME)}"}

    page = _page_data(seeded.client.get("/", headers=cookie).text)
    read = seeded.client.get("/api/analytics/top_events", headers=cookie)

    assert {name: page["clerk"][name] for name in page["clerk"] if name.endswith("in_url")} == {
        "sign_in_url": "/login",
        "after_sign_in_url": "/welcome",
    }
    assert {name: page["clerk"][name] for name in page["clerk"] if name.endswith("up_url")} == {
        "sign_up_url": "/register",
        "after_sign_up_url": "/first-steps",
    }
    assert (page["initial"]["tenant_id"], page["initial"]["org_slug"]) == (ACME, "acme")
    assert read.status_code == 200


def _begun(client: httpx2.Client, signed: str) -> socket.socket:
    # All of a request but its last byte.
    host, port = client.base_url.host, client.base_url.port or 80
    head = [
        "POST /api/events HTTP/1.1",
        f"Host: {host}:{port}",
        "Connection: close",
        "Content-Type: application/json",
        f"Content-Length: {len(EVENT)}",
        "Expect: 100-continue",
        signed,
    ]
    begun = socket.create_connection((host, port), 30)
    begun.sendall("\r\n".join([*head, "", ""]).encode())
    # It reads the body now.
    assert begun.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    begun.sendall(EVENT[:-1])
    return begun


def _wait_until_refused(client: httpx2.Client) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection((client.base_url.host, client.base_url.port or 80), 5).close()
        except ConnectionError:
            return
        time.sleep(0.05)
    raise AssertionError("it still takes connections")


def _reads_until_refused(client: httpx2.Client, forwarded_for: str) -> int:
    reads = 0
    with ThreadPoolExecutor(8) as pool:
        while reads < ENOUGH:
            found = list(pool.map(lambda _: _status(client, forwarded_for), range(20)))
            reads += found.count(200)
            if 429 in found:
                return reads
    raise AssertionError("nothing was refused")


def _status(client: httpx2.Client, forwarded_for: str) -> int:
    return client.get(PUBLIC, headers={"X-Forwarded-For": forwarded_for}).status_code


def _token_name(client: httpx2.Client, local: stack.Stack) -> str:
    headers = {"Authorization": f"Bearer {local.session_token(ADA, ACME)}"}
    token = client.get("/api/tinybird/token", headers=headers).json()["token"]
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["name"]


def _page_data(page: str) -> dict[str, Any]:
    block = re.search(r'id="page-data">(.*?)</script>', page, re.DOTALL)
    assert block is not None
    return json.loads(block[1])


def _lines_of_the_proxy(app: Served, count: int) -> list[dict[str, Any]]:
    # A line is written after the answer has gone out.
    lines: list[dict[str, Any]] = []
    deadline = time.monotonic() + 60
    while len(lines) < count and time.monotonic() < deadline:
        # Before it serves, the app tells of the files that it builds for the pages.
        printed = re.findall(r"(?m)^\{.*\}$", app.printed.read_text())
        read = [json.loads(line) for line in printed]
        lines = [line for line in read if line.get("request_id", "").startswith("of-the-proxy-")]
        time.sleep(0.02)
    return lines
