"""Every error that the API answers, with its status."""

from __future__ import annotations

DOCS = "https://www.tinybird.co/docs"
COMPATIBILITY = f"{DOCS}/forward/install-tinybird/local"
# What is answered, with 500, where the fault is this server's own.
CRASHED = "The embedded Tinybird met an unexpected error; see its log."


class ApiError(Exception):
    """A refusal of the API: answered as `{"error", "documentation"}` with the class's status."""

    status = 400

    def __init__(self, error: str, documentation: str = f"{DOCS}/api-reference") -> None:
        super().__init__(error)
        self.error = error
        self.documentation = documentation


class BadRequest(ApiError):
    """The request cannot be understood or its SQL does not run."""


class Forbidden(ApiError):
    """The token is missing, invalid, expired, or lacks the scope."""

    status = 403


class NotFound(ApiError):
    """There is no such resource."""

    status = 404


class Conflict(ApiError):
    """The resource is in use by another one."""

    status = 409


class QueryTimeout(ApiError):
    """The query ran longer than the limit."""

    status = 408


class TooLarge(ApiError):
    """The request body is over the limit."""

    status = 413


class TooManyRequests(ApiError):
    """The token's rate limit is used up."""

    status = 429

    def __init__(self, error: str, headers: dict[str, str]) -> None:
        super().__init__(error)
        self.headers = headers


class Unavailable(ApiError):
    """The server cannot take the request now; it can be repeated."""

    status = 503


class NotEmulated(ApiError):
    """Tinybird has this feature and the embedded one has not."""

    status = 501

    def __init__(self, feature: str) -> None:
        super().__init__(f"The embedded Tinybird does not emulate {feature}.", COMPATIBILITY)


class CustomError(ApiError):
    """What a pipe's template raised by `custom_error`, with the status that it chose.

    A template can raise a dict: its `fields` are answered beside the error.
    """

    def __init__(self, raised: object, status: int) -> None:
        fields = raised if isinstance(raised, dict) else {}
        self.fields = {str(name): _plain(value) for name, value in fields.items()}
        super().__init__(str(self.fields.get("error", raised)))
        self.status = status


def _plain(value: object) -> str | int | None:
    return value if value is None or isinstance(value, str | int) else str(value)
