"""The page /docs: Swagger UI over the app's OpenAPI document."""

from __future__ import annotations

import base64
import hashlib
import re

from fastapi import APIRouter, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html

router = APIRouter(include_in_schema=False)

# Where FastAPI's page takes Swagger UI and its icon from.
_ASSETS = "https://cdn.jsdelivr.net"
_ICON = "https://fastapi.tiangolo.com"


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Show the API's description, under a policy of its own for the script that it embeds."""
    path = f"{request.scope.get('root_path', '')}/api/openapi.json"
    page = get_swagger_ui_html(openapi_url=path, title="API")
    page.headers["Content-Security-Policy"] = _policy(bytes(page.body).decode())
    return page


def _policy(page: str) -> str:
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = " ".join(f"'sha256-{_sha256(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {_ASSETS} {hashes}; style-src {_ASSETS} 'unsafe-inline'; "
        f"img-src 'self' data: {_ICON}; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
