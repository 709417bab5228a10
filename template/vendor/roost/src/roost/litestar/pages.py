"""The HTML shells: public pages whose data block holds a token only for a valid session."""

from __future__ import annotations

from pathlib import Path

from litestar import MediaType, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR

from roost.dashboard import SERVED_AT, STATIC, template_folders
from roost.guests.page import EMBED_PATH
from roost.http.asgi import head_of, query_of
from roost.litestar.dependencies import AnyRequest, root_of, services_of
from roost.litestar.middleware import KeepHashed, NotModified
from roost.litestar.refusals import answer_http_error
from roost.project import Project


def page_routers(project: Project, dashboard: Path) -> list[Router]:
    """Make the routers of the pages of an app's `dashboard/`, and of their files."""
    pages = Router("/", route_handlers=_handlers(project, dashboard), include_in_schema=False)
    own = _static_files("/static", dashboard / "static", "roost-static")
    return [pages, own, _static_files(SERVED_AT, STATIC, "roost-library")]


def _handlers(project: Project, folder: Path) -> list[HTTPRouteHandler]:
    # The pages' own, whatever templates the app around them has; it escapes what it is given.
    engine = JinjaTemplateEngine(template_folders(folder))
    # As Django's engine does: a page is the same in every backend.
    engine.engine.keep_trailing_newline = True

    async def page(name: str, request: AnyRequest) -> Response[str]:
        services = services_of(request)
        context = await services.page(head_of(request.scope), root_of(request))
        files = project.pages.files(name, services.settings.frontend_mode)
        html = engine.get_template(project.pages.template(name)).render({**context, **files})
        return Response(html, media_type=MediaType.HTML)

    @get("/")
    async def dashboard(request: AnyRequest) -> Response[str]:
        """Show the dashboard."""
        return await page("dashboard.html", request)

    @get("/sign-in")
    async def sign_in(request: AnyRequest) -> Response[str]:
        """Show Clerk's sign-in."""
        return await page("sign_in.html", request)

    @get("/sign-up")
    async def sign_up(request: AnyRequest) -> Response[str]:
        """Show Clerk's sign-up."""
        return await page("sign_up.html", request)

    @get("/public")
    async def public(request: AnyRequest) -> Response[str]:
        """Show what everybody may read."""
        return await page("public.html", request)

    @get(f"{EMBED_PATH}/{{chart:str}}", sync_to_thread=False)
    def embed(request: AnyRequest, chart: FromPath[str]) -> Response[str]:
        """Show a chart in a frame, to a guest."""
        guests, referer = services_of(request).guests, request.headers.get("referer")
        answer = guests.answer(chart, query_of(request.scope), referer, root_of(request))
        return Response(answer.body, status_code=answer.status, headers=answer.headers)

    return [dashboard, sign_in, sign_up, public, embed]


def _static_files(path: str, folder: Path, name: str) -> Router:
    return create_static_files_router(
        path,
        directories=[folder],
        name=name,
        middleware=[KeepHashed(), NotModified()],
        exception_handlers={HTTP_500_INTERNAL_SERVER_ERROR: _answer_odd_name},
    )


def _answer_odd_name(request: AnyRequest, error: Exception) -> Response[bytes]:
    # A name with a NUL in it, or too long for any file system, is an address without a file.
    if isinstance(error.__cause__ or error, OSError | ValueError):
        return answer_http_error(request, NotFoundException())
    raise error
