"""The routes: the root of the app's own project, and what another project includes."""

from __future__ import annotations

from django.urls import include, path

from ..assembly import HAS_DASHBOARD
from . import problems, views

app_name = "analytics"

# They count at the root alone.
handler400 = problems.bad_request
handler403 = problems.permission_denied
handler404 = problems.not_found

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("api/me", views.me, name="me"),
    path("api/tinybird/token", views.tinybird_token, name="tinybird-token"),
    path("api/events", views.events, name="events"),
    path("api/analytics", views.endpoints, name="endpoints"),
    path("api/analytics/<endpoint>", views.analytics, name="analytics"),
    path("webhooks/clerk", views.clerk_webhook, name="clerk-webhook"),
    # For a project whose own answer is a page.
    path("api/<path:address>", views.nothing),
]
if HAS_DASHBOARD:
    # By its name: a project with `frontend: none` has no pages.
    urlpatterns += [path("", include(f"{__package__}.pages"))]
