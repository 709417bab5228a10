"""What holds for every route: methods, hosts, headers, sizes."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import httpx2
import pytest

from .answers import READ, ROUTES, problem


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
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    client: httpx2.Client, method: str, path: str, allow: str
) -> None:
    response = client.request(method, path)

    assert response.status_code == 405
    assert response.headers["allow"] == allow
    assert "access-control-allow-origin" not in response.headers


def test_head_is_get_without_a_body(client: httpx2.Client, ada: dict[str, str]) -> None:
    for path in ("/healthz", *ROUTES):
        response = client.head(path, headers=ada)
        assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_a_foreign_host_is_refused(app_url: str, host: str) -> None:
    address = urlsplit(app_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    connection.putrequest("GET", "/api/me", skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    connection.close()

    assert response.status in {400, 421}
    assert b"user_id" not in body


def test_headers_of_a_megabyte_are_refused(client: httpx2.Client) -> None:
    for size in (40_000, 1_000_000):
        try:
            status = client.get("/healthz", headers={"X-Large": "x" * size}).status_code
        except httpx2.TransportError:
            # The server may hang up while such a request is still being sent.
            continue
        assert status in {400, 413, 431}
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/api/me", "/api/nothing", "/nothing"])
def test_every_answer_carries_the_security_headers(client: httpx2.Client, path: str) -> None:
    headers = client.get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors" in headers["content-security-policy"]
    assert len(headers["x-request-id"]) == 16
