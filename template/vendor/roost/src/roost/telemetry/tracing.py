"""Spans of OpenTelemetry, once the standard OTEL_* variables of the process ask for them.

Nothing of OpenTelemetry is imported before. Its packages are the group `otel` of the project.
"""

from __future__ import annotations

import functools
import importlib
import logging
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from types import ModuleType

_log = logging.getLogger(__name__)
# Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class Span:
    """A span that nobody records."""

    trace_id: str | None = None

    def headers(self) -> dict[str, str]:
        """Return the headers that let the one who is asked go on with this trace."""
        return {}

    def end(self, status: int, route: str | None = None, tenant_id: str | None = None) -> None:
        """Note what became of the request."""


def is_wanted(environ: Mapping[str, str]) -> bool:
    """Tell whether the environment names a collector and does not turn traces off."""
    is_off = environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    is_off = is_off or environ.get("OTEL_TRACES_EXPORTER", "otlp") == "none"
    return not is_off and any(environ.get(name) for name in _ENDPOINTS)


@contextmanager
def server_span(method: str, path: str, given: Mapping[str, str]) -> Generator[Span]:
    """Trace a request that is served.

    Args: given: `traceparent` and `tracestate`, of a proxy that is trusted.
    """
    spans = _spans()
    if spans is None:
        yield Span()
        return
    with spans.serve(method, path, given) as span:
        yield span


@contextmanager
def client_span(method: str, url: str) -> Generator[Span]:
    """Trace a request that is sent; the address is without its parameters."""
    spans = _spans()
    if spans is None:
        yield Span()
        return
    with spans.send(method, url) as span:
        yield span


@functools.cache
def _spans() -> ModuleType | None:
    if not is_wanted(os.environ):
        return None
    try:
        return importlib.import_module(".spans", __package__)
    except ModuleNotFoundError:
        _log.warning("OTEL_* is set, but OpenTelemetry is missing: uv sync --group otel")
        return None
