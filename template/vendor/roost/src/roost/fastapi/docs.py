"""The API's description, and the page that shows it."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from roost.fastapi.openapi import own_routes
from roost.http import docs
from roost.http.openapi.document import DOCUMENT_PATH, encode_document

router = APIRouter(include_in_schema=False)
ASSETS = StaticFiles(directory=docs.ASSETS)


@router.get(DOCUMENT_PATH)
async def document(request: Request) -> Response:
    """Describe the API."""
    app: FastAPI = request.app
    root: str = request.scope.get("root_path", "")
    # Written once, when it is first asked for: routes may be added until then.
    written: dict[str, bytes] = app.state.roost_documents
    if root not in written:
        written[root] = encode_document(app.state.roost.document(own_routes(app), root))
    return Response(written[root], media_type="application/json")


@router.get(docs.DOCS_PATH)
async def show_docs() -> Response:
    """Show the API's description, under a policy of its own for the script that it embeds."""
    return HTMLResponse(
        docs.PAGE, headers={"Content-Security-Policy": docs.CONTENT_SECURITY_POLICY}
    )
