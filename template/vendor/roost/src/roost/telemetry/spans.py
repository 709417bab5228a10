"""What `tracing` does with OpenTelemetry; imported only where that is wanted.

Source: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
"""

from __future__ import annotations

import functools
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from multiprocessing.util import Finalize
from urllib.parse import urlsplit

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from roost.telemetry.tracing import Span

_propagator = TraceContextTextMapPropagator()


class RecordedSpan(Span):
    """A span that is sent to the collector."""

    def __init__(self, span: trace.Span, method: str) -> None:
        self._span = span
        self._method = method
        self.trace_id = trace.format_trace_id(span.get_span_context().trace_id)

    def headers(self) -> dict[str, str]:
        """Return `traceparent`, and `tracestate` where there is one."""
        carrier: dict[str, str] = {}
        _propagator.inject(carrier, trace.set_span_in_context(self._span))
        return carrier

    def end(self, status: int, route: str | None = None, tenant_id: str | None = None) -> None:
        """Note status, route and tenant."""
        facts = {"http.route": route, "tenant.id": tenant_id}
        self._span.set_attribute("http.response.status_code", status)
        self._span.set_attributes({name: fact for name, fact in facts.items() if fact})
        if route:
            self._span.update_name(f"{self._method} {route}")
        if status >= 500:
            self._span.set_status(StatusCode.ERROR)


@contextmanager
def serve(method: str, path: str, given: Mapping[str, str]) -> Generator[Span]:
    """Trace a request that is served."""
    facts = {"http.request.method": method, "url.path": path}
    with _tracer().start_as_current_span(
        method,
        _propagator.extract(given),
        SpanKind.SERVER,
        facts,
        # An exception's message may hold a token.
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        yield RecordedSpan(span, method)


@contextmanager
def send(method: str, url: str) -> Generator[Span]:
    """Trace a request that is sent."""
    parts = urlsplit(url)
    facts = {
        "http.request.method": method,
        "server.address": parts.hostname or "",
        "url.full": url,
    }
    with _tracer().start_as_current_span(
        method, None, SpanKind.CLIENT, facts, record_exception=False
    ) as span:
        yield RecordedSpan(span, method)


@functools.cache
def _tracer() -> trace.Tracer:
    # Made with the first span: servers fork before that, and no thread survives a fork.
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        # An app that this one is mounted in may have set OpenTelemetry up already.
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)
        # Workers end without atexit; what was traced last is sent all the same.
        Finalize(None, provider.shutdown, exitpriority=0)
    return trace.get_tracer(__name__)
