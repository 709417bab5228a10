"""The app: Clerk's sessions, Tinybird's tokens and the dashboard, and the routes of your own.

Who may read what stands in `policy.py`; what the environment decides in `.env.example`.
"""

from __future__ import annotations

from roost.fastapi import Roost, TenantDep

from . import policy

roost = Roost(__name__, policy)
app = roost.app()


@app.get("/api/hello")
async def hello(tenant: TenantDep) -> dict[str, str]:
    """Greet a tenant: a route of your own, with the session verified."""
    return {"hello": tenant.id}
