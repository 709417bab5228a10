"""Read the JSON bodies of the Backend API and of the control routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from starlette.requests import Request

from ..guard import is_loopback_origin
from ..json_text import parse_json
from .errors import ClerkError, unprocessable
from .tokens import Version

Body = Mapping[str, object]


async def json_body(request: Request) -> Body:
    """Read a JSON object, empty where the body is. Raises: ClerkError: it is none (400)."""
    try:
        document = parse_json(await request.body() or b"{}")
    except ValueError as error:
        raise _malformed() from error
    if not isinstance(document, dict):
        raise _malformed()
    return cast(Body, document)


def text_in(body: Body, name: str) -> str | None:
    """Return a text, None where it is missing. Raises: ClerkError: it is no text (422)."""
    value = body.get(name)
    if value is None or isinstance(value, str):
        return value
    raise unprocessable(name, "form_param_type_invalid", f"{name} is a text.")


def flag_in(body: Body, name: str) -> bool:
    """Return a flag, false where it is missing. Raises: ClerkError: it is no boolean (422)."""
    value = body.get(name, False)
    if isinstance(value, bool):
        return value
    raise unprocessable(name, "form_param_type_invalid", f"{name} is true or false.")


def whole_number_in(body: Body, name: str, lowest: int, highest: int) -> int | None:
    """Return a number, None where it is missing. Raises: ClerkError: it is out of range (422)."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest:
        return value
    message = f"{name} is a whole number from {lowest} to {highest}."
    raise unprocessable(name, "form_param_value_invalid", message)


def version_in(body: Body, name: str) -> Version | None:
    """Return a version of session tokens. Raises: ClerkError: it is neither 1 nor 2 (422)."""
    return cast("Version | None", whole_number_in(body, name, 1, 2))


def origin_in(body: Body, name: str) -> str | None:
    """Return an origin of this machine. Raises: ClerkError: it is a foreign one (422)."""
    origin = text_in(body, name)
    if origin is None or is_loopback_origin(origin):
        return origin
    raise unprocessable(name, "form_param_value_invalid", f"{name} is a loopback origin.")


def _malformed() -> ClerkError:
    return ClerkError(400, "request_body_invalid", "The body is no JSON object.")
