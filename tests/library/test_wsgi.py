from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from roost.http.wsgi import App, Environ, Shell, StartResponse
from roost.net import timeouts
from roost.settings import Settings


def echo(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer with the size of the body and the caller's address."""
    size = len(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['REQUEST_METHOD']} {size} {environ['REMOTE_ADDR']}".encode()]


def broken(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Fail with a secret in the message."""
    raise RuntimeError("5ec2e7")


class Stuck(io.RawIOBase):
    """A client that stops in the middle of a body, until it hangs up."""

    def __init__(self) -> None:
        self.hung_up = threading.Event()

    def read(self, size: int = -1) -> bytes:
        self.hung_up.wait(30)
        return b""


def serve(app: App, settings: Settings, **environ: Any) -> tuple[int, dict[str, str], bytes]:  # noqa: ANN401
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
        started[:] = [int(status[:3]), {name.lower(): value for name, value in headers}]

    request = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/events",
        "REMOTE_ADDR": "192.0.2.1",
        "HTTP_HOST": "app.example.com",
        "wsgi.input": io.BytesIO(b"abc"),
        **environ,
    }
    body = b"".join(Shell(app, settings)(request, start_response))
    return started[0], started[1], body


def code(body: bytes) -> str:
    return json.loads(body)["code"]


def test_a_request_passes_and_gets_its_headers(settings: Settings) -> None:
    status, headers, body = serve(echo, settings)

    assert (status, body) == (200, b"POST 3 192.0.2.1")
    assert headers["content-type"] == "text/plain"
    assert headers["cache-control"] == "private, no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert len(headers["x-request-id"]) == 16


def test_head_is_get_without_a_body(settings: Settings) -> None:
    assert serve(echo, settings, REQUEST_METHOD="HEAD")[::2] == (200, b"")


@pytest.mark.parametrize(
    ("environ", "refusal"),
    [
        ({"HTTP_HOST": "evil.example"}, (421, "host-unknown")),
        ({"HTTP_COOKIE": "x" * 40_000}, (431, "headers-too-large")),
        ({"CONTENT_LENGTH": "16000001"}, (413, "body-too-large")),
        ({"CONTENT_LENGTH": "9" * 5000}, (413, "body-too-large")),
        ({"wsgi.input": io.BytesIO(b"x" * 17_000_000)}, (413, "body-too-large")),
        ({"CONTENT_LENGTH": "4"}, (400, "request-invalid")),
    ],
)
def test_what_is_foreign_or_too_large_or_cut_off_is_refused(
    settings: Settings, environ: dict[str, Any], refusal: tuple[int, str]
) -> None:
    status, _, body = serve(echo, settings, **environ)

    assert (status, code(body)) == refusal


def test_the_probes_answer_for_every_host(settings: Settings) -> None:
    assert serve(echo, settings, HTTP_HOST="10.0.0.7", PATH_INFO="/healthz")[0] == 200


def test_a_body_that_never_ends_is_given_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeouts, "BODY_S", 0.01)
    stuck = Stuck()

    status, _, body = serve(echo, settings, **{"wsgi.input": stuck})
    stuck.hung_up.set()

    assert (status, code(body)) == (408, "body-timeout")


@pytest.mark.parametrize(
    ("environ", "left"),
    [
        ({"CONTENT_LENGTH": "3"}, b""),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, b""),
        ({}, b"abc"),
        ({"CONTENT_LENGTH": "0"}, b"abc"),
        # Who waits for 100 Continue has sent nothing, and is told without it that nobody asks.
        ({"CONTENT_LENGTH": "3", "HTTP_EXPECT": "100-continue"}, b"abc"),
    ],
)
def test_a_body_that_is_on_its_way_is_received_before_the_answer(
    settings: Settings, environ: dict[str, str], left: bytes
) -> None:
    source = io.BytesIO(b"abc")

    assert serve(broken, settings, **environ, **{"wsgi.input": source})[0] == 500
    assert source.read() == left


def test_an_answer_waits_shortly_for_a_body_that_does_not_come(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeouts, "UNREAD_BODY_S", 0.01)
    stuck = Stuck()

    status = serve(broken, settings, **{"CONTENT_LENGTH": "3", "wsgi.input": stuck})[0]
    stuck.hung_up.set()

    assert status == 500


def test_a_failure_tells_nothing(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    status, _, body = serve(broken, settings)

    assert (status, code(body)) == (500, "internal")
    assert "RuntimeError at" in caplog.text
    assert "5ec2e7" not in caplog.text + body.decode()


def test_no_secret_of_the_process_reaches_the_app(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINYBIRD_JWT_SECRET", "5ec2e7")
    seen: list[Environ] = []

    def note(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        seen.append(environ)
        return echo(environ, start_response)

    status, _, _ = serve(note, settings, TINYBIRD_JWT_SECRET="5ec2e7", HTTP_X_OWN="kept")

    assert status == 200
    assert "TINYBIRD_JWT_SECRET" not in seen[0]
    assert seen[0]["HTTP_X_OWN"] == "kept"


def test_a_body_of_known_length_goes_out_in_one_piece(settings: Settings) -> None:
    closed: list[bool] = []

    class Chunks:
        """What a framework gives back: closed by whoever sends it."""

        def __iter__(self) -> Iterator[bytes]:
            return iter([b"a", b"b"])

        def close(self) -> None:
            closed.append(True)

    def app(_: Environ, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", "2")])
        return Chunks()

    assert serve(app, settings)[2] == b"ab"
    assert closed == [True]
