"""The API's description, and the page that shows it."""

from __future__ import annotations

from typing import Any

from litestar import MediaType, Response, Router, get
from litestar.datastructures import CacheControlHeader, ResponseHeader
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.static_files import create_static_files_router

from roost.http.docs import ASSETS, ASSETS_PATH, CONTENT_SECURITY_POLICY, DOCS_PATH, PAGE
from roost.http.openapi.document import DOCUMENT_PATH, VERSION, OwnRoutes, encode_document
from roost.litestar.dependencies import DOCUMENTS, ROOT, AnyRequest, project_of, root_of
from roost.litestar.middleware import NotModified
from roost.litestar.openapi import own_routes

_POLICY = ResponseHeader(name="Content-Security-Policy", value=CONTENT_SECURITY_POLICY)


class SwaggerUI(OpenAPIRenderPlugin):
    """Renders the page; Litestar's own takes its scripts from a CDN and has others inline."""

    def render(self, request: AnyRequest, openapi_schema: dict[str, Any]) -> bytes:
        """Render the page; its script fetches the document."""
        return PAGE.encode()

    def receive_router(self, router: Router) -> None:
        """Serve the files of Swagger UI beside the page."""
        router.register(_assets(ASSETS_PATH.removeprefix(DOCS_PATH)))


def openapi_config(title: str) -> OpenAPIConfig:
    """Have Litestar describe the owner's routes, and show the page."""
    router = Router(
        DOCS_PATH,
        route_handlers=[],
        include_in_schema=False,
        response_headers=[_POLICY],
        after_request=_refuse_others,
    )
    return OpenAPIConfig(
        title=title,
        version=VERSION,
        use_handler_docstrings=True,
        render_plugins=[SwaggerUI(path="/")],
        openapi_router=router,
    )


def docs_handlers(*, is_mounted: bool) -> list[HTTPRouteHandler | Router]:
    """Return what serves the document, and the page where Litestar's own configuration does not."""
    return [_document, _show, _assets(ASSETS_PATH)] if is_mounted else [_document]


@get(DOCUMENT_PATH, sync_to_thread=False)
def _document(request: AnyRequest) -> Response[bytes]:
    app, root = request.app, root_of(request)
    # Written once, when it is first asked for: routes may be registered until then.
    written: dict[str, bytes] = app.state[DOCUMENTS]
    if root not in written:
        # Below a path of somebody's own, the app has a document of its own.
        own = OwnRoutes() if request.route_handler.opt[ROOT] else own_routes(app)
        written[root] = encode_document(project_of(request).document(own, root))
    return Response(written[root], media_type="application/json")


@get(DOCS_PATH, sync_to_thread=False, response_headers=[_POLICY])
def _show() -> Response[str]:
    return Response(PAGE, media_type=MediaType.HTML)


def _assets(path: str) -> Router:
    return create_static_files_router(
        path,
        directories=[ASSETS],
        name="roost-docs-assets",
        cache_control=CacheControlHeader(no_cache=True),
        middleware=[NotModified()],
    )


async def _refuse_others(response: Response[Any]) -> Response[Any]:
    # Litestar answers other addresses below the page with a page of its own.
    if response.status_code == NotFoundException.status_code:
        raise NotFoundException
    return response
