"""The HTML shells: public pages whose data block holds a token only for a valid session."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.templating import Jinja2Templates

from ..assembly import PACKAGE
from .dependencies import ServicesDep, head_of

router = APIRouter(include_in_schema=False)
_templates = Jinja2Templates(PACKAGE / "dashboard" / "templates")


@router.get("/")
async def dashboard(request: Request, services: ServicesDep) -> Response:
    """Show the dashboard."""
    return await _page("dashboard.html", request, services)


@router.get("/sign-in")
async def sign_in(request: Request, services: ServicesDep) -> Response:
    """Show Clerk's sign-in."""
    return await _page("sign_in.html", request, services)


@router.get("/sign-up")
async def sign_up(request: Request, services: ServicesDep) -> Response:
    """Show Clerk's sign-up."""
    return await _page("sign_up.html", request, services)


async def _page(template: str, request: Request, services: ServicesDep) -> Response:
    context = await services.page(head_of(request))
    return _templates.TemplateResponse(request, template, {**context})
