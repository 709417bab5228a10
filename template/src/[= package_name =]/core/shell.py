"""What surrounds every request, whatever the server's interface: hosts, sizes, headers, the log."""

from __future__ import annotations

import logging
import secrets
import time
import traceback
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

from .browser import accepted_hosts, check_host, client_address, security_headers
from .errors import PROBLEM_TYPE, AppError, encode_problem
from .events import MAX_RECEIVED_BYTES
from .pages import content_security_policy

if TYPE_CHECKING:
    from ..settings import Settings

Headers = list[tuple[str, str]]

MAX_HEADER_BYTES = 32_768
BODY_TIMEOUT_S = 60.0
BODY_INCOMPLETE = "The body ended before it was complete."
_HOSTS_UNCHECKED = {"/healthz", "/readyz"}
STATIC_PATH = "/static/"

_access = logging.getLogger("app.access")
_log = logging.getLogger(__name__)


class ShellRules:
    """What the settings say about every request."""

    def __init__(self, settings: Settings) -> None:
        csp = content_security_policy(settings)
        headers = security_headers(csp, is_https=settings.is_https)
        self._headers = {name.lower(): value for name, value in headers.items()}
        self._hosts = accepted_hosts(settings.authorized_parties)
        self._proxies = settings.trusted_proxies

    def admit(self, path: str, host: str | None, header_bytes: int, length: str | None) -> None:
        """Decide on a request's head alone.

        Args: length: the Content-Length header.
        Raises: AppError: `headers-too-large` (431), `host-unknown` (421), `body-too-large` (413).
        """
        if header_bytes > MAX_HEADER_BYTES:
            raise AppError("headers-too-large")
        if path not in _HOSTS_UNCHECKED:
            check_host(host, self._hosts)
        if (length or "").isdecimal() and int((length or "0")[:12]) > MAX_RECEIVED_BYTES:
            raise AppError("body-too-large")

    def address(self, peer: str, forwarded_for: str | None) -> str:
        """Return the caller's address."""
        return client_address(peer, forwarded_for, self._proxies)

    def defaults(self, path: str, request_id: str) -> dict[str, str]:
        """Return the headers that an answer carries unless it has its own; names in lower case."""
        # Files are asked for again each time, and answered 304 while they are the same.
        caching = "no-cache" if path.startswith(STATIC_PATH) else "private, no-store"
        return {**self._headers, "cache-control": caching, "x-request-id": request_id}


class Exchange:
    """One request and its answer, for the headers and the access log."""

    def __init__(self, rules: ShellRules, method: str, path: str) -> None:
        self.is_head = method == "HEAD"
        self.status = 0
        self._request_id = secrets.token_hex(8)
        self._defaults = rules.defaults(path, self._request_id)
        self._method = method
        self._path = path
        self._since = time.perf_counter()

    def begin(self, status: int, given: Iterable[str]) -> Headers:
        """Note the status; return the headers to add to those `given` by name."""
        self.status = status
        names = {name.lower() for name in given}
        return [header for header in self._defaults.items() if header[0] not in names]

    def report(self, error: BaseException) -> AppError:
        """Log an error that nobody expected; return the refusal that answers it."""
        _log.error("request_id=%s %s", self._request_id, _describe(error))
        return AppError("internal")

    def log(self) -> None:
        """Write the access log's line."""
        # The path alone: a query string may hold what nobody should read later.
        _access.info(
            "method=%s path=%s status=%d ms=%.1f request_id=%s",
            self._method,
            quote(self._path[:300]),
            self.status,
            (time.perf_counter() - self._since) * 1000,
            self._request_id,
        )


def inner_method(method: str) -> str:
    """Return the method that the app inside sees: HEAD is GET without its body."""
    return "GET" if method == "HEAD" else method


def refusal(error: AppError) -> tuple[int, Headers, bytes]:
    """Return a refusal as status, headers and body."""
    body = encode_problem(error)
    own = {"content-type": PROBLEM_TYPE, "content-length": str(len(body)), **error.headers}
    return error.status, [(name.lower(), value) for name, value in own.items()], body


def _describe(error: BaseException) -> str:
    # Where and what kind, but not the message: it may hold a token.
    frames = traceback.extract_tb(error.__traceback__)
    path = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames[-6:]))
    return f"{type(error).__name__} at {path}"
