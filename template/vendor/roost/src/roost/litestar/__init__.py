"""The product in Litestar: a plugin, what a route may ask for by name, and guards."""

from __future__ import annotations

from roost.identity.session import Session
from roost.identity.tenancy import Tenant
from roost.litestar.guards import (
    requires_permission,
    requires_role,
    requires_session,
    requires_tenant,
)
from roost.litestar.plugin import Roost
from roost.serving.caller import Caller

__all__ = [
    "Caller",
    "Roost",
    "Session",
    "Tenant",
    "requires_permission",
    "requires_role",
    "requires_session",
    "requires_tenant",
]
