"""The HTML shells, public pages whose data block holds a token only for a valid session; files."""

from __future__ import annotations

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import Context, Engine
from django.urls import reverse
from whitenoise import WhiteNoise
from whitenoise.middleware import WhiteNoiseMiddleware

from ..assembly import PACKAGE
from ..core.errors import AppError
from ..core.pages import content_security_policy
from .apps import services
from .middleware import head_of
from .problems import PRIVATE, require_method

_DASHBOARD = PACKAGE / "dashboard"
# An engine of its own: a project that this app is part of may have another base.html.
_templates = Engine(dirs=[_DASHBOARD / "templates"])


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
def static_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve one of the dashboard's files, or say that it is still the same (304)."""
    found = _files().files.get(f"/{path}")
    if found is None:
        raise AppError("not-found")
    response = WhiteNoiseMiddleware.serve(found, request)
    response["Cache-Control"] = "no-cache"
    return response


def _page(template: str, request: HttpRequest) -> HttpResponse:
    core = services()
    context = core.page(head_of(request), _root(request))
    page = _templates.get_template(template).render(Context({**context}))
    # Set here as well as by the shell, which a project that this app is part of does not have.
    policy = content_security_policy(core.core.settings)
    return HttpResponse(page, headers={"Cache-Control": PRIVATE, "Content-Security-Policy": policy})


def _root(request: HttpRequest) -> str:
    match = request.resolver_match
    namespace = f"{match.namespace}:" if match and match.namespace else ""
    return reverse(f"{namespace}dashboard").rstrip("/")


@cache
def _files() -> WhiteNoise:
    # Looked up once: a request's path never becomes a path of the disk.
    root = _DASHBOARD / "static"
    return WhiteNoise(None, root=root, max_age=None, allow_all_origins=False)
