"""Every error that the app answers: one table, one exception, one encoding."""

from __future__ import annotations

import json
from collections.abc import Mapping

# code: (HTTP status, what the caller reads unless the raiser knows better)
ERRORS: Mapping[str, tuple[int, str]] = {
    "request-invalid": (400, "The request cannot be read."),
    "parameter-unknown": (400, "The endpoint declares no such parameter."),
    "parameter-repeated": (400, "A parameter may be given once."),
    "parameter-reserved": (400, "This parameter cannot be set by a caller."),
    "query-invalid": (400, "The endpoint does not take these parameters."),
    "event-invalid": (400, "The body does not hold events."),
    "signature-invalid": (400, "The delivery has no valid signature of Clerk's, or is too old."),
    "token-missing": (401, "Sign in: the request carries no session token."),
    "token-invalid": (401, "The session token is not valid here."),
    "token-expired": (401, "The session token has expired: send a fresh one."),
    "token-not-active": (401, "The session token is not valid yet: check the clocks."),
    "token-azp": (401, "The session token was issued for another origin."),
    "session-pending": (401, "The session has a pending task, such as choosing an organization."),
    "tenant-required": (403, "Choose an organization: this session acts for no tenant."),
    "origin-forbidden": (403, "Requests that change something must come from the app's pages."),
    "access-denied": (403, "The session's role or permissions do not allow this."),
    "not-found": (404, "There is nothing at this address."),
    "endpoint-unknown": (404, "There is no such endpoint."),
    "method-not-allowed": (405, "This address does not take this method."),
    "not-acceptable": (406, "The answer comes as application/json or text/csv."),
    "body-timeout": (408, "The body took too long to arrive."),
    "tenant-changed": (409, "The session acts for another tenant now: reload the page."),
    "body-too-large": (413, "The body is too large: send fewer events at a time."),
    "media-type": (415, "Send application/json or application/x-ndjson in UTF-8, uncompressed."),
    "host-unknown": (421, "This app does not answer for that host."),
    "rate-limited": (429, "Too many requests: wait, then try again."),
    "budget-spent": (429, "The day's queries are used up; new numbers from midnight UTC."),
    "headers-too-large": (431, "The request's headers are too large."),
    "internal": (500, "Something went wrong on the server."),
    "tinybird-refused": (502, "Tinybird refused the query: is this data project deployed there?"),
    "not-configured": (503, "An optional setting that this route needs is missing."),
    "not-ready": (503, "A service that the app needs cannot be reached."),
    "overloaded": (503, "Too many bodies arrive at the moment: try again in a second."),
    "keys-unavailable": (503, "Clerk's keys cannot be fetched at the moment."),
    "tinybird-unavailable": (503, "Tinybird cannot be reached at the moment."),
}

# The titles of RFC 9110: Python's own differ from version to version.
TITLES: Mapping[int, str] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    408: "Request Timeout",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    421: "Misdirected Request",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}


class AppError(Exception):
    """A refusal that its one handler answers as `application/problem+json`.

    Args: code: a key of ERRORS, which gives the HTTP status.  detail: a sentence for the caller,
    never with a secret in it.  headers: sent with the answer.
    """

    def __init__(
        self, code: str, detail: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, default = ERRORS[code]
        self.code = code
        self.detail = detail or default
        self.headers = dict(headers or {})
        if self.status == 401:
            self.headers["WWW-Authenticate"] = "Bearer"
        super().__init__(f"{code}: {self.detail}")


PROBLEM_TYPE = "application/problem+json"


def encode_problem(error: AppError) -> bytes:
    """Encode a refusal as a problem document.

    Source: https://www.rfc-editor.org/rfc/rfc9457 (`about:blank`: the title is the status' own).
    """
    problem = {
        "type": "about:blank",
        "title": TITLES[error.status],
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
    }
    return json.dumps(problem, separators=(",", ":"), ensure_ascii=False).encode()


def http_error(status: int, headers: Mapping[str, str] | None = None) -> AppError:
    """Translate a framework's own HTTP error (404, 405, 413, ...) into one of the table."""
    codes = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large"}
    if status in codes:
        return AppError(codes[status], headers=_allow(headers) if status == 405 else None)
    return AppError("request-invalid" if status < 500 else "internal")


def _allow(headers: Mapping[str, str] | None) -> dict[str, str]:
    named = {name.lower(): value for name, value in (headers or {}).items()}
    methods = {method.strip() for method in named.get("allow", "GET").split(",")}
    # HEAD is answered wherever GET is: see the shell.
    if "GET" in methods:
        methods.add("HEAD")
    return {"Allow": ", ".join(sorted(methods))}
