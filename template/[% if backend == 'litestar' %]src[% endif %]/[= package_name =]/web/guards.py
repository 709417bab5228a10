"""Guards: what a route, a controller or a router requires of whoever asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from litestar.handlers import BaseRouteHandler
from roost.errors import AppError
from roost.policy.access import Who

from .dependencies import Connection, caller_of

Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]


async def requires_session(connection: Connection, _: BaseRouteHandler) -> None:
    """Refuse visitors with 401."""
    caller = await caller_of(connection)
    if not caller.is_signed_in:
        raise AppError("token-missing")


async def requires_tenant(connection: Connection, _: BaseRouteHandler) -> None:
    """Refuse sessions that act for no tenant with 403."""
    caller = await caller_of(connection)
    caller.require()


def requires_role(role: str) -> Guard:
    """Make a guard that refuses sessions without a role such as `org:admin` with 403."""
    return _requires(Who(role=role))


def requires_permission(permission: str) -> Guard:
    """Make a guard that refuses sessions without a permission with 403."""
    return _requires(Who(permission=permission))


def _requires(who: Who) -> Guard:
    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        caller = await caller_of(connection)
        caller.require(who)

    return guard
