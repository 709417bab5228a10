"""The HTML shells: public pages whose data block holds a token only for a valid session."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.templating import Jinja2Templates

from roost.dashboard import template_folders, template_of
from roost.fastapi.dependencies import ServicesDep
from roost.guests.page import EMBED_PATH
from roost.http.asgi import head_of, query_of


def make_pages(folder: Path) -> APIRouter:
    """Make the routes of the pages of an app's `dashboard/`."""
    router = APIRouter(include_in_schema=False)
    engine = Jinja2Templates(template_folders(folder))
    # As Django's engine does: a page is the same in every backend.
    engine.env.keep_trailing_newline = True

    async def page(name: str, request: Request, services: ServicesDep) -> Response:
        context = await services.page(head_of(request.scope), request.scope.get("root_path", ""))
        return engine.TemplateResponse(request, template_of(folder, name), {**context})

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
