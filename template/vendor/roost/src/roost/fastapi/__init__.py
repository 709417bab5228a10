"""The product in FastAPI: the extension, and what a route may ask for."""

from __future__ import annotations

from roost.fastapi.dependencies import (
    CallerDep,
    ServicesDep,
    SessionDep,
    TenantDep,
    require_permission,
    require_role,
)
from roost.fastapi.extension import Roost

__all__ = [
    "CallerDep",
    "Roost",
    "ServicesDep",
    "SessionDep",
    "TenantDep",
    "require_permission",
    "require_role",
]
