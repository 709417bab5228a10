"""The app: Clerk's sessions, Tinybird's tokens and the dashboard, and the routes of your own.

Who may read what stands in `policy.py`; what the environment decides in `.env.example`.
"""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency
from roost.litestar import Roost, Tenant

from . import policy

roost = Roost(__name__, policy)


@get("/api/hello", sync_to_thread=False)
def hello(tenant: NamedDependency[Tenant]) -> dict[str, str]:
    """Greet a tenant: a route of your own, with the session verified."""
    return {"hello": tenant.id}


app = roost.app(route_handlers=[hello])
