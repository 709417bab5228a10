"""The product in Flask: the extension, and what stands between a route and its view."""

from __future__ import annotations

from roost.flask.decorators import (
    permission_required,
    role_required,
    session_optional,
    session_required,
    tenant_required,
)
from roost.flask.extension import Roost

__all__ = [
    "Roost",
    "permission_required",
    "role_required",
    "session_optional",
    "session_required",
    "tenant_required",
]
