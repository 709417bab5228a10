"""A project of somebody's own that this app is part of: its settings, routes and views."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.urls import include, path
from django.views import View
from roost.django.decorators import (
    clerk_permission_required,
    role_required,
    session_optional,
    session_required,
    tenant_required,
)
from roost.django.middleware import ClerkRequest
from roost.django.mixins import ClerkRequiredMixin

SETTINGS = {
    "ALLOWED_HOSTS": ["testserver"],
    "DEBUG_PROPAGATE_EXCEPTIONS": False,
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 1000,
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "roost.django.middleware.ClerkMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    "ROOT_URLCONF": __name__,
}


def nobody(request: ClerkRequest) -> HttpResponse:
    """Answer everybody the same."""
    return HttpResponse("public")


def somebody(request: ClerkRequest) -> HttpResponse:
    """Tell who asks, if anybody does."""
    clerk = request.clerk
    token = clerk.tinybird_token.text if clerk.is_signed_in else None
    return JsonResponse({"tenant": clerk.tenant_id, "slug": clerk.org_slug, "token": token})


async def somebody_async(request: ClerkRequest) -> HttpResponse:
    """Tell who asks, if anybody does."""
    clerk = await request.aclerk()
    token = clerk.tinybird_token.text if clerk.is_signed_in else None
    return JsonResponse({"tenant": clerk.tenant_id, "slug": clerk.org_slug, "token": token})


def own_words(request: ClerkRequest) -> HttpResponse:
    """Say how long an answer may be kept."""
    return HttpResponse(request.clerk.org_slug, headers={"Cache-Control": "private, max-age=9"})


def broken(request: ClerkRequest) -> HttpResponse:
    """Fail."""
    raise RuntimeError("5ec2e7")


def done(request: ClerkRequest) -> HttpResponse:
    """Answer those who may ask."""
    return HttpResponse("done")


async def done_async(request: ClerkRequest) -> HttpResponse:
    """Answer those who may ask."""
    return HttpResponse("done")


class Answering(View):
    """A base that knows nothing of sessions."""

    def get(self, request: ClerkRequest) -> HttpResponse:
        """Answer those who may ask."""
        return HttpResponse("done")


class AnsweringAsync(View):
    """The same for code that can await."""

    async def get(self, request: ClerkRequest) -> HttpResponse:
        """Answer those who may ask."""
        return HttpResponse("done")


class Guarded(ClerkRequiredMixin, Answering):
    """A view with the mixin before its base, as is usual."""


class GuardedAsync(ClerkRequiredMixin, AnsweringAsync):
    """The same for code that can await."""


class GuardedLast(Answering, ClerkRequiredMixin):
    """A view with the mixin in the wrong place."""


urlpatterns = [
    path("analytics/", include("roost.django.urls")),
    path("api/report", tenant_required(done)),
    path("nobody", nobody),
    path("optional", session_optional(done)),
    path("optional-async", session_optional(done_async)),
    path("somebody", somebody),
    path("somebody-async", somebody_async),
    path("own-words", own_words),
    path("broken", broken),
    path("session", session_required(done)),
    path("session-async", session_required(done_async)),
    path("tenant", tenant_required(done)),
    path("tenant-async", tenant_required(done_async)),
    path("tenant-class", Guarded.as_view()),
    path("tenant-class-async", GuardedAsync.as_view()),
    path("tenant-class-last", GuardedLast.as_view()),
    path("tenant-of-class-async", tenant_required(AnsweringAsync.as_view())),
    path("admin", role_required("org:admin")(done)),
    path("admin-async", role_required("org:admin")(done_async)),
    path("admin-class", Guarded.as_view(role="org:admin")),
    path("admin-class-async", GuardedAsync.as_view(role="org:admin")),
    path("manage", clerk_permission_required("org:analytics:manage")(done)),
    path("manage-class", Guarded.as_view(permission="org:analytics:manage")),
]
