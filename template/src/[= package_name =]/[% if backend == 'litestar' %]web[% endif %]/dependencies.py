"""What a route may ask for by name: `caller`, `session`, `tenant`; nobody is verified before."""

from __future__ import annotations

import string
from typing import Any
from urllib.parse import quote

from litestar.connection import ASGIConnection, Request
from litestar.di import Provide

from ..core.caller import Caller
from ..core.credentials import RequestHead
from ..core.queries import expected_tenants
from ..core.services import Services
from ..core.session import Session
from ..core.tenancy import Tenant

AnyRequest = Request[Any, Any, Any]
Connection = ASGIConnection[Any, Any, Any, Any]

# Where the plugin notes the path that the pages are below.
ROOT = "analytics_root"
SERVICES = "analytics_services"
_CALLER = "analytics_caller"
_EXPECTED = b"x-expected-tenant"
_ASKING = {b"authorization", b"cookie", b"origin", _EXPECTED}


def services_of(connection: Connection) -> Services:
    """Return the core that the plugin has put into the app's state."""
    return connection.app.state[SERVICES]


def query_of(connection: Connection) -> str:
    """Return the query string as it was sent."""
    # Bytes beyond ASCII become escapes, which the core decodes strictly.
    return quote(connection.scope["query_string"], safe=string.punctuation)


def head_of(connection: Connection) -> RequestHead:
    """Take out of a request what the core needs to know of its caller."""
    scope = connection.scope
    sent: dict[bytes, list[str]] = {}
    # One pass over the few that count is faster than Litestar's multidict of all.
    for name, value in scope["headers"]:
        if name in _ASKING:
            sent.setdefault(name, []).append(value.decode("latin-1"))
    expected = ",".join(sent[_EXPECTED]) if _EXPECTED in sent else None
    return RequestHead(
        # A web socket may change something, so its cookie counts from the app's own pages alone.
        method=scope["method"] if scope["type"] == "http" else "CONNECT",
        authorization=sent.get(b"authorization", [None])[0],
        cookie="; ".join(sent.get(b"cookie", ())),
        origin=sent.get(b"origin", [None])[0],
        expected_tenants=expected_tenants(expected, query_of(connection)),
    )


async def caller_of(connection: Connection) -> Caller:
    """Return who sent a request, verified once for all that ask; a bad token is refused with 401.

    Not an authentication middleware: that would verify the caller of public routes as well.
    """
    state: dict[str, Any] = connection.scope["state"]
    if _CALLER not in state:
        services = services_of(connection)
        state[_CALLER] = Caller(services, await services.authenticate(head_of(connection)))
    return state[_CALLER]


async def provide_caller(request: AnyRequest) -> Caller:
    """Provide a visitor or a session: optional authentication."""
    return await caller_of(request)


async def provide_session(request: AnyRequest) -> Session:
    """Provide the session, or refuse the request with 401."""
    return (await caller_of(request)).session


async def provide_tenant(request: AnyRequest) -> Tenant:
    """Provide the session's tenant, or refuse the request with 401 or 403."""
    return (await caller_of(request)).tenant


DEPENDENCIES = {
    "caller": Provide(provide_caller),
    "session": Provide(provide_session),
    "tenant": Provide(provide_tenant),
}
