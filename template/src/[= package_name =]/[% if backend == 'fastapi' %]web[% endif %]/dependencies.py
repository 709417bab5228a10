"""What a route may ask for: the session, the tenant, a role; the adapter between both worlds."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer

from ..core.access import Who
from ..core.credentials import RequestHead
from ..core.errors import AppError
from ..core.queries import EXPECTED_TENANT
from ..core.services import Services
from ..core.signins import SignIn
from ..core.tenancy import Tenant

# For the API's description alone; `services.authenticate` reads the request itself.
DESCRIBED = [
    Security(HTTPBearer(auto_error=False, description="Clerk session token")),
    Security(APIKeyCookie(name="__session", auto_error=False, description="Clerk's own cookie")),
]


def services_of(request: Request) -> Services:
    """Return the core of the app that serves the request."""
    return request.app.state.services


ServicesDep = Annotated[Services, Depends(services_of)]


def head_of(request: Request) -> RequestHead:
    """Take out of a request what the core needs to know of its caller."""
    headers, query = request.headers, request.scope["query_string"]
    expected = headers.getlist("x-expected-tenant")
    if EXPECTED_TENANT.encode() in query:
        expected += request.query_params.getlist(EXPECTED_TENANT)
    return RequestHead(
        method=request.method,
        authorization=headers.get("authorization"),
        cookie="; ".join(headers.getlist("cookie")),
        origin=headers.get("origin"),
        expected_tenants=tuple(expected),
    )


async def optional_session(request: Request, services: ServicesDep) -> SignIn | None:
    """Return the session of a request, or None; a bad token is refused with 401."""
    return await services.authenticate(head_of(request))


OptionalSessionDep = Annotated[SignIn | None, Depends(optional_session)]


async def session_from(sign_in: OptionalSessionDep) -> SignIn:
    """Return the session of a request, or refuse it with 401."""
    if sign_in is None:
        raise AppError("token-missing")
    return sign_in


SessionDep = Annotated[SignIn, Depends(session_from)]


async def tenant_from(sign_in: SessionDep, services: ServicesDep) -> Tenant:
    """Return the session's tenant, or refuse it with 403."""
    return services.tenant_of(sign_in)


TenantDep = Annotated[Tenant, Depends(tenant_from)]

Guard = Callable[[Tenant], Coroutine[Any, Any, Tenant]]


def require_role(role: str) -> Guard:
    """Make a dependency that refuses sessions without a role such as `org:admin` (403)."""
    return _require(Who(role=role))


def require_permission(permission: str) -> Guard:
    """Make a dependency that refuses sessions without a permission (403)."""
    return _require(Who(permission=permission))


def _require(who: Who) -> Guard:
    async def guard(tenant: TenantDep) -> Tenant:
        if not who.includes(tenant.session):
            raise AppError("access-denied")
        return tenant

    return guard
