"""What holds for every route: methods, hosts, headers, sizes."""

from __future__ import annotations

import contextlib

import httpx2
import pytest

from .answers import READ, ROUTES, problem
from .wire import Wire


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_answer_whatever_the_host(client: httpx2.Client, path: str) -> None:
    response = client.get(path, headers={"Host": "10.0.0.7"})

    assert response.status_code == 200
    assert response.content == b'{"status":"ok"}'


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/me/", "/api/events/x"])
def test_anything_else_is_404(client: httpx2.Client, path: str) -> None:
    assert problem(client.get(path)) == (404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/api/me", "GET, HEAD"),
        ("GET", "/api/events", "POST"),
        ("HEAD", "/api/events", "POST"),
        ("DELETE", READ, "GET, HEAD"),
        ("OPTIONS", "/api/me", "GET, HEAD"),
        ("OPTIONS", "/api/events", "POST"),
        ("PUT", "/api/tinybird/token", "GET, HEAD"),
        ("PATCH", "/api/events", "POST"),
        ("TRACE", "/healthz", "GET, HEAD"),
        ("POST", "/readyz", "GET, HEAD"),
        ("BREW", "/api/me", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    client: httpx2.Client, method: str, path: str, allow: str
) -> None:
    response = client.request(method, path)

    if method == "HEAD":
        assert (response.status_code, response.content) == (405, b"")
    else:
        assert problem(response) == (405, "method-not-allowed")
    assert response.headers["allow"] == allow
    assert "access-control-allow-origin" not in response.headers


def test_head_is_get_without_a_body(client: httpx2.Client, ada: dict[str, str]) -> None:
    for path in ("/healthz", "/readyz", *ROUTES):
        response = client.head(path, headers=ada)
        assert (response.status_code, response.content) == (200, b"")
    refused = client.head("/api/me")
    assert (refused.status_code, refused.content) == (401, b"")
    assert refused.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "hosts", [["evil.example"], ["127.0.0.1.evil.example"], [""], [], ["127.0.0.1", "evil.example"]]
)
def test_a_foreign_host_is_refused(app_url: str, hosts: list[str]) -> None:
    lines = ["GET /api/me HTTP/1.1", "Connection: close", *(f"Host: {host}" for host in hosts)]
    with Wire(app_url) as wire:
        wire.send("\r\n".join([*lines, "", ""]).encode())
        reply = wire.reply()

    assert (reply.status, reply.code) == (421, "host-unknown")


def test_large_headers_are_refused(app_url: str, client: httpx2.Client) -> None:
    whole = client.get("/healthz", headers={"X-Large": "x" * 40_000})
    many = client.get("/healthz", headers={f"X-{n}": "x" * 600 for n in range(60)})

    assert problem(whole) == problem(many) == (431, "headers-too-large")
    with Wire(app_url) as wire:
        # The server hangs up while such a request is still being sent.
        with contextlib.suppress(ConnectionError):
            wire.head("GET /healthz", f"X-Large: {'x' * 1_000_000}")
            assert wire.reply().status == 431
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/api/me", "/api/nothing", "/nothing"])
def test_every_answer_carries_the_security_headers(client: httpx2.Client, path: str) -> None:
    headers = client.get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors" in headers["content-security-policy"]
    assert len(headers["x-request-id"]) == 16
