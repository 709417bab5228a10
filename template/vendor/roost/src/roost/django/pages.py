"""The HTML shells, public pages whose data block holds a token only for a valid session; files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import Context, Engine
from django.urls import path, reverse
from django.views.decorators.clickjacking import xframe_options_exempt

from roost.dashboard import SERVED_AT, STATIC, template_folders
from roost.dashboard.pages import is_hashed
from roost.django.apps import project, services
from roost.django.files import Files
from roost.django.problems import require_method
from roost.guests.page import EMBED_PATH
from roost.http.browser import FOR_EVER, PRIVATE
from roost.http.cross_origin import FILE_HEADERS
from roost.http.pages import content_security_policy
from roost.http.wsgi import head_of


@require_method("GET")
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the dashboard."""
    return _page("dashboard.html", request)


@require_method("GET")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show Clerk's sign-in."""
    return _page("sign_in.html", request)


@require_method("GET")
def sign_up(request: HttpRequest) -> HttpResponse:
    """Show Clerk's sign-up."""
    return _page("sign_up.html", request)


@require_method("GET")
def public(request: HttpRequest) -> HttpResponse:
    """Show what everybody may read."""
    return _page("public.html", request)


# Who may frame it, its own headers say.
@xframe_options_exempt
@require_method("GET")
def embed(request: HttpRequest, chart: str) -> HttpResponse:
    """Show a chart in a frame, to a guest."""
    meta, root = request.META, root_of(request)
    guests = services().core.guests
    answer = guests.answer(chart, meta["QUERY_STRING"], meta.get("HTTP_REFERER"), root)
    return HttpResponse(answer.body, status=answer.status, headers=answer.headers)


@require_method("GET")
def static_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve one of the app's files."""
    response = _file(_folder() / "static", request, name)
    if is_hashed(name):
        response["Cache-Control"] = FOR_EVER
    return response


@require_method("GET")
def library_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve one of the library's files."""
    return _file(STATIC, request, name)


def _file(folder: Path, request: HttpRequest, name: str) -> HttpResponseBase:
    response = _files(folder).answer(request, name)
    # Here as well as by the shell, like a page's policy below.
    for header, value in FILE_HEADERS.items():
        response[header] = value
    return response


def _page(name: str, request: HttpRequest) -> HttpResponse:
    blocking, pages = services(), project().pages
    context = blocking.page(head_of(request.META), root_of(request))
    files = pages.files(name, blocking.core.settings.frontend_mode)
    template = _engine(_folder()).get_template(pages.template(name))
    page = template.render(Context({**context, **files}))
    # Set here as well as by the shell, which a project that this app is part of does not have.
    policy = content_security_policy(blocking.core.settings)
    return HttpResponse(page, headers={"Cache-Control": PRIVATE, "Content-Security-Policy": policy})


def root_of(request: HttpRequest) -> str:
    """Return the path under which the product is, without a slash at its end."""
    match = request.resolver_match
    namespace = f"{match.namespace}:" if match and match.namespace else ""
    return reverse(f"{namespace}healthz").removesuffix("/healthz")


def _folder() -> Path:
    folder = project().dashboard
    assert folder is not None  # noqa: S101 - its routes exist with it alone
    return folder


# An engine of its own: a project that this app is part of may have another dashboard.html.
@cache
def _engine(dashboard: Path) -> Engine:
    return Engine(dirs=template_folders(dashboard))


@cache
def _files(folder: Path) -> Files:
    return Files(folder)


urlpatterns = [
    path("", dashboard, name="dashboard"),
    path("sign-in", sign_in, name="sign-in"),
    path("sign-up", sign_up, name="sign-up"),
    path("public", public, name="public"),
    path(f"{EMBED_PATH[1:]}/<chart>", embed, name="embed"),
    path(f"{SERVED_AT[1:]}/<path:name>", library_file, name="library-static"),
    path("static/<path:name>", static_file, name="static"),
]
