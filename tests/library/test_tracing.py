from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from roost.telemetry.tracing import is_wanted

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
# A process of its own, because OpenTelemetry is set up once in each; it prints what it was asked.
_SERVED = """
import asyncio, json, sys
import httpx2
from roost.http.asgi import Shell
from roost.net.client import AsyncClient, Outgoing
from roost.telemetry.observation import note_route, note_tenant
from roost.settings import load_settings
from {tests}.conftest import ENVIRONMENT, NO_FILE
from {tests}.test_asgi import HOST, serve

asked = []
def answer(request):
    asked.append(request.headers.get("traceparent"))
    return httpx2.Response(503)

async def app(scope, receive, send):
    note_route("/api/analytics/{{endpoint}}")
    note_tenant("org_acme")
    question = Outgoing("GET", "http://127.0.0.1:7181/v0/x.json", params=(("token", "5ec2e7"),))
    await AsyncClient(httpx2.MockTransport(answer)).exchange(question)
    await send({{"type": "http.response.start", "status": 200, "headers": []}})
    await send({{"type": "http.response.body", "body": b""}})

async def from_proxy(scope, receive, send):
    scope = {{**scope, "client": (sys.argv[1], 1)}}
    settings = load_settings({{**ENVIRONMENT, "FORWARDED_ALLOW_IPS": "10.0.0.1"}}, NO_FILE)
    await Shell(app, settings)(scope, receive, send)

parent = (b"traceparent", b"00-{trace}-{parent}-01")
path = "/api/analytics/top_events"
asyncio.run(serve(from_proxy, method="GET", path=path, headers=[HOST, parent]))
print(json.dumps({{"asked": asked, "modules": [m for m in sys.modules if "opentelemetry" in m]}}))
"""


class Collector(HTTPServer):
    """A collector that speaks OTLP over HTTP and keeps what it is sent."""

    spans: list[Any]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Export)
        self.spans = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Export(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Collector)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                self.server.spans.extend(scope.spans)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector, listening."""
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def served(peer: str, **otel: str) -> dict[str, Any]:
    code = _SERVED.format(tests=__package__, trace=TRACE, parent=PARENT)
    plain = {name: text for name, text in os.environ.items() if not name.startswith("OTEL_")}
    process = subprocess.run(
        [sys.executable, "-c", code, peer], env=plain | otel, capture_output=True, check=True
    )
    return json.loads(process.stdout)


def facts(span: Any) -> dict[str, object]:  # noqa: ANN401 - made by protobuf
    values = ((fact.key, fact.value) for fact in span.attributes)
    return {key: value.int_value or value.string_value for key, value in values}


def test_a_request_and_what_it_asks_are_spans_of_the_proxys_trace(collector: Collector) -> None:
    seen = served("10.0.0.1", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)

    client, server = collector.spans
    assert (server.name, server.kind) == ("GET /api/analytics/{endpoint}", server.SPAN_KIND_SERVER)
    assert server.trace_id.hex() == TRACE
    assert server.parent_span_id.hex() == PARENT
    assert facts(server) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/api/analytics/{endpoint}",
        "tenant.id": "org_acme",
        "url.path": "/api/analytics/top_events",
    }
    assert client.kind == client.SPAN_KIND_CLIENT
    assert client.parent_span_id == server.span_id
    assert facts(client)["url.full"] == "http://127.0.0.1:7181/v0/x.json"
    assert client.status.code == client.status.STATUS_CODE_ERROR
    assert seen["asked"] == [f"00-{TRACE}-{client.span_id.hex()}-01"]


def test_a_trace_that_a_stranger_names_is_not_gone_on_with(collector: Collector) -> None:
    served("203.0.113.7", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)

    assert {span.trace_id.hex() for span in collector.spans} - {TRACE}
    assert collector.spans[1].parent_span_id == b""


def test_without_a_collector_nothing_is_imported_or_sent_along() -> None:
    assert served("10.0.0.1") == {"asked": [None], "modules": []}


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "app"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"},
            False,
        ),
        (
            {
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
                "OTEL_TRACES_EXPORTER": "none",
            },
            False,
        ),
    ],
)
def test_the_standard_variables_decide(environ: dict[str, str], wanted: bool) -> None:
    assert is_wanted(environ) is wanted
