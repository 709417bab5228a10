"""What a route may ask for: the caller, the session, the tenant, a role."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from roost.fastapi.private import note_asked
from roost.http.asgi import head_of
from roost.identity.session import Session
from roost.identity.tenancy import Tenant
from roost.policy.access import Who
from roost.serving.caller import Caller
from roost.serving.services import Services
from roost.telemetry.observation import note_route


# Awaited, like all of these: FastAPI would send a plain function to a thread for each request.
async def services_of(request: Request) -> Services:
    """Return the core of the app that serves the request."""
    return request.app.state.roost.services


ServicesDep = Annotated[Services, Depends(services_of)]


async def observe(request: Request) -> None:
    """Note which route serves the request, for the log."""
    note_route(request.scope["route"].path)


async def caller_from(request: Request) -> Caller:
    """Return who sent a request, a visitor perhaps; a bad token is refused with 401."""
    note_asked(request.scope)
    services: Services = request.app.state.roost.services
    return Caller(services, await services.authenticate(head_of(request.scope)))


CallerDep = Annotated[Caller, Depends(caller_from)]


async def session_from(caller: CallerDep) -> Session:
    """Return the session of a request, or refuse it with 401."""
    return caller.session


SessionDep = Annotated[Session, Depends(session_from)]


async def tenant_from(caller: CallerDep) -> Tenant:
    """Return the session's tenant, or refuse it with 401 or 403."""
    return caller.tenant


TenantDep = Annotated[Tenant, Depends(tenant_from)]


class Requires:
    """A dependency that refuses sessions without a role or a permission (403).

    It gives the route its tenant.
    """

    def __init__(self, who: Who) -> None:
        self._who = who

    async def __call__(self, caller: CallerDep) -> Tenant:
        """Return the tenant of a session that has what is required."""
        return caller.require(self._who)


def require_role(role: str) -> Requires:
    """Make a dependency that refuses sessions without a role such as `org:admin` (403)."""
    return Requires(Who(role=role))


def require_permission(permission: str) -> Requires:
    """Make a dependency that refuses sessions without a permission (403)."""
    return Requires(Who(permission=permission))
