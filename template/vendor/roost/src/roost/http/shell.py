"""What surrounds every request, whatever the server's interface: hosts, sizes, headers, the log."""

from __future__ import annotations

import logging
import re
import secrets
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from roost.errors import PROBLEM_TYPE, AppError, encode_problem
from roost.events.rows import MAX_RECEIVED_BYTES
from roost.http.arrivals import MAX_HELD_BYTES, MAX_HELD_DELIVERY_BYTES, Arrival, HeldBytes
from roost.http.browser import (
    PRIVATE,
    accepted_hosts,
    check_host,
    client_address,
    is_in,
    security_headers,
)
from roost.http.cross_origin import STATIC_PATH, CrossOrigin, Headers
from roost.http.pages import content_security_policy
from roost.telemetry.observation import Observation, observing
from roost.telemetry.tracing import server_span
from roost.webhooks.receiver import DELIVERIES_PATH, MAX_DELIVERY_BYTES

if TYPE_CHECKING:
    from roost.settings import Settings

# Status, headers and body.
Answer = tuple[int, Headers, bytes]
# A request's header by its name in lower case.
HeaderOf = Callable[[str], str | None]

MAX_HEADER_BYTES = 32_768
BODY_INCOMPLETE = "The body ended before it was complete."
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HOSTS_UNCHECKED = {"/healthz", "/readyz"}

_access = logging.getLogger("app.access")
_log = logging.getLogger(__name__)


class ShellRules:
    """What the settings say about every request."""

    def __init__(self, settings: Settings) -> None:
        csp = content_security_policy(settings)
        headers = security_headers(csp, is_https=settings.is_https)
        self._headers = {name.lower(): value for name, value in headers.items()}
        self._hosts = accepted_hosts(settings.authorized_parties)
        self.cross_origin = CrossOrigin(settings.authorized_parties)
        self._proxies = settings.trusted_proxies
        self._held = HeldBytes(MAX_HELD_BYTES)
        self._held_deliveries = HeldBytes(MAX_HELD_DELIVERY_BYTES)

    def admit(self, path: str, host: str | None, header_bytes: int, length: str | None) -> None:
        """Decide on a request's head alone.

        Args: length: the Content-Length header.
        Raises: AppError: `headers-too-large` (431), `host-unknown` (421), `not-found` (404),
        `body-too-large` (413).
        """
        if header_bytes > MAX_HEADER_BYTES:
            raise AppError("headers-too-large")
        if path not in _HOSTS_UNCHECKED:
            check_host(host, self._hosts)
        # Frameworks pass over the first slashes, or over a line feed at the end.
        if path.startswith("//") or path.endswith("\n"):
            raise AppError("not-found")
        if (length or "").isdecimal() and int((length or "0")[:12]) > MAX_RECEIVED_BYTES:
            raise AppError("body-too-large")

    def arrival(self, path: str) -> Arrival:
        """Return the rules by which the body of a request arrives."""
        if path == DELIVERIES_PATH:
            return Arrival(MAX_DELIVERY_BYTES, self._held_deliveries)
        return Arrival(MAX_RECEIVED_BYTES, self._held)

    def address(self, peer: str, forwarded_for: str | None) -> str:
        """Return the caller's address."""
        return client_address(peer, forwarded_for, self._proxies)

    def request_id(self, peer: str, given: str | None) -> str:
        """Return the id that a trusted proxy has given a request, or a new one."""
        if given and self.trusts(peer) and _REQUEST_ID.fullmatch(given):
            return given
        return secrets.token_hex(8)

    def trusts(self, peer: str) -> bool:
        """Tell whether a request comes straight from a trusted proxy."""
        return is_in(peer, self._proxies)

    def defaults(self, path: str, request_id: str) -> dict[str, str]:
        """Return the headers that an answer carries unless it has its own; names in lower case."""
        # Files are asked for again each time, and answered 304 while they are the same.
        caching = "no-cache" if path.startswith(STATIC_PATH) else PRIVATE
        return {**self._headers, "cache-control": caching, "x-request-id": request_id}


class Exchange:
    """One request and its answer, for the headers, the access log and the trace.

    Enter it while the request is served.
    """

    def __init__(
        self, rules: ShellRules, method: str, path: str, peer: str, header: HeaderOf
    ) -> None:
        self.is_head = method == "HEAD"
        self.status = 0
        self._seen = Observation(rules.request_id(peer, header("x-request-id")))
        self._defaults = rules.defaults(path, self._seen.request_id)
        self._cross_origin = rules.cross_origin.headers(path, header("origin"))
        self._preflight = rules.cross_origin.preflight(method, path, header)
        self._method = method
        # The path alone: a query string may hold what nobody should read later.
        self._path = quote(path[:300])
        self._trace = _trace_headers(header) if rules.trusts(peer) else {}
        self._since = time.perf_counter()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(observing(self._seen))
        span = self._stack.enter_context(server_span(self._method, self._path, self._trace))
        self._seen.trace_id = span.trace_id
        self._stack.callback(lambda: span.end(self.status, self._seen.route, self._seen.tenant_id))
        return self

    def __exit__(self, *_: object) -> None:
        self._log()
        self._stack.close()

    def begin(self, status: int, given: Iterable[str]) -> Headers:
        """Note the status; return the headers to add to those `given` by name."""
        self.status = status
        names = {name.lower() for name in given}
        added = [header for header in self._defaults.items() if header[0] not in names]
        # What an answer varies by is added to what it says itself.
        across = (h for h in self._cross_origin if h[0] == "vary" or h[0] not in names)
        return [*added, *across]

    def preflight(self) -> Answer | None:
        """Return the answer to a preflight that may go on; no app knows of these."""
        return None if self._preflight is None else (204, self._preflight, b"")

    def report(self, error: BaseException) -> AppError:
        """Log an error that nobody expected; return the refusal that answers it."""
        _log.error("%s", _describe(error))
        return AppError("internal")

    def _log(self) -> None:
        fields = {
            "method": self._method,
            "path": self._path,
            "route": self._seen.route,
            "status": self.status,
            "duration_ms": round((time.perf_counter() - self._since) * 1000, 1),
            "tenant_id": self._seen.tenant_id,
        }
        line = "%s %s %d"
        _access.info(line, self._method, self._path, self.status, extra={"fields": fields})


def inner_method(method: str) -> str:
    """Return the method that the app inside sees: HEAD is GET without its body."""
    return "GET" if method == "HEAD" else method


def refusal(error: AppError) -> Answer:
    """Return the answer that refuses a request."""
    body = encode_problem(error)
    own = {"content-type": PROBLEM_TYPE, "content-length": str(len(body)), **error.headers}
    return error.status, [(name.lower(), value) for name, value in own.items()], body


def _trace_headers(header: HeaderOf) -> dict[str, str]:
    values = {name: header(name) for name in ("traceparent", "tracestate")}
    return {name: value for name, value in values.items() if value}


def _describe(error: BaseException) -> str:
    # Where and what kind, but not the message: it may hold a token.
    frames = traceback.extract_tb(error.__traceback__)
    path = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames[-6:]))
    return f"{type(error).__name__} at {path}"
