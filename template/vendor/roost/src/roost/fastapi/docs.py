"""The page /docs: Swagger UI over the app's OpenAPI document, from this server alone."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from roost.http import docs

router = APIRouter(include_in_schema=False)
ASSETS = StaticFiles(directory=docs.ASSETS)


@router.get(docs.DOCS_PATH)
async def show_docs() -> Response:
    """Show the API's description, under a policy of its own for the script that it embeds."""
    return HTMLResponse(
        docs.PAGE, headers={"Content-Security-Policy": docs.CONTENT_SECURITY_POLICY}
    )
