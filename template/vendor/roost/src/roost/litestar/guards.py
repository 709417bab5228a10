"""Guards: what a route, a controller or a router requires of whoever asks."""

from __future__ import annotations

from litestar.handlers import BaseRouteHandler

from roost.errors import AppError
from roost.litestar.dependencies import Connection, caller_of
from roost.policy.access import Who


async def requires_session(connection: Connection, _: BaseRouteHandler) -> None:
    """Refuse visitors with 401."""
    caller = await caller_of(connection)
    if not caller.is_signed_in:
        raise AppError("token-missing")


async def requires_tenant(connection: Connection, _: BaseRouteHandler) -> None:
    """Refuse sessions that act for no tenant with 403."""
    caller = await caller_of(connection)
    caller.require()


class Requires:
    """A guard that refuses sessions without a role or a permission with 403."""

    def __init__(self, who: Who) -> None:
        self._who = who

    async def __call__(self, connection: Connection, _: BaseRouteHandler) -> None:
        """Let sessions through that have what is required."""
        caller = await caller_of(connection)
        caller.require(self._who)


def requires_role(role: str) -> Requires:
    """Make a guard that refuses sessions without a role such as `org:admin` with 403."""
    return Requires(Who(role=role))


def requires_permission(permission: str) -> Requires:
    """Make a guard that refuses sessions without a permission with 403."""
    return Requires(Who(permission=permission))
