"""The app: Clerk's sessions, Tinybird's tokens and the dashboard, and the views of your own.

Who may read what stands in `policy.py`; what the environment decides in `.env.example`.
"""

from __future__ import annotations

from flask import Flask, g
from roost.flask import Roost, tenant_required

from . import policy

roost = Roost(__name__, policy)


def create_app() -> Flask:
    """Build the app; `uv run app serve` serves it."""
    app = Flask(__name__, static_folder=None)
    roost.init_app(app)

    @app.get("/api/hello")
    @tenant_required
    def hello() -> dict[str, str]:
        """Greet a tenant: a view of your own, with the session verified."""
        return {"hello": g.clerk.tenant.id}

    return app
