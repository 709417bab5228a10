"""The page /docs: Swagger UI over the app's OpenAPI document, from this server alone."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from litestar import Response, Router, get
from litestar.datastructures import CacheControlHeader, ResponseHeader
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.static_files import create_static_files_router
from roost.http.openapi.document import INTRODUCTION
from swagger_ui_bundle import swagger_ui_path

from .dependencies import AnyRequest
from .middleware import NotModified

# Addresses are relative to /docs, so that they hold behind a proxy's prefix as well.
_SCRIPT = 'SwaggerUIBundle({url: "api/openapi.json", dom_id: "#ui", deepLinking: true});'
_PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>API</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
  <div id="ui"></div>
  <script src="docs/assets/swagger-ui-bundle.js"></script>
  <script>{script}</script>
</body>
</html>
"""


class SwaggerUI(OpenAPIRenderPlugin):
    """Renders the page; Litestar's own takes its scripts from a CDN and has others inline."""

    def render(self, request: AnyRequest, openapi_schema: dict[str, Any]) -> bytes:
        """Render the page; its script fetches the document."""
        return _PAGE.format(script=_SCRIPT).encode()

    def receive_router(self, router: Router) -> None:
        """Serve the files of Swagger UI beside the page."""
        assets = create_static_files_router(
            "/assets",
            directories=[swagger_ui_path],
            name="docs-assets",
            cache_control=CacheControlHeader(no_cache=True),
            middleware=[NotModified()],
        )
        router.register(assets)


@get("/api/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi_document(request: AnyRequest) -> Response[dict[str, Any]]:
    """Describe the API."""
    return Response(request.app.openapi_schema.to_schema(), media_type="application/json")


def openapi_config(title: str) -> OpenAPIConfig:
    """Configure the document and its page."""
    policy = ResponseHeader(name="Content-Security-Policy", value=_policy())
    router = Router(
        "/docs",
        route_handlers=[],
        include_in_schema=False,
        response_headers=[policy],
        after_request=_refuse_others,
    )
    return OpenAPIConfig(
        title=title,
        version="1",
        description=INTRODUCTION,
        use_handler_docstrings=True,
        render_plugins=[SwaggerUI(path="/")],
        openapi_router=router,
    )


async def _refuse_others(response: Response[Any]) -> Response[Any]:
    # Litestar answers other addresses below the page with a page of its own.
    if response.status_code == NotFoundException.status_code:
        raise NotFoundException
    return response


def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
