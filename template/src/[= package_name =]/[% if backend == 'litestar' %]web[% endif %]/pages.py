"""The HTML shells: public pages whose data block holds a token only for a valid session."""

from __future__ import annotations

from litestar import MediaType, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR

from ..assembly import PACKAGE
from .dependencies import AnyRequest, head_of, services_of
from .middleware import NotModified
from .refusals import answer_http_error

ROOT = "analytics_root"

_DASHBOARD = PACKAGE / "dashboard"
# The pages' own, whatever templates the app around them has; it escapes what it is given.
_templates = JinjaTemplateEngine(_DASHBOARD / "templates")


@get("/")
async def dashboard(request: AnyRequest) -> Response[str]:
    """Show the dashboard."""
    return await _page("dashboard.html", request)


@get("/sign-in")
async def sign_in(request: AnyRequest) -> Response[str]:
    """Show Clerk's sign-in."""
    return await _page("sign_in.html", request)


@get("/sign-up")
async def sign_up(request: AnyRequest) -> Response[str]:
    """Show Clerk's sign-up."""
    return await _page("sign_up.html", request)


async def _page(template: str, request: AnyRequest) -> Response[str]:
    root = request.scope.get("root_path", "") + request.route_handler.opt[ROOT]
    context = await services_of(request).page(head_of(request), root)
    html = _templates.get_template(template).render(context)
    return Response(html, media_type=MediaType.HTML)


def page_routers() -> list[Router]:
    """Make the routers of the pages and their files; none in a project without the dashboard."""
    if not _DASHBOARD.is_dir():
        return []
    handlers = [dashboard, sign_in, sign_up]
    return [Router("/", route_handlers=handlers, include_in_schema=False), _static_files()]


def _static_files() -> Router:
    return create_static_files_router(
        "/static",
        directories=[_DASHBOARD / "static"],
        name="analytics-static",
        middleware=[NotModified()],
        exception_handlers={HTTP_500_INTERNAL_SERVER_ERROR: _answer_odd_name},
    )


def _answer_odd_name(request: AnyRequest, error: Exception) -> Response[bytes]:
    # A name with a NUL in it, or too long for any file system, is an address without a file.
    if isinstance(error.__cause__ or error, OSError | ValueError):
        return answer_http_error(request, NotFoundException())
    raise error
