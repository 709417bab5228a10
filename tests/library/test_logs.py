from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Iterator

import pytest
from roost.http.asgi import Receive, Scope, Send, Shell
from roost.settings import Settings, load_settings
from roost.telemetry.logs import JsonLines, TextLines, log_configuration
from roost.telemetry.observation import note_route, note_tenant

from .conftest import ENVIRONMENT, NO_FILE
from .test_asgi import HOST, serve


class Lines(logging.Handler):
    """Keeps what a formatter makes of each record, at the time of the record."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.kept: list[dict[str, object]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(json.loads(self.format(record)))


@pytest.fixture
def lines() -> Iterator[list[dict[str, object]]]:
    """What the app logs during a test, as a log collector reads it."""
    root, handler = logging.getLogger(), Lines()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler.kept
    root.removeHandler(handler)
    root.setLevel(level)


async def analytics(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as a room does for a tenant."""
    note_route("/api/analytics/<str:endpoint>")
    note_tenant("org_acme")
    logging.getLogger("app.own").warning("on the way")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def read(settings: Settings, peer: str, *headers: tuple[bytes, bytes]) -> str:
    async def from_peer(scope: Scope, receive: Receive, send: Send) -> None:
        await Shell(analytics, settings)({**scope, "client": (peer, 1)}, receive, send)

    path = "/api/analytics/top_events"
    _, answered, _ = asyncio.run(serve(from_peer, path=path, headers=[HOST, *headers]))
    return answered["x-request-id"]


def test_a_request_is_one_json_line_with_route_status_duration_and_tenant(
    settings: Settings, lines: list[dict[str, object]]
) -> None:
    request_id = read(settings, "203.0.113.7")

    own, access = lines
    duration = access.pop("duration_ms")
    assert isinstance(duration, float)
    assert str(access.pop("time")).endswith("Z")
    assert access == {
        "level": "info",
        "logger": "app.access",
        "message": "POST /api/analytics/top_events 200",
        "request_id": request_id,
        "method": "POST",
        "path": "/api/analytics/top_events",
        "route": "/api/analytics/{endpoint}",
        "status": 200,
        "tenant_id": "org_acme",
    }
    assert (own["message"], own["request_id"]) == ("on the way", request_id)


def test_a_request_id_is_taken_from_a_trusted_proxy_alone() -> None:
    trusting = load_settings({**ENVIRONMENT, "FORWARDED_ALLOW_IPS": "10.0.0.0/8"}, NO_FILE)

    assert read(trusting, "10.0.0.7", (b"x-request-id", b"proxy-4711")) == "proxy-4711"
    assert read(trusting, "203.0.113.7", (b"x-request-id", b"proxy-4711")) != "proxy-4711"
    # Nothing of it could break a line or a column.
    for odd in (b"short", b"a b c d e f g", b"x" * 65, b'"quoted-id"'):
        assert len(read(trusting, "10.0.0.7", (b"x-request-id", odd))) == 16


@pytest.mark.parametrize("formatter", [JsonLines(), TextLines()])
@pytest.mark.parametrize(
    "secret",
    [
        "p.local_5ec2e75ec2e7",
        "p." + "eyJ1IjogIjVlYzJlNyJ9.abc-5ec2e7",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI1ZWMyZTcifQ.c2ln5ec2e7",
        "sk_live_5ec2e75ec2e7",
        "whsec_bG9jYWw5ec2e7",
    ],
)
def test_a_secret_in_a_message_or_an_exception_is_taken_out(
    formatter: logging.Formatter, secret: str
) -> None:
    try:
        raise ValueError(f"not {secret}!")
    except ValueError:
        record = logging.LogRecord("x", 30, "", 1, f"got {secret}", None, sys.exc_info())

    line = formatter.format(record)

    assert "got [redacted]" in line
    assert "not [redacted]!" in line
    assert "5ec2e7" not in line


def test_a_line_for_people_has_the_same_facts() -> None:
    record = logging.makeLogRecord({"msg": "GET / 200", "name": "app.access", "levelname": "INFO"})
    record.fields = {"status": 200, "route": None}

    assert TextLines().format(record).endswith("Z INFO app.access GET / 200 status=200")


def test_a_line_end_in_a_message_stays_in_its_line() -> None:
    record = logging.makeLogRecord({"msg": "one\ntwo", "levelname": "INFO"})

    assert "\n" not in JsonLines().format(record)


def test_libraries_that_log_addresses_are_kept_quiet() -> None:
    loggers = log_configuration("json")["loggers"]

    assert loggers == {"httpx2": {"level": "WARNING"}, "httpcore2": {"level": "WARNING"}}
