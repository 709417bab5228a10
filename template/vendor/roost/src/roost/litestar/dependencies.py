"""What a route may ask for by name: `caller`, `session`, `tenant`; nobody is verified before."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection, Request
from litestar.di import Provide

from roost.http.asgi import head_of
from roost.identity.session import Session
from roost.identity.tenancy import Tenant
from roost.project import Project
from roost.serving.caller import Caller
from roost.serving.services import Services

AnyRequest = Request[Any, Any, Any]
Connection = ASGIConnection[Any, Any, Any, Any]

# Where the plugin notes the path that the pages are below.
ROOT = "roost_root"
# What it keeps in the app's state: the project, and its document by the path that it is for.
PROJECT = "roost"
DOCUMENTS = "roost_documents"
# And in a request's: that its answer depends on who sent it, and who did.
ASKED = "roost_asked"
_CALLER = "roost_caller"


def project_of(connection: Connection) -> Project:
    """Return the project that the plugin has put into the app's state."""
    return connection.app.state[PROJECT]


def services_of(connection: Connection) -> Services:
    """Return the services of the app that serves the request."""
    return project_of(connection).services


def root_of(request: AnyRequest) -> str:
    """Return the path under which the product is, without a slash at its end."""
    return request.scope.get("root_path", "") + request.route_handler.opt[ROOT]


async def caller_of(connection: Connection) -> Caller:
    """Return who sent a request, verified once for all that ask; a bad token is refused with 401.

    Not an authentication middleware: that would verify the caller of public routes as well.
    """
    state: dict[str, Any] = connection.scope["state"]
    if _CALLER not in state:
        state[ASKED] = True
        services = services_of(connection)
        state[_CALLER] = Caller(services, await services.authenticate(head_of(connection.scope)))
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
