"""What every handler asks of a request: the caller, parameters, the body."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from anyio import CapacityLimiter
from starlette.requests import ClientDisconnect, Request

from ...json_text import parse_json
from ..data.ingest import LIMIT_BYTES
from ..errors import BadRequest, Forbidden, NotEmulated, TooLarge
from ..queries.parameters import gathered, parameter_value
from ..sql.engine import CONNECTIONS
from ..sql.templates import ParameterValue
from ..tokens.limits import RateLimits
from ..workspaces.batches import Batches
from ..workspaces.branches import Branches
from ..workspaces.workspaces import Caller, Workspaces

LIMIT_MB = LIMIT_BYTES // 1024 // 1024
FORM = "application/x-www-form-urlencoded"
# How a form starts: before its first `=` is a name without a space, a quote or a parenthesis.
_FIELD = re.compile(r"[\w.~$%+\[\]-]+=")


@dataclass(frozen=True, slots=True)
class Services:
    """What handlers call; one for each app, kept in `app.state.services`."""

    workspaces: Workspaces
    batches: Batches
    limits: RateLimits
    # More threads than connections would only wait for each other.
    reading: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(CONNECTIONS))

    @property
    def branches(self) -> Branches:
        return Branches(self.workspaces)


def services(request: Request) -> Services:
    """Return the services of the app that serves `request`."""
    return request.app.state.services


def token_of(request: Request) -> str:
    """Return the token of the Authorization header or of the query, empty if there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    # Spaces may follow the scheme; nothing else is cut away, for a token has one spelling.
    if scheme.lower() == "bearer" and token.strip(" "):
        return token.lstrip(" ")
    return request.query_params.get("token", "")


def caller(request: Request) -> Caller:
    """Raises: Forbidden: no token, or one that is not valid.

    NotEmulated: it would write to the deployment that waits.
    """
    if _staging(request) and request.method != "GET":
        raise NotEmulated("writing to a staging deployment")
    return services(request).workspaces.caller(token_of(request), time.time)


def reader(request: Request) -> Caller:
    """Return the caller, who reads the deployment that the request asks for.

    Raises: Forbidden: no token, or one that is not valid.
        BadRequest, NotEmulated: as `Workspace.staged`.
    """
    found = services(request).workspaces.caller(token_of(request), time.time)
    return replace(found, staged=found.workspace.staged()) if _staging(request) else found


def admin(request: Request) -> Caller:
    """Raises: Forbidden: not an admin token."""
    found = caller(request)
    found.access.require("ADMIN")
    return found


def owner(request: Request) -> Workspaces:
    """Return all workspaces.  Raises: Forbidden: not the user's token."""
    found = services(request).workspaces
    if not found.is_user(token_of(request)):
        raise Forbidden("This needs the user token.")
    return found


def counted(request: Request, found: Caller) -> dict[str, str]:
    """Count a request against the token's limit; return the headers that tell what is left.

    Raises: TooManyRequests.
    """
    if found.access.rps is None:
        return {}
    key = (found.workspace.id, found.access.name)
    return services(request).limits.take(key, found.access.rps, time.monotonic())


def content_kind(request: Request) -> str:
    """Return the type of the body as its header names it, in lower case, empty if it does not."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def body_of(request: Request) -> bytes:
    """Read the body.  Raises: TooLarge: over `LIMIT_BYTES`."""
    too_large = TooLarge(f"The body is over the limit of {LIMIT_MB} MB.")
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > LIMIT_BYTES:
        raise too_large
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > LIMIT_BYTES:
                raise too_large
            parts.append(part)
    except ClientDisconnect as error:
        raise BadRequest("The client went away.") from error
    return b"".join(parts)


async def parameters_of(request: Request) -> dict[str, ParameterValue]:
    """Return the parameters of the query, the form or JSON body over it.

    Raises: BadRequest: a JSON body that is no object.
    """
    params = gathered(request.query_params.multi_items())
    if request.method != "GET":
        params |= _body_parameters(request, await body_of(request))
    return params


async def form_of(request: Request) -> dict[str, str]:
    """Return the query's parameters and those of a form body over them."""
    found = await parameters_of(request)
    return {name: value for name, value in found.items() if isinstance(value, str)}


def flag(value: str | None) -> bool:
    """Read a boolean parameter."""
    return value is not None and value.lower() in ("true", "1", "yes")


def _staging(request: Request) -> bool:
    return request.query_params.get("__tb__deployment") == "staging"


def _body_parameters(request: Request, body: bytes) -> dict[str, ParameterValue]:
    kind = content_kind(request)
    if not body.strip():
        return {}
    if kind == "application/json" or (body.lstrip()[:1] == b"{" and "form" not in kind):
        return _json_parameters(body)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadRequest("The body is not UTF-8.") from error
    # curl --data sends bare SQL as a form, too.
    if kind == FORM and _FIELD.match(text):
        return gathered(parse_qsl(text, keep_blank_values=True))
    return {"q": text}


def _json_parameters(body: bytes) -> dict[str, ParameterValue]:
    try:
        document = parse_json(body)
    except ValueError as error:
        raise BadRequest("The body is not JSON.") from error
    if not isinstance(document, dict):
        raise BadRequest("The JSON body is not an object of parameters.")
    values = {name: parameter_value(value) for name, value in document.items()}
    return {name: value for name, value in values.items() if value is not None}
