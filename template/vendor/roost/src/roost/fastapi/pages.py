"""The HTML shells: public pages whose data block holds a token only for a valid session."""

from __future__ import annotations

from os import PathLike, stat_result
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from starlette.types import Scope

from roost.dashboard import template_folders
from roost.dashboard.pages import is_hashed
from roost.fastapi.dependencies import ServicesDep
from roost.guests.page import EMBED_PATH
from roost.http.asgi import head_of, query_of
from roost.http.browser import FOR_EVER
from roost.project import Project


class OwnFiles(StaticFiles):
    """The app's files: browsers keep those whose address changes with them."""

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Answer a file, or that it is still the same (304)."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        if is_hashed(self.get_path(scope)):
            response.headers["Cache-Control"] = FOR_EVER
        return response


def make_pages(project: Project, folder: Path) -> APIRouter:
    """Make the routes of the pages of an app's `dashboard/`, a folder."""
    router = APIRouter(include_in_schema=False)
    engine = Jinja2Templates(template_folders(folder))
    # As Django's engine does: a page is the same in every backend.
    engine.env.keep_trailing_newline = True

    async def page(name: str, request: Request, services: ServicesDep) -> Response:
        context = await services.page(head_of(request.scope), request.scope.get("root_path", ""))
        files = project.pages.files(name, services.settings.frontend_mode)
        template = project.pages.template(name)
        return engine.TemplateResponse(request, template, {**context, **files})

    @router.get("/")
    async def dashboard(request: Request, services: ServicesDep) -> Response:
        """Show the dashboard."""
        return await page("dashboard.html", request, services)

    @router.get("/sign-in")
    async def sign_in(request: Request, services: ServicesDep) -> Response:
        """Show Clerk's sign-in."""
        return await page("sign_in.html", request, services)

    @router.get("/sign-up")
    async def sign_up(request: Request, services: ServicesDep) -> Response:
        """Show Clerk's sign-up."""
        return await page("sign_up.html", request, services)

    @router.get("/public")
    async def public(request: Request, services: ServicesDep) -> Response:
        """Show what everybody may read."""
        return await page("public.html", request, services)

    @router.get(f"{EMBED_PATH}/{{chart}}")
    async def embed(chart: str, request: Request, services: ServicesDep) -> Response:
        """Show a chart in a frame, to a guest."""
        scope, referer = request.scope, request.headers.get("referer")
        root: str = scope.get("root_path", "")
        answer = services.guests.answer(chart, query_of(scope), referer, root)
        return Response(answer.body, answer.status, answer.headers)

    return router
