"""The Litestar app, with the shell around it."""

from __future__ import annotations

from typing import cast

from litestar import Litestar
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR
from litestar.utils import normalize_path
from roost.errors import AppError
from roost.http.asgi import App, Receive, Scope, Send, Shell
from roost.serving.services import Services
from roost.settings import Settings

from ..assembly import make_services
from .docs import openapi_config, openapi_document
from .plugin import AnalyticsPlugin
from .refusals import REFUSALS, leave_to_shell, refuse_options


def build_app(settings: Settings, services: Services | None = None) -> Shell:
    """Build a fresh app.

    Raises: PolicyInvalid: if the policy and the data project do not fit.
    """
    core = services or make_services(settings)
    app = Litestar(
        route_handlers=[openapi_document],
        plugins=[AnalyticsPlugin(settings, services=core)],
        openapi_config=openapi_config(core.policy.product.name),
        before_request=refuse_options,
        exception_handlers={**REFUSALS, HTTP_500_INTERNAL_SERVER_ERROR: leave_to_shell},
        # The process decides on logging; nothing here may write what the shell leaves out.
        logging_config=None,
        debug=False,
    )
    # Litestar's types tell kinds of scopes apart; the shell's are the specification's.
    return Shell(_exactly(cast("App", app)), settings)


def _exactly(app: App) -> App:
    # Litestar takes /api/me/ and //api/me for /api/me.
    async def refuse_other_spellings(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != normalize_path(scope["path"]):
            raise AppError("not-found")
        await app(scope, receive, send)

    return refuse_other_spellings
